"""All that is held about somebody, and what Roundtable proposes to mask in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import select

from core.canonical import canonical_json
from core.disclosures.withheld import withheld_from
from core.extensions import db
from core.masking.proposing import Known, Passage, proposals
from core.masking.text import Text
from core.partnerships.models import Agency
from core.subject_access.gathering.cases import put_cases, put_details, put_history
from core.subject_access.gathering.meetings import put_meetings
from core.subject_access.gathering.services import put_actions, put_contact, put_copies, put_referrals
from core.subject_access.gathering.shelf import Shelf, Writer
from core.subject_access.gathering.statements import (
    put_adjustments,
    put_consents,
    put_hate_reports,
    put_holds,
    put_rectifications,
    put_versions,
)
from core.subject_access.gathering.told import put_disclosures, put_told
from core.subject_access.gathering.trail import put_looks
from core.subject_access.gathering.whom import Whom, knowns_of, others_of, whom
from core.subject_access.models import AccessRequest
from core.subject_access.pack import Pack


@dataclass(frozen=True, slots=True)
class Gathered:
    """A pack, what to mask in it, and everybody whom its cases name, for the trail."""

    pack: Pack
    proposed: Sequence[Passage]
    subjects: Sequence[int]
    known: Known
    """Whom it is about."""
    others: Sequence[Known]
    """Everybody else who could be named in it."""

    def in_texts(self, texts: Sequence[Text]) -> list[Passage]:
        """What to mask in some of its texts, taken otherwise than it was."""
        return proposals(texts, self.known, self.others)

    @property
    def sha256(self) -> str:
        """Of what is held, whenever it was drawn: equal as long as nothing changed."""
        plain = self.pack.to_plain()
        plain.pop("drawn_at")
        return sha256(canonical_json(plain).encode()).hexdigest()


def gather(request: AccessRequest, *, until: int, now: datetime, together: str) -> Gathered:
    """All that is held about the request's person, with the trail up to that record. A fixed number of queries."""
    assert request.person_id is not None, "of somebody who is not held there is nothing to gather"
    found = whom(request.person_id)
    keeps_address = not request.is_theirs or request.shares_home
    subject = found.known(keeps_address=keeps_address)
    write = Writer(subject, found.about_them, withheld_from(found.ids, found.case_ids))
    shelf, agencies = Shelf(), _agencies()
    put_details(shelf, found, keeps_address=keeps_address)
    put_cases(shelf, found, write)
    put_history(shelf, found, write)
    put_adjustments(shelf, found, write)
    put_hate_reports(shelf, found, write)
    put_meetings(shelf, found, write)
    put_actions(shelf, found, write)
    put_referrals(shelf, found, write)
    put_contact(shelf, found, write)
    put_consents(shelf, found, write)
    put_versions(shelf, found, write, agencies, keeps_address=keeps_address)
    put_rectifications(shelf, found, write)
    put_holds(shelf, found)
    put_told(shelf, found)
    put_disclosures(shelf, found, write)
    put_copies(shelf, found, but_for=request.id)
    put_looks(shelf, found.ids, until=until)
    pack = Pack(
        person=found.person.name,
        reference=found.person.ref,
        drawn_at=now,
        parts=shelf.parts(agencies, together),
    )
    texts = [each.masked for each in pack.texts()]
    others, named = others_of(found, [text.text for text in texts])
    kept_back = _kept_back(found) if keeps_address else []
    everybody = [*knowns_of(others), *kept_back]
    subjects = [request.person_id, *(each for each in named if each != request.person_id)]
    return Gathered(pack, proposals(texts, subject, everybody), subjects, subject, everybody)


def _kept_back(found: Whom) -> list[Known]:
    """Their protected addresses as if they were somebody else's: found wherever they stand."""
    return [Known(address=each.address, postcode=each.postcode) for each in found.hidden.values()]


def _agencies() -> dict[int, str]:
    return dict(db.session.execute(select(Agency.id, Agency.name)).all())
