"""Where what is found is put: by agency, by kind, in order."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from core.dates import in_words
from core.disclosures.withheld import NOTHING, Withheld
from core.facts import MaskReason
from core.masking.proposing import Known, names
from core.subject_access.pack import SCHEMES, TOGETHER, Entry, Fact, Held, Part, Section


class Kind(StrEnum):
    """The headings of a part, in their order."""

    DETAILS = "Details of the person"
    ADJUSTMENTS = "What the person needs"
    CASES = "Cases"
    HISTORY = "What happened in cases"
    INCIDENTS = "Incidents that were reported"
    HATE = "What was reported as hate"
    NOMINATIONS = "Why cases were put before a meeting"
    RESEARCH = "What was looked up before meetings"
    MEETINGS = "Meetings: what was said, decided and shared"
    CORRECTIONS = "Corrections of minutes"
    ACTIONS = "Actions"
    REFERRALS = "Referrals"
    SCHEMES = SCHEMES
    CONTACT = "Keeping the person informed"
    CONSENTS = "What the person agreed to when they complained"
    BEFORE = "What stood there before it was changed"
    RIGHT = "What was asked to be set right"
    HOLDS = "Kept longer, under a legal hold"
    COPIES = "Copies that were given before"
    TOLD = "Who was told"
    LOOKED = "Who looked at it"


class Shelf:
    """What was found so far."""

    def __init__(self) -> None:
        self._held: defaultdict[int, defaultdict[Kind, list[Entry]]] = defaultdict(lambda: defaultdict(list))

    def put(self, agency_id: int | None, kind: Kind, entry: Entry) -> None:
        """Put something with its agency; None: with all of them together."""
        self._held[agency_id or TOGETHER][kind].append(entry)

    def parts(self, agencies: Mapping[int, str], together: str) -> tuple[Part, ...]:
        """What the agencies hold together first, then each agency by name."""
        order = sorted(self._held, key=lambda id_: (id_ != TOGETHER, agencies.get(id_, "").casefold(), id_))
        return tuple(
            Part(
                agency_id=id_,
                agency=together if id_ == TOGETHER else agencies.get(id_, "An agency that is gone"),
                sections=tuple(
                    Section(heading=kind.value, entries=tuple(self._held[id_][kind]))
                    for kind in Kind
                    if self._held[id_][kind]
                ),
            )
            for id_ in order
        )


@dataclass(frozen=True, slots=True)
class Writer:
    """Makes texts of what is held: of a case that is about somebody else, what does not name the person is masked."""

    subject: Known
    about_them: Collection[int]
    """Ids of the cases that are about the person."""
    withheld: Withheld = NOTHING
    """What was given in a complaint and is not for them."""

    def held(
        self,
        label: str,
        place: str,
        text: str,
        *,
        case_id: int | None = None,
        whole: MaskReason | None = None,
        speakers: Iterable[str] = (),
        limit: str = "",
    ) -> tuple[Held, ...]:
        """The text as one or none: an empty one is left out. One that has a limit is masked from end to end."""
        if not text.strip():
            return ()
        if limit:
            whole = MaskReason.SOURCE
        elsewhere = case_id is not None and case_id not in self.about_them
        if whole is None and elsewhere and not names(text, self.subject):
            whole = MaskReason.THIRD_PARTY
        names_of_speakers = tuple(sorted(set(speakers) - {""}))
        return (Held(label=label, place=place, text=text, whole=whole, speakers=names_of_speakers, limit=limit),)

    def several(
        self,
        texts: Iterable[tuple[str, str, str]],
        *,
        case_id: int | None = None,
        whole: MaskReason | None = None,
        limit: str = "",
    ) -> tuple[Held, ...]:
        """Texts of one thing, each with its label and its place; empty ones are left out."""
        return tuple(
            held
            for label, place, text in texts
            for held in self.held(label, place, text, case_id=case_id, whole=whole, limit=limit)
        )

    def details(
        self, place: str, case_id: int, *pairs: tuple[str, object]
    ) -> tuple[tuple[Fact, ...], tuple[Held, ...]]:
        """What is kept of a case in few words: facts, or of one that is about somebody else a text that is masked."""
        said = facts(*pairs)
        if case_id in self.about_them:
            return said, ()
        words = "; ".join(f"{each.label}: {each.value}" for each in said)
        return (), self.held("Details", place, words, whole=MaskReason.THIRD_PARTY)

    def to_whom(self, place: str, words: str, case_id: int) -> tuple[Held, ...]:
        """Who was told of a case: words that can be masked, for where somebody turned to may be what they must not
        learn; of a case that is about somebody else they are.
        """
        return self.held("To", place, words, whole=None if case_id in self.about_them else MaskReason.THIRD_PARTY)


def facts(*pairs: tuple[str, object]) -> tuple[Fact, ...]:
    """Those that say something; days in words."""
    return tuple(Fact(label=label, value=_word(value)) for label, value in pairs if value not in (None, "", False))


def _word(value: object) -> str:
    if value is True:
        return "Yes"
    if isinstance(value, date | datetime):
        return in_words(value)
    return str(value)


Put = Callable[[int | None, Kind, Entry], None]
