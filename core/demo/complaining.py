"""What the story's people said to the use of what they gave in a complaint."""

from datetime import datetime, timedelta

from core.cases.models import CaseIncident
from core.clock import local_date
from core.demo.cast import Cast, Told
from core.disclosures.consents import Said, keep_for_incident, withdraw
from core.disclosures.lists import Answer, How, Scope
from core.facts import PersonRole

KEEPS = "samir.hussain"
"""Who puts it down: the coordinator."""


def keep_what_was_said(cast: Cast, incident: CaseIncident, told: Told, at: datetime) -> None:
    """That they agreed, on the day on which it was recorded; and that they withdrew, where the story says so."""
    said = Said(
        provider=PersonRole(told["given_by"]),
        answer=Answer.GIVEN,
        scope=Scope.AGENCIES if "agencies" in told else Scope.MEETINGS,
        agencies=tuple(cast.agency(key).id for key in told.get("agencies", ())),
        limits=told.get("limits", ""),
        how=How.SPOKEN,
        answered_on=local_date(at),
    )
    consent = keep_for_incident(cast.actor(KEEPS, at), incident=incident, said=said, now=at)
    if "withdrawn_after" in told:
        then = at + timedelta(days=told["withdrawn_after"])
        withdraw(
            cast.actor(KEEPS, then),
            consent=consent,
            withdrawn_on=local_date(then),
            note="",
            version=consent.version,
            now=then,
        )
