"""The register of mentors as its provider's staff keep it, and as nobody else sees it."""

import pytest
from sqlalchemy import select

from core.extensions import db
from plugins.mentoring.models import Mentor
from tests import builders

from .conftest import TODAY, World
from .test_pages import MENTOR, in_boxes, register, text


def test_the_providers_staff_keep_the_register_of_mentors(world: World, visitor) -> None:
    browser = visitor(world.worker)
    assert "No mentors yet" in text(browser.get(register(world)))
    assert browser.get(f"{register(world)}/new").status_code == 200
    answer = browser.post(f"{register(world)}/new", MENTOR | in_boxes("check_until", TODAY))
    assert answer.status_code == 303
    mentor = db.session.scalars(select(Mentor)).one()
    assert (mentor.agency_id, mentor.check_until, mentor.certificate_until) == (world.scheme.id, TODAY, None)
    page = text(browser.get(register(world)))
    assert "No: no child protection certificate on record" in page
    edit = f"{register(world)}/{mentor.id}"
    assert 'value="Priya Shah"' in text(browser.get(edit))
    fields = MENTOR | {"version": "1"} | in_boxes("certificate_until", TODAY) | in_boxes("check_until", TODAY)
    assert browser.post(edit, fields).status_code == 303
    assert "Yes" in text(browser.get(register(world)))
    assert browser.post(edit, fields | {"name": "Second"}).status_code == 409
    db.session.expire_all()
    assert db.session.scalars(select(Mentor)).one().name == "Priya Shah"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"name": ""}, "Enter the mentor’s name"),
        ({"training_hours": "many"}, "Hours of training must be a whole number"),
        ({"training_hours": ""}, "Hours of training must be a whole number"),
        ({"capacity": "a few"}, "How many young people must be a whole number"),
        ({"training_hours": "-1"}, "between 0 and 1,000"),
        ({"capacity": "99999999999999999999"}, "between 0 and 20"),
        ({"check_until-day": "31", "check_until-month": "2", "check_until-year": "2027"}, "must be a real date"),
        ({"check_until-day": "", "check_until-month": "2", "check_until-year": "2027"}, "must include a day"),
    ],
)
def test_a_mentor_entered_wrongly_is_not_saved(world: World, visitor, changes, told) -> None:
    answer = visitor(world.worker).post(f"{register(world)}/new", MENTOR | changes)
    assert answer.status_code == 422
    assert told in text(answer)
    assert db.session.scalars(select(Mentor)).all() == []


def test_nobody_else_learns_that_there_is_a_register(world: World, visitor) -> None:
    mentor = world.mentor()
    for user in (world.referrer, world.chair, world.member):
        browser = visitor(user)
        for path in (register(world), f"{register(world)}/new", f"{register(world)}/{mentor.id}"):
            assert browser.get(path).status_code == 404
        assert browser.post(f"{register(world)}/{mentor.id}", MENTOR | {"version": "1"}).status_code == 404


def test_a_mentor_is_reached_through_their_own_provider_alone(world: World, visitor) -> None:
    other_scheme = builders.an_agency(world.partnership, "Second Wind")
    other = builders.a_provider(world.partnership, other_scheme, "mentoring")
    mentor = world.mentor(provider_id=other.id, agency_id=other_scheme.id)
    assert visitor(world.worker).get(f"{register(world)}/{mentor.id}").status_code == 404
    path = f"/pathways/mentoring/providers/{other.id}/mentors/{mentor.id}"
    assert visitor(world.worker).get(path).status_code == 404
    assert visitor(builders.a_user(other_scheme)).get(path).status_code == 200


def test_names_of_mentors_are_text_whatever_is_in_them(world: World, visitor) -> None:
    world.mentor("<script>alert(1)</script>")
    page = text(visitor(world.worker).get(register(world)))
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page
