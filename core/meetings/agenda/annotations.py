"""What pathways say under agenda items, as far as it is for the reader."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from core import plugin_host
from core.facts import LEADING_ROLES, Actor, Audience
from core.meetings.agenda.queries import Agenda, open_referrals_of
from core.meetings.models import Meeting
from core.plugin_api.facts import AgendaEntry, ReferralGlimpse


def annotations_for(actor: Actor, meeting: Meeting, agenda: Agenda) -> tuple[Mapping[int, str], list[str]]:
    """Sentences by item id, a line each, and what to say of plugins that did not answer. One query, none by item."""
    referrals = open_referrals_of(agenda.open_cases, actor.agency_id)
    if not referrals:
        return {}, []
    by_case: dict[int, list[ReferralGlimpse]] = defaultdict(list)
    audiences: dict[int, frozenset[Audience]] = {}
    of_parts: dict[tuple[int, int, bool], frozenset[Audience]] = {}
    for case_id, id_, ref, pathway, stage, title, since, due, paused_on, provider, referrer, has_part in referrals:
        part = provider, referrer, has_part
        if part not in of_parts:  # an agenda knows many referrals and few agencies
            of_parts[part] = _audiences(actor, meeting, *part)
        audiences[id_] = of_parts[part]
        by_case[case_id].append(
            ReferralGlimpse(
                id_, ref, pathway, stage, title, since, due, paused=paused_on is not None, audiences=audiences[id_]
            )
        )
    entries = [
        AgendaEntry(line.id, line.number, line.case_id, tuple(by_case[line.case_id]))
        for line in agenda.lines
        if line.case_id in by_case
    ]
    sentences: dict[int, list[str]] = defaultdict(list)
    silent = []
    said = plugin_host.ask("roundtable_agenda_annotations", meeting.group.partnership_id, entries=entries, viewer=actor)
    for answer in said:
        if isinstance(answer, plugin_host.Unavailable):
            silent.append(answer.text)
            continue
        for note in _for_reader(answer.values, audiences):
            sentences[note.item_id].append(note.text)
    return {item_id: "\n".join(texts) for item_id, texts in sentences.items()}, silent


def _for_reader(notes: Sequence[Any], audiences: Mapping[int, frozenset[Audience]]) -> list[Any]:
    return [note for note in notes if note.audiences & audiences.get(note.referral_id, frozenset())]


def _audiences(actor: Actor, meeting: Meeting, provider: int, referrer: int, has_part: bool) -> frozenset[Audience]:
    """Before the meeting its group's members stand for those who will hear the item."""
    audiences = set()
    role = actor.groups.get(meeting.group_id)
    if role is not None:
        audiences.add(Audience.ATTENDEES)
    if role in LEADING_ROLES:
        audiences.add(Audience.CHAIR)
    if provider in actor.staff_of:
        audiences.add(Audience.PROVIDER)
    if actor.agency_id == referrer:
        audiences.add(Audience.REFERRER)
    if has_part:
        audiences.add(Audience.PLAN)
    return frozenset(audiences)
