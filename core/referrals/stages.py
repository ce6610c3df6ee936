"""Stages as lists and the case have them: in which order, and what is told of them."""

from collections.abc import Mapping
from typing import Any, Protocol

from core.plugin_api.pathway import Pathway, Stage


class AtStage(Protocol):
    """A referral, or a count of referrals, at a stage."""

    @property
    def pathway_key(self) -> str:
        """Of which pathway."""
        ...

    @property
    def pathway_title(self) -> str:
        """Its title as it was when the referral moved last."""
        ...

    @property
    def stage(self) -> str:
        """The stage's key."""
        ...

    @property
    def stage_title(self) -> str:
        """The stage's title as it was then."""
        ...


def place_of_stage(row: AtStage, known: Mapping[str, Pathway[Any]]) -> tuple[str, int, str]:
    """What to sort by: pathways by title, the stages of each in its own order.

    A stage that its pathway does not have any longer comes last; so, by title, do all of a pathway that is gone.
    """
    pathway = known.get(row.pathway_key)
    order = [stage.key for stage in pathway.stages] if pathway else []
    return row.pathway_title, order.index(row.stage) if row.stage in order else len(order), row.stage_title


def told_at(pathway: Pathway[Any] | None, key: str) -> str:
    """What whoever may open the case reads in place of the stage's title; empty where that is for them."""
    stages = pathway.stages if pathway is not None else ()
    return next((stage.told for stage in stages if stage.key == key), "")


def newly_told(pathway: Pathway[Any], source: str, target: Stage) -> str:
    """What a move tells the case: empty if that is what the case was told before."""
    if not target.told:
        return target.title
    return "" if told_at(pathway, source) == target.told else target.told
