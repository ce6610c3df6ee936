"""The hooks that any plugin may answer. Few on purpose: what belongs to one pathway is in its Pathway."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pluggy
from flask import Blueprint
from sqlalchemy import MetaData

from core.facts import Actor, MinutesSection
from core.plugin_api.facts import AgendaEntry, Annotation, MeetingFacts, PartnershipFacts, Period, Statistic
from core.plugin_api.holding import HeldRecord
from core.plugin_api.pathway import Pathway

PROJECT = "roundtable"
"""pluggy's project name, and the first half of the entry-point group `roundtable.plugins`."""

API = "1"
"""The version of this interface. A defaulted method or a further hook argument does not raise it."""

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@dataclass(frozen=True, slots=True)
class PluginInfo:
    """What a plugin says of itself.

    `name`, lower-case letters, digits and underscores, is the name of its blueprint, the first part of its
    templates' names, the prefix of its tables and of its Alembic version table. `templates` and `migrations`
    are folders.
    """

    name: str
    title: str
    version: str
    api: str = API
    blueprint: Blueprint | None = None
    templates: Path | None = None
    migrations: Path | None = None
    metadata: MetaData | None = None


@hookspec
def roundtable_info() -> PluginInfo:
    """Say who you are. Asked once, when the plugin is loaded; every plugin must answer."""
    raise NotImplementedError


@hookspec
def roundtable_pathways() -> Sequence[Pathway[Any]]:
    """Bring pathways. Asked once, when the plugin is loaded. A key that is taken rejects the plugin."""
    raise NotImplementedError


@hookspec
def roundtable_agenda_annotations(entries: Sequence[AgendaEntry], viewer: Actor) -> Sequence[Annotation]:
    """Put a sentence under agenda items. The whole agenda comes at once, so that nobody asks per item.

    `entries` are the items that the viewer may open. A reading hook: it has a deadline.
    """
    raise NotImplementedError


@hookspec
def roundtable_minutes_sections(record: MeetingFacts) -> Sequence[MinutesSection]:
    """Add sections to a meeting's minutes, every row with its audiences. A reading hook: has a deadline."""
    raise NotImplementedError


@hookspec
def roundtable_statistics(period: Period, partnership: PartnershipFacts) -> Sequence[Statistic]:
    """Give counts for a period, without names or references. A reading hook: it has a deadline."""
    raise NotImplementedError


@hookspec
def roundtable_held_about(people: Sequence[int], referrals: Sequence[int]) -> Sequence[HeldRecord]:
    """Give all that your own tables hold about one person, for the copy that they asked for.

    `people` are the ids of their records, `referrals` those of their own referrals: give what is under these, and
    whatever names one of these people under somebody else's referral. Asked also where the partnership has switched the
    plugin off. A reading hook: it has a deadline. A plugin that fails here holds up the answer until somebody has seen
    to it.
    """
    raise NotImplementedError
