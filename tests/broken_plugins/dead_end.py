"""Brings a pathway from which there is no way out."""

from core.plugin_api import Mover, Stage, Transition, hookimpl
from tests.broken_plugins.errand import Errand, info


class DeadEnd(Errand):
    key = "dead_end"
    stages = (Stage("asked", "Asked"), Stage("lost", "Lost"), Stage("dropped", "Dropped", closed=True))
    transitions = (Transition("lose", "asked", "lost", "Lose it", frozenset({Mover.PROVIDER})),)


@hookimpl
def roundtable_info():
    return info("dead_end")


@hookimpl
def roundtable_pathways():
    return [DeadEnd()]
