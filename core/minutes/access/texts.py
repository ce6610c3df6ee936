"""What of an item one person's copy holds: its texts, each at a place of its own, in the order in which they are read.

Pure, and made of the frozen record: what a place holds never changes, so that a mask's characters stay the same ones.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from core.dates import in_words
from core.disclosures.withheld import NOTHING, Withheld
from core.documents.render import ordinal
from core.facts import ActionStatus, Audience, EntryKind, ItemOutcome, MaskReason, Row, Visibility
from core.masking.text import Text
from core.minutes.corrections.recorded import CorrectionNote
from core.minutes.record import Parties, RecordedAction, RecordedEntry, RecordedItem, RecordedReferral, RecordedSection

AUDIENCES = frozenset({Audience.ATTENDEES, Audience.CHAIR})
"""Whose rows of a referral the minutes hold for those who make the copy: a provider answers for its own."""

HEADINGS = (
    (EntryKind.INFORMATION, "Information shared"),
    (EntryKind.DISCUSSION, "Discussion"),
    (EntryKind.DECISION, "Decision"),
)


@dataclass(frozen=True, slots=True)
class Line:
    """A text with what stands around it: whose information it is, what is never masked, and what became of it."""

    text: Text
    before: Text | None = None
    after: str = ""
    then: Text | None = None

    def texts(self) -> Iterator[Text]:
        """Every text of it."""
        yield from (text for text in (self.before, self.text, self.then) if text is not None)


@dataclass(frozen=True, slots=True)
class Block:
    """Lines under one heading. `kind`: "decision", "action" or nothing, for how they look."""

    heading: str
    lines: tuple[Line, ...]
    kind: str = ""


@dataclass(frozen=True, slots=True)
class ItemTexts:
    """An item of the copy. `meta` and `risk` name nobody; `agencies` are those whose people were there for it.

    `about_them`: the case is about the person; otherwise it is about somebody else, and names them.
    """

    id: int
    number: int
    title: Text
    meta: str
    agencies: tuple[str, ...]
    risk: str
    blocks: tuple[Block, ...]
    about_them: bool = True

    def texts(self) -> Iterator[Text]:
        """Every text of it."""
        yield self.title
        for block in self.blocks:
            for line in block.lines:
                yield from line.texts()


@dataclass(frozen=True, slots=True)
class Besides:
    """What an item's texts are made of besides the item: whose referrals, what was noted later, what was put right."""

    own_referrals: frozenset[str] = frozenset()
    """References of the person's own."""
    alone: bool = False
    """The case names nobody else."""
    closing: tuple[tuple[int, RecordedSection], ...] = ()
    """Sections after the last item that are about its case, with their number there."""
    corrections: tuple[tuple[int, CorrectionNote], ...] = ()
    """Corrections of the item that are in effect, with their id."""
    withheld: Withheld = NOTHING
    """What was given in a complaint and is not for them."""


def item_texts(item: RecordedItem, besides: Besides) -> ItemTexts:
    """What the copy of somebody whom the item's case names holds of it.

    Who attended is told as agencies. Who presented it, who declared an interest, who wrote an entry and which person
    does an action is not told.
    """
    at = f"item:{item.id}"
    speakers = tuple(sorted({entry.author for entry in item.entries if _is_information(entry) and entry.author}))
    written = [
        Block(
            heading,
            tuple(
                _entry(entry, speakers, besides.withheld.entries.get(entry.id, ""))
                for entry in item.entries
                if entry.kind is kind
            ),
            "decision" if kind is EntryKind.DECISION else "",
        )
        for kind, heading in HEADINGS
    ]
    limit = besides.withheld.cases.get(item.case_id or 0, "")
    quoted = next(
        (besides.withheld.entries[each.id] for each in item.entries if each.id in besides.withheld.entries), ""
    )
    blocks = (
        _said("Why it was listed", f"{at}:reason", item.reason, speakers, limit),
        _said("Why it came late", f"{at}:late", item.late_reason, speakers),
        Block("Actions from last time", tuple(_actions(item.earlier_actions)), "action"),
        *written,
        _said("Why it ended so", f"{at}:outcome", item.outcome_reason, speakers),
        Block("Actions agreed", tuple(_actions(item.actions)), "action"),
        *(_referral(f"{at}:referral:{n}", each, besides.own_referrals) for n, each in enumerate(item.referrals)),
        *(_section(f"{at}:section:{n}", each, alone=besides.alone) for n, each in enumerate(item.sections)),
        *(_section(f"section:{n}", each, alone=besides.alone) for n, each in besides.closing),
        Block(
            "Corrected since",
            tuple(_correction(number, note, speakers, quoted) for number, note in besides.corrections),
        ),
    )
    return ItemTexts(
        id=item.id,
        number=item.number,
        title=Text(f"{at}:title", item.title, whole=_whole(limit), limit=limit),
        meta=_meta(item),
        agencies=tuple(sorted({each.agency for each in item.heard_by if each.agency}, key=str.casefold)),
        risk=item.risk,
        blocks=tuple(block for block in blocks if block.lines),
    )


