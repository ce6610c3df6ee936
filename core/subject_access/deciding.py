"""What waits for a decision, put together so that the same words are decided on once. Pure but for what it is given."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from core.facts import MaskReason
from core.masking.passages import Span, pieces_of, without_masked
from core.subject_access.closed import OPEN, Closed, without_closed, words_of
from core.subject_access.lists import LiftReason
from core.subject_access.models import AccessMask
from core.subject_access.pack import Held, Pack
from core.subject_access.shown import Masks

AROUND, MOST_PLACES = 90, 3
"""Characters shown on either side of a passage, and places of the same words that are shown."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a passage stands, with the words around it."""

    where: str
    before: str
    words: str
    after: str


@dataclass(frozen=True, slots=True)
class Alike:
    """Masks over the same words for the same reason, with some of the places; `first` stands for all of them."""

    first: int
    masks: tuple[int, ...]
    words: str
    reason: MaskReason
    whole: bool
    fixed: bool
    places: tuple[Place, ...]
    decided: str
    """What was decided, in words; empty while nothing was."""
    why: str
    limit: str = ""
    """What it was given under."""

    @property
    def number(self) -> int:
        """How many there are."""
        return len(self.masks)


def given_words(masks: Iterable[AccessMask], pack: Pack, in_force: Masks, closed: Closed = OPEN) -> Sequence[Alike]:
    """What is shown though it was proposed to be masked, as it is given: without what is masked within it."""
    texts = _texts(pack)
    lifted = [mask for mask in masks if mask.kept is False]
    by_id = {mask.id: mask for mask in lifted}
    return [
        replace(each, words=_given(by_id[each.first], texts[by_id[each.first].place][1], in_force, closed), places=())
        for each in alike(lifted, pack, closed)
    ]


def _given(mask: AccessMask, text: Held, in_force: Masks, closed: Closed) -> str:
    spans = [
        Span(max(0, span.starts - mask.starts), min(mask.ends, span.ends) - mask.starts, span.reason)
        for span in in_force.get(mask.place, ())
        if span.starts < mask.ends and mask.starts < span.ends
    ]
    ranges = [(max(0, starts - mask.starts), ends - mask.starts) for starts, ends in closed.get(mask.place, ())]
    whole = pieces_of(text.text[mask.starts : mask.ends], spans)
    pieces = without_masked(without_closed(whole, [each for each in ranges if each[1] > 0]))
    return "".join(f"[masked: {piece.reason}]" if piece.reason is not None else piece.text for piece in pieces)


def alike(masks: Iterable[AccessMask], pack: Pack, closed: Closed = OPEN) -> Sequence[Alike]:
    """Masks by the words that they lie over, in the order of the pack: those that are decided on alike are together.

    `closed`: what their reader does not see of it.
    """
    texts = _texts(pack)
    order = {place: n for n, place in enumerate(texts)}
    groups: dict[tuple[object, ...], list[AccessMask]] = {}
    standing = [mask for mask in masks if mask.place in texts]
    for mask in sorted(standing, key=lambda each: (order[each.place], each.starts, each.id)):
        words = texts[mask.place][1].text[mask.starts : mask.ends]
        decided = (mask.reason, mask.kept, mask.lifted_because, mask.note, mask.fixed)
        key = (" ".join(words.casefold().split()), *decided, texts[mask.place][1].limit)
        groups.setdefault(key, []).append(mask)
    return [_alike(found, texts, closed) for found in groups.values()]


def _texts(pack: Pack) -> Mapping[str, tuple[str, Held]]:
    """Place -> where that is, in words, and the text."""
    return {
        text.place: (f"{part.agency}: {section.heading}, {entry.title}, {text.label}", text)
        for part in pack.parts
        for section in part.sections
        for entry in section.entries
        for text in entry.texts
    }


def _alike(found: Sequence[AccessMask], texts: Mapping[str, tuple[str, Held]], closed: Closed) -> Alike:
    first = found[0]
    text = texts[first.place][1]
    return Alike(
        first=first.id,
        masks=tuple(mask.id for mask in found),
        words=words_of(text.text, first.starts, first.ends, closed.get(first.place, ())),
        reason=first.reason,
        whole=(first.starts, first.ends) == (0, len(text.text)),
        fixed=first.fixed,
        places=tuple(_place(mask, texts, closed) for mask in found[:MOST_PLACES]),
        decided=_decided(first.kept, first.reason, first.lifted_because),
        why=first.note,
        limit=text.limit,
    )


def _decided(kept: bool | None, reason: MaskReason, because: LiftReason | None) -> str:
    if kept is None:
        return ""
    return f"Kept masked: {reason}" if kept else f"Shown: {because}"


def _place(mask: AccessMask, texts: Mapping[str, tuple[str, Held]], closed: Closed) -> Place:
    where, held = texts[mask.place]
    starts, ends = max(0, mask.starts - AROUND), min(len(held.text), mask.ends + AROUND)
    hidden = closed.get(mask.place, ())
    return Place(
        where=where,
        before=("… " if starts else "") + words_of(held.text, starts, mask.starts, hidden),
        words=words_of(held.text, mask.starts, mask.ends, hidden),
        after=words_of(held.text, mask.ends, ends, hidden) + (" …" if ends < len(held.text) else ""),
    )
