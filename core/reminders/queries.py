"""What somebody is reminded of on a day: references, groups and dates, and no word of anybody."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, exists, func, or_, select

from core.accounts.models import User
from core.accounts.queries import actor_as_of
from core.actions.models import IS_OPEN, Action
from core.admin.queries import actors_of
from core.audit.models import AuditRecord
from core.audit.reading import much_read
from core.cases.queries import groups_hearing
from core.clock import at_local, local_date
from core.extensions import db
from core.facts import RECORDING_ROLES, Actor, AdminRole
from core.hate.queries import waiting_for as hate_waiting_for
from core.home.duties import Owed, duties_of
from core.home.queries import action_not_recused, nominations_to_decide, not_recused, research_to_answer
from core.home.stranded import stranded_for
from core.partnerships.agencies.queries import agencies_in
from core.partnerships.belonging import belongs, sits
from core.partnerships.clocks import agenda_due
from core.partnerships.models import Group, GroupMember, Partnership, PartnershipAgency
from core.partnerships.signatures import SignatureState
from core.partnerships.terms.queries import ClocksInForce, clocks_in
from core.people.history.waiting import waiting_for as rectifications_waiting_for
from core.policy.partnerships import partnership_admin
from core.referrals.lengths import groups_of_referrals
from core.referrals.models import Referral
from core.reminders.schedule import Days, days_reminded_of, reminds_of_signature, reminds_on_any
from core.retention.queries import waiting_for as lists_waiting_for
from core.standards.queries import due_to_people
from core.subject_access.queries import waiting_for
from core.working_days import add_working_days

MOST = 500
"""Lines of a kind that are looked for. A mail shows the first of them."""


class Kind(StrEnum):
    """What a line is about: the headings of the mail, in its order."""

    ACTIONS = "Actions of your agency"
    RESEARCH = "Research to answer"
    REFERRALS = "Referrals to your agency"
    NOMINATIONS = "Nominations to decide"
    GROUPS = "To do for your groups"
    PEOPLE = "Keeping complainants and victims informed"
    HATE = "Hate incidents"
    REQUESTS = "Requests for one’s own data"
    LISTS = "Lists of what is due to be erased"
    RECTIFICATIONS = "Requests to set something right"
    SIGNATURES = "Signatures of the Information Sharing Protocol"
    READING = "Much opened in a short time"


@dataclass(frozen=True, slots=True)
class Reminder:
    """One line. `what` names nobody and is one line of text; `path` leads to the page on which to do it."""

    kind: Kind
    what: str
    due: date
    path: str
    told: str = ""
    """What stands beside the day instead of how late it is, where nothing is due."""


@dataclass(frozen=True, slots=True)
class Digest:
    """What somebody is reminded of in one partnership."""

    partnership: str
    reminders: Sequence[Reminder]


def people_to_remind(*, on: date) -> Sequence[User]:
    """Every account that is not retired and wants the mail, of an agency that belongs to a partnership on that day."""
    inside = select(PartnershipAgency.agency_id).where(belongs(on))
    return db.session.scalars(
        select(User).where(User.retired_at.is_(None), User.daily_mail, User.agency_id.in_(inside)).order_by(User.id)
    ).all()


TOLD = "digests:"
"""What the trail calls the digests of a day: with the day behind it."""

CAUGHT_UP = 5
"""Working days of which a digest tells at most, when no worker ran on those before."""


def told_on(on: date) -> bool:
    """Whether the digests of that day have been made."""
    return bool(db.session.scalar(select(exists().where(AuditRecord.object == f"{TOLD}{on.isoformat()}"))))


def days_to_tell_of(on: date) -> tuple[date, ...]:
    """The working days of which that day's digest tells: those since the last digests before it, itself last."""
    before = db.session.scalar(
        select(func.max(AuditRecord.object)).where(
            AuditRecord.object >= f"{TOLD}0", AuditRecord.object < f"{TOLD}{on.isoformat()}"
        )
    )
    if before is None:
        return (on,)
    last = date.fromisoformat(before.removeprefix(TOLD))
    days = (add_working_days(on, -number) for number in range(CAUGHT_UP - 1, 0, -1))
    return (*(day for day in days if day > last), on)


