"""A family name that the person shares with somebody else: where it is rather the other's. Pure.

In Martin Ashdown's papers "Ashdown" may be he. "D. Ashdown" is not, where a Dawn Ashdown is known, and "Mrs Ashdown"
may be she. `proposals` leaves both; whoever decides is asked about them besides.
"""

from collections.abc import Iterable, Iterator, Sequence

from core.facts import MaskReason
from core.masking.crowd import Known
from core.masking.folding import listed
from core.masking.names import Name
from core.masking.passages import WITHIN, Span, merged
from core.masking.proposing import Passage
from core.masking.reading import TITLES, Reading
from core.masking.text import Text

SET_APART = TITLES | listed("other elder older younger")
"""What a family name stands after that is not the given name's."""


def titles_of(texts: Iterable[Text], subject: Known) -> frozenset[str]:
    """The titles that those texts give the person, before their whole name alone: Mr Martin Ashdown."""
    own = subject.name
    return frozenset(title for text in texts if text.text.strip() for title in _titles_in(Reading(text.text), own))


def namesakes(
    texts: Iterable[Text], subject: Known, others: Sequence[Known], *, own_titles: frozenset[str] = frozenset()
) -> list[Passage]:
    """What to mask in those texts besides: a family name of the person's that is rather one of the others'.

    With an initial that is one of theirs and not the person's; with a title that is not among `own_titles`, of whom all
    of the person's texts tell (`titles_of`). Without those every title counts, the person's own, too.
    """
    own = subject.name
    sharing = [name for name in (each.name for each in others) if _shared(name, own)]
    if not sharing:
        return []
    return [
        Passage(text.place, block)
        for text in texts
        if text.text.strip() and text.whole is None
        for block, _ in merged(text.text, _spans(Reading(text.text), own, sharing, own_titles), across=WITHIN)
    ]


def _shared(name: Name, own: Name) -> frozenset[str]:
    return (name.family & own.family) - name.particles


def _spans(reading: Reading, own: Name, sharing: Sequence[Name], own_titles: frozenset[str]) -> Iterator[Span]:
    words = reading.words
    for name in sharing:
        initials = _firsts(name) - _firsts(own)
        for n in sorted(set().union(*(reading.standing.get(part, ()) for part in _shared(name, own)))):
            first = _before(reading, n, name, initials, own_titles)
            if first is not None:
                yield Span(words[first].starts, words[n].ends, MaskReason.THIRD_PARTY)
            elif n + 1 < len(words) and words[n + 1].gap in (" ", ", ") and words[n + 1].letters[:1] in initials:
                yield Span(words[n].starts, words[n + 1].ends, MaskReason.THIRD_PARTY)


def _before(reading: Reading, n: int, name: Name, initials: frozenset[str], own_titles: frozenset[str]) -> int | None:
    """Where what sets the family name apart begins, if anything does."""
    words, begins = reading.words, n
    while begins and words[begins].is_joined and words[begins - 1].forms[0] in name.particles:
        begins -= 1
    first = begins
    while first and words[first].is_joined and words[first - 1].letters:
        first -= 1
    titled = reading.is_after_title(first, SET_APART)
    if first < begins:
        return (first - 1 if titled else first) if words[first].letters[0] in initials else None
    return first - 1 if titled and words[first - 1].forms[0] not in own_titles else None


def _firsts(name: Name) -> frozenset[str]:
    return frozenset(part[0] for part in name.given)


def _titles_in(reading: Reading, own: Name) -> Iterator[str]:
    for n, word in enumerate(reading.words):
        if not reading.is_after_title(n):
            continue
        after = reading.words[n + 1] if n + 1 < len(reading.words) else None
        is_whole = after is not None and after.is_joined and not own.family.isdisjoint(after.forms)
        if is_whole and not own.given.isdisjoint(word.forms):
            yield reading.words[n - 1].forms[0]
