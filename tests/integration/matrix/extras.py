"""Things in the states that only some forms are shown in."""

from datetime import timedelta

from core.accounts.passwords import hash_password
from core.cases.lists import CLOSING_REASONS
from core.cases.models import Case, CasePerson
from core.clock import utc_now
from core.extensions import db
from core.facts import ActionStatus, AdminRole, CaseStatus, EntryKind, GroupRole, PersonRole
from core.meetings.feed.operations import make_feed
from core.meetings.models import AgendaItem, Meeting
from core.minutes import operations as minutes
from core.partnerships.models import District, Group, Partnership, PartnershipAgency, Provider
from core.recording.models import Entry
from core.referrals import operations as referrals
from core.referrals import pausing
from core.referrals.models import Referral
from core.referrals.queries import case_to_refer_from, referral_of
from plugins.mentoring.models import Match, Mentor
from plugins.mentoring.pathway import Behaviour, MentoringPayload
from plugins.victim_support.contact import Way
from plugins.victim_support.payload import SupportPayload
from tests.builders import (
    PASSWORD,
    a_case,
    a_group,
    a_meeting,
    a_member,
    a_person,
    a_provider,
    a_user,
    an_action,
    an_app,
    an_item,
    today,
)
from tests.integration.matrix import things
from tests.integration.matrix.things import Ids, Table

APP_SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
"""Of the apps that people have in this world."""


def people(table: Table, theirs: Partnership) -> None:
    """A newcomer who has accepted nothing yet and wants no daily mail, a colleague at the provider, the administrator
    of an agency that is no provider, somebody whose agency belongs to two partnerships, a member with a password, and a
    chair with a calendar feed; the newcomer signs in with an app, and the coordinator is setting one up."""
    agencies, users = table.agencies, table.users
    users["newcomer"] = a_user(agencies.youth, "Nell Newcomer", group=table.group)
    users["newcomer"].daily_mail = False
    users["at the provider, too"] = a_user(agencies.mentors, "Pru Provider")
    users["homes admin"] = a_user(
        agencies.homes, "Hal Homes", admin=AdminRole.AGENCY_ADMIN, partnership=table.partnership
    )
    users["member"].password_hash = hash_password(PASSWORD)
    an_app(users["newcomer"], seed=APP_SEED)
    an_app(users["coordinator"], seed=APP_SEED, confirmed_at=None)
    make_feed(table.actor("chair"), now=utc_now())
    db.session.add(PartnershipAgency(partnership_id=theirs.id, agency_id=agencies.homes.id))


def states(table: Table, ids: Ids) -> Ids:
    """Groups that can be closed and opened again, and meetings before their agenda, their minutes, their chair."""
    panel, ended = a_group(table.partnership, "Panel"), a_group(table.partnership, "Ended Panel")
    a_member(panel, table.users["coordinator"], GroupRole.COORDINATOR)
    ended.closed_on = today()
    overdue = a_case(table.partnership, table.agencies.council, title="An overdue case", group=table.group)
    an_action(overdue, table.group, table.agencies.council, text="Long due", due_on=today() - timedelta(days=30))
    known = a_person(table.partnership, "Kit", "Known", born=today() - timedelta(days=365 * 16))
    about = a_case(table.partnership, table.agencies.council, title="Kit Known", group=table.group, subject=known)
    heard = an_item(things.get(Meeting, ids["meeting_id"]), about, position=4)
    done = a_case(table.partnership, table.agencies.council, title="A closed case", group=table.group)
    done.status, done.closed_on, done.closing_reason = CaseStatus.CLOSED, today(), CLOSING_REASONS[0]
    held = things.closed(table, ids, days_ago=21)
    drafted = things.closed(table, ids, days_ago=28)
    minutes.compose(table.actor("coordinator"), drafted, now=utc_now())
    return {
        "panel_id": panel.id,
        "ended_id": ended.id,
        "known_id": known.id,
        "known_case_id": about.id,
        "known_item_id": heard.id,
        "closed_case_id": done.id,
        "fresh_id": _fresh_meeting(table.group, ids),
        "held_id": held.id,
        "drafted_id": drafted.id,
        "settled_id": _settled_action(table, ids),
        "mentored_id": _mentored(table, ids),
        **_stood_still(table, ids),
        "struck_id": _struck_entry(ids),
        "struck_action_id": _actions_in_session(table, ids),
        "district_id": things.add(_district(table.partnership)).id,
        "newcomer_id": table.users["newcomer"].id,
        "at_provider_too_id": table.users["at the provider, too"].id,
        "retired_id": table.users["retired"].id,
        "left_agency_id": table.agencies.left.id,
    }


def _fresh_meeting(group: Group, ids: Ids) -> int:
    """A meeting to come whose agenda has not gone out."""
    case = things.get(Case, ids["case_id"])
    return a_meeting(group, starts_at=utc_now() + timedelta(days=60), cases=[case]).id


