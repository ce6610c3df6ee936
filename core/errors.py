"""What can go wrong on purpose. Views and the error pages turn these into answers."""

from collections.abc import Mapping
from typing import Any


class RoundtableError(Exception):
    """Root of the errors that the product raises itself."""


class Refused(RoundtableError):
    """A rule says no. `reason` is a sentence in the user's words and is shown to them.

    `field` is the name of the form's field that it belongs to, where it belongs to one: a form that has no such field
    says the reason elsewhere.
    """

    def __init__(self, reason: str, *, field: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.field = field


class NotFound(RoundtableError):
    """There is no such thing, or the actor may not know that there is. Both read the same."""


class Stale(RoundtableError):
    """Somebody else saved first; nothing was changed.

    `current` is what is stored now, by the name of the form's field: a form that has no such field passes it over.
    `told` is what else whoever comes second must know, label -> words: what no field of the form holds.
    """

    def __init__(self, current: Mapping[str, Any] | None = None, *, told: Mapping[str, str] | None = None) -> None:
        super().__init__("somebody else saved this first")
        self.current = dict(current or {})
        self.told = dict(told or {})


class AuditUnavailable(RoundtableError):
    """The trail could not be written, so nothing is answered (docs/domain.md, "The trail")."""
