"""One line of typing read as an action: "Homes to visit and check the tenancy by next Friday".

Pure: who could do it and the day on which it is said are arguments. Nothing is guessed silently: what was understood is
shown in the ordinary form to be confirmed, and every word that is not the owner's or the due date's stays in the text.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from core.recording.due_words import Moment, said_at_the_beginning, said_at_the_end

MOST_NAME_WORDS = 8
SHORTEST_BEGINNING = 3
"""Letters of which a beginning is taken for the name: fewer begin too many ordinary words."""


@dataclass(frozen=True, slots=True)
class Doer:
    """An agency, or a person of one, that may be named at the beginning of a line; `also`: short names of it."""

    name: str
    agency_id: int
    user_id: int | None = None
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Understood:
    """What a line says. `owner_words` and `due_words` are the words that were taken out of the text for each."""

    text: str
    owner: Doer | None = None
    due: date | None = None
    owner_words: str = ""
    due_words: str = ""
    could_be: tuple[str, ...] = ()
    """Whom the beginning fits equally well, where it fits more than one: none of them is proposed."""


_AROUND = " .,;:!?()[]{}\"'“”‘’–—-"
_LINKS = ("is to", "are to", "has to", "have to", "agreed to", "to", "will", "shall", "should", "must")
_NOT = frozenset({"not", "never", "no", "be"})
"""After "will" and the like: no longer what somebody undertakes."""
_LEFT_OUT = frozenset({"the", "and", "&", "of"})


def understand(line: str, doers: Sequence[Doer], at: Moment) -> Understood:
    """Who is to do what until when, as far as the line says so. Never raises, whatever the line holds."""
    tokens = line.split()
    text, due, due_words = _due(tokens, at)
    rest, owner, owner_words, could_be = _owner(text, doers)
    if not any(map(_plain, rest)):
        return Understood(" ".join(tokens))  # nothing would be left to do
    return Understood(_as_text(rest), owner, due, " ".join(owner_words), " ".join(due_words), could_be)


def acronym(name: str) -> str:
    """`YJS` for "Youth Justice Service": what people call an agency of several words. "" for one of a single word."""
    words = [word for word in map(_plain, re.split(r"[\s/-]+", name)) if word and word not in _LEFT_OUT]
    return "".join(word[0] for word in words) if len(words) > 1 else ""


def _due(tokens: list[str], at: Moment) -> tuple[list[str], date | None, list[str]]:
    words = [_plain(token) for token in tokens]
    said = said_at_the_end(words, at)
    if said is not None:
        return tokens[: -said.words], said.day, tokens[-said.words :]
    said = said_at_the_beginning(words, at)
    if said is not None:
        return tokens[said.words :], said.day, tokens[: said.words]
    return tokens, None, []


def _owner(tokens: list[str], doers: Sequence[Doer]) -> tuple[list[str], Doer | None, list[str], tuple[str, ...]]:
    """What is left of the line, whose it is, and the words that said so; or between whom it cannot be told."""
    words = [_plain(token) for token in tokens]
    could_be: tuple[str, ...] = ()
    best: tuple[int, int] | None = None
    found: tuple[Doer, int] | None = None
    for count in range(1, min(MOST_NAME_WORDS, len(tokens) - 1) + 1):
        link = _link_after(tokens, words, count)
        if link is None:
            continue
        rank, fitting = _fitting(words[:count], doers)
        if len(fitting) > 1:
            could_be = could_be or tuple(doer.name for doer in fitting)
        # A name written out goes before a part of one, and of two names written out the longer.
        elif fitting and (best is None or (rank, -count) < best if rank == 0 else best is None):
            best, found = (rank, -count), (fitting[0], count + link)
    if found is None:
        return tokens, None, [], could_be
    owner, taken = found
    return tokens[taken:], owner, tokens[:taken], ()


def _link_after(tokens: Sequence[str], words: Sequence[str], count: int) -> int | None:
    """How many words after so many say that what stands before them is to do what comes; None where none do."""
    if tokens[count - 1].endswith(":"):
        return 0
    if not words[count]:
        return 1  # a dash
    for link in _LINKS:
        said = link.split()
        after = count + len(said)
        if list(words[count:after]) == said and not (len(words) > after and words[after] in _NOT):
            return len(said)
    return None


def _fitting(words: Sequence[str], doers: Iterable[Doer]) -> tuple[int, list[Doer]]:
    """How well those words name somebody (0: written out), and all whom they name that well."""
    said = _without_small_words(words)
    ranked = [(rank, doer) for doer in doers if (rank := _rank(said, doer)) is not None]
    best = min((rank for rank, _ in ranked), default=0)
    return best, [doer for rank, doer in ranked if rank == best]


def _rank(said: Sequence[str], doer: Doer) -> int | None:
    if not said:
        return None
    name = _words_of(doer.name)
    if said == name:
        return 0
    if any(said == _words_of(short) for short in doer.also if short):
        return 1
    places = range(len(name) - len(said) + 1)
    if any(name[place : place + len(said)] == said for place in places):
        return 2
    begun = any(all(map(str.startswith, name[place:], said)) for place in places)
    return 3 if begun and all(len(word) >= SHORTEST_BEGINNING for word in said) else None


def _words_of(name: str) -> list[str]:
    return _without_small_words([_plain(word) for word in name.split()])


def _without_small_words(words: Iterable[str]) -> list[str]:
    return [word for word in words if word and word not in _LEFT_OUT]


def _plain(token: str) -> str:
    """A word for comparing: without capitals and without what stands around it."""
    return token.replace("’", "'").casefold().strip(_AROUND)


def _as_text(tokens: Sequence[str]) -> str:
    """A sentence's words: without the comma or dash that parted it from the rest, beginning with a capital."""
    text = " ".join(tokens).strip(" ,;:–—-")
    first = text[:1]
    return (first.upper() if len(first.upper()) == 1 and first.upper().lower() == first else first) + text[1:]
