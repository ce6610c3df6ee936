"""Reading settings from the environment: all that is wrong with them is told at once, in words."""

import contextlib
import difflib
from collections.abc import Mapping
from datetime import time
from typing import TypeVar

from core.errors import RoundtableError

T = TypeVar("T")

PREFIX = "ROUNDTABLE_"

OWN = frozenset({"ROUNDTABLE_PARENT", "ROUNDTABLE_PART", "ROUNDTABLE_PORT"})
"""Set by Roundtable's own processes and by the files in deploy/; no setting of the application."""


class Unsound(RoundtableError):
    """The service cannot start as it is set up. `faults` are sentences, each with what to do."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(("Roundtable cannot start as it is set up.", *(f"- {fault}" for fault in faults))))
        self.faults = faults


class Environment:
    """The variables ROUNDTABLE_*, read by kind. What cannot be read counts as its default, and is a fault."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables
        self._known: set[str] = set(OWN)
        self._faults: list[str] = []

    def text(self, name: str, default: str = "") -> str:
        """As it is written, without spaces around it."""
        self._known.add(name)
        return self._variables.get(name, default).strip()

    def words(self, name: str, default: tuple[str, ...]) -> tuple[str, ...]:
        """Words with spaces between. Set to nothing, it means none."""
        self._known.add(name)
        said = self._variables.get(name)
        return default if said is None else tuple(said.split())

    def number(self, name: str, default: float, *, least: float, most: float) -> float:
        """A number between those two."""
        said = self.text(name)
        with contextlib.suppress(ValueError):
            if not said or least <= float(said) <= most:
                return float(said or default)
        return self._wrong(name, said, f"a number from {least:g} to {most:g}", default)

    def whole(self, name: str, default: int, *, least: int, most: int) -> int:
        """A whole number between those two."""
        said = self.text(name)
        if not said or (said.isascii() and said.isdecimal() and least <= int(said) <= most):
            return int(said or default)
        return self._wrong(name, said, f"a whole number from {least} to {most}", default)

    def switch(self, name: str) -> bool:
        """On or off; off where it is not set."""
        said = self.text(name)
        if said in ("", "0", "1"):
            return said == "1"
        return self._wrong(name, said, "1 (on) or 0 (off)", False)

    def hour(self, name: str, default: time) -> time:
        """A time of day, as 07:30."""
        said = self.text(name)
        with contextlib.suppress(ValueError):
            hour = time.fromisoformat(said) if said else default
            if hour.tzinfo is None:
                return hour
        return self._wrong(name, said, "a time of day, as 07:30", default)

    def one_of(self, name: str, *allowed: str) -> str:
        """One of those words; the first where it is not set."""
        said = self.text(name) or allowed[0]
        return said if said in allowed else self._wrong(name, said, " or ".join(allowed), allowed[0])

    def refuse_faults(self) -> None:
        """Raise Unsound for what could not be read, and for a variable that nothing reads: a slip of the pen."""
        for name in sorted(set(self._variables) - self._known):
            if name.startswith(PREFIX):
                near = difflib.get_close_matches(name, self._known - OWN, 1, 0.8)
                hint = f" Is {near[0]} meant?" if near else ""
                self._faults.append(f"{name} is not a setting of Roundtable.{hint}")
        if self._faults:
            raise Unsound(self._faults)

    def _wrong(self, name: str, said: str, wanted: str, default: T) -> T:
        self._faults.append(f"{name} is “{said}”. It must be {wanted}.")
        return default
