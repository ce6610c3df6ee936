"""A household in need of one plan: the five criteria, the ten domains, and who of them is an adult. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from core.plugin_api import PersonFacts, age_on, in_words

ADULT = 18
"""From this age on somebody consents themselves, and as an adult of the household."""

NEEDED = 2
"""How many of the five criteria a household meets."""


class Criterion(StrEnum):
    """What a household may meet."""

    EVICTION = "eviction"
    YOUTH_CRIME = "youth_crime"
    ENFORCEMENT = "enforcement"
    EXCLUSION = "exclusion"
    CHILD_AT_RISK = "child_at_risk"


CRITERIA: Mapping[Criterion, str] = {
    Criterion.EVICTION: "At risk of eviction",
    Criterion.YOUTH_CRIME: "Youth crime",
    Criterion.ENFORCEMENT: "Enforcement action, taken or threatened",
    Criterion.EXCLUSION: "Exclusion from school or housing",
    Criterion.CHILD_AT_RISK: "A child at risk",
}

INSTEAD: Mapping[Criterion, str] = {
    Criterion.EVICTION: "ask the landlord for tenancy support",
    Criterion.YOUTH_CRIME: "refer the young person to the youth justice service",
    Criterion.ENFORCEMENT: "agree with the agency that enforces what help comes with it",
    Criterion.EXCLUSION: "ask the school, or the council’s housing service, for a plan to bring them back",
    Criterion.CHILD_AT_RISK: "refer the child to children’s services today",
}
"""What helps a household that meets that one alone."""


class Answer(StrEnum):
    """Whether a criterion is met."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


ANSWERS: Mapping[Answer, str] = {Answer.YES: "Yes", Answer.NO: "No", Answer.UNKNOWN: "Not known"}


class Domain(StrEnum):
    """The ten of the Supporting Families outcomes framework."""

    EDUCATION = "education"
    EARLY_YEARS = "early_years"
    HEALTH = "health"
    SUBSTANCES = "substances"
    RELATIONSHIPS = "relationships"
    SAFETY = "safety"
    CRIME = "crime"
    DOMESTIC_ABUSE = "domestic_abuse"
    HOUSING = "housing"
    MONEY = "money"


DOMAINS: Mapping[Domain, str] = {
    Domain.EDUCATION: "Education",
    Domain.EARLY_YEARS: "Early years",
    Domain.HEALTH: "Mental and physical health",
    Domain.SUBSTANCES: "Substance use",
    Domain.RELATIONSHIPS: "Family relationships",
    Domain.SAFETY: "Safety from abuse and exploitation",
    Domain.CRIME: "Crime",
    Domain.DOMESTIC_ABUSE: "Domestic abuse",
    Domain.HOUSING: "Housing",
    Domain.MONEY: "Financial stability",
}


class Level(StrEnum):
    """How much help is needed in a domain, the least first."""

    NONE = "none"
    SOME = "some"
    HIGH = "high"
    UNKNOWN = "unknown"


LEVELS: Mapping[Level, str] = {
    Level.NONE: "No need",
    Level.SOME: "Some need",
    Level.HIGH: "High need",
    Level.UNKNOWN: "Not known",
}

_AMOUNT = {Level.NONE: 0, Level.SOME: 1, Level.HIGH: 2}


def improved(before: Level, after: Level) -> bool | None:
    """Whether less help is needed than before; None where one of the two is not known, or none was needed."""
    if before not in _AMOUNT or after not in _AMOUNT or before is after is Level.NONE:
        return None
    return _AMOUNT[after] < _AMOUNT[before]


HOLDS_AFTER = 6
"""Months for which an improvement must have lasted before it is said to have held."""


class Change(StrEnum):
    """What came of a domain."""

    HELD = "held"
    IMPROVED = "improved"
    SAME = "same"
    WORSE = "worse"
    NO_NEED = "no_need"
    UNKNOWN = "unknown"


CHANGES: Mapping[Change, str] = {
    Change.IMPROVED: "Improved",
    Change.HELD: "Improved, and has held for 6 months",
    Change.SAME: "The same",
    Change.WORSE: "Worse",
    Change.NO_NEED: "No help was needed here",
    Change.UNKNOWN: "Not known",
}


class Became(StrEnum):
    """What became of an action of the plan."""

    OPEN = "open"
    DONE = "done"
    CHANGED = "changed"
    NOT_DONE = "not_done"


BECAME: Mapping[Became, str] = {
    Became.OPEN: "Open",
    Became.DONE: "Done",
    Became.CHANGED: "Not possible, circumstances changed",
    Became.NOT_DONE: "Not done by the agency",
}


class Kind(StrEnum):
    """What the service's log of meetings holds."""

    PANEL = "panel"
    VISIT = "visit"
    REVIEW = "review"


KINDS: Mapping[Kind, str] = {
    Kind.PANEL: "Panel",
    Kind.VISIT: "First visit",
    Kind.REVIEW: "Team around the family",
}


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of the household. The date of birth is as it was when they were picked; None if it was not known."""

    person_id: int
    name: str
    born: date | None = None

    @property
    def consent_key(self) -> str:
        """Under which their own consent is kept."""
        return f"adult_{self.person_id}"


@dataclass(frozen=True, slots=True)
class Partner:
    """An agency with a part in the plan."""

    agency_id: int
    name: str


@dataclass(frozen=True, slots=True)
class PlanAction:
    """What an agency does for the family under the plan. `number` tells it from the others of the same plan."""

    number: int
    domain: Domain
    what: str
    agency_id: int
    agency: str
    due_on: date
    became: Became = Became.OPEN
    settled_on: date | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Review:
    """A meeting of the team around the family, as its agencies are told of it."""

    held_on: date
    told: str


def is_adult(born: date | None, on: date) -> bool:
    """Whether somebody consents as an adult on that day. Without a date of birth it cannot be said: so they do."""
    return born is None or age_on(born, on) >= ADULT


def described(member: Member) -> str:
    """A member as the agencies of the plan read it: the name, with the day of birth."""
    return f"{member.name}, {f'born {in_words(member.born)}' if member.born else 'date of birth not known'}"


def now_of(member: Member, people: Mapping[int, PersonFacts]) -> Member:
    """The member with the name and date of birth that the case has of them now, where it still names them."""
    person = people.get(member.person_id)
    return member if person is None else Member(person.id, person.name, person.date_of_birth)


def listed(texts: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    *first, last = texts
    return f"{', '.join(first)} and {last}" if first else last
