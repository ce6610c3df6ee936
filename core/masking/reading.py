"""A text as it is looked through, once for everybody: its words, with what each may be a form of, and its initials.

Pure.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from core.masking.birthdays import Day, days_in
from core.masking.folding import Folded, fold, listed
from core.masking.initials import MOST, OF_OTHERS
from core.masking.spelling import PREFIXES, WORD, singular, spelled_out, unbent

FORMAL = listed("mr mrs ms miss mx dr prof rev")
"""Titles that nothing but a name follows, however it is written."""

TITLES = FORMAL | listed("master sir lady sister brother auntie uncle")

NO_INITIALS = listed("am eu pm ps uk us")
"""What stands with full stops as initials do."""

_PROCLITICS = "وفبكل"
"""Arabic particles that are written together with the name that follows."""

_LEAST_BENT = 6
"""Letters of a word that may be a name with an ending."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text, and what it may be."""

    forms: tuple[str, ...]
    """As it stands, and without what says whose it is or that there are several, and with what it begins with."""
    bent: tuple[str, ...]
    """What it would be without the ending of another language."""
    starts: int
    ends: int
    written: str
    gap: str
    """What stands between it and the word before."""

    @property
    def is_joined(self) -> bool:
        """Nothing but a blank, a dash, an initial's full stop or an apostrophe before it."""
        return 0 < len(self.gap) <= 3 and not self.gap.strip(" .-_'")

    @property
    def is_small(self) -> bool:
        """In small letters throughout, in a script that has others."""
        return self.written == self.written.lower() != self.written.upper()

    @property
    def letters(self) -> str:
        """If it is a capital letter by itself, or O'B: which."""
        word = self.forms[0]
        alone = len(word) == 1 or (len(word) == 3 and word[1] == "'" and word[2] != "s")
        return word.replace("'", "") if alone and self.written.isupper() else ""


@dataclass(frozen=True, slots=True)
class Initials:
    """Letters that may be somebody's initials, by a key of how they stand."""

    key: str
    starts: int
    ends: int


class Reading:
    """A text, looked through."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.folded = fold(text)
        self.words: Sequence[Word] = list(_words(self.folded, text))
        self.standing: defaultdict[str, set[int]] = defaultdict(set)
        self.bent: defaultdict[str, set[int]] = defaultdict(set)
        for n, word in enumerate(self.words):
            for form in word.forms:
                self.standing[form].add(n)
            for form in word.bent:
                self.bent[form].add(n)

    @cached_property
    def initials(self) -> Sequence[Initials]:
        """What may be initials."""
        return list(_initials(self.words))

    @cached_property
    def days(self) -> Sequence[Day]:
        """Every day that it tells with its year."""
        return list(days_in(self.folded))

    def leads(self) -> set[str]:
        """Whatever in it could lead to somebody."""
        return {
            *self.standing,
            *self.bent,
            *(piece for word in self.words if "'" in word.forms[0] for piece in word.forms[0].split("'")),
            *(each.key for each in self.initials),
            *(each.key for each in self.days),
        }

    def is_after_title(self, n: int, titles: frozenset[str] = TITLES) -> bool:
        """Whether one of those titles stands before that word."""
        return n > 0 and self.words[n].is_joined and self.words[n - 1].forms[0] in titles


def _words(text: Folded, original: str) -> Iterator[Word]:
    end, before = 0, ""
    for match in WORD.finditer(text.text):
        word, begins, ends = match[0], match.start(), match.end()
        if text.text[ends : ends + 1] == "'" and word.endswith("s"):
            ends += 1
        bare = singular(word)
        forms = [word, bare, bare.removesuffix("es"), bare.removesuffix("s")]
        if bare[0] in _PROCLITICS and len(bare) > 3:
            forms.append(bare[1:])
        starts, stops = text.place(begins, ends)
        written = original[starts:stops]
        if "'" in bare:
            forms += [form.replace("'", "") for form in forms]
        if not written.isascii() and (spelled := spelled_out(written)):
            forms += [spelled, singular(spelled)]
        gap = text.text[end:begins]
        if before in PREFIXES and len(gap) <= 2:
            forms += [before + form for form in (bare, bare.removesuffix("s"))]
        bent = tuple(unbent(bare)) if len(bare) >= _LEAST_BENT and written[0].isupper() else ()
        yield Word(tuple(dict.fromkeys(forms)), bent, starts, stops, written, gap)
        end, before = ends, word


def _initials(words: Sequence[Word]) -> Iterator[Initials]:
    run: list[int] = []
    for n, word in enumerate(words):
        if run and not (word.letters and word.is_joined):
            yield from _of_run(words, run)
            run = []
        if word.letters:
            run.append(n)
        elif 1 < len(word.written) <= MOST + 2:
            yield from _of_capitals(words, n)
    if run:
        yield from _of_run(words, run)


def _of_run(words: Sequence[Word], run: Sequence[int]) -> Iterator[Initials]:
    """J.A., P R-M, S.O'B., Mrs R."""
    letters = "".join(words[n].letters for n in run)
    if letters in NO_INITIALS or len(letters) > MOST:
        return
    dashed = len(run) > 1 and all(words[n].gap == "-" for n in run[1:])
    yield from _keyed(words, run[0], run[-1], letters, dashed=dashed)


def _of_capitals(words: Sequence[Word], n: int) -> Iterator[Initials]:
    """JA, PRM, PRM's."""
    written = words[n].written
    for ending in ("'s", "’s", "s"):
        written = written.removesuffix(ending)
    if 1 < len(written) <= MOST and written.isupper() and written.isalpha() and written not in OF_OTHERS:
        yield from _keyed(words, n, n, words[n].forms[0][: len(written)], dashed=False)


def _keyed(words: Sequence[Word], first: int, last: int, letters: str, *, dashed: bool) -> Iterator[Initials]:
    if len(letters) > 1:
        yield Initials(letters, words[first].starts, words[last].ends)
    if dashed:
        yield Initials(f"-{letters}", words[first].starts, words[last].ends)
    if first and words[first].is_joined and words[first - 1].forms[0] in TITLES and not _goes_on(words, last):
        yield Initials(f"^{letters}", words[first - 1].starts, words[last].ends)


def _goes_on(words: Sequence[Word], last: int) -> bool:
    """Whether a name follows: of Mr J Smith the J says less than the Smith."""
    after = words[last + 1] if last + 1 < len(words) else None
    return after is not None and after.gap == " " and after.written[0].isupper()
