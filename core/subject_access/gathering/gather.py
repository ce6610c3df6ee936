"""All that is held about somebody, and what Roundtable proposes to mask in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import select

from core.canonical import canonical_json, to_plain
from core.disclosures.withheld import withheld_from
from core.extensions import db
from core.masking.namesakes import namesakes, titles_of
from core.masking.proposing import Known, Passage, proposals
from core.masking.text import Text
from core.partnerships.models import Agency
from core.subject_access.gathering.cases import put_cases, put_details, put_history
from core.subject_access.gathering.meetings import put_meetings
from core.subject_access.gathering.schemes import schemes_of
from core.subject_access.gathering.services import put_actions, put_contact, put_copies, put_referrals, referrals_of
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
    """A pack, and everybody whom its cases name, for the trail."""

    pack: Pack
    subjects: Sequence[int]
    known: Known
    """Whom it is about."""
    others: Sequence[Known]
    """Everybody else who could be named in it."""
    own_titles: frozenset[str] = frozenset()
    """The titles that its texts give the person: with any other, a family name that they share is somebody else's."""

    def proposed(self) -> list[Passage]:
        """What to mask in all of it, but for an address that is theirs to read. It takes as long as to gather it."""
        theirs = [each.place for each in self.pack.texts() if each.sealed and each.whole is None]
        return self.in_texts([each.masked for each in self.pack.texts() if each.place not in theirs])

    @property
    def known_sha256(self) -> str:
        """Of everybody who is looked for in it: the same texts and the same people lead to the same masks."""
        return sha256(canonical_json([to_plain(each) for each in (self.known, *self.others)]).encode()).hexdigest()

    def in_texts(self, texts: Sequence[Text]) -> list[Passage]:
        """What to mask in some of its texts, taken otherwise than it was."""
        shared = namesakes(texts, self.known, self.others, own_titles=self.own_titles)
        return [*proposals(texts, self.known, self.others), *shared]

    @property
    def sha256(self) -> str:
        """Of what is held, whenever it was drawn: equal as long as nothing changed."""
        plain = self.pack.to_plain()
        plain.pop("drawn_at")
        for each in plain.get("unread", ()):
            each.pop("reference", None)
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
    referrals = referrals_of(found)
    put_referrals(shelf, referrals, write)
    put_contact(shelf, found, write)
    put_consents(shelf, found, write)
    put_versions(shelf, found, write, agencies, keeps_address=keeps_address)
    put_rectifications(shelf, found, write)
    put_holds(shelf, found, write)
    put_told(shelf, found, write)
    put_disclosures(shelf, found, write)
    put_copies(shelf, found, but_for=request.id)
    put_looks(shelf, found.ids, until=until)
    schemes = schemes_of(found, referrals, write)
    pack = Pack(
        person=found.person.name,
        reference=found.person.ref,
        drawn_at=now,
        parts=shelf.parts(agencies, together),
        schemes=tuple(schemes.found),
        unread=tuple(schemes.unread),
    )
    others, named = others_of(found, [text.text for text in pack.texts()], besides=schemes.people)
    kept_back = _kept_back(found) if keeps_address else []
    everybody = [*knowns_of(others), *kept_back]
    besides = sorted({*named, *schemes.people} - {request.person_id})
    own_titles = titles_of([text.masked for text in pack.texts()], subject)
    return Gathered(pack, [request.person_id, *besides], subject, everybody, own_titles)


def _kept_back(found: Whom) -> list[Known]:
    """Their protected addresses as if they were somebody else's: found wherever they stand."""
    return [Known(address=each.address, postcode=each.postcode) for each in found.hidden.values()]


def _agencies() -> dict[int, str]:
    return dict(db.session.execute(select(Agency.id, Agency.name)).all())
