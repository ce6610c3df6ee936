"""From the tables to the record: a meeting's minutes are composed, never typed again (docs/domain.md, step 7).

A fixed number of queries, whatever the length of the agenda.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TypeVar

from sqlalchemy import select

from core.actions.models import Action
from core.actions.standings import Standing
from core.documents.record import AuditHead
from core.extensions import db
from core.facts import CAME, GroupRole, MinutesStatus
from core.meetings.models import AgendaItem, Meeting
from core.meetings.order import MATTERS_ARISING
from core.minutes import sources
from core.minutes.corrections.queries import recorded_at
from core.minutes.corrections.recorded import RecordedCorrection
from core.minutes.moves import RecordedMove
from core.minutes.record import (
    AgencyName,
    AttendanceLine,
    Hearer,
    MeetingRecord,
    Parties,
    RecordedAction,
    RecordedEntry,
    RecordedItem,
    RecordedReferral,
    RecordedSection,
)
from core.minutes.spells import Chaired, Spell, chair_in_words
from core.minutes.wording.queries import newest_words
from core.partnerships.models import Agency
from core.plugin_host import Answer, Unavailable, ask
from core.recording.hours import SETTLING_IN
from core.recording.models import Absence, Attendance, Entry
from core.recording.quorum import absences_of, inquorate, quorum_of
from core.referrals.arising import all_moved_since_the_last
from core.referrals.facts import rows_as_of
from core.referrals.models import Referral
from core.referrals.queries import meeting_facts, referrals_of_cases

R = TypeVar("R", Entry, Action)


def build(meeting_id: int) -> MeetingRecord:
    """The whole record of a meeting as it stands, plugins' sections included; without an audit head yet."""
    meeting = sources.meeting_of(meeting_id)
    items = [item for item in meeting.items if item.taken_off_at is None]
    cases = {item.case_id for item in items if item.case_id is not None}
    attendance = sources.attendance_of(meeting_id)
    quorum = quorum_of(meeting, [line for line in attendance if line.presence in CAME])
    agencies = dict(db.session.execute(select(Agency.id, Agency.name)).all())
    heard = sources.heard_by_item(meeting_id)
    recused = sources.recused_by_item(meeting_id)
    entries = _by_item(sources.entries_of(meeting_id))
    words = newest_words(meeting_id)
    until = meeting.closed_at or datetime.max.replace(tzinfo=UTC)
    actions = sources.actions_of(meeting, cases, until=until)
    recorded = {
        action.id: _recorded_action(action, actions.standings[action.id], agencies, actions.people)
        for action in (*actions.agreed, *actions.earlier)
    }
    agreed = _by_item(actions.agreed)
    referrals = [referral for of_case in referrals_of_cases(cases).values() for referral in of_case]
    sections, closing = _sections(meeting, referrals, agencies, until=until)
    corrections = recorded_at(meeting_id)
    chaired = sources.chaired_by_item(meeting_id)
    return MeetingRecord(
        partnership=meeting.group.partnership.name,
        group=meeting.group.name,
        kind=meeting.group.kind,
        title=meeting.title,
        reference=meeting.ref,
        starts_at=meeting.opened_at or meeting.starts_at,
        ends_at=meeting.closed_at or meeting.ends_at,
        venue=meeting.venue,
        chair=chair_in_words(sources.handed_over(meeting_id), meeting.chair.name) if meeting.chair else "",
        minute_taker=meeting.minute_taker.name if meeting.minute_taker else "",
        status=MinutesStatus.DRAFT,
        quorum=quorum.sentence if quorum else "",
        inquorate=tuple(
            Spell(began_at=each.began_at, ended_at=each.ended_at)
            for each in inquorate(meeting, attendance, now=meeting.closed_at or meeting.ends_at)
        ),
        standstills=sources.standstills_of(meeting_id),
        adjourned_until=sources.other_day(Meeting.id == meeting.adjourned_to_id),
        continues=sources.other_day(Meeting.adjourned_to_id == meeting.id),
        attendance=_attendance_lines(
            attendance,
            sources.roles_of(meeting),
            absences_of(meeting_id),
            begun=meeting.opened_at or meeting.starts_at,
        ),
        items=tuple(
            _recorded_item(
                item,
                heard=heard[item.id],
                recused=recused[item.id],
                entries=tuple(_recorded_entry(entry, words, agencies) for entry in entries[item.id]),
                earlier=tuple(
                    recorded[action.id]
                    for action in actions.earlier
                    if item.case_id is not None and action.case_id == item.case_id
                ),
                actions=tuple(recorded[action.id] for action in agreed[item.id]),
                referrals=tuple(
                    _recorded_referral(referral, agencies, until=until)
                    for referral in sorted(referrals, key=lambda each: each.id)
                    if referral.item_id == item.id
                ),
                sections=tuple(sections[item.id]),
                corrections=corrections.get(item.id, ()),
                chaired=tuple(chaired[item.id]),
                moves=_moves(meeting) if item.heading == MATTERS_ARISING and item.case_id is None else (),
            )
            for item in items
        ),
        sections=tuple(closing),
        next_meeting=sources.next_meeting_after(meeting),
    )


