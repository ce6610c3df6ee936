"""What meetings hold: nominations, research, and what was said. Of approved minutes the frozen record counts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload, raiseload

from core.canonical import from_plain
from core.clock import local_date
from core.dates import in_words
from core.extensions import db
from core.facts import EntryKind, MaskReason, MinutesStatus, Row, Visibility
from core.meetings.models import AgendaItem, Meeting, Nomination, Research
from core.minutes.access.texts import AUDIENCES
from core.minutes.models import Correction, Minutes, MinutesComment
from core.minutes.record import RecordedItem
from core.recording.models import Entry as Written
from core.subject_access.gathering.cases import names_of_accounts
from core.subject_access.gathering.shelf import Kind, Shelf, Writer, facts
from core.subject_access.gathering.whom import Whom
from core.subject_access.pack import Entry, Held


@dataclass(frozen=True, slots=True)
class _Said:
    """Something said at an item: `source` is the agency whose information it was."""

    id: int
    kind: EntryKind
    text: str
    source: int | None
    confided: bool
    author: str
    struck: bool = False


def put_meetings(shelf: Shelf, whom: Whom, write: Writer) -> None:
    """Everything under the items of their cases. Eight queries, however many meetings there were."""
    items = db.session.scalars(
        select(AgendaItem)
        .join(Meeting, Meeting.id == AgendaItem.meeting_id)
        .where(AgendaItem.case_id.in_(whom.case_ids))
        .order_by(Meeting.starts_at, AgendaItem.id)
        .options(joinedload(AgendaItem.meeting).joinedload(Meeting.group), raiseload("*"))
    ).all()
    written = _written(items)
    people = names_of_accounts({each.author_id for each in written})
    frozen = _frozen(items)
    for item in items:
        own = [_as_said(each, people) for each in written if each.item_id == item.id]
        record = frozen.get(item.id)
        if record is not None:
            struck = [each for each in own if each.struck]
            _put_item(shelf, item, [*(_recorded(record)), *struck], write, reason=record.reason, outcome=record)
        else:
            _put_item(shelf, item, own, write, reason=item.reason, outcome=None)
        if record is not None:
            _put_sections(shelf, item, record, write)
    _put_nominations(shelf, whom, write)
    _put_research(shelf, items, write)
    _put_corrections(shelf, items, write)
    _put_comments(shelf, items, write)


def _frozen(items: Sequence[AgendaItem]) -> Mapping[int, RecordedItem]:
    """Item id -> how approved minutes hold it. Of each record only those items are read. One query."""
    wanted = {item.id for item in items}
    rows = db.session.scalars(
        select(Minutes.record).where(
            Minutes.meeting_id.in_({item.meeting_id for item in items}), Minutes.status == MinutesStatus.APPROVED
        )
    )
    found: dict[int, RecordedItem] = {}
    for record in rows:
        plain: Sequence[Mapping[str, Any]] = (record or {}).get("items", ())
        found |= {each["id"]: from_plain(RecordedItem, each) for each in plain if each["id"] in wanted}
    return found


def _written(items: Sequence[AgendaItem]) -> Sequence[Written]:
    return db.session.scalars(
        select(Written)
        .where(Written.item_id.in_([item.id for item in items]))
        .order_by(Written.id)
        .options(raiseload("*"))
    ).all()


def _as_said(entry: Written, people: Mapping[int, str]) -> _Said:
    return _Said(
        entry.id,
        entry.kind,
        entry.text,
        entry.source_agency_id,
        entry.visibility is not Visibility.EVERYONE,
        people.get(entry.author_id, ""),
        struck=entry.struck_at is not None,
    )


def _recorded(item: RecordedItem) -> Iterable[_Said]:
    for entry in item.entries:
        yield _Said(
            entry.id,
            entry.kind,
            entry.text,
            entry.source.id if entry.source is not None else None,
            entry.visibility is not Visibility.EVERYONE,
            entry.author,
        )


def _put_item(
    shelf: Shelf,
    item: AgendaItem,
    said: Sequence[_Said],
    write: Writer,
    *,
    reason: str,
    outcome: RecordedItem | None,
) -> None:
    """What no one agency said stands with all of them, the rest with whoever said it."""
    at = f"item:{item.id}"
    speakers = sorted({each.author for each in said if each.kind is EntryKind.INFORMATION or each.confided})
    together: list[Held] = [
        *write.held(
            "Why it was listed",
            f"{at}:reason",
            reason,
            case_id=item.case_id,
            speakers=speakers,
            limit=write.withheld.cases.get(item.case_id or 0, ""),
        ),
        *write.held("Why it came late", f"{at}:late", outcome.late_reason if outcome else "", case_id=item.case_id),
        *write.held(
            "Why it ended so",
            f"{at}:outcome",
            outcome.outcome_reason if outcome is not None else item.outcome_reason,
            case_id=item.case_id,
            speakers=speakers,
        ),
        *write.held("Why it was taken off", f"{at}:off", item.taken_off_reason, case_id=item.case_id),
    ]
    by_agency: dict[int | None, list[Held]] = {None: together}
    for each in said:
        label = f"{str(each.kind).capitalize()}{', struck out later' if each.struck else ''}"
        decides = each.kind is EntryKind.DECISION
        limit = "" if decides else write.withheld.entries.get(each.id, "")
        confided = each.confided and not decides
        # Told to some alone, or not to be told at all: who told it would show.
        by_agency.setdefault(None if confided or limit else each.source, []).extend(
            write.held(
                label,
                f"entry:{each.id}{':struck' if each.struck else ''}",
                each.text,
                case_id=item.case_id,
                whole=MaskReason.SOURCE if confided else None,
                speakers=() if decides else speakers,
                limit=limit,
            )
        )
    is_about = item.case_id in write.about_them
    for agency_id, texts in by_agency.items():
        shown = (
            ("Outcome", item.outcome),
            ("Risk agreed", item.risk_agreed if is_about else ""),
        )
        shelf.put(
            agency_id,
            Kind.MEETINGS,
            Entry(
                title=_meeting(item.meeting),
                facts=facts(*shown) if agency_id is None else (),
                texts=tuple(texts),
            ),
        )


def _meeting(meeting: Meeting) -> str:
    return f"{meeting.group.name}, {in_words(meeting.starts_at)} ({meeting.ref})"


def _put_sections(shelf: Shelf, item: AgendaItem, record: RecordedItem, write: Writer) -> None:
    """What pathways added to approved minutes: it may be about anybody whom the case names."""
    for n, section in enumerate(record.sections):
        text = _rows(section.title, section.rows)
        if text:
            shelf.put(
                section.parties.provider.id if section.parties.provider is not None else None,
                Kind.MEETINGS,
                Entry(
                    title=_meeting(item.meeting),
                    texts=write.held(
                        "Also noted",
                        f"item:{item.id}:section:{n}",
                        text,
                        case_id=item.case_id,
                        whole=MaskReason.THIRD_PARTY,
                    ),
                ),
            )


def _rows(title: str, rows: Iterable[Row]) -> str:
    shown = [f"{row.label}: {row.value}" for row in rows if row.audiences & AUDIENCES]
    return "\n".join((title, *shown)) if shown else ""


def _put_nominations(shelf: Shelf, whom: Whom, write: Writer) -> None:
    rows = db.session.scalars(
        select(Nomination)
        .where(Nomination.case_id.in_(whom.case_ids))
        .order_by(Nomination.id)
        .options(joinedload(Nomination.meeting).joinedload(Meeting.group), raiseload("*"))
    )
    for each in rows:
        at = f"nomination:{each.id}"
        limit = write.withheld.cases.get(each.case_id, "")
        shelf.put(
            None if limit else each.agency_id,
            Kind.NOMINATIONS,
            Entry(
                title=_meeting(each.meeting),
                facts=facts(("Asked on", local_date(each.made_at)), ("What became of it", each.status)),
                texts=(
                    *write.held("Why", f"{at}:reason", each.reason, case_id=each.case_id, limit=limit),
                    *write.held("What was asked of others", f"{at}:asks", each.asks, case_id=each.case_id),
                    *write.held("Why it came late", f"{at}:late", each.late_reason, case_id=each.case_id),
                    *write.held("What was answered", f"{at}:decision", each.decision_reason, case_id=each.case_id),
                ),
            ),
        )


def _put_research(shelf: Shelf, items: Sequence[AgendaItem], write: Writer) -> None:
    by_id = {item.id: item for item in items}
    rows = db.session.scalars(
        select(Research).where(Research.item_id.in_(by_id)).order_by(Research.id).options(raiseload("*"))
    )
    for each in rows:
        item = by_id[each.item_id]
        if each.answered_at is None:
            continue
        shelf.put(
            each.agency_id,
            Kind.RESEARCH,
            Entry(
                title=_meeting(item.meeting),
                facts=facts(
                    ("Answered on", local_date(each.answered_at)), ("Answer", "Nothing held" * each.nothing_held)
                ),
                texts=write.held("What it found", f"research:{each.id}", each.text, case_id=item.case_id),
            ),
        )


def _items_with_limits(write: Writer) -> Mapping[int, str]:
    """Item id -> the limit of something that was shared there: a correction may quote it. One query."""
    entries = write.withheld.entries
    rows = db.session.execute(select(Written.item_id, Written.id).where(Written.id.in_(entries)).order_by(Written.id))
    return {item_id: entries[entry_id] for item_id, entry_id in rows if item_id is not None}


def _put_corrections(shelf: Shelf, items: Sequence[AgendaItem], write: Writer) -> None:
    by_id = {item.id: item for item in items}
    rows = db.session.scalars(
        select(Correction).where(Correction.item_id.in_(by_id)).order_by(Correction.id).options(raiseload("*"))
    )
    quoted = _items_with_limits(write)
    for each in rows:
        item, at = by_id[each.item_id or 0], f"correction:{each.id}"
        limit = quoted.get(item.id, "")
        whole = MaskReason.SOURCE if each.visibility is not Visibility.EVERYONE else None
        texts = (
            ("Instead of", f"{at}:passage", each.passage),
            ("Read", f"{at}:proposed", each.proposed),
            ("Why", f"{at}:reason", each.reason),
            ("What was decided", f"{at}:decision", each.decision_note),
        )
        shelf.put(
            each.agency_id,
            Kind.CORRECTIONS,
            Entry(
                title=_meeting(item.meeting),
                facts=facts(("Proposed on", local_date(each.proposed_at)), ("What became of it", each.status)),
                texts=write.several(texts, case_id=item.case_id, whole=whole, limit=limit),
            ),
        )


def _put_comments(shelf: Shelf, items: Sequence[AgendaItem], write: Writer) -> None:
    by_id = {item.id: item for item in items}
    rows = db.session.scalars(
        select(MinutesComment)
        .where(MinutesComment.item_id.in_(by_id))
        .order_by(MinutesComment.id)
        .options(raiseload("*"))
    )
    for each in rows:
        item, at = by_id[each.item_id or 0], f"comment:{each.id}"
        shelf.put(
            None,
            Kind.MEETINGS,
            Entry(
                title=f"Remark on the minutes: {_meeting(item.meeting)}",
                texts=(
                    *write.held("Remark", f"{at}:text", each.text, case_id=item.case_id),
                    *write.held("What was done", f"{at}:done", each.settled_note, case_id=item.case_id),
                ),
            ),
        )