def of_somebody_else(item: ItemTexts, names_them: Callable[[str], bool]) -> ItemTexts:
    """The same item for somebody whom its case names and is not about: what does not name them is masked whole."""

    def part(text: Text) -> Text:
        return text if text.whole is not None or names_them(text.text) else replace(text, whole=MaskReason.THIRD_PARTY)

    def part_of(line: Line) -> Line:
        then = part(line.then) if line.then is not None else None
        return replace(line, text=part(line.text), then=then)

    return replace(
        item,
        title=part(item.title),
        risk="",
        blocks=tuple(replace(block, lines=tuple(map(part_of, block.lines))) for block in item.blocks),
        about_them=False,
    )


def _is_information(entry: RecordedEntry) -> bool:
    return entry.kind is EntryKind.INFORMATION or entry.visibility is not Visibility.EVERYONE


def _whole(limit: str) -> MaskReason | None:
    return MaskReason.SOURCE if limit else None


def _said(heading: str, place: str, text: str, speakers: tuple[str, ...], limit: str = "") -> Block:
    said = Text(place, text, whole=_whole(limit), speakers=speakers, limit=limit)
    return Block(heading, (Line(said),) if text else ())


def _entry(entry: RecordedEntry, speakers: tuple[str, ...], limit: str) -> Line:
    """A decision stays, whoever made it; what was told to some alone, or in a complaint whose limit is that, is masked
    whole, as who told it would show.
    """
    decides = entry.kind is EntryKind.DECISION
    limit = "" if decides else limit
    confided = (entry.visibility is not Visibility.EVERYONE or bool(limit)) and not decides
    source = entry.source.name if entry.source is not None else ""
    return Line(
        Text(
            f"entry:{entry.id}",
            entry.text,
            whole=MaskReason.SOURCE if confided else None,
            sources=(source,) if source and not decides else (),
            speakers=speakers,
            limit=limit,
        ),
        before=Text(f"entry:{entry.id}:source", source, whole=None if decides else MaskReason.SOURCE)
        if source
        else None,
    )


def _actions(actions: Iterable[RecordedAction]) -> Iterator[Line]:
    for action in actions:
        standing = f": {action.status}" if action.status is not ActionStatus.OPEN else ""
        why = f", {action.not_done_reason}" if action.not_done_reason else ""
        after = f"{action.owner.name}, by {in_words(action.due_on)}{standing}{why} ({action.ref})"
        outcome = Text(f"action:{action.id}:outcome", action.outcome) if action.outcome else None
        yield Line(Text(f"action:{action.id}", action.text), after=after, then=outcome)


def _referral(place: str, referral: RecordedReferral, own: Collection[str]) -> Block:
    """Whose referral it is the record does not say: one that is not known for the person's own is masked whole."""
    text = _rows(referral.pathway, referral.rows, referral.parties)
    return Block("Referral", (Line(Text(place, text, whole=None if referral.ref in own else MaskReason.THIRD_PARTY)),))


def _section(place: str, section: RecordedSection, *, alone: bool) -> Block:
    """What a pathway added. It may be about anybody whom the case names."""
    text = _rows(section.title, section.rows, section.parties)
    shown = bool(section.note or any(row.audiences & AUDIENCES for row in section.rows))
    line = Line(Text(place, text, whole=None if alone else MaskReason.THIRD_PARTY))
    return Block("Also noted", (line,) if shown else ())


def _correction(number: int, note: CorrectionNote, speakers: tuple[str, ...], limit: str) -> Line:
    """One of an item that holds something not to be told may quote it."""
    was = f"Instead of: “{note.was}”\n" if note.was else ""
    text = Text(f"correction:{number}", f"{was}Read: “{note.now}”", whole=_whole(limit), speakers=speakers, limit=limit)
    return Line(text, after=f"Agreed on {in_words(note.on)}, {note.reference}")


def _rows(title: str, rows: Iterable[Row], parties: Parties) -> str:
    to = f" (to {parties.provider.name})" if parties.provider is not None else ""
    return "\n".join((f"{title}{to}", *(f"{row.label}: {row.value}" for row in rows if row.audiences & AUDIENCES)))


def _meta(item: RecordedItem) -> str:
    carried = item.outcome is ItemOutcome.CARRIED_FORWARD and item.times_carried
    outcome = item.outcome.capitalize() + (f" for the {ordinal(item.times_carried + 1)} time" if carried else "")
    return " · ".join(each for each in (item.case_ref, "Urgent" if item.urgent else "", outcome) if each)
