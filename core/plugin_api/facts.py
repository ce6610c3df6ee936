"""What a plugin is shown: frozen facts, never rows of the database. Free of Flask and SQLAlchemy."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Generic, TypeVar

from core.facts import Audience, PersonRole, Risk

P = TypeVar("P")
"""A referral's payload: a frozen dataclass of the pathway's own."""


def age_on(born: date, day: date) -> int:
    """Completed years on that day. Born on 29 February: a year older on 1 March of a common year."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def birthday(born: date, age: int) -> date:
    """The day on which somebody reaches that age; 1 March for 29 February in a common year."""
    year = born.year + age
    try:
        return born.replace(year=year)
    except ValueError:
        return date(year, 3, 1)


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """The person who is referred."""

    id: int
    ref: str
    name: str
    date_of_birth: date | None = None

    def age_on(self, day: date) -> int | None:
        """Completed years on that day, or None where the date of birth is not known."""
        return None if self.date_of_birth is None else age_on(self.date_of_birth, day)


@dataclass(frozen=True, slots=True)
class Involved:
    """Somebody named in a case, and as what. A person with two roles is there twice."""

    person: PersonFacts
    role: PersonRole


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """The case from which a referral comes; `role` is what the person is in it, `people` all who are named in it."""

    id: int
    ref: str
    category: str = ""
    risk: Risk | None = None
    hate_incident: bool = False
    role: PersonRole | None = None
    people: tuple[Involved, ...] = ()

    def others(self, person_id: int) -> tuple[PersonFacts, ...]:
        """Those named in the case beside that person, each once, in the order in which they were added."""
        found = {each.person.id: each.person for each in self.people if each.person.id != person_id}
        return tuple(found.values())


@dataclass(frozen=True, slots=True)
class Reached:
    """A stage that the referral came to, and when."""

    stage: str
    on: date


@dataclass(frozen=True, slots=True)
class Pause:
    """Days on which nobody was waited for: from `start` until the day `end`, or until now where there is none."""

    start: date
    end: date | None = None

    def days_after(self, day: date) -> int:
        """How many calendar days of an ended pause are later than that day."""
        return 0 if self.end is None else max(0, (self.end - max(self.start, day)).days)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a referral has come. `history` is oldest first and ends with the stage where it is now.

    `pauses` are those that it had, oldest first; clocks stand still while one lasts, and core adds its days afterwards.
    `agreed`: keys of the consents that are given; what a referral form brought of them is there from the next move on.
    """

    history: tuple[Reached, ...]
    closed_on: date | None = None
    outcome: str = ""
    pauses: tuple[Pause, ...] = ()
    agreed: frozenset[str] = frozenset()

    def reaching(self, stage: str, on: date, *, closed: bool = False, outcome: str = "") -> "Progress":
        """The progress after a move to that stage, which ends a pause."""
        pauses = tuple(pause if pause.end is not None else Pause(pause.start, on) for pause in self.pauses)
        return Progress((*self.history, Reached(stage, on)), on if closed else None, outcome, pauses, self.agreed)

    @property
    def paused_since(self) -> date | None:
        """The day since which it is paused, or None."""
        return self.pauses[-1].start if self.pauses and self.pauses[-1].end is None else None

    @property
    def stage(self) -> str:
        """Key of the stage where it is."""
        return self.history[-1].stage

    @property
    def since(self) -> date:
        """The day on which it came to that stage."""
        return self.history[-1].on

    @property
    def opened_on(self) -> date:
        """The day of the referral."""
        return self.history[0].on

    def first_reached(self, stage: str) -> date | None:
        """The first day on which it was at that stage, or None."""
        return next((step.on for step in self.history if step.stage == stage), None)

    def times(self, stage: str) -> int:
        """How often it came to that stage."""
        return sum(step.stage == stage for step in self.history)


@dataclass(frozen=True)  # without slots: on 3.11 a generic one with slots cannot be made as X[int](…)
class ReferralFacts(Generic[P]):
    """One referral in full. Before it is made, `id`, `provider_id`, `payload` and `progress` are None.

    `id` is the key by which a plugin's own tables refer to the referral. `settings` is what its provider, or the one to
    whom it would go, filled in of the pathway's own form; empty while it has not.
    """

    person: PersonFacts
    case: CaseFacts
    payload: P | None = None
    progress: Progress | None = None
    id: int | None = None
    ref: str = ""
    provider_id: int | None = None
    settings: Mapping[str, Any] = field(default_factory=dict, hash=False)
    adjustments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReferralGlimpse:
    """A referral as an agenda knows it. `due` is when its clock ends or, while it is `paused`, when it is to go on."""

    id: int
    ref: str
    pathway: str
    stage: str
    stage_title: str
    since: date
    due: date | None = None
    closed: bool = False
    paused: bool = False
    audiences: frozenset[Audience] = frozenset(Audience)
    """As whom the viewer reads what is said of it: what is for none of these need not be looked up."""


@dataclass(frozen=True, slots=True)
class AgendaEntry:
    """An item of an agenda that the viewer may open, with the referrals of its case."""

    item_id: int
    number: int
    case_id: int | None = None
    referrals: tuple[ReferralGlimpse, ...] = ()


@dataclass(frozen=True, slots=True)
class Annotation:
    """A plain sentence under an agenda item. Core shows it to those of `audiences` on that referral alone."""

    item_id: int
    referral_id: int
    text: str
    audiences: frozenset[Audience]


@dataclass(frozen=True, slots=True)
class HeardItem:
    """An item that a meeting heard, with the referrals of its case, in full."""

    item_id: int
    number: int
    case_ref: str = ""
    referrals: tuple[tuple[str, ReferralFacts[Any]], ...] = ()

    def of(self, pathway: str) -> tuple[ReferralFacts[Any], ...]:
        """The referrals on that pathway."""
        return tuple(facts for key, facts in self.referrals if key == pathway)


@dataclass(frozen=True, slots=True)
class MeetingFacts:
    """A meeting whose minutes are composed."""

    id: int
    partnership_id: int
    group: str
    on: date
    items: tuple[HeardItem, ...] = ()


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `start` to `end`, both included."""

    start: date
    end: date


@dataclass(frozen=True, slots=True)
class PartnershipFacts:
    """The partnership whose figures are asked for."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class ProviderFacts:
    """An agency registered for a pathway in a partnership."""

    id: int
    partnership_id: int
    agency_id: int
    agency_name: str
    pathway: str

    @property
    def provider_id(self) -> int:
        """Its own id, by which policy asks whose staff somebody is."""
        return self.id


@dataclass(frozen=True, slots=True)
class ReferralAtProvider:
    """A referral as its provider's own pages need it. `agency_id` is the provider's agency; `due` is when its running
    clock ends or, while it is `paused`, when it is to go on.
    """

    id: int
    ref: str
    person_id: int
    person_name: str
    case_id: int
    provider_id: int
    partnership_id: int
    agency_id: int
    stage: str
    opened_on: date
    closed: bool
    due: date | None = None
    paused: bool = False
    stage_title: str = ""


@dataclass(frozen=True, slots=True)
class ReferralsPage:
    """A page of a provider's referrals. `next`: the place after which the following one begins; empty on the last.

    `later`: whether it is not the first.
    """

    rows: tuple[ReferralAtProvider, ...]
    next: str = ""
    later: bool = False


@dataclass(frozen=True, slots=True)
class Statistic:
    """One count of depersonalised statistics: no name, no reference."""

    label: str
    value: int
    note: str = ""
