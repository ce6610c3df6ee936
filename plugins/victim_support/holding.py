"""What the register holds about somebody, for the copy that they asked for."""

from collections.abc import Iterator, Sequence

from sqlalchemy import select

from core.plugin_api import HeldRecord, HeldText, in_its_words, session
from plugins.victim_support.contact import INTERVALS, KINDS, LEVELS, NEEDS, WAYS
from plugins.victim_support.models import Assessment, Contact, Entry

_ANSWERS = {"yes": "Yes", "no": "No", "unknown": "Not known"}


def held_about(referral_ids: Sequence[int]) -> Iterator[HeldRecord]:
    """The entry of each referral, its contact log and what was found of the needs. Three queries."""
    entries = session().scalars(select(Entry).where(Entry.referral_id.in_(referral_ids)).order_by(Entry.id)).all()
    by_id = {entry.id: entry.referral_id for entry in entries}
    for entry in entries:
        yield _entry(entry)
    logged = session().scalars(select(Contact).where(Contact.entry_id.in_(by_id)).order_by(Contact.made_on, Contact.id))
    for contact in logged:
        yield HeldRecord(
            by_id[contact.entry_id],
            f"contact:{contact.id}",
            "Contact log",
            facts=(
                ("On", contact.made_on),
                ("What", in_its_words(KINDS, contact.kind)),
                ("Way", in_its_words(WAYS, contact.way)),
            ),
            texts=(HeldText("By", contact.by), HeldText("What was said", contact.said)),
        )
    found = session().scalars(
        select(Assessment).where(Assessment.entry_id.in_(by_id)).order_by(Assessment.made_on, Assessment.id)
    )
    for each in found:
        yield HeldRecord(
            by_id[each.entry_id],
            f"assessment:{each.id}",
            "Needs, at the start" if each.at_start else "Needs, at a review",
            facts=(
                ("On", each.made_on),
                *((title, in_its_words(LEVELS, getattr(each, need))) for need, title in NEEDS.items()),
            ),
            texts=(HeldText("What was found", each.found),),
        )


def _entry(entry: Entry) -> HeldRecord:
    return HeldRecord(
        entry.referral_id,
        f"entry:{entry.id}",
        f"Register of Victim Support, {entry.referral_ref}",
        facts=(
            ("Since", entry.opened_on),
            ("How to contact the person", in_its_words(WAYS, entry.way)),
            ("Updates", in_its_words(INTERVALS, entry.every)),
            ("Updates come", in_its_words(WAYS, entry.updates)),
            ("First contact", entry.contacted_on),
            ("Last update", entry.updated_on),
            ("Closed", entry.closed_on),
            ("Coped and recovered", in_its_words(_ANSWERS, entry.coped)),
            ("Felt heard", in_its_words(_ANSWERS, entry.heard)),
            ("Safer", in_its_words(_ANSWERS, entry.safer)),
        ),
        texts=(
            HeldText("Safe contact", entry.instruction),
            HeldText("Number or address", entry.reach),
            HeldText("Named worker", entry.worker),
        ),
    )
