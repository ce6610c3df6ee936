"""A partnership's clocks: by when what is due (docs/domain.md, "Clocks"). One that nothing obeys has no place here.

Those of pathways are the pathways' own, and set beside these: core.partnerships.terms.pathways.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import date
from types import MappingProxyType
from typing import Any

from core.errors import Refused
from core.working_days import add_working_days

_OWN_CHOICE = "Roundtable's own choice; no statute or guidance sets it. Your terms of reference may."

# What a published strategy or protocol says of the matter, where one does; the number is never theirs (docs/domain.md).
_ACTION_PLANS = (
    "The number is Roundtable's own choice. Charnwood's strategy, section 13.5, has a group's action plan reviewed "
    "every two months."
)
_REGULAR_CONTACT = (
    "The number is Roundtable's own choice. Salford's protocol, section 11, promises complainants regular contact; "
    "Bolsover's minimum standards, section 12, that it goes on until the case is closed."
)
_STEERING_GROUP = (
    "The number is Roundtable's own choice. Charnwood's strategy, section 4.2, has a steering group take what needs "
    "an answer from everybody."
)
_BEGINNING = (
    "The number is Roundtable's own choice. Bolsover's minimum standards, section 8, promise support to victims and "
    "witnesses; section 12 has the contact agreed with them."
)
_OUTCOME = (
    "The number is Roundtable's own choice. Bolsover's minimum standards, section 12, promise that somebody is told "
    "of the outcome of their case."
)
_HATE = (
    "The number is Roundtable's own choice. Salford's protocol, section 8, has every hate incident reported to the "
    "partnership."
)
_TIMELY = (
    "The number is Roundtable's own choice. Salford's protocol, section 6, asks for timely action at the earliest "
    "opportunity."
)
_STILL_NEEDED = (
    "The number is Roundtable's own choice. UK GDPR, article 5(1)(d) and (e), has what is held accurate, and kept no "
    "longer than is necessary."
)


@dataclass(frozen=True, slots=True)
class Setting:
    """What a settings page says about one clock: `least` and `most` bound the values that are taken."""

    label: str
    unit: str
    least: int
    most: int
    source: str
    pathway: str = ""
    """The title of the pathway whose clock it is; empty for Roundtable's own."""

    def words(self, value: int) -> str:
        """A value with its unit: "1 working day"."""
        return f"{value} {self.unit.removesuffix('s') if value == 1 else self.unit}"


def _clock(
    default: int,
    label: str,
    *,
    unit: str = "working days",
    least: int = 0,
    most: int = 60,
    source: str = _OWN_CHOICE,
) -> Any:
    # Any, as the standard library's field() has it: what counts is the annotation of the attribute.
    return field(default=default, metadata={"setting": Setting(label, unit, least, most, source)})


@dataclass(frozen=True, slots=True)
class Clocks:
    """One partnership's settings, in working days of England and Wales unless the unit says otherwise."""

    nomination_cut_off: int = _clock(10, "Last day for nominations, before the meeting")
    agenda_out: int = _clock(8, "Agenda and research request go out, before the meeting")
    research_return: int = _clock(2, "Research returns are due, before the meeting")
    actions_out: int = _clock(1, "Actions go out, after the meeting", source=_TIMELY)
    minutes_out: int = _clock(10, "Minutes go out, after the meeting")
    reminder_before: int = _clock(3, "Reminder, before something is due", most=20, source=_ACTION_PLANS)
    reminder_after: int = _clock(1, "First reminder, after it was due", least=1, most=20, source=_ACTION_PLANS)
    reminder_every: int = _clock(5, "Further reminders after that, every", least=1, source=_ACTION_PLANS)
    case_quiet: int = _clock(
        20, "An open case shows as without update after", least=1, most=250, source=_REGULAR_CONTACT
    )
    quorum_percent: int = _clock(
        50, "Quorum: share of the member agencies that must be there", unit="per cent", least=1, most=100
    )
    contact_begin: int = _clock(
        5,
        "A contact plan is begun (contact, offer of support, way to complain), after somebody is named",
        least=1,
        source=_BEGINNING,
    )
    contact_told: int = _clock(
        5, "Complainants and victims are told how their case ended, after it was closed", least=1, source=_OUTCOME
    )
    hate_seen: int = _clock(
        2, "Whoever answers for hate incidents looks at one, after it was flagged", least=1, most=20, source=_HATE
    )
    minutes_review: int = _clock(
        12,
        "Minutes that tell of a case are looked at again, after the meeting",
        unit="months",
        least=1,
        most=60,
        source=_STILL_NEEDED,
    )
    escalation: int = _clock(
        3,
        "A case goes to the steering group once it has been carried forward",
        unit="times",
        least=1,
        most=20,
        source=_STEERING_GROUP,
    )

    @classmethod
    def from_settings(cls, settings: Mapping[str, object]) -> "Clocks":
        """The defaults with a partnership's own values over them.

        `settings` maps field names to whole numbers, as stored or as typed ("10"). Raises Refused with every
        fault in one reason. Clocks of pathways, which are kept beside them, are passed over.
        """
        own = {name: value for name, value in settings.items() if not is_of_pathway(name)}
        faults = faults_in(own)
        if faults:
            raise Refused(" ".join(faults.values()))
        return cls(**{name: _whole_number(value) for name, value in own.items()})


