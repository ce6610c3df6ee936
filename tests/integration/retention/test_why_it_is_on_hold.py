"""Why something is on hold: it may tell of a case that is closed to whoever else opens the person."""

from core.extensions import db
from core.facts import AdminRole
from tests.builders import a_case, a_person, a_user
from tests.support.partners import partners

__all__ = ["partners"]

WHY = "The trial of a case nobody else knows of"


def test_who_set_it_and_who_may_end_it_read_why_and_nobody_else(partners, visitor):
    lead, other = (
        a_user(partners.police, name, admin=AdminRole.DATA_LEAD, partnership=partners.partnership)
        for name in ("Dana Lead", "Devi Lead")
    )
    person = a_person(partners.partnership, "Ada", "May")
    a_case(partners.partnership, partners.council, title="Ada May", group=partners.group, subject=person)
    db.session.commit()
    page = f"/data-protection/holds/people/{person.id}"
    assert visitor(lead).post(page, {"reason": WHY}).status_code == 303
    for reader in (lead, other):
        assert WHY in visitor(reader).get(page).text
    officer = visitor(partners.officer)
    shown, on_hold = officer.get(f"/people/{person.id}").text, officer.get(page).text
    assert "On hold since" in shown and WHY not in shown
    assert WHY not in on_hold and "the data protection lead read why" in on_hold
