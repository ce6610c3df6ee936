"""A partnership's clocks: by when what is due (docs/domain.md, "Clocks"). One that nothing obeys has no place here."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import date
from types import MappingProxyType
from typing import Any

from core.errors import Refused
from core.working_days import add_working_days

_OWN_CHOICE = "Roundtable's own choice; no statute or guidance sets it. Your terms of reference may."


@dataclass(frozen=True, slots=True)
class Setting:
    """What a settings page says about one clock: `least` and `most` bound the values that are taken."""

    label: str
    unit: str
    least: int
    most: int
    source: str


def _clock(
    default: int,
    label: str,
    *,
    unit: str = "working days",
    least: int = 0,
    most: int = 60,
) -> Any:
    # Any, as the standard library's field() has it: what counts is the annotation of the attribute.
    return field(default=default, metadata={"setting": Setting(label, unit, least, most, _OWN_CHOICE)})


@dataclass(frozen=True, slots=True)
class Clocks:
    """One partnership's settings, in working days of England and Wales unless the unit says otherwise."""

    nomination_cut_off: int = _clock(10, "Last day for nominations, before the meeting")
    agenda_out: int = _clock(8, "Agenda and research request go out, before the meeting")
    research_return: int = _clock(2, "Research returns are due, before the meeting")
    quorum_percent: int = _clock(
        50, "Quorum: share of the member agencies that must be there", unit="per cent", least=1, most=100
    )
    escalation: int = _clock(
        3, "A case goes to the steering group once it has been carried forward", unit="times", least=1, most=20
    )

    @classmethod
    def from_settings(cls, settings: Mapping[str, object]) -> "Clocks":
        """The defaults with a partnership's own values over them.

        `settings` maps field names to whole numbers, as stored or as typed ("10"). Raises Refused with every
        fault in one reason.
        """
        faults = faults_in(settings)
        if faults:
            raise Refused(" ".join(faults.values()))
        return cls(**{name: _whole_number(value) for name, value in settings.items()})


SETTINGS: Mapping[str, Setting] = MappingProxyType({f.name: f.metadata["setting"] for f in fields(Clocks)})
"""Field name -> what a settings page says about it, in the page's order."""


def faults_in(settings: Mapping[str, object]) -> dict[str, str]:
    """What is wrong with a partnership's own values: field name -> a sentence; empty if nothing is."""
    faults: dict[str, str] = {}
    values: dict[str, int] = asdict(Clocks())
    for name, value in settings.items():
        setting = SETTINGS.get(name)
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


def quorum_of(agencies: int, clocks: Clocks) -> int:
    """How many of so many member agencies must be at a meeting, rounded up; 0 for a group without members."""
    return -(-agencies * clocks.quorum_percent // 100)
