"""A request's life beside its pack: whom it is about, its clock, how it ends without a pack, and who knows of it."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from core.accounts.queries import actor_as_of
from core.audit.models import AuditRecord
from core.cases.models import CasePerson
from core.clock import utc_now
from core.extensions import db
from core.facts import AdminRole, GroupRole, PersonRole
from core.partnerships.terms.queries import clocks_in
from core.policy.subject_access import see, seen_by
from core.reminders.queries import Kind, reminders_for
from core.subject_access import queries
from core.subject_access.lists import AccessState, Ending
from core.subject_access.models import AccessRequest
from core.working_days import add_working_days
from tests.builders import a_case, a_group, a_partnership, a_user, an_agency, today
from tests.integration.subject_access.conftest import DETAILS, day, enter, prepare, release


def the_request():
    return db.session.scalars(select(AccessRequest)).one()


def test_whoever_is_held_is_found_by_name_or_reference_and_each_search_is_recorded(place, visitor):
    place.person.search_name = "ashdown martin"
    db.session.commit()
    lead = visitor(place.lead)
    assert f"person={place.person.id}" in lead.get("/data-protection/requests/new?q=ashdown").text
    assert f"person={place.person.id}" in lead.get(f"/data-protection/requests/new?q={place.person.ref}").text
    assert "Nobody is held" in lead.get("/data-protection/requests/new?q=nobody-at-all").text
    rows = db.session.scalars(select(AuditRecord).where(AuditRecord.action == "access_request.search")).all()
    assert [json.loads(row.body)["subjects"] for row in rows] == [[f"p_{place.person.id}"]] * 2 + [[]]
    assert visitor(place.chair).get("/data-protection/requests/new?q=ashdown").status_code == 403


def test_a_record_that_was_merged_is_found_under_the_one_that_is_kept(place, visitor):
    place.person.search_name = place.neighbour.search_name = "ashdown martin"
    place.neighbour.merged_into_id = place.person.id
    db.session.commit()
    page = visitor(place.lead).get("/data-protection/requests/new?q=ashdown").text
    assert f"person={place.person.id}" in page and f"person={place.neighbour.id}" not in page
    gone = f"/data-protection/requests/new/details?person={place.neighbour.id}"
    assert place.neighbour.name not in visitor(place.lead).get(gone).text


def test_somebody_who_asks_for_another_says_who_they_are_and_what_shows_that_they_may(place, visitor):
    lead = visitor(place.lead)
    address = f"/data-protection/requests/new/details?person={place.person.id}"
    answer = lead.post(address, {**DETAILS, "asked_by": "a solicitor", **day("received_on", today())})
    assert answer.status_code == 422
    assert "Enter the name of whoever asks" in answer.text and "Say what shows that they may ask" in answer.text
    assert not db.session.scalars(select(AccessRequest)).all()


def test_the_month_runs_from_the_day_on_which_they_showed_who_they_are(place, visitor):
    lead = visitor(place.lead)
    asked_on = today() - timedelta(days=20)
    path = enter(lead, place.person.id, identity=False, received=asked_on)
    assert "One month after they have shown who they are" in lead.get(path).text
    before = lead.post(f"{path}/identity", {"seen": "Passport", **day("on", asked_on - timedelta(days=1))})
    assert before.status_code == 422 and "when the request was received" in before.text
    lead.post(f"{path}/identity", {"seen": "Passport", **day("on", today())})
    assert queries.due_of(the_request(), today=today()) > today() + timedelta(days=27)
    assert lead.post(f"{path}/draw").status_code == 303


def test_nothing_is_put_together_before_they_have_shown_who_they_are_or_while_they_are_asked(place, visitor):
    lead = visitor(place.lead)
    path = enter(lead, place.person.id, identity=False)
    refused = lead.post(f"{path}/draw")
    assert refused.status_code == 403 and "before whoever asks has shown who they are" in refused.text
    lead.post(f"{path}/identity", {"seen": "Passport", **day("on", today())})
    assert lead.post(f"{path}/clarify", {"what": "Which years?", **day("on", today())}).status_code == 303
    assert the_request().state is AccessState.PAUSED
    assert lead.post(f"{path}/draw").status_code == 403
    assert lead.post(f"{path}/clarified", day("on", today())).status_code == 303
    assert lead.post(f"{path}/draw").status_code == 303


def test_what_is_late_is_said_in_the_list_on_the_home_page_and_in_the_daily_mail(place, visitor):
    lead = visitor(place.lead)
    path = enter(lead, place.person.id, received=today() - timedelta(days=60))
    ref = the_request().ref
    for page in ("/data-protection/requests", path):
        assert "Overdue" in lead.get(page).text
    assert ref in lead.get("/").text and place.person.name not in lead.get("/").text
    assert ref not in visitor(place.chair).get("/").text
    actor = actor_as_of(place.lead.id, place.partnership.id, on=today())
    due = queries.due_of(the_request(), today=today())
    clocks = clocks_in(place.partnership.id)
    late = (add_working_days(due, 1),)
    [told] = [each for each in reminders_for(actor, clocks, late, now=utc_now()) if each.kind is Kind.REQUESTS]
    assert (told.what, told.due, told.path) == (f"{ref}: in preparation", due, path)


def test_two_months_more_are_recorded_once_for_whoever_was_told_within_the_first(place, visitor, entered):
    lead = visitor(place.lead)
    first = queries.due_of(the_request(), today=today())
    ahead = lead.post(f"{entered}/extend", {"reason": "Many", **day("told_on", today() + timedelta(days=1))})
    assert ahead.status_code == 422 and "must be today or earlier" in ahead.text
    assert lead.post(f"{entered}/extend", {"reason": "Many cases", **day("told_on", today())}).status_code == 303
    assert queries.due_of(the_request(), today=today()) > first + timedelta(days=55)
    again = lead.post(f"{entered}/extend", {"reason": "More", **day("told_on", today())})
    assert again.status_code == 422 and "no further time" in again.text


@pytest.mark.parametrize("ending", ["manifestly unfounded", "manifestly excessive", "identity or authority not shown"])
def test_whoever_refuses_says_why_and_when_they_were_told(place, visitor, entered, ending):
    lead = visitor(place.lead)
    bare = lead.post(f"{entered}/end", {"ending": ending})
    assert bare.status_code == 422 and "Say what was decided, and why" in bare.text
    assert "Enter the day on which they were told" in bare.text
    lead.post(f"{entered}/end", {"ending": ending, "reason": "The fifth this month", **day("told_on", today())})
    request = the_request()
    assert (request.state, request.ending) == (AccessState.REFUSED, Ending(ending))
    assert "The fifth this month" in lead.get(entered).text
    late = lead.post(f"{entered}/draw")
    assert late.status_code == 403 and "was answered" in late.text


def test_of_somebody_who_is_not_held_it_is_kept_that_nothing_was(place, visitor):
    lead = visitor(place.lead)
    path = enter(lead, None, identity=False, about_name="Gregor Lindqvist")
    assert "Nobody is held under this name" in lead.get(path).text
    assert lead.post(f"{path}/end", {"ending": "nothing held", **day("told_on", today())}).status_code == 303
    assert "Gregor Lindqvist" in lead.get("/data-protection/requests").text
    held = enter(lead, place.person.id)
    refused = lead.post(f"{held}/end", {"ending": "nothing held", **day("told_on", today())})
    assert refused.status_code == 422


def test_how_it_was_given_is_kept_and_the_next_pack_tells_of_it(place, visitor, entered):
    lead = visitor(place.lead)
    prepare(lead, entered)
    early = lead.post(f"{entered}/given", {"how": "By hand", **day("on", today())})
    assert early.status_code == 403
    release(visitor(place.second), entered)
    assert lead.post(f"{entered}/given", {"how": "By hand", **day("on", today())}).status_code == 303
    assert the_request().state is AccessState.GIVEN
    ref = the_request().ref
    again = enter(lead, place.person.id)
    lead.post(f"{again}/draw")
    assert f"Request {ref}" in lead.get(f"{again}/pack/0").text


def test_who_may_see_a_request_is_the_same_in_code_and_in_lists(place, visitor, entered):
    """Of every standing, before and after it is before a second person."""
    elsewhere = a_partnership("Southmere")
    other_group = a_group(place.partnership, "South team")
    people = [
        place.lead,
        place.second,
        place.chair,
        place.member,
        a_user(place.police, group=other_group, role=GroupRole.CHAIR),
        a_user(place.council, group=place.group, role=GroupRole.DEPUTY_CHAIR),
        a_user(place.council, group=place.group, role=GroupRole.COORDINATOR),
        a_user(an_agency(place.partnership, signed_on=None), group=place.group, role=GroupRole.CHAIR),
        a_user(an_agency(elsewhere), admin=AdminRole.DATA_LEAD, partnership=elsewhere),
    ]
    enter(visitor(place.lead), None, identity=False, about_name="Gregor")
    other = enter(visitor(place.lead), place.neighbour.id)
    closed = a_case(place.partnership, place.council, title="Closed to the chair", restricted=True)
    db.session.add(CasePerson(case_id=closed.id, person_id=place.neighbour.id, role=PersonRole.WITNESS))
    db.session.commit()
    prepare(visitor(place.lead), entered)
    prepare(visitor(place.lead), other)
    seen = set()
    for user in people:
        actor = actor_as_of(user.id, (elsewhere if user is people[-1] else place.partnership).id, on=today())
        listed = set(db.session.scalars(select(AccessRequest.id).where(seen_by(actor))))
        for request in db.session.scalars(select(AccessRequest)).all():
            whole = queries.request_of(request.id)
            assert bool(see(actor, queries.about(whole))) == (request.id in listed), (user.name, request.ref)
        seen.add((user.name, len(listed)))
    assert {("Lena Lead", 3), ("Sam Second", 3), ("Cher Chair", 1), ("Mo Member", 0)} <= seen
