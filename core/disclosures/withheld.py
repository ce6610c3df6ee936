"""What was given in a complaint and is not for whom a case is about: copies of what is held propose to mask it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import ColumnElement, and_, exists, or_, select

from core.cases.models import CasePerson
from core.dates import in_words
from core.disclosures.lists import Answer
from core.disclosures.models import ComplaintConsent
from core.extensions import db

_NO_CONSENT = (Answer.REFUSED, Answer.NOT_ASKED)


@dataclass(frozen=True, slots=True)
class Withheld:
    """Id -> the limit, in words, of a case that was opened from a complaint, of an incident, of what was shared."""

    cases: Mapping[int, str] = field(default_factory=dict)
    incidents: Mapping[int, str] = field(default_factory=dict)
    entries: Mapping[int, str] = field(default_factory=dict)


NOTHING = Withheld()


def given_by(person_ids: Collection[int]) -> ColumnElement[bool]:
    """Whether what was told in a complaint is theirs. Its provider is known by their role alone, so that is who has it
    in the case while nobody else does.
    """
    has_the_role = exists().where(
        CasePerson.case_id == ComplaintConsent.case_id, CasePerson.role == ComplaintConsent.provider
    )
    return and_(
        has_the_role.where(CasePerson.person_id.in_(person_ids)),
        ~has_the_role.where(CasePerson.person_id.not_in(person_ids)),
    )


def withheld_from(person_ids: Collection[int], case_ids: Collection[int]) -> Withheld:
    """What of those cases its provider does not want them to be told, or never agreed to. Whoever gave it may have it.
    One query.
    """
    rows = db.session.execute(
        select(
            ComplaintConsent.case_id,
            ComplaintConsent.incident_id,
            ComplaintConsent.entry_id,
            ComplaintConsent.answer,
            ComplaintConsent.not_to_subject,
            ComplaintConsent.limits,
            ComplaintConsent.withdrawn_on,
        )
        .where(
            ComplaintConsent.case_id.in_(case_ids),
            or_(
                ComplaintConsent.not_to_subject,
                ComplaintConsent.answer.in_(_NO_CONSENT),
                ComplaintConsent.withdrawn_on.is_not(None),
            ),
            ~given_by(person_ids),
        )
        .order_by(ComplaintConsent.id)
    )
    cases: dict[int, str] = {}
    incidents: dict[int, str] = {}
    entries: dict[int, str] = {}
    for case_id, incident_id, entry_id, answer, not_to_subject, limits, withdrawn_on in rows:
        limit = _limit(answer, limits, withdrawn_on, not_to_subject=not_to_subject)
        if incident_id is not None:
            incidents[incident_id] = limit
        elif entry_id is not None:
            entries[entry_id] = limit
        else:
            cases[case_id] = limit
    return Withheld(cases, incidents, entries)


def _limit(answer: Answer, limits: str, withdrawn_on: date | None, *, not_to_subject: bool) -> str:
    words = [
        f"consent withdrawn on {in_words(withdrawn_on)}" if withdrawn_on is not None else "",
        f"consent {answer.value}" if answer in _NO_CONSENT else "",
        "not to be told to the subject" if not_to_subject else "",
        " ".join(limits.split()),
    ]
    return "Given in a complaint: " + "; ".join(each for each in words if each)
