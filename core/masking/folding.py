"""Text as it is compared: without case, accents, and what is not seen; with the way back to the text as it stands."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from unicodedata import east_asian_width

from core.people.names import folded

APOSTROPHES = frozenset("'’‘ʼ´`ʹ′＇‛")
_TATWEEL = "\u0640"


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text. Its character `n` stands for the text's from `starts[n]` up to `ends[n]`."""

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def place(self, starts: int, ends: int) -> tuple[int, int]:
        """Where a passage of the folded text, not empty, stands in the text itself."""
        return self.starts[starts], self.ends[ends - 1]


@lru_cache(maxsize=4096)
def _bare(character: str) -> str:
    if character.isspace():
        return " "
    if character in APOSTROPHES:
        return "'"
    category = unicodedata.category(character)
    if category.startswith("M") or category in ("Cf", "Cc") or character == _TATWEEL:
        return ""
    return "-" if category == "Pd" else folded(character)


def fold(text: str) -> Folded:
    """The text, folded: a mark or a joiner belongs to the letter before it."""
    out: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for at, character in enumerate(text):
        bare = _bare(character)
        if not bare and ends:
            ends[-1] = at + 1
        for each in bare:
            out.append(each)
            starts.append(at)
            ends.append(at + 1)
    return Folded("".join(out), tuple(starts), tuple(ends))


def phrases_in(text: Folded, phrase: str) -> list[tuple[int, int]]:
    """Wherever that phrase stands as words of its own, however its blanks and dashes are set."""
    pattern = phrase_pattern(phrase)
    return [text.place(*found.span()) for found in pattern.finditer(text.text)] if pattern is not None else []


def phrase_pattern(phrase: str) -> re.Pattern[str] | None:
    """What finds that phrase in a folded text. None of one without a word."""
    parts = re.findall(r"[^\s,-]+", fold(phrase).text)
    if not parts:
        return None
    return re.compile(_edge(parts[0][0]) + r"[\s,-]{1,9}".join(map(re.escape, parts)) + _edge(parts[-1][-1]))


def _edge(character: str) -> str:
    """A word ends there, but in scripts that put no blank between words."""
    return r"\b" if character.isalnum() and not is_unspaced(character) else ""


def listed(words: str) -> frozenset[str]:
    """Words that stand with blanks between them."""
    return frozenset(words.split())


def is_unspaced(text: str) -> bool:
    """Whether it is all of a script that puts no blank between words."""
    return all(east_asian_width(character) in "WF" for character in text)
