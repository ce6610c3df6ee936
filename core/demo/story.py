"""Playing the story: every meeting, referral and action of story.toml, through the operations that pages use."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any

from sqlalchemy import select

from core.accounts.models import User
from core.actions.handover import hand_over_what_is_left
from core.actions.models import Action
from core.actions.operations import reassign
from core.cases.operations import add_incident
from core.cases.sharing import share_with_agency
from core.clock import at_local, local_date
from core.config import Config
from core.demo.aftermath import Aftermath, settle_action
from core.demo.cast import Cast, Timeline, Told, partnership_called
from core.demo.complaining import keep_what_was_said
from core.demo.holding import Holding
from core.demo.informing import Informing, write_complaints
from core.demo.post import catch_what_was_sent
from core.demo.preparing import Preparing
from core.demo.referring import Referring
from core.demo.registers import keep_registers
from core.demo.requesting import Requesting
from core.disclosures.lists import NO_CONDITION, Grounds
from core.extensions import db
from core.facts import GroupRole, ProviderStatus
from core.hate.models import HateReport, Perceiver, Strand
from core.hate.operations import say_what_was_done
from core.hate.queries import queue_of, report_in
from core.incidents.models import Incident
from core.meetings.diary.operations import start_series
from core.meetings.schedule import Frequency, Rule, Weekday
from core.partnerships.models import District, GroupLsoa, GroupMember, PartnershipAgency, Provider
from core.partnerships.providers.staff import begin
from core.reminders.operations import make_digests
from core.reminders.schedule import is_time

LEAST_APART = 0.9
"""Of a rule's interval: how far at least the first meeting of a series is from the last that the story tells."""

WEEKS_OF_A_MONTH = 4

HEAD = "anand.shenoy"
"""Who chairs the steering group, and so answers for hate incidents while nobody is named."""

MORNINGS = 4
"""Working days of whose reminders the story tells."""


def play_story(story: dict[str, Any], *, now: datetime) -> Cast:
    """Play the whole story, in the order of its days, as if `now` were the day of its telling."""
    cast = Cast(now=now, partnership_id=partnership_called(story["partnership"]["key"]).id)
    timeline = Timeline()
    before = at_local(cast.day(-400), time(9))
    for key, scene in (("membership", _join), ("area", _draw_area), ("provider", _register)):
        for told in story.get(key, ()):
            timeline.at(before, partial(scene, cast, told))
    timeline.play()
    keep_registers(cast, story.get("mentor", ()))
    timeline = Timeline()
    referring = Referring(cast, timeline)
    for told in story.get("case", ()):
        timeline.at(at_local(cast.day(-30), time(9)), partial(_share, cast, told))
    for told in story.get("incident", ()):
        timeline.at(at_local(cast.day(told["day"]), time(12)), partial(_incident, cast, told))
    for told in story.get("referral", ()):
        referring.between_meetings(told)
    for told in story.get("complaints", ()):
        timeline.at(at_local(cast.day(told["day"]), time(9)), partial(write_complaints, cast, told))
    for told in story.get("informed", ()):
        Informing(cast, timeline, told)
    for told in story.get("request", ()):
        Requesting(cast, timeline, told)
    for told in story["meeting"]:
        preparing = Preparing(cast, timeline, told)
        preparing.plan()
        if told["status"] in ("closed", "in session"):
            Holding(cast, timeline, told, referring).plan()
        if told["status"] == "closed":
            Aftermath(cast, timeline, told).plan()
    for told in story.get("book_action", ()):
        timeline.at(at_local(cast.day(told["day"]), time(15)), partial(_settle, cast, told))
    for told in story.get("reassigned", ()):
        timeline.at(at_local(cast.day(told["day"]), time(11)), partial(_reassign, cast, told))
    for left_on in _days_of_leaving(cast, now):
        timeline.at(at_local(left_on, time(0, 5)), _hand_over)
    for morning in _last_mornings(now):
        timeline.at(morning, _remind)
    for told in story.get("series", ()):
        timeline.at(now, partial(_series, cast, story["meeting"], told))
    timeline.play()
    return cast


def _join(cast: Cast, told: Told, at: datetime) -> None:
    user, group = cast.user(told["user"]), cast.group(told["group"])
    db.session.add(GroupMember(group_id=group.id, user_id=user.id, role=GroupRole(told["role"]), since=local_date(at)))


def _draw_area(cast: Cast, told: Told, _at: datetime) -> None:
    """One district is the group's area; of several, the area is drawn up from their LSOAs."""
    group = cast.group(told["group"])
    districts = db.session.scalars(
        select(District).where(District.partnership_id == cast.partnership_id, District.name.in_(told["districts"]))
    ).all()
    group.area_name = ", ".join(told["districts"])
    if len(districts) == 1:
        group.district_id = districts[0].id
        return
    group.district_id = None
    codes = db.session.scalars(
        select(Incident.lsoa_code)
        .where(Incident.district_id.in_([district.id for district in districts]))
        .distinct()
        .order_by(Incident.lsoa_code)
    )
    group.area_lsoas = [GroupLsoa(lsoa_code=code) for code in codes]