def sealed(record: MeetingRecord, *, approved_by: str, approved_at: datetime, head: AuditHead) -> MeetingRecord:
    """The record as it is frozen: approved, by whom, and with the head of the trail that its copies witness."""
    return replace(
        record,
        status=MinutesStatus.APPROVED,
        approved_by=approved_by,
        approved_at=approved_at,
        audit_head=head,
    )


def _attendance_lines(
    attendance: Sequence[Attendance],
    roles: Mapping[int, GroupRole],
    absences: Mapping[int, Sequence[Absence]],
    *,
    begun: datetime,
) -> tuple[AttendanceLine, ...]:
    return tuple(
        AttendanceLine(
            user_id=line.user_id,
            name=line.name,
            agency_id=line.agency_id,
            agency=line.agency_name,
            presence=line.presence,
            role=_role_shown(roles.get(line.user_id or 0)),
            deputy_for=line.deputy_for,
            information_sent=line.information_sent,
            arrived_at=line.arrived_at if line.arrived_at and line.arrived_at > begun + SETTLING_IN else None,
            left_at=line.left_at,
            away=tuple(Spell(began_at=each.left_at, ended_at=each.back_at) for each in absences.get(line.id, ())),
        )
        for line in attendance
    )


def _role_shown(role: GroupRole | None) -> str:
    """A member is a member; the others are named as what they are."""
    return "" if role is None or role is GroupRole.MEMBER else str(role)


def _by_item(rows: Sequence[R]) -> Mapping[int, list[R]]:
    by_item: defaultdict[int, list[R]] = defaultdict(list)
    for row in rows:
        if row.item_id is not None:
            by_item[row.item_id].append(row)
    return by_item


def _recorded_entry(entry: Entry, words: Mapping[int, str], agencies: Mapping[int, str]) -> RecordedEntry:
    """An entry with the words that the minutes have for it: the record's own, or those of whoever takes them."""
    return RecordedEntry(
        id=entry.id,
        kind=entry.kind,
        text=words.get(entry.id, entry.text),
        source=_agency(entry.source_agency_id, agencies),
        visibility=entry.visibility,
        named=tuple(
            AgencyName(id=link.agency_id, name=agencies[link.agency_id])
            for link in sorted(entry.named_agencies, key=lambda link: link.agency_id)
        ),
        author=entry.author.name,
        limits=entry.limits,
    )


def _recorded_action(
    action: Action, standing: Standing, agencies: Mapping[int, str], people: Mapping[int, str]
) -> RecordedAction:
    """An action as it stood when the meeting was closed."""
    return RecordedAction(
        id=action.id,
        ref=action.ref,
        text=action.text,
        owner=AgencyName(id=standing.owner_agency_id, name=agencies[standing.owner_agency_id]),
        person=people.get(standing.owner_user_id or 0, ""),
        agreed_on=action.agreed_on,
        due_on=standing.due_on,
        status=standing.status,
        not_done_reason=standing.not_done_reason,
        outcome=standing.outcome,
    )


def _recorded_referral(referral: Referral, agencies: Mapping[int, str], *, until: datetime) -> RecordedReferral:
    """A referral made at an item, as it stood when the meeting was closed."""
    return RecordedReferral(
        ref=referral.ref,
        pathway=referral.pathway_title,
        parties=_parties(referral, agencies, until=until),
        rows=rows_as_of(referral, until),
    )


