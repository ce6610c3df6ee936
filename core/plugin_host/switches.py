"""Plugins that a partnership has switched off: for it they are as if they were not installed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import SessionTransaction

from core.extensions import db, directly
from core.partnerships.models import PluginSwitch

# Made once: every agenda waits for it.
_OFF = select(PluginSwitch.plugin, PluginSwitch.at, PluginSwitch.reason).where(
    PluginSwitch.partnership_id == bindparam("partnership"), PluginSwitch.is_off
)

_KEPT = "plugins_switched_off"


@dataclass(frozen=True, slots=True)
class SwitchedOff:
    """That a plugin is off for a partnership: since when, and why, in the words of its administrator."""

    since: datetime
    reason: str


@dataclass(slots=True)
class _Read:
    """What one transaction has read: it lasts as long as the transaction, so the next one asks again."""

    transaction: SessionTransaction | None
    found: dict[int, Mapping[str, SwitchedOff]] = field(default_factory=dict)


def switched_off_in(partnership_id: int) -> Mapping[str, SwitchedOff]:
    """Name of a plugin -> that it is off in the partnership. One query a transaction."""
    session = db.session()
    kept: _Read | None = session.info.get(_KEPT)
    if kept is None or kept.transaction is None or kept.transaction is not session.get_transaction():
        kept = session.info[_KEPT] = _Read(None)
    if partnership_id not in kept.found:
        rows = directly(_OFF, {"partnership": partnership_id})
        kept.found[partnership_id] = {name: SwitchedOff(at, reason) for name, at, reason in rows}
        kept.transaction = session.get_transaction()  # begun by that query, at the latest
    return kept.found[partnership_id]


def forget_what_was_read() -> None:
    """Ask again from now on: a switch was turned in this transaction."""
    db.session().info.pop(_KEPT, None)
