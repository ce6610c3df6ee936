"""The order in which referrals are listed by stage: that of the pathway itself, from the referral to its end."""

from collections.abc import Mapping
from typing import Any, Protocol

from core.plugin_api.pathway import Pathway


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


def place_of_stage(row: AtStage, running: Mapping[str, Pathway[Any]]) -> tuple[str, int, str]:
    """What to sort by: pathways by title, the stages of each in its own order.

    A stage that its pathway does not have any longer comes last; so, by title, do all of a pathway that is not running.
    """
    pathway = running.get(row.pathway_key)
    order = [stage.key for stage in pathway.stages] if pathway else []
    return row.pathway_title, order.index(row.stage) if row.stage in order else len(order), row.stage_title
