"""A neutral plugin for the core's own tests: errands, with all that a pathway can have. It is nobody's scheme."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask import Blueprint
from wtforms import StringField

from core.plugin_api import (
    Annotation,
    Audience,
    Finding,
    MinutesSection,
    OwnPage,
    PathwayForm,
    Permission,
    ProviderFacts,
    ReferralFacts,
    Required,
    Row,
    Statistic,
    hookimpl,
    provider_of,
    requires,
)
from tests.broken_plugins.errand import Errand, ErrandPayload, info

NAME = "tests.support.errands"

EVERYBODY = frozenset(Audience)

bp = Blueprint("errands", __name__)


@bp.get("/providers/<int:provider_id>/runners")
@requires(Permission.KEEP_REGISTER, on=provider_of("errand"))
def runners(provider: ProviderFacts) -> str:
    return f"The runners of {provider.agency_name}"


class RunnersForm(PathwayForm):
    """What a provider of errands says of its own."""

    heading = "What your runners do"
    fetches = StringField("What do they fetch?", [Required("Enter what they fetch")])
    since = StringField("Since when?")


class NeutralErrand(Errand):
    register = OwnPage("Runners", "errands.runners")
    cautions = frozenset({"What"})
    settings = RunnersForm
    settings_version = 2

    def load_settings(self, data: Mapping[str, Any], version: int) -> Mapping[str, Any] | None:
        """Of version 1 nobody can say any longer what was meant."""
        return {2: data, 1: None}[version]

    def eligibility(self, facts: ReferralFacts[ErrandPayload], on: date) -> Sequence[Finding]:
        fetches = facts.settings.get("fetches", "anything")
        if fetches == "nothing":
            return [Finding.refused("This provider fetches nothing.")]
        return [Finding.eligible(f"They fetch {fetches}.")]


@hookimpl
def roundtable_info():
    return info("errands", blueprint=bp)


@hookimpl
def roundtable_pathways():
    return [NeutralErrand()]


@hookimpl
def roundtable_agenda_annotations(entries):
    return [
        Annotation(entry.item_id, glimpse.id, "An errand is running.", EVERYBODY)
        for entry in entries
        for glimpse in entry.referrals
        if glimpse.pathway == "errand"
    ]


@hookimpl
def roundtable_minutes_sections(record):
    return [MinutesSection("Errands", (Row("Running", "1", EVERYBODY),))]


@hookimpl
def roundtable_statistics(period, partnership):
    return [Statistic("Errands", 1)]
