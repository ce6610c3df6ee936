"""A protected address: the person is given it; of those who answer only agencies that are named for it read it."""

import pytest
from sqlalchemy import select

from core.audit.models import AuditRecord
from core.cases.models import CaseIncident
from core.clock import utc_now
from core.extensions import db
from core.people.history.models import HeldVersion, Why
from core.people.models import AddressReader, ProtectedAddress
from core.subject_access.models import AccessMask, AccessPaper
from tests.builders import today
from tests.integration.subject_access.conftest import decide_all, prepare, release
from tests.support.papers import text_of

HIDDEN = ("Hidden Row", "SK1 1AA", "Secret Mews")


@pytest.fixture
def sealed(place):
    """The person's address is protected, the police are named for it, and it stands in a text, too."""
    now = utc_now()
    place.person.address = place.person.postcode = ""
    db.session.add_all(
        [
            ProtectedAddress(
                person_id=place.person.id, partnership_id=place.partnership.id, address="9 Hidden Row",
                postcode="SK1 1AA", changed_at=now, changed_by_id=place.lead.id,
                readers=[AddressReader(agency_id=place.police.id)],
            ),
            CaseIncident(
                case_id=place.case.id, happened_on=today(), reported_to_id=place.council.id,
                what="Ravenhall saw him at 9 Hidden Row, SK1 1AA, in May",
            ),
            HeldVersion(
                partnership_id=place.partnership.id, person_id=place.person.id, values={"address": "3 Secret Mews"},
                changed={}, address_was_protected=True, until=now, why=Why.CHANGED, reason="",
            ),
        ]
    )  # fmt: skip
    db.session.commit()
    return place


def pages(place, path):
    parts = [0, place.council.id, place.police.id, place.homes.id]
    return [f"{path}/pack", *(f"{path}/pack/{each}" for each in parts)]


def readings():
    """Who read an address, by their agency."""
    rows = db.session.scalars(select(AuditRecord).where(AuditRecord.action == "address.read").order_by(AuditRecord.seq))
    return [row.body for row in rows]


def test_whoever_prepares_and_releases_does_not_read_it_and_the_person_is_given_it(sealed, visitor, entered):
    lead, second = visitor(sealed.lead), visitor(sealed.second)
    lead.post(f"{entered}/draw")
    read = "".join(lead.get(page).text for page in [*pages(sealed, entered), f"{entered}/masks"])
    assert "protected address: given to the person" in read and "in May" in read
    decide_all(lead, entered)
    read += lead.get(f"{entered}/masks?decided=1").text + text_of(lead.get(f"{entered}/preview.pdf").data)
    assert lead.post(f"{entered}/ready").status_code == 303
    read += second.get(f"{entered}/release").text + text_of(second.get(f"{entered}/preview.pdf").data)
    for words in HIDDEN:
        assert words not in read, words
    assert not readings()
    assert release(second, entered).status_code == 303
    given = db.session.scalars(select(AccessPaper).where(AccessPaper.kind == "json")).one().content.decode()
    for words in HIDDEN:
        assert words in given, words


def test_an_agency_that_is_named_for_it_reads_it_and_each_reading_is_recorded(sealed, visitor, entered):
    prepare(visitor(sealed.lead), entered)
    chair = visitor(sealed.chair)
    read = chair.get(f"{entered}/pack/0").text
    assert "9 Hidden Row" in read and "3 Secret Mews" in read
    [body] = readings()
    assert f'"agency":"ag_{sealed.police.id}"' in body and f'"p_{sealed.person.id}"' in body
    assert "access-request:" in body and "Hidden" not in body


def test_a_chair_of_another_agency_does_not_read_it_nor_download_what_they_released(sealed, visitor, entered):
    db.session.query(AddressReader).delete()
    db.session.commit()
    prepare(visitor(sealed.lead), entered)
    chair = visitor(sealed.chair)
    assert release(chair, entered).status_code == 303
    read = "".join(chair.get(page).text for page in pages(sealed, entered))
    assert not [words for words in HIDDEN if words in read]
    for paper in ("pack.pdf", "pack.json"):
        refused = chair.get(f"{entered}/{paper}")
        assert refused.status_code == 409 and "protected address" in refused.text


def test_the_data_lead_who_gives_it_to_the_person_is_recorded_as_having_read_it(sealed, visitor, entered):
    prepare(visitor(sealed.lead), entered)
    release(visitor(sealed.second), entered)
    assert not readings()
    assert "9 Hidden Row" in visitor(sealed.lead).get(f"{entered}/pack.json").text
    [body] = readings()
    assert f'"agency":"ag_{sealed.council.id}"' in body


def test_words_around_it_are_masked_where_they_stand(sealed, visitor, entered):
    lead = visitor(sealed.lead)
    lead.post(f"{entered}/draw")
    incident = db.session.scalars(select(CaseIncident).where(CaseIncident.what.startswith("Ravenhall saw"))).one()
    [mask] = db.session.scalars(select(AccessMask).where(AccessMask.place == f"incident:{incident.id}"))
    assert incident.what[mask.starts : mask.ends] == "Ravenhall", "their own address is no other's"
    decide_all(lead, entered)
    lead.post(f"{entered}/ready")
    release(visitor(sealed.second), entered)
    given = db.session.scalars(select(AccessPaper).where(AccessPaper.kind == "json")).one().content.decode()
    assert "saw him at 9 Hidden Row, SK1 1AA, in May" in given