def digests_for(user: User, days: Days, *, now: datetime) -> Sequence[Digest]:
    """What this person is reminded of on those days, by partnership; their rights are those of this moment."""
    on = local_date(now)
    here = db.session.execute(
        select(Partnership.id, Partnership.name)
        .join(PartnershipAgency, PartnershipAgency.partnership_id == Partnership.id)
        .where(PartnershipAgency.agency_id == user.agency_id, belongs(on))
        .order_by(Partnership.name, Partnership.id)
    ).all()
    digests = []
    for partnership_id, name in here:
        actor = actor_as_of(user.id, partnership_id, on=on)
        if actor.in_partnership and (found := reminders_for(actor, clocks_in(partnership_id), days, now=now)):
            digests.append(Digest(name, found))
    return digests


def reminders_for(actor: Actor, clocks: ClocksInForce, days: Days, *, now: datetime) -> Sequence[Reminder]:
    """All that the actor is reminded of on those days, by kind, the longest due first. A fixed number of queries."""
    before = _signatures(actor, days)
    if not actor.signatory:
        return before  # there is nothing else that they could open
    return [
        *_actions(actor, clocks, days),
        *_research(actor, clocks, days, now=now),
        *_referrals(actor, clocks, days),
        *_nominations(actor, clocks, days, now=now),
        *_stranded(actor, clocks, days, now=now),
        *_duties(actor, clocks, days, now=now),
        *_to_people(actor, clocks, days),
        *_requests(actor, clocks, days),
        *_hate(actor, clocks, days),
        *_rectifications(actor, clocks, days),
        *_lists(actor, clocks, days),
        *before,
        *_reading(actor, days),
    ]


def _actions(actor: Actor, clocks: ClocksInForce, days: Days) -> list[Reminder]:
    """Open actions of the actor's agency: those in their name, and of groups that they sit in those in nobody's."""
    rows = db.session.execute(
        select(Action.id, Action.ref, Action.due_on, Group.name)
        .join(Group, Group.id == Action.group_id)
        .where(
            Action.partnership_id == actor.partnership_id,
            Action.owner_agency_id == actor.agency_id,
            IS_OPEN,
            _due(clocks, days),
            _theirs(actor, days[-1]),
            action_not_recused(actor),
        )
        .order_by(Action.due_on, Action.id)
        .limit(MOST)
    )
    return [Reminder(Kind.ACTIONS, f"{ref}, {_line(group)}", due, f"/actions/{id_}") for id_, ref, due, group in rows]


def _due(clocks: ClocksInForce, days: Days) -> ColumnElement[bool]:
    """Of an Action: its day is one that its group's clocks remind of on those days."""
    differing = {id_: days_reminded_of(days, own) for id_, own in clocks.of_groups.items()}
    usual = Action.due_on.in_(days_reminded_of(days, clocks.own))
    return or_(
        and_(usual, Action.group_id.not_in(differing)) if differing else usual,
        *(and_(Action.group_id == id_, Action.due_on.in_(due)) for id_, due in differing.items()),
    )


def _theirs(actor: Actor, on: date) -> ColumnElement[bool]:
    """Of an Action of the actor's agency: it is in their name, or in that of nobody who is there to do it.

    Then it is for those of the agency who sit in its group, and where nobody does for its single point of contact.
    """
    sits_in = [group_id for group_id, role in actor.groups.items() if role in RECORDING_ROLES]
    named = exists().where(
        User.id == Action.owner_user_id, User.retired_at.is_(None), User.agency_id == Action.owner_agency_id
    )
    seated = (
        exists()
        .where(GroupMember.group_id == Action.group_id, GroupMember.role.in_(RECORDING_ROLES), sits(on))
        .where(User.id == GroupMember.user_id, User.agency_id == actor.agency_id, User.retired_at.is_(None))
    )
    is_contact = exists().where(
        PartnershipAgency.partnership_id == actor.partnership_id,
        PartnershipAgency.agency_id == actor.agency_id,
        func.lower(PartnershipAgency.spoc).in_((actor.name.lower(), actor.email.lower())),
    )
    return or_(
        Action.owner_user_id == actor.user_id,
        and_(~named, Action.group_id.in_(sits_in)),
        and_(~named, ~seated, is_contact),
    )


def _research(actor: Actor, clocks: ClocksInForce, days: Days, *, now: datetime) -> list[Reminder]:
    return [
        Reminder(
            Kind.RESEARCH,
            f"{row.asked} {'request' if row.asked == 1 else 'requests'}, {_line(row.group)}, {row.ref}",
            row.due_on,
            f"/meetings/{row.meeting_id}/research",
        )
        for row in research_to_answer(actor, now=now, on=days[-1])
        if reminds_on_any(row.due_on, days, clocks.of(row.group_id))
    ]


