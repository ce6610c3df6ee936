"""Whom information goes to that somebody gave in a complaint [Salford 15].

No further than the agency that took the complaint, unless its provider consented or a law asks for it.
"""

from core.dates import in_words
from core.disclosures.lists import Answer, Scope
from core.disclosures.models import ComplaintConsent
from core.facts import Verdict

NO_CONSENT = (
    "This was given in a complaint. Without the consent of the person who gave it, or a law that asks for it, it goes "
    "no further than the agency that took the complaint."
)
NOT_AGREED_TO = "This was given in a complaint. The person who gave it agreed to other agencies only."
THIS_MEETING = (
    "This was given in a complaint. The person who gave it agreed to the meeting at which it was shared only."
)
WITHDRAWN = "This was given in a complaint. The person who gave it withdrew their consent on {day}."


def goes_to(consent: ComplaintConsent, agency_id: int | None) -> Verdict:
    """Whether what was given in a complaint may be used by that agency. `agencies` must be loaded."""
    if agency_id is not None and agency_id == consent.agency_id:
        return Verdict.yes()
    if consent.withdrawn_on is not None:
        return Verdict.no(WITHDRAWN.format(day=in_words(consent.withdrawn_on)))
    if consent.answer is Answer.NOT_NEEDED:
        return Verdict.yes()
    if consent.answer is not Answer.GIVEN:
        return Verdict.no(NO_CONSENT)
    if consent.scope is Scope.AGENCIES and agency_id not in {each.agency_id for each in consent.agencies}:
        return Verdict.no(NOT_AGREED_TO)
    return Verdict.yes()


def passes_on_to(consent: ComplaintConsent, agency_id: int | None) -> Verdict:
    """Whether it may be used for that agency beside the meeting at which it was shared, as in a referral."""
    verdict = goes_to(consent, agency_id)
    own = agency_id is not None and agency_id == consent.agency_id
    if verdict and not own and consent.answer is Answer.GIVEN and consent.scope is Scope.MEETING:
        return Verdict.no(THIS_MEETING)
    return verdict


def goes_to_all(consent: ComplaintConsent) -> Verdict:
    """Whether it may be told to a whole table: every agency of a group, whoever sits for it."""
    return goes_to(consent, None)