def _register(cast: Cast, told: Told, _at: datetime) -> None:
    registered = at_local(cast.day(told["registered_day"]), time(10))
    decided = "decided_by" in told
    row = Provider(
        partnership_id=cast.partnership_id,
        agency_id=cast.agency(told["agency"]).id,
        pathway_key=told["pathway"],
        status=ProviderStatus(told["state"]),
        capacity=told["capacity"],
        contact=told["contact"],
        area=told["area"],
        registered_at=registered,
        registered_by_id=cast.user(told["registered_by"]).id,
        decided_at=at_local(cast.day(told["decided_day"]), time(10)) if decided else None,
        decided_by_id=cast.user(told["decided_by"]).id if decided else None,
    )
    db.session.add(row)
    db.session.flush()
    for name in told["staff"]:
        begin(row, cast.user(name).id, on=local_date(registered))


def _share(cast: Cast, told: Told, at: datetime) -> None:
    case = cast.case(told["ref"])
    actor = cast.actor("bronwen.tate", at)
    for key in told["agencies"]:
        agency = cast.agency(key)
        if agency.id != case.lead_agency_id:
            share_with_agency(
                actor,
                case=case,
                agency_id=agency.id,
                grounds=Grounds(told["basis"], told.get("condition", NO_CONDITION), "The plan for this case"),
                now=at,
                on=local_date(at),
            )


def _incident(cast: Cast, told: Told, at: datetime) -> None:
    incident = add_incident(
        cast.actor("samir.hussain", at),
        case=cast.case(told["case"]),
        happened_on=cast.day(told["day"]),
        what=told["what"],
        reported_to_id=cast.agency(told["reported_to"]).id,
        hate=told.get("hate", False),
        strands=[Strand(name) for name in told.get("strands", ())],
        perceived_by=Perceiver(told.get("perceived_by", Perceiver.NOT_SAID)),
        now=at,
    )
    if "complaint" in told:
        keep_what_was_said(cast, incident, told["complaint"], at)
    if "answered" in told:
        _answer_hate(cast, incident.id, told["answered"], at + timedelta(days=1))


def _answer_hate(cast: Cast, incident_id: int, done: str, at: datetime) -> None:
    """Whoever chairs the steering group says what was done: nobody else is named for it in the story."""
    report = db.session.scalars(select(HateReport).where(HateReport.incident_id == incident_id)).one()
    target = report_in(queue_of(cast.partnership_id, on=local_date(at)), report.id)
    say_what_was_done(cast.actor(HEAD, at), target=target, version=report.version, done=done, now=at)


def _settle(cast: Cast, told: Told, at: datetime) -> None:
    """What the story's people did about an action of the books."""
    action = db.session.scalars(
        select(Action).where(Action.partnership_id == cast.partnership_id, Action.ref == told["ref"])
    ).one()
    settle_action(cast.actor(told["by"], at), action, told, at)


def _last_mornings(now: datetime) -> Sequence[datetime]:
    """The last working mornings on which reminders went out."""
    mornings = (at_local(local_date(now) - timedelta(days=day), Config.digest_at) for day in range(3 * MORNINGS))
    return [morning for morning in mornings if morning <= now and is_time(morning, Config.digest_at)][:MORNINGS]


def _remind(at: datetime) -> None:
    """What was due or late then; caught at once, since some of it is done later that day."""
    make_digests(now=at, hour=Config.digest_at)
    catch_what_was_sent()


def _reassign(cast: Cast, told: Told, at: datetime) -> None:
    """An action of the books that went to somebody else."""
    action = db.session.scalars(
        select(Action).where(Action.partnership_id == cast.partnership_id, Action.ref == told["ref"])
    ).one()
    user = cast.user(told["user"])
    assert user.agency_id is not None
    reassign(
        cast.actor(told["by"], at),
        action=action,
        version=action.version,
        owner_agency_id=user.agency_id,
        owner_user_id=user.id,
        note=told["note"],
        now=at,
        on=local_date(at),
    )


def _days_of_leaving(cast: Cast, now: datetime) -> Sequence[date]:
    """When an agency left before the telling."""
    left = select(PartnershipAgency.left_on).where(
        PartnershipAgency.partnership_id == cast.partnership_id, PartnershipAgency.left_on <= local_date(now)
    )
    return [day for day in db.session.scalars(left.distinct()) if day is not None]


def _hand_over(at: datetime) -> None:
    """What a worker's sweep does on the day on which an agency leaves."""
    hand_over_what_is_left(now=at, on=local_date(at))


def _series(cast: Cast, meetings: Sequence[Told], told: Told, at: datetime) -> None:
    """The group goes on as it met: on the weekday of its first meeting told, a while after its last."""
    group = cast.group(told["group"])
    leaders = select(GroupMember.user_id).where(GroupMember.group_id == group.id, GroupMember.role != GroupRole.MEMBER)
    user = db.session.get_one(User, db.session.scalars(leaders.order_by(GroupMember.id)).first())
    days = [cast.meeting_day(each["day"]) for each in meetings if each["group"] == told["group"]]
    interval = timedelta(weeks=told["every"] * (WEEKS_OF_A_MONTH if told["frequency"] == "monthly" else 1))
    start_series(
        cast.actor(user.email.partition("@")[0], at),
        group=group,
        rule=Rule(
            frequency=Frequency(told["frequency"]),
            weekday=Weekday(min(days).weekday()),
            start=max(days) + interval * LEAST_APART,
            every=told["every"],
            nth=told.get("nth"),
        ),
        starts=time.fromisoformat(told["time"]),
        length_minutes=told["minutes"],
        venue=group.venue,
        now=at,
    )
