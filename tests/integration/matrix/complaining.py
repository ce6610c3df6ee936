"""What was given in a complaint: an incident that its provider agreed to be used, and one that they withdrew."""

from datetime import timedelta

from core import audit
from core.accounts.queries import actor_as_of
from core.cases.models import CaseIncident
from core.clock import utc_now
from core.disclosures.consents import Said, keep_for_incident, withdraw
from core.disclosures.lists import Answer, How, Scope
from core.extensions import db
from core.facts import PersonRole
from core.partnerships.models import Agency
from tests.builders import today


def complained(
    partnership_id: int, case_id: int, *, member_id: int, chair_id: int, police: Agency, word: str
) -> dict[str, int | str]:
    """Both were taken by the police, and read by the chair."""
    member, chair = (actor_as_of(user_id, partnership_id, on=today()) for user_id in (member_id, chair_id))
    said = Said(
        provider=PersonRole.COMPLAINANT,
        answer=Answer.GIVEN,
        scope=Scope.MEETINGS,
        how=How.SPOKEN,
        answered_on=today(),
        limits=f"not before {word} is asked",
    )
    kept = []
    for what in (f"{word} knocked", f"{word} rang"):
        incident = CaseIncident(case_id=case_id, happened_on=today(), what=what, reported_to_id=police.id)
        db.session.add(incident)
        db.session.flush()
        kept.append(keep_for_incident(member, incident=incident, said=said, now=utc_now()))
    db.session.flush()
    audit.record(chair, audit.Category.CONSULTATION, "case.read", object=f"case:{case_id}")
    withdrawn = kept[1]
    withdraw(member, consent=withdrawn, withdrawn_on=today(), note="", version=withdrawn.version, now=utc_now())
    withdrawn.withdrawn_at = utc_now() + timedelta(days=1)  # whoever reads it in the tests had it before that
    return {"consent_id": kept[0].id, "withdrawn_id": withdrawn.id, "way": "group"}
