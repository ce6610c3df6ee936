"""A pathway: everything that belongs to one referral scheme, in one object (docs/adr/0003-plugins.md)."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, is_dataclass, replace
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Any, ClassVar, Generic

from core.errors import Refused
from core.facts import Actor, Audience, Row
from core.plugin_api.facts import P, Progress, ReferralFacts
from core.plugin_api.pathway_form import PathwayForm


class Mover(StrEnum):
    """Who may make a move, and for whom a stage waits."""

    PROVIDER = "provider"
    REFERRER = "referrer"
    CHAIR = "chair or coordinator"


@dataclass(frozen=True, slots=True)
class Clock:
    """What is due next: so many working days, weeks or calendar months after it starts. One of the three.

    `source`: where the number comes from, as the page of terms says it: a section of a published strategy, or whose
    choice it is.
    """

    label: str
    working_days: int = 0
    months: int = 0
    weeks: int = 0
    source: str = ""

    @property
    def length(self) -> int:
        """How many of its unit."""
        return self.working_days or self.weeks or self.months

    @property
    def unit(self) -> str:
        """What it counts in: "working days", "weeks" or "months"."""
        return "working days" if self.working_days else "weeks" if self.weeks else "months"

    def lasting(self, number: int) -> "Clock":
        """The same clock over so many of its unit."""
        if self.working_days:
            return replace(self, working_days=number)
        return replace(self, weeks=number) if self.weeks else replace(self, months=number)


@dataclass(frozen=True, slots=True)
class RunningClock:
    """A clock and the day from which it counts."""

    clock: Clock
    start: date


@dataclass(frozen=True, slots=True)
class Stage:
    """Where a referral can be. `waits_for`: whose turn it is. `clock` starts when a referral comes to it.

    `closed` stages end the referral: no move leads on and no clock runs. `told` stands for the title where whoever may
    open the case reads it, in a pathway whose stages are not for everybody; a move between two that are told alike is
    not told at all.
    """

    key: str
    title: str
    waits_for: Mover | None = None
    clock: Clock | None = None
    closed: bool = False
    told: str = ""


@dataclass(frozen=True, slots=True)
class Transition:
    """A move from one stage to another, or to the same one again.

    `by`: who may make it. `consents`: keys of the consents that must be given, as far as the pathway asks for
    them on that day; `every_consent`: all of them, where whose they are is not known before. `checks_eligibility`: open
    only if the person was eligible on the day of the referral. `measures_outcome`: the outcome measures are asked for
    together with `form`. `declines`: the provider does not take the referral on, and is asked which other pathway it
    suggests. `stays`: what the provider's own history says of a move that is no step. It keeps what its form holds, and
    leaves stage, day and what the case was told as they are; it can be made while the referral is paused. Its source is
    its target.
    """

    key: str
    source: str
    target: str
    label: str
    by: frozenset[Mover]
    form: type[PathwayForm] | None = None
    consents: frozenset[str] = frozenset()
    checks_eligibility: bool = False
    measures_outcome: bool = False
    declines: bool = False
    stays: str = ""
    every_consent: bool = False


class Eligibility(StrEnum):
    """What a finding says."""

    ELIGIBLE = "eligible"
    REFUSED = "refused"
    UNDETERMINED = "cannot determine"


@dataclass(frozen=True, slots=True)
class Finding:
    """One answer to "is this scheme for this person?". `changes_on`: the day on which a refusal ends."""

    result: Eligibility
    reason: str
    changes_on: date | None = None

    @classmethod
    def eligible(cls, reason: str) -> "Finding":
        """Nothing stands in the way in this respect."""
        return cls(Eligibility.ELIGIBLE, reason)

    @classmethod
    def refused(cls, reason: str, changes_on: date | None = None) -> "Finding":
        """The scheme is not for this person, and the day on which that changes, if it will."""
        return cls(Eligibility.REFUSED, reason, changes_on)

    @classmethod
    def undetermined(cls, reason: str) -> "Finding":
        """It cannot be said yet; the reason says what must be found out."""
        return cls(Eligibility.UNDETERMINED, reason)


def overall(findings: Iterable[Finding]) -> Eligibility:
    """Refused if one finding refuses; else undetermined if one is, or none was made; else eligible."""
    results = {finding.result for finding in findings}
    for result in (Eligibility.REFUSED, Eligibility.UNDETERMINED, Eligibility.ELIGIBLE):
        if result in results:
            return result
    return Eligibility.UNDETERMINED


@dataclass(frozen=True, slots=True)
class ConsentNeeded:
    """A consent that the pathway asks for: whose, and why. `halts`: its withdrawal closes the referral.

    `given_on`: the day on which it was given, where the referral form asks for it because nobody's details may be
    passed before. Kept as given when the referral is made.
    """

    key: str
    who: str
    why: str
    halts: bool = True
    given_on: date | None = None


@dataclass(frozen=True, slots=True)
class ActionTemplate:
    """An action that is usually agreed with a referral, offered to the minute-taker. Due in working days."""

    key: str
    text: str
    due_in: int


@dataclass(frozen=True, slots=True)
class OutcomeMeasure:
    """A question asked at reviews and at the end. `answers`: key -> text, in the order shown."""

    key: str
    title: str
    answers: tuple[tuple[str, str], ...]

    def text_of(self, answer: str) -> str:
        """The answer in words. Raises KeyError for one that is not on the list."""
        return dict(self.answers)[answer]


@dataclass(frozen=True)  # without slots: on 3.11 a generic one with slots cannot be made as X[int](…)
class StageMove(Generic[P]):
    """A move that is being made. `transition` is None when the referral is made, when a withdrawn consent halts it or
    another provider takes it over, and when it is opened again; `source` is None when it is made. `answers`: what the
    form held, as JSON values; `measures`: the outcome measures asked for with it, key -> answer. `handed_over`: another
    provider takes it over, so that nobody has withdrawn.
    """

    referral: ReferralFacts[P]
    target: str
    actor: Actor
    on: date
    source: str | None = None
    transition: Transition | None = None
    answers: Mapping[str, Any] = field(default_factory=dict)
    measures: Mapping[str, str] = field(default_factory=dict)
    handed_over: bool = False


@dataclass(frozen=True, slots=True)
class OwnPage:
    """A page of the plugin's own, for the provider's staff: what its link says, and its endpoint."""

    title: str
    endpoint: str


class Pathway(ABC, Generic[P]):
    """One referral scheme. `P` is its payload, a frozen dataclass.

    Core runs the stages, keeps the consents, counts the clocks and filters what each audience sees; the
    pathway says what they are. All methods but `moved` and `flags` are pure: the same arguments give the same
    answer. A referral begins at the first of `stages`; `halted` is the closed stage to which a withdrawn consent leads,
    and a hand-over to another provider. One that is opened again goes on at `reopened` if every consent needed is
    given, or else at the first stage.
    """

    key: ClassVar[str]
    title: ClassVar[str]
    payload_version: ClassVar[int]
    form: ClassVar[type[PathwayForm]]
    stages: ClassVar[Sequence[Stage]]
    transitions: ClassVar[Sequence[Transition]]
    halted: ClassVar[str]
    reopened: ClassVar[str] = ""
    register: ClassVar[OwnPage | None] = None
    """What the provider keeps for itself; the endpoint takes `provider_id`."""
    record: ClassVar[OwnPage | None] = None
    """What the provider keeps of one referral; the endpoint takes `referral_id`."""
    process: ClassVar[frozenset[Audience]] = frozenset({Audience.PROVIDER, Audience.REFERRER, Audience.CHAIR})
    """Who sees stages, clock and history on the referral's page; everybody sees the rows that are for them."""
    cautions: ClassVar[frozenset[str]] = frozenset()
    """Labels of rows that stand by the person, before how they can be reached on any page, until the provider takes
    them back: also after closing."""
    settings: ClassVar[type[PathwayForm] | None] = None
    """What each of its providers says of its own scheme: a form on the provider's page. Every field needs a default in
    the pathway, for providers that have not filled it in."""
    settings_version: ClassVar[int] = 1
    """Raised when the form comes to mean something else."""
    clocks: ClassVar[Mapping[str, Clock]] = MappingProxyType({})
    """Key -> those that `clock` starts beside the stages' own and whose length a partnership or a group may set. What
    somebody chose, or the law sets, is left out."""

    @abstractmethod
    def eligibility(self, facts: ReferralFacts[P], on: date) -> Sequence[Finding]:
        """What stands for and against this person on that day. Without a payload: as far as can be said."""

    @abstractmethod
    def consents(self, facts: ReferralFacts[P], on: date) -> Sequence[ConsentNeeded]:
        """The consents that this referral needs on that day."""

    @abstractmethod
    def payload(self, form: Any) -> P:
        """The payload of a valid form; `form` is an instance of the pathway's own `form`."""

    @abstractmethod
    def load(self, data: Mapping[str, Any], version: int) -> P:
        """The payload that `dump` wrote as that version; older versions are brought up to date.

        Raises ValueError for a version that never was.
        """

    def dump(self, payload: P) -> dict[str, Any]:
        """The payload as JSON values: dates in ISO form, tuples as lists."""
        if not is_dataclass(payload) or isinstance(payload, type):
            raise TypeError(f"the payload of {self.key} is not a dataclass")
        return {name: _json(value) for name, value in asdict(payload).items()}

    @abstractmethod
    def summary(self, payload: P) -> str:
        """One plain sentence that everybody who may know of the referral may read. Frozen at each move."""

    @abstractmethod
    def rows(self, payload: P, progress: Progress) -> Sequence[Row]:
        """All lines about the referral, each with the audiences that may read it. Frozen at each move."""

    @abstractmethod
    def action_templates(self) -> Sequence[ActionTemplate]:
        """Actions usually agreed with a referral."""

    @abstractmethod
    def outcomes(self) -> Sequence[OutcomeMeasure]:
        """What is asked at reviews and at the end."""

    def moved(self, move: StageMove[P]) -> None:
        """Write to the plugin's own tables, in the move's transaction. Raising Refused undoes the move."""
        return None

    def outcome(self, move: StageMove[P], measures: Mapping[str, str]) -> str:
        """How a referral ended, in words that the referrer may read; asked for when a move closes it."""
        return self.measured(measures) or self.stage(move.target).title

    def advance(self, payload: P, move: StageMove[P]) -> P:
        """The payload after the move: unchanged unless the pathway keeps something of the move's answers."""
        return payload

    def obstacles(self, facts: ReferralFacts[P], transition: Transition, on: date) -> Sequence[str]:
        """What else stands against that move on that day, beside consents and eligibility, each a sentence."""
        return ()

    def partners(self, payload: P, progress: Progress) -> Sequence[int]:
        """Ids of the agencies with a part in the plan: they see the referral, and the rows for `Audience.PLAN`.

        Asked at each move of an open referral; when it is closed, nobody has a part any longer.
        """
        return ()

    def concerns(self, facts: ReferralFacts[P]) -> Sequence[int]:
        """Ids of people of the case, beside the one referred, whom form or rows name: the trail names them as subjects.

        Without a payload: those whom the form offers.
        """
        return ()

    def handed_over(self, first: P, last: P) -> P:
        """What another provider takes over: the referral as it was first made, unless more must not be out of date."""
        return first

    def load_settings(self, data: Mapping[str, Any], version: int) -> Mapping[str, Any] | None:
        """What a provider filled in by that version of the form, brought up to date.

        None where it must be filled in again; until then it counts as not filled in. So it is with every earlier
        version unless the pathway knows better.
        """
        return data if version == self.settings_version else None

    def flags(self, facts: ReferralFacts[P], on: date) -> Sequence[str]:
        """What the provider should notice on that day about a referral that stays open. May read own tables."""
        return ()

    def clock(self, payload: P, progress: Progress) -> RunningClock | None:
        """The clock that runs now: that of the stage, unless the pathway counts from elsewhere."""
        clock = self.stage(progress.stage).clock
        return None if clock is None else RunningClock(clock, progress.since)

    def clocks_to_set(self) -> Mapping[str, Clock]:
        """Key -> every clock whose length may be set: the stages' own under the stage's key, and `clocks`."""
        return {stage.key: stage.clock for stage in self.stages if stage.clock is not None} | dict(self.clocks)

    def stage(self, key: str) -> Stage:
        """The stage of that key. Raises KeyError when there is none."""
        for stage in self.stages:
            if stage.key == key:
                return stage
        raise KeyError(key)

    def transition(self, key: str) -> Transition:
        """The transition of that key. Raises Refused where there is none: the page that offered it is old."""
        for transition in self.transitions:
            if transition.key == key:
                return transition
        raise Refused("This step no longer exists. Open the referral again to see what comes next.")

    def measured(self, measures: Mapping[str, str]) -> str:
        """The answers in words, in the order of `outcomes`; to questions no longer asked, left out."""
        told = [
            f"{measure.title}: {measure.text_of(measures[measure.key]).lower()}"
            for measure in self.outcomes()
            if measures.get(measure.key) in dict(measure.answers)
        ]
        return "; ".join(told)


def _json(value: Any) -> Any:
    """A dataclass's value as JSON knows it."""
    match value:
        case StrEnum():
            return value.value
        case date():
            return value.isoformat()
        case Mapping():
            return {str(key): _json(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_json(inner) for inner in value]
        case _:
            return value