def _referrals(actor: Actor, clocks: ClocksInForce, days: Days) -> list[Reminder]:
    """Open referrals to providers whose staff the actor is, with a clock: on the days of any group they are about."""
    of_any = {day for each in (clocks.own, *clocks.of_groups.values()) for day in days_reminded_of(days, each)}
    rows = db.session.execute(
        select(Referral.id, Referral.ref, Referral.stage_due, Referral.case_id, Referral.item_id)
        .where(
            Referral.provider_id.in_(actor.staff_of),
            Referral.closed_at.is_(None),
            Referral.stage_due.in_(of_any),
            not_recused(actor, Referral.case_id),
        )
        .order_by(Referral.stage_due, Referral.id)
        .limit(MOST)
    ).all()
    groups = groups_of_referrals((row.id, row.case_id, row.item_id) for row in rows)
    return [
        Reminder(Kind.REFERRALS, f"{row.ref}, next step", row.stage_due, f"/referrals/{row.id}")
        for row in rows
        if row.stage_due is not None
        and any(reminds_on_any(row.stage_due, days, each) for each in clocks.of_each(groups[row.id]))
    ]


def _nominations(actor: Actor, clocks: ClocksInForce, days: Days, *, now: datetime) -> list[Reminder]:
    """Nominations for a group that the actor leads, an escalated case's included: to be decided before the agenda goes.

    Told on the first working day after the newest was made, and then as everything else that is due.
    """
    found = []
    for row in nominations_to_decide(actor, now=now):
        due = agenda_due(local_date(row.starts_at), clocks.of(row.group_id))
        is_new = add_working_days(local_date(row.made_at), 1) in days
        if is_new or reminds_on_any(due, days, clocks.of(row.group_id)):
            waiting = "1 nomination" if row.number == 1 else f"{row.number} nominations"
            what = f"{waiting}, {_line(row.group)}, {row.ref}"
            found.append(Reminder(Kind.NOMINATIONS, what, due, f"/meetings/{row.meeting_id}/nominations"))
    return found


def _stranded(actor: Actor, clocks: ClocksInForce, days: Days, *, now: datetime) -> list[Reminder]:
    """Cases carried forward too often that came before no steering group, counted from the meeting that did it."""
    return [
        Reminder(
            Kind.NOMINATIONS,
            f"{each.ref}, carried forward {each.times} times, {_line(each.group)}",
            each.on,
            f"/meetings/groups/{each.steering_id}/new" if each.steering_id is not None else "/meetings",
            "waits for a meeting of a steering group",
        )
        for each in stranded_for(actor, clocks, now=now)
        if reminds_on_any(each.on, days, clocks.own)
    ]


_PAGES = {
    Owed.AGENDA: "/meetings/{}/agenda",
    Owed.ACTIONS: "/meetings/{}/actions/send",
    Owed.MINUTES: "/meetings/{}/minutes",
    Owed.ACCESS: "/meetings/{}/minutes",
}
"""Where a duty is done. What the agencies owe is not among them: they are reminded of it themselves."""


def _duties(actor: Actor, clocks: ClocksInForce, days: Days, *, now: datetime) -> list[Reminder]:
    return [
        Reminder(
            Kind.GROUPS,
            f"{duty.step}, {_line(duty.group)}, {duty.ref}",
            duty.due,
            _PAGES[duty.owed].format(duty.meeting_id),
        )
        for duty in duties_of(actor, clocks, now=now)
        if duty.owed in _PAGES and reminds_on_any(duty.due, days, clocks.of(duty.group_id))
    ]


def _to_people(actor: Actor, clocks: ClocksInForce, days: Days) -> list[Reminder]:
    """Their agency's own from before it is due; to those who lead a group once it is late."""
    soonest = max(each.reminder_before for each in (clocks.own, *clocks.of_groups.values()))
    found = due_to_people(actor, until=add_working_days(days[-1], soonest), on=days[-1])
    groups = groups_hearing({each.case_id for each in found})
    return [
        Reminder(
            Kind.PEOPLE, f"{each.ref}: {each.owed}", each.due, f"/cases/{each.case_id}/people/{each.person_id}/contact"
        )
        for each in found
        if any(reminds_on_any(each.due, days, its) for its in clocks.of_each(groups[each.case_id]))
    ]


def _hate(actor: Actor, clocks: ClocksInForce, days: Days) -> list[Reminder]:
    """What waits for whoever answers for hate incidents: told on the day after it was flagged, and until it is seen."""
    found = hate_waiting_for(actor, on=days[-1])
    if found is None:
        return []
    waits = "1 incident waits" if found.number == 1 else f"{found.number} incidents wait"
    is_new = any(add_working_days(local_date(moment), 1) in days for moment in found.flagged_at)
    if not (is_new or reminds_on_any(found.due_on, days, clocks.own)):
        return []
    return [Reminder(Kind.HATE, f"{waits} to be looked at", found.due_on, "/hate")]


