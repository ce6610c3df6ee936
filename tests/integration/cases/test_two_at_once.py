"""Two change a case, a person or an item of the agenda at once: different fields merge, the same one is shown twice."""

from datetime import timedelta

import pytest

from core.clock import utc_now
from core.extensions import db
from core.facts import GroupRole
from tests.builders import a_case, a_group, a_meeting, a_partnership, a_person, a_user, an_agency
from tests.support.forms import forms_of

CHANGED = {"why": "it has changed since"}


def read(browser, address, name):
    """The form with that field, as somebody has it open."""
    form = next(form for form in forms_of(browser.get(address).get_data(as_text=True)) if name in form.fields)
    return form.data()


@pytest.mark.sqlite_alone
def test_what_each_of_two_changed_is_saved_and_what_both_changed_is_asked(app, visitor):
    partnership = a_partnership()
    council = an_agency(partnership)
    group = a_group(partnership)
    person = a_person(partnership, "Martin", "Ashdown")
    case = a_case(partnership, council, title="Martin Ashdown", group=group, subject=person)
    meeting = a_meeting(group, starts_at=utc_now() + timedelta(days=9), cases=[case])
    chair = visitor(a_user(council, group=group, role=GroupRole.CHAIR))
    item = meeting.items[0]
    forms = {
        f"/cases/{case.id}/edit": (case, ("title", "The flat"), ("risk", "high"), "title"),
        f"/people/{person.id}/edit": (person, ("known_as", "Marty"), ("tenure", "lodger"), "known_as"),
        f"/meetings/{meeting.id}/items/{item.id}/edit": (item, ("reason", "Noise"), ("minutes", "25"), "reason"),
    }
    for address, (row, mine, theirs, _) in forms.items():
        first, second = read(chair, address, mine[0]), read(chair, address, mine[0])
        assert chair.post(address, {**CHANGED, **first, theirs[0]: theirs[1]}).status_code == 303, address
        assert chair.post(address, {**CHANGED, **second, mine[0]: mine[1]}).status_code == 303, address
        db.session.refresh(row)
        stored = read(chair, address, mine[0])
        assert (stored[mine[0]], stored[theirs[0]]) == ([mine[1]], [theirs[1]]), address
        asked = chair.post(address, {**CHANGED, **second, mine[0]: "Third"})
        assert asked.status_code == 409, address
        page = asked.get_data(as_text=True)
        assert mine[1] in page
        assert "Third" in page

    # What is written and who may open the case are one: neither goes with the other's.
    address = f"/cases/{case.id}/edit"
    first, second = read(chair, address, "summary"), read(chair, address, "summary")
    assert chair.post(address, {**CHANGED, **first, "restricted": "y"}).status_code == 303
    assert chair.post(address, {**CHANGED, **second, "summary": "For everybody"}).status_code == 409
