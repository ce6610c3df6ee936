"""Whose consent a referral has is told on its page alone: the register counts, and only in the partnership."""

import csv
from io import StringIO

from sqlalchemy import select

from core.clock import utc_now
from core.disclosures.lists import Kind
from core.extensions import db
from core.facts import AdminRole
from core.referrals.models import ReferralConsent
from tests.builders import a_user, today
from tests.integration.referrals.conftest import world
from tests.integration.referrals.test_mediation import Dispute

__all__ = ["world"]


def withdrawn_by_the_other(world, visitor):
    """A mediation that both parties agreed to, until one of them withdrew."""
    referral = Dispute(world).referred(visitor)
    labels = [each.label for each in referral.consents]
    other = referral.consents[-1]
    other.withdrawn_on, other.recorded_at = today(), utc_now()
    db.session.commit()
    assert len(db.session.scalars(select(ReferralConsent)).all()) == len(labels) == 2
    return referral, labels


def test_nobody_to_whom_the_case_is_open_reads_who_withdrew(world, visitor):
    referral, labels = withdrawn_by_the_other(world, visitor)
    person = world.person.id
    for path in (f"/disclosures/cases/{world.case_id}", f"/disclosures/people/{person}"):
        page = visitor(world.referrer).get(path).text
        assert referral.ref in page
        assert "withdrawn" not in page and "consent given" not in page, path
        assert all(f"{label}:" not in page for label in labels), path


def test_the_partnerships_register_and_its_csv_count_consents_and_name_nobody(world, visitor):
    referral, labels = withdrawn_by_the_other(world, visitor)
    lead = visitor(a_user(world.council, "Della Lead", admin=AdminRole.DATA_LEAD, partnership=world.partnership))
    page = lead.get(f"/disclosures?kind={Kind.REFERRAL.value}").text
    assert referral.ref in page and "2 consents given, 1 withdrawn" in page
    table = lead.get("/disclosures/export.csv")
    (row,) = [each for each in csv.DictReader(StringIO(table.data.decode("utf-8-sig"))) if each["What"] == referral.ref]
    assert row["Notes"] == "2 consents given, 1 withdrawn"
    for text in (page, table.text):
        assert not any(label in text for label in labels) and world.person.family_name not in text
