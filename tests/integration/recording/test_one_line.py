"""One line of typing fills in the form of an action, and names nobody in an address."""

from datetime import timedelta

from sqlalchemy import func, select

from core.actions.models import Action
from core.clock import local_date, utc_now
from core.extensions import db
from tests.builders import a_meeting, today
from tests.integration.recording.test_the_room import page_of
from tests.support.forms import forms_of


def line_form(browser, scene):
    """The one-line form of the item that the meeting is at."""
    (form,) = (form for form in forms_of(page_of(browser.get(scene.live))) if form.action.endswith("/action/line"))
    return form


def filled_in(browser, scene, line):
    """The form of an action that a line leads to, and its page."""
    answer = browser.post(line_form(browser, scene).action, {"line": line})
    assert answer.status_code == 200, page_of(answer)
    (form,) = (form for form in forms_of(page_of(answer)) if form.action.endswith("/action"))
    return form, page_of(answer)


def test_a_line_becomes_an_action_once_it_is_confirmed(scene, opened):
    police = opened(scene.police)
    assert line_form(police, scene).method == "post", "names in an address would be kept in logs"
    form, page = filled_in(police, scene, "Homes to visit and check the tenancy by tomorrow")
    assert "from “Homes to”" in page and "from “by tomorrow”" in page
    assert db.session.scalar(select(func.count()).select_from(Action)) == 0
    db.session.rollback()
    assert police.post(form.action, form.data()).status_code == 303
    action = db.session.scalars(select(Action)).one()
    assert (action.text, action.owner_agency_id) == ("Visit and check the tenancy", scene.housing.agency_id)
    assert (action.due_on - today()).days == 1


def test_a_person_in_the_room_is_recognised_and_the_next_meeting_is_a_date(scene, opened):
    later = a_meeting(scene.group, starts_at=utc_now() + timedelta(days=30))
    day = local_date(later.starts_at)
    form, _ = filled_in(opened(scene.police), scene, "Harriet to ring the school by the next meeting")
    said = {name: field.values for name, field in form.fields.items()}
    assert (said["owner"], said["person"]) == ([str(scene.housing.agency_id)], [str(scene.housing.id)])
    assert [said[f"due-{box}"] for box in ("day", "month", "year")] == [
        [str(day.day)],
        [str(day.month)],
        [str(day.year)],
    ]


def test_what_is_not_understood_is_said_and_stays_in_the_text(scene, opened):
    form, page = filled_in(opened(scene.police), scene, "<b>Trading Standards</b> to look at it")
    assert "&lt;b&gt;Trading Standards&lt;/b&gt; to look at it" in page
    assert "Nobody of the partnership was recognised" in page and "No due date was recognised" in page
    assert form.fields["owner"].values in ([], [""])


def test_an_empty_line_leads_to_the_empty_form(scene, opened):
    form, page = filled_in(opened(scene.police), scene, " ")
    assert form.fields["text"].values == [""] and "recognised" not in page
