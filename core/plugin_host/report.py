"""What is known of each plugin: shown on the admin page and by `roundtable plugins list|check`."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path


def place(fault: BaseException) -> str:
    """File and line where it was raised; a dash for what never ran."""
    trace = fault.__traceback__
    if trace is None:
        return "-"
    while trace.tb_next is not None:
        trace = trace.tb_next
    return f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"


def told(fault: BaseException) -> str:
    """An error for whoever mends it: type, words and place. Never for one that was raised over somebody's data."""
    return f"{type(fault).__name__}: {fault} ({place(fault)})"


class PluginState(StrEnum):
    """How a plugin stands."""

    RUNNING = "running"
    PARTLY_OFF = "partly switched off"
    REJECTED = "rejected"


@dataclass(slots=True)
class PluginReport:
    """One plugin. `name` is where it comes from until it has said its own.

    `stage` and `reason` say where and why loading failed. `switched_off` maps a hook that missed its deadline
    to the reference in the log, `misses` to how often. `last_failure` takes no text of the plugin's own: it could
    name people. `failed_at` is when that was. All of it is since this process was started.
    """

    name: str
    origin: str
    title: str = ""
    version: str = ""
    api: str = ""
    hooks: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    pathways: tuple[str, ...] = ()
    stage: str = ""
    reason: str = ""
    switched_off: dict[str, str] = field(default_factory=dict)
    misses: dict[str, int] = field(default_factory=dict)
    last_failure: str = ""
    failed_at: datetime | None = None

    @property
    def state(self) -> PluginState:
        """Rejected while loading; partly off since a hook missed its deadline; else running."""
        if self.stage:
            return PluginState.REJECTED
        return PluginState.PARTLY_OFF if self.switched_off else PluginState.RUNNING

    @property
    def shown_as(self) -> str:
        """Its title, or its name where it never said one."""
        return self.title or self.name
