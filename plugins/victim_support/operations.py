"""Writes of the register, each in the transaction of the move that brings it."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from core.plugin_api import ReferralFacts, session
from plugins.victim_support import queries
from plugins.victim_support.contact import Kind, Need
from plugins.victim_support.models import Assessment, Contact, Entry


def keep_entry(referral: ReferralFacts[Any], payload: Any, *, partnership_id: int, closed_on: date | None) -> Entry:
    """Make the referral's entry, or bring it in step with what the referral says after a move."""
    assert referral.id is not None and referral.provider_id is not None and referral.progress is not None
    entry = queries.entry_of(referral.id)
    if entry is None:
        entry = Entry(
            referral_id=referral.id,
            referral_ref=referral.ref,
            partnership_id=partnership_id,
            opened_on=referral.progress.opened_on,
        )
        session().add(entry)
    entry.provider_id = referral.provider_id
    entry.way, entry.instruction, entry.reach = payload.way, payload.instruction, payload.reach
    entry.worker, entry.updates, entry.every = payload.worker, payload.updates, payload.every
    entry.contacted_on, entry.updated_on, entry.closed_on = payload.contacted_on, payload.updated_on, closed_on
    session().flush()
    return entry


def keep_measures(entry: Entry, measures: Mapping[str, str]) -> None:
    """Keep what the victim answered to the three outcome measures, if they were asked."""
    for key, answer in measures.items():
        setattr(entry, key, answer)
    session().flush()


def log_contact(entry: Entry, *, made_on: date, kind: Kind, way: str, by: str, said: str) -> None:
    """Add a line to the contact log."""
    session().add(Contact(entry_id=entry.id, made_on=made_on, kind=kind, way=way, by=by, said=said))
    session().flush()


def keep_assessment(entry: Entry, answers: Mapping[str, Any], *, at_start: bool) -> None:
    """Keep what was found of all eight needs."""
    session().add(
        Assessment(
            entry_id=entry.id,
            made_on=date.fromisoformat(answers["done_on"]),
            at_start=at_start,
            found=answers.get("found") or "",
            **{need: answers[need] for need in Need},
        )
    )
    session().flush()
