"""Switching a plugin off for a partnership, and on again."""

from datetime import datetime

from sqlalchemy import select

from core import audit, plugin_host
from core.dates import in_words
from core.errors import Refused, Stale
from core.extensions import db
from core.facts import Actor
from core.partnerships.models import Partnership, PluginSwitch
from core.policy import Permission, require


def switch_off(actor: Actor, *, plugin: str, reason: str, version: int, now: datetime) -> None:
    """From now on nothing is begun or moved by it in the actor's partnership. Raises Stale; Refused if it is off."""
    _turn(actor, plugin, "plugin.switch_off", is_off=True, reason=reason, version=version, now=now)


def switch_on(actor: Actor, *, plugin: str, reason: str, version: int, now: datetime) -> None:
    """Let it run again in the actor's partnership. Raises Stale; Refused if it is on."""
    _turn(actor, plugin, "plugin.switch_on", is_off=False, reason=reason, version=version, now=now)


def _turn(actor: Actor, plugin: str, action: str, *, is_off: bool, reason: str, version: int, now: datetime) -> None:
    require(actor, Permission.SWITCH_PLUGIN)
    assert actor.partnership_id is not None  # whoever runs a partnership is in it
    # Two who turn it for the first time both find no row: one waits for the other here.
    db.session.execute(select(Partnership.id).where(Partnership.id == actor.partnership_id).with_for_update())
    row = db.session.scalar(
        select(PluginSwitch).where(PluginSwitch.partnership_id == actor.partnership_id, PluginSwitch.plugin == plugin)
    )
    if version != (0 if row is None else row.version):
        assert row is not None  # no row is ever removed
        how = "Switched off" if row.is_off else "On"
        raise Stale({"reason": row.reason}, told={"Now": f"{how}, since {in_words(row.at)}"})
    if is_off == (row is not None and row.is_off):
        raise Refused(f"It is switched {'off' if is_off else 'on'} already.")
    if row is None:
        row = PluginSwitch(partnership_id=actor.partnership_id, plugin=plugin)
        db.session.add(row)
    row.is_off, row.reason, row.at, row.by_id = is_off, reason, now, actor.user_id
    db.session.flush()
    plugin_host.forget_what_was_read()
    audit.record(
        actor,
        audit.Category.ADMIN,
        action,
        object=f"partnership:{actor.partnership_id}",
        payload={"plugin": plugin, "reason": reason},
    )
