"""A pathway as small as it can be: somebody runs an errand. What the broken plugins are built from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from wtforms import StringField

from core.plugin_api import (
    ActionTemplate,
    Audience,
    Clock,
    ConsentNeeded,
    Finding,
    Mover,
    OutcomeMeasure,
    Pathway,
    PathwayForm,
    PluginInfo,
    Progress,
    ReferralFacts,
    Row,
    Stage,
    Transition,
)

ALL = frozenset(Audience)
PROVIDER = frozenset({Mover.PROVIDER})


class ErrandForm(PathwayForm):
    """What is to be fetched."""

    what = StringField("What")


@dataclass(frozen=True)
class ErrandPayload:
    """What is to be fetched, and by when."""

    what: str
    by: date | None = None


ANSWER = Clock("Answer", working_days=3, source="The errand boy's own choice.")


class Errand(Pathway[ErrandPayload]):
    """asked -> running -> done, or refused."""

    key = "errand"
    title = "Errand"
    payload_version = 1
    form = ErrandForm
    halted = "dropped"
    stages = (
        Stage("asked", "Asked", waits_for=Mover.PROVIDER, clock=ANSWER),
        Stage("running", "Running"),
        Stage("done", "Done", closed=True),
        Stage("dropped", "Dropped", closed=True),
    )
    transitions = (
        Transition("take", "asked", "running", "Take it", PROVIDER, consents=frozenset({"asker"})),
        Transition("finish", "running", "done", "Finish", PROVIDER),
        Transition("drop", "asked", "dropped", "Drop it", PROVIDER),
    )

    def eligibility(self, facts: ReferralFacts[ErrandPayload], on: date) -> Sequence[Finding]:
        return [Finding.eligible("Everybody may ask.")]

    def consents(self, facts: ReferralFacts[ErrandPayload], on: date) -> Sequence[ConsentNeeded]:
        return [ConsentNeeded("asker", "The asker", "It is their errand.")]

    def payload(self, form: ErrandForm) -> ErrandPayload:
        return ErrandPayload(form.what.data)

    def load(self, data: Mapping[str, Any], version: int) -> ErrandPayload:
        return ErrandPayload(data["what"])

    def summary(self, payload: ErrandPayload) -> str:
        return f"Fetch {payload.what}."

    def rows(self, payload: ErrandPayload, progress: Progress) -> Sequence[Row]:
        return [Row("What", payload.what, ALL)]

    def action_templates(self) -> Sequence[ActionTemplate]:
        return ()

    def outcomes(self) -> Sequence[OutcomeMeasure]:
        return ()


def info(name: str, **more: Any) -> PluginInfo:
    """What a plugin of that name says of itself."""
    return PluginInfo(name=name, title=name.replace("_", " ").capitalize(), version="1", **more)