SETTINGS: Mapping[str, Setting] = MappingProxyType({f.name: f.metadata["setting"] for f in fields(Clocks)})
"""Field name -> what a settings page says about it, in the page's order."""


def name_of(pathway_key: str, clock_key: str) -> str:
    """Under which name the length of a pathway's clock is kept beside the others: both with a full stop between."""
    return f"{pathway_key}.{clock_key}"


def is_of_pathway(name: str) -> bool:
    """Whether that is the name of a pathway's clock, whose plugin may be gone."""
    return "." in name


def faults_in(
    settings: Mapping[str, object], of_pathways: Mapping[str, Setting] = MappingProxyType({})
) -> dict[str, str]:
    """What is wrong with a partnership's own values: field name -> a sentence; empty if nothing is.

    `of_pathways`: the clocks of the pathways that run. What is kept of others is passed over: nothing obeys it.
    """
    faults: dict[str, str] = {}
    values: dict[str, int] = asdict(Clocks())
    for name, value in settings.items():
        setting = SETTINGS.get(name) or of_pathways.get(name)
        if setting is None and is_of_pathway(name):
            continue
        if setting is None:
            faults[name] = f"There is no clock called “{name[:40]}”."
            continue
        try:
            values[name] = _whole_number(value)
        except ValueError:
            faults[name] = f"{setting.label}: enter a whole number of {setting.unit}."
            continue
        if not setting.least <= values[name] <= setting.most:
            bounds = f"between {setting.least} and {setting.most} {setting.unit}"
            faults[name] = f"{setting.label}: enter {bounds}."
    if faults:
        return faults
    if values["agenda_out"] > values["nomination_cut_off"]:
        faults["agenda_out"] = "The agenda cannot go out before nominations have closed."
    if values["research_return"] >= values["agenda_out"]:
        faults["research_return"] = "Research must be due at least a working day after it was asked for."
    if values["actions_out"] > values["minutes_out"]:
        faults["actions_out"] = "The actions are in the minutes: they go out no later than those."
    return faults


def _whole_number(value: object) -> int:
    """The number that was stored or typed. Raises ValueError for everything else, True and "1e3" included."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and value.strip().isdecimal() and len(value) < 10:
        return int(value)
    raise ValueError("not a whole number")


def nomination_cut_off(meeting_day: date, clocks: Clocks) -> date:
    """The last day on which a nomination for the meeting is in time; a later one is urgent."""
    return add_working_days(meeting_day, -clocks.nomination_cut_off)


def agenda_due(meeting_day: date, clocks: Clocks) -> date:
    """The day by which the agenda and the research requests go out."""
    return add_working_days(meeting_day, -clocks.agenda_out)


def research_due(meeting_day: date, clocks: Clocks) -> date:
    """The last day on which a research return is in time."""
    return add_working_days(meeting_day, -clocks.research_return)


def actions_due(meeting_day: date, clocks: Clocks) -> date:
    """The day by which the actions of a meeting are sent to those who own them."""
    return add_working_days(meeting_day, clocks.actions_out)


def minutes_due(meeting_day: date, clocks: Clocks) -> date:
    """The day by which the approved minutes are circulated."""
    return add_working_days(meeting_day, clocks.minutes_out)


def quiet_until(on: date, clocks: Clocks) -> date:
    """A case whose last update was on that day or before is shown as without update on `on`."""
    return add_working_days(on, -clocks.case_quiet)


def quorum_of(agencies: int, clocks: Clocks) -> int:
    """How many of so many member agencies must be at a meeting, rounded up; 0 for a group without members."""
    return -(-agencies * clocks.quorum_percent // 100)