def _rectifications(actor: Actor, clocks: ClocksInForce, days: Days) -> list[Reminder]:
    """Requests to set something right: told on the day after one was recorded, and as the first falls due."""
    found = rectifications_waiting_for(actor)
    if found is None:
        return []
    waits = "1 request waits" if found.number == 1 else f"{found.number} requests wait"
    is_new = any(add_working_days(local_date(moment), 1) in days for moment in found.recorded_at)
    if not (is_new or reminds_on_any(found.due_on, days, clocks.own)):
        return []
    return [Reminder(Kind.RECTIFICATIONS, f"{waits} for an answer", found.due_on, "/rectifications")]


def _requests(actor: Actor, clocks: ClocksInForce, days: Days) -> list[Reminder]:
    """Requests of people for what is held about them: to the data leads, and to whoever can release what is ready.

    One that waits for a release is told of on the day after it began to; one whose person has not shown who they are
    has no day, and is told of on the first working day after it was received.
    """
    found = []
    for each in waiting_for(actor, today=days[-1]):
        request = each.request
        is_new = add_working_days(each.since, 1) in days
        if is_new or (each.due is not None and reminds_on_any(each.due, days, clocks.own)):
            what = f"{request.ref}: {each.what}"
            told = "" if each.due is not None else "who they are is not shown yet"
            found.append(Reminder(Kind.REQUESTS, what, each.due or request.received_on, each.path, told))
    return found


def _lists(actor: Actor, clocks: ClocksInForce, days: Days) -> list[Reminder]:
    """Lists of what is to be erased that wait for the actor's approval: on the day after they were made, and then as
    what is due. What is on them is due already; their day is that on which they were made.
    """
    found = []
    for each in lists_waiting_for(actor):
        made = local_date(each.made_at)
        if add_working_days(made, 1) in days or reminds_on_any(made, days, clocks.own):
            what = f"{each.month:%B %Y}: waits for your approval"
            told = "made on that day"
            found.append(Reminder(Kind.LISTS, what, made, f"/data-protection/retention/lists/{each.id}", told))
    return found


def _signatures(actor: Actor, days: Days) -> list[Reminder]:
    """Signatures that run out or ran out: to the partnership's administrators those of all agencies, and to an agency's
    administrator and its single point of contact its own.
    """
    if actor.partnership_id is None:
        return []
    everybody = bool(partnership_admin(actor))
    known_by = {actor.name.lower(), actor.email.lower()}
    found = []
    for line in agencies_in(actor.partnership_id, on=days[-1]):
        own = line.id == actor.agency_id and (AdminRole.AGENCY_ADMIN in actor.roles or line.spoc.lower() in known_by)
        last = line.signature.day if line.signature.state in _WITH_AN_END else None
        if last is not None and (everybody or own) and reminds_of_signature(last, days):
            found.append(Reminder(Kind.SIGNATURES, _line(line.name), last, f"/partnership/agencies/{line.id}"))
    return sorted(found, key=lambda reminder: reminder.due)


_WITH_AN_END = (SignatureState.SIGNED, SignatureState.RUNS_OUT_SOON, SignatureState.LAPSED)


def _reading(actor: Actor, days: Days) -> list[Reminder]:
    """That accounts opened unusually much on the days since the last digest. Whose they are, the page alone says."""
    if actor.partnership_id is None or not (partnership_admin(actor) or AdminRole.AUDITOR in actor.roles):
        return []
    since, until = add_working_days(days[0], -1), days[-1]
    spells = much_read(
        since=at_local(since, time(0)), until=at_local(until, time(0)), actors=actors_of(actor.partnership_id)
    )
    accounts = len({spell.actor for spell in spells})
    if not accounts:
        return []
    what = "1 account" if accounts == 1 else f"{accounts} accounts"
    most = max(spell.things for spell in spells)
    day = local_date(max(spell.last for spell in spells))
    told = f"up to {most} things with names in one hour"
    return [Reminder(Kind.READING, what, day, "/admin/trail/much-read", told)]


LONGEST_NAME = 80
"""Characters of a group's name in a line."""


def _line(name: str) -> str:
    """A group's name as a part of a line: imported names may hold a line break."""
    return " ".join(name.split())[:LONGEST_NAME]
