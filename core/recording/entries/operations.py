"""Writing under an item: information shared, discussion, decisions, the risk agreed."""

from collections.abc import Iterable
from datetime import datetime

from core import audit
from core.cases.timeline import note_event
from core.database import version_of_values
from core.disclosures.consents import Said, keep_for_entry, require_usable
from core.errors import Refused, Stale
from core.extensions import db
from core.facts import FOR_NAMED, Actor, EntryKind, Risk, Visibility
from core.meetings.models import AgendaItem
from core.policy.recording import choose_readers, take_back_striking
from core.policy.room import keeps_record
from core.recording.items.operations import subjects_of
from core.recording.models import Entry, EntryAgency
from core.recording.numbers import take_number_to_record, take_number_to_write

ANOTHER_AGENCY = "Only the chair, the coordinator and the minute-taker may record what another agency shared."


def share(
    actor: Actor,
    *,
    item: AgendaItem,
    kind: EntryKind,
    text: str,
    now: datetime,
    source_agency_id: int | None = None,
    visibility: Visibility = Visibility.EVERYONE,
    named: Iterable[int] = (),
    said: Said | None = None,
) -> Entry:
    """Write information shared, discussion or a decision under an item.

    Information has a source agency, the actor's own unless said, and a visibility; the rest is for everyone at the
    item. `said`: of what was given in a complaint, what its provider said to its use; for these agencies only, it is
    for nobody else. Raises Refused for another agency's information, for "named agencies" without any, and for what
    goes no further than the agency that took the complaint.
    """
    if kind is not EntryKind.INFORMATION:
        source_agency_id, visibility, named, said = None, Visibility.EVERYONE, (), None
    else:
        require_usable(said)
        if said is not None and said.for_some:
            visibility, named = Visibility.AGREED, said.agencies
        source_agency_id = source_agency_id or actor.agency_id
        if source_agency_id != actor.agency_id and not keeps_record(actor, item.meeting):
            raise Refused(ANOTHER_AGENCY)
    entry = Entry(
        meeting_id=item.meeting_id,
        item_id=item.id,
        kind=kind,
        text=text,
        source_agency_id=source_agency_id,
        visibility=visibility,
        author_id=actor.user_id,
        written_at=now,
        named_agencies=_named(visibility, named),
    )
    db.session.add(entry)
    db.session.flush()
    if said is not None and item.case_id is not None:
        keep_for_entry(actor, entry=entry, case_id=item.case_id, said=said, now=now)
    take_number_to_write(actor, item.meeting, item=item)
    audit.record(
        actor,
        audit.Category.COLLECTION,
        "entry.write",
        object=f"entry:{entry.id}",
        subjects=subjects_of(item),
        purpose=f"meeting:{item.meeting_id}",
        payload={"kind": kind.value, "text": text, "visibility": visibility.value},
    )
    return entry


def change_entry(
    actor: Actor, *, entry: Entry, version: int, text: str, visibility: Visibility, named: Iterable[int], now: datetime
) -> None:
    """Change what was written; of what is struck out, that is taken back, too.

    Raises Stale with what is stored now when somebody else saved first, and Refused for more readers than the actor
    may let in, and for what is not the actor's to take back.
    """
    if version != entry.version:
        raise Stale(
            {
                "text": entry.text,
                "visibility": entry.visibility.value,
                "named": [link.agency_id for link in entry.named_agencies],
            },
            told={"State": "Struck out"} if entry.struck_at else {},
        )
    restoring = take_back_striking(actor, entry)
    if not restoring:
        raise Refused(restoring.reason)
    if entry.kind is not EntryKind.INFORMATION:
        visibility, named = Visibility.EVERYONE, ()
    if entry.visibility is Visibility.AGREED:  # whoever gave it in a complaint said for whom it is
        visibility, named = entry.visibility, [link.agency_id for link in entry.named_agencies]
    named = tuple(named)
    verdict = choose_readers(actor, entry, visibility=visibility, named=named)
    if not verdict:
        raise Refused(verdict.reason, field="visibility")
    entry.text = text
    entry.visibility = visibility
    wanted = _named(visibility, named)
    kept = {link.agency_id: link for link in entry.named_agencies}
    entry.named_agencies = [kept.get(link.agency_id, link) for link in wanted]
    entry.changed_at = now
    entry.struck_at = entry.struck_by_id = None
    _written(actor, entry, "entry.change", payload={"text": text, "visibility": visibility.value})


def strike_entry(actor: Actor, *, entry: Entry, now: datetime) -> None:
    """Strike it out: it stays, marked, and does not reach the minutes."""
    if entry.struck_at is None:
        entry.struck_at = now
        entry.struck_by_id = actor.user_id
        _written(actor, entry, "entry.strike")


def restore_entry(actor: Actor, *, entry: Entry) -> None:
    """Take the striking out back."""
    if entry.struck_at is not None:
        entry.struck_at = entry.struck_by_id = None
        _written(actor, entry, "entry.restore")


def risk_as_it_stands(item: AgendaItem) -> str:
    """What the form of the risk begins with: the risk agreed at the item, else the case's own; "" without a case."""
    return item.risk_agreed or (item.case.risk.value if item.case is not None else "")


def version_of_risk(item: AgendaItem) -> int:
    """The version that the form of the risk goes by: of what it begins with, and whether the meeting agreed that.

    Neither the item's own version nor the case's will do: both rise with much that the form does not show, and the
    form would tell of conflicts that there are not.
    """
    return version_of_values(item.risk_agreed, risk_as_it_stands(item))


def agree_risk(actor: Actor, *, item: AgendaItem, version: int, risk: Risk, now: datetime) -> None:
    """The level of risk that the meeting agrees: noted in the item, and the case's from now on.

    `version` is `version_of_risk` as it was read. Raises Stale with what is stored when somebody else agreed one first.
    """
    if item.case is None:
        raise Refused("A risk is agreed for a case.")
    if version != version_of_risk(item):
        raise Stale({"risk": risk_as_it_stands(item)})
    before = item.case.risk
    item.risk_agreed = risk.value
    item.case.risk = risk
    item.case.updated_at = now
    db.session.flush()
    if before is not risk:
        note_event(
            item.case_id,
            now=now,
            kind="risk",
            text=f"Risk changed from {before.value} to {risk.value} ({item.meeting.ref})",
            actor=actor,
            link=f"meeting:{item.meeting_id}",
        )
    take_number_to_record(actor, item.meeting, item=item)
    audit.record(
        actor,
        audit.Category.ALTERATION,
        "risk.agree",
        object=f"item:{item.id}",
        subjects=subjects_of(item),
        payload={"risk": risk.value},
    )


def _named(visibility: Visibility, named: Iterable[int]) -> list[EntryAgency]:
    if visibility not in FOR_NAMED:
        return []
    links = [EntryAgency(agency_id=agency_id) for agency_id in dict.fromkeys(named)]
    if not links and visibility is Visibility.NAMED:
        raise Refused("Choose the agencies that this is for", field="visibility")
    return links


def _written(actor: Actor, entry: Entry, action: str, *, payload: dict[str, str] | None = None) -> None:
    db.session.flush()
    take_number_to_write(actor, entry.item.meeting, item=entry.item)
    audit.record(
        actor,
        audit.Category.ALTERATION,
        action,
        object=f"entry:{entry.id}",
        subjects=subjects_of(entry.item),
        payload=payload,
    )