def _parties(referral: Referral, agencies: Mapping[int, str], *, until: datetime) -> Parties:
    """The agencies behind it, with those that had a part in the plan when the meeting was closed."""
    plan = (part.agency_id for part in referral.partners if part.at(until))
    return Parties(
        provider=_agency(referral.provider.agency_id, agencies),
        provider_id=referral.provider_id,
        referrer=_agency(referral.referrer_agency_id, agencies),
        plan=tuple(AgencyName(id=agency_id, name=agencies[agency_id]) for agency_id in plan),
    )


def _moves(meeting: Meeting) -> tuple[RecordedMove, ...]:
    """Referrals of the group's cases that moved since its last meeting, as their timelines tell it."""
    return tuple(
        RecordedMove(case_id=each.case_id, case_ref=each.case_ref, at=each.at, text=each.text)
        for each in all_moved_since_the_last(meeting)
    )


def _agency(agency_id: int | None, agencies: Mapping[int, str]) -> AgencyName | None:
    return None if agency_id is None else AgencyName(id=agency_id, name=agencies[agency_id])


def _recorded_item(
    item: AgendaItem,
    *,
    heard: list[Hearer],
    recused: list[Hearer],
    entries: tuple[RecordedEntry, ...],
    earlier: tuple[RecordedAction, ...],
    actions: tuple[RecordedAction, ...],
    referrals: tuple[RecordedReferral, ...],
    sections: tuple[RecordedSection, ...],
    corrections: tuple[RecordedCorrection, ...],
    chaired: tuple[Chaired, ...],
    moves: tuple[RecordedMove, ...],
) -> RecordedItem:
    return RecordedItem(
        id=item.id,
        number=item.position,
        moves=moves,
        kind=item.kind,
        title=item.case.title if item.case is not None else item.heading,
        case_id=item.case_id,
        case_ref=item.case.ref if item.case is not None else "",
        restricted=item.case.restricted if item.case is not None else False,
        urgent=item.urgent,
        reason=item.reason,
        late_reason=item.nomination.late_reason if item.nomination is not None else "",
        presenter=item.presenter_agency.name if item.presenter_agency is not None else "",
        minutes_allotted=item.minutes_allotted,
        heard_by=tuple(heard),
        recused=tuple(recused),
        earlier_actions=earlier,
        entries=entries,
        risk=item.risk_agreed,
        outcome=item.outcome,
        outcome_reason=item.outcome_reason,
        times_carried=item.times_carried,
        actions=actions,
        referrals=referrals,
        sections=sections,
        corrections=corrections,
        chaired=chaired,
    )


def _sections(
    meeting: Meeting, referrals: Sequence[Referral], agencies: Mapping[int, str], *, until: datetime
) -> tuple[Mapping[int, list[RecordedSection]], list[RecordedSection]]:
    """What the plugins add: under items, and at the end. A plugin that fails leaves a line that says so."""
    by_id = {referral.id: referral for referral in referrals}
    under: defaultdict[int, list[RecordedSection]] = defaultdict(list)
    closing: list[RecordedSection] = []
    told = meeting_facts(meeting, until=until)
    for answer in ask("roundtable_minutes_sections", told.partnership_id, record=told):
        if isinstance(answer, Unavailable):
            closing.append(RecordedSection(plugin=answer.plugin, title=answer.title, note=answer.text))
        else:
            _place(answer, by_id, agencies, under, closing, until=until)
    return under, closing


def _place(
    answer: Answer,
    referrals: Mapping[int, Referral],
    agencies: Mapping[int, str],
    under: defaultdict[int, list[RecordedSection]],
    closing: list[RecordedSection],
    *,
    until: datetime,
) -> None:
    for section in answer.values:
        referral = referrals.get(section.referral_id or 0)
        recorded = RecordedSection(
            plugin=answer.plugin,
            title=section.title,
            case_id=referral.case_id if referral is not None and section.item_id is None else None,
            parties=_parties(referral, agencies, until=until) if referral is not None else Parties(),
            rows=section.rows,
        )
        (under[section.item_id] if section.item_id is not None else closing).append(recorded)
