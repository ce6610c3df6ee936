"""What pathways say under agenda items, as far as it is for the reader."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from core import plugin_host
from core.facts import LEADING_ROLES, Actor, Audience
from core.meetings.agenda.queries import Agenda, OpenReferral, open_referrals_of
from core.meetings.models import Meeting
from core.plugin_api.facts import AgendaEntry, ReferralGlimpse


def annotations_for(actor: Actor, meeting: Meeting, agenda: Agenda) -> tuple[Mapping[int, list[str]], list[str]]:
    """Sentences by item id, and what to say of plugins that did not answer. One query, none of them by item."""
    referrals = open_referrals_of(agenda.open_cases)
    if not referrals:
        return {}, []
    by_case: dict[int, list[OpenReferral]] = defaultdict(list)
    for row in referrals:
        by_case[row.case_id].append(row)
    entries = [
        AgendaEntry(
            item_id=line.id,
            number=line.number,
            case_id=line.case_id,
            referrals=tuple(_glimpse(row) for row in by_case[line.case_id]),
        )
        for line in agenda.lines
        if line.case_id in by_case
    ]
    audiences = {row.id: _audiences(actor, meeting, row) for row in referrals}
    sentences: dict[int, list[str]] = defaultdict(list)
    silent = []
    for answer in plugin_host.ask("roundtable_agenda_annotations", entries=entries, viewer=actor):
        if isinstance(answer, plugin_host.Unavailable):
            silent.append(answer.text)
            continue
        for note in _for_reader(answer.values, audiences):
            sentences[note.item_id].append(note.text)
    return sentences, silent


def _for_reader(notes: Sequence[Any], audiences: Mapping[int, frozenset[Audience]]) -> list[Any]:
    return [note for note in notes if note.audiences & audiences.get(note.referral_id, frozenset())]


def _glimpse(row: OpenReferral) -> ReferralGlimpse:
    return ReferralGlimpse(
        id=row.id,
        ref=row.ref,
        pathway=row.pathway,
        stage=row.stage,
        stage_title=row.stage_title,
        since=row.since,
        due=row.due,
    )


def _audiences(actor: Actor, meeting: Meeting, row: OpenReferral) -> frozenset[Audience]:
    """Before the meeting its group's members stand for those who will hear the item."""
    audiences = set()
    role = actor.groups.get(meeting.group_id)
    if role is not None:
        audiences.add(Audience.ATTENDEES)
    if role in LEADING_ROLES:
        audiences.add(Audience.CHAIR)
    if actor.agency_id == row.provider_agency_id:
        audiences.add(Audience.PROVIDER)
    if actor.agency_id == row.referrer_agency_id:
        audiences.add(Audience.REFERRER)
    return frozenset(audiences)