def _settled_action(table: Table, ids: Ids) -> int:
    """An action that was done."""
    action = an_action(things.get(Case, ids["case_id"]), table.group, table.agencies.police, text="Done already")
    action.status, action.settled_at = ActionStatus.DONE, utc_now()
    return action.id


def _stood_still(table: Table, ids: Ids) -> Ids:
    """A referral that is paused, one that was declined, and another scheme that could take one over."""
    a_provider(table.partnership, table.agencies.homes, "mentoring")
    paused, declined = _referred(table, ids, "Paul"), _referred(table, ids, "Dee")
    provider, now = table.actor("provider"), utc_now()
    next_week = today() + timedelta(days=7)
    pausing.pause(provider, referral=paused, reason="Away", back_on=next_week, version=paused.version, now=now)
    referrals.move(
        provider,
        referral=declined,
        transition="decline_referred",
        answers={"reason": "nobody_free"},
        version=declined.version,
        now=now,
    )
    return {"paused_id": paused.id, "declined_id": declined.id, "unsupported_id": _not_supported(table, ids)}


def _not_supported(table: Table, ids: Ids) -> int:
    """A referral for support that was not taken up: how the person is contacted safely stands all the same."""
    person = a_person(table.partnership, "Vic", "Unsupported")
    case = a_case(table.partnership, table.agencies.council, title="Vic Unsupported", group=table.group, subject=person)
    things.add(CasePerson(case_id=case.id, person_id=person.id, role=PersonRole.VICTIM))
    service = things.get(Provider, ids["support_provider_id"])
    day = today()
    made = referrals.refer(
        table.actor("member"),
        case=case_to_refer_from(case.id),
        person=person,
        provider=service,
        payload=SupportPayload(Way.PHONE, "After six", "01632 960198", "asb", "themselves", day, "To sleep"),
        now=utc_now(),
    )
    row = referral_of(made.id)
    answers, now = {"reason": "area"}, utc_now()
    provider = table.actor("provider")
    referrals.move(provider, referral=row, transition="decline", answers=answers, version=row.version, now=now)
    return row.id


def _mentored(table: Table, ids: Ids) -> int:
    """A referral for mentoring that is under way."""
    referral = _referred(table, ids, "Mel")
    referral.stage, referral.stage_title = "active", "Active"
    mentor = things.add(
        Mentor(
            provider_id=ids["provider_id"],
            partnership_id=table.partnership.id,
            agency_id=table.agencies.mentors.id,
            name="Mary Mentor",
            training_hours=20,
            certificate_until=today(),
            check_until=today(),
            capacity=1,
        )
    )
    things.add(Match(mentor_id=mentor.id, referral_id=referral.id, referral_ref=referral.ref, since=today()))
    return referral.id


def _referred(table: Table, ids: Ids, given: str) -> Referral:
    """Somebody of 15, referred to the mentoring scheme."""
    person = a_person(table.partnership, given, "Mentored", born=today() - timedelta(days=365 * 15))
    name, council = f"{given} Mentored", table.agencies.council
    case = a_case(table.partnership, council, title=name, group=table.group, subject=person)
    made = referrals.refer(
        table.actor("member"),
        case=case_to_refer_from(case.id),
        person=person,
        provider=things.get(Provider, ids["provider_id"]),
        payload=MentoringPayload(Behaviour.LIKELY, one_to_one_safe=True, on_abc=False, need="Company"),
        now=utc_now(),
    )
    return referral_of(made.id)


def _struck_entry(ids: Ids) -> int:
    """An entry of the meeting in session that was struck out."""
    return things.add(
        Entry(
            meeting_id=ids["meeting_id"],
            item_id=ids["item_id"],
            kind=EntryKind.DISCUSSION,
            text="Struck out",
            author_id=ids["user_id"],
            written_at=utc_now(),
            struck_at=utc_now(),
        )
    ).id


def _actions_in_session(table: Table, ids: Ids) -> int:
    """Two actions of the item in session: one that stands, and the one that was struck out."""
    case, item = things.get(Case, ids["case_id"]), things.get(AgendaItem, ids["item_id"])
    an_action(case, table.group, table.agencies.police, text="Write to him", item=item)
    struck = an_action(case, table.group, table.agencies.police, text="Recorded by mistake", item=item)
    struck.status = ActionStatus.STRUCK
    db.session.flush()
    return struck.id


def _district(partnership: Partnership) -> District:
    """A district of the partnership's map."""
    outline = {"type": "Polygon", "coordinates": [[[0, 0], [0, 1], [1, 1], [0, 0]]]}
    return District(partnership_id=partnership.id, code="E07000001", name="North District", geometry=outline)
