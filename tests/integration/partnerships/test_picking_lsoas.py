"""An area of a group, picked from the LSOAs of the incident register."""

import re
from datetime import date

import pytest
from sqlalchemy import event

from core.extensions import db
from core.facts import GroupRole
from core.incidents.lsoas import lsoas_to_pick
from core.incidents.models import Incident
from core.incidents.queries import NO_STREET
from core.partnerships.models import District
from tests.builders import a_group, a_partnership, a_user, an_agency

MILL, QUAY, FAR = "E01025253", "E01025254", "E01025255"


@pytest.fixture
def group(app):
    """A group of a partnership whose register knows three LSOAs."""
    group = a_group(a_partnership())
    riverside, hill = (
        District(partnership_id=group.partnership_id, code=name, name=name, geometry={})
        for name in ("Riverside", "Hill")
    )
    db.session.add_all([riverside, hill])
    db.session.flush()
    recorded(group, MILL, riverside, "Mill Lane", 3)
    recorded(group, MILL, riverside, "On or near", 5)
    recorded(group, QUAY, riverside, "Quay Street", 2)
    recorded(group, QUAY, hill, "Mill Lane", 1)
    recorded(group, FAR, hill, "", 1)
    return group


@pytest.fixture
def chair(group, visitor):
    """Who draws its area."""
    return visitor(a_user(an_agency(group.partnership), group=group, role=GroupRole.CHAIR))


def recorded(group, lsoa, district, street, count):
    for number in range(count):
        db.session.add(
            Incident(
                partnership_id=group.partnership_id,
                month=date(2026, 1, 1),
                longitude=-2.2,
                latitude=53.7,
                street=street,
                lsoa_code=lsoa,
                district_id=district.id,
                fingerprint=f"{street}{district.id}{number}",
            )
        )
    db.session.flush()


def boxes(page: str) -> list[tuple[str, bool]]:
    """The LSOAs of a page in order, and whether each is ticked."""
    return [
        (code, bool(ticked))
        for code, ticked in re.findall(r'name="lsoa" type="checkbox" value="(\w+)"( checked)?', page)
    ]


def address(group, query=""):
    return f"/partnership/groups/{group.id}/area/lsoas{query}"


def test_each_lsoa_is_listed_once_with_what_tells_which_it_is(group):
    picked, others, more = lsoas_to_pick(group.partnership_id, picked=[FAR], most=2)
    assert [(each.code, each.incidents, each.street, each.district) for each in picked] == [(FAR, 1, NO_STREET, "Hill")]
    assert [(each.code, each.incidents, each.street, each.district) for each in others] == [
        (MILL, 8, "Mill Lane", "Riverside"),
        (QUAY, 3, "Quay Street", "Riverside"),
    ]
    assert not more
    assert lsoas_to_pick(group.partnership_id, picked=[], most=2)[2]
    assert lsoas_to_pick(a_partnership("Southmere").id, picked=[MILL], most=2) == ([], [], False)


def test_a_filter_finds_lsoas_by_district_and_street_and_what_was_picked_stays(group, chair):
    assert boxes(chair.get(address(group)).text) == [(MILL, False), (QUAY, False), (FAR, False)]
    hill = db.session.query(District).filter_by(name="Hill").one().id
    kept = f"picked=1&lsoa={MILL}"
    assert boxes(chair.get(address(group, f"?{kept}&district={hill}")).text) == [
        (MILL, True),
        (QUAY, False),
        (FAR, False),
    ]
    assert boxes(chair.get(address(group, f"?{kept}&street=QUAY")).text) == [(MILL, True), (QUAY, False)]
    assert boxes(chair.get(address(group, f"?{kept}&street=quay&district={hill}")).text) == [
        (MILL, True),
        (QUAY, False),
    ]
    nothing = chair.get(address(group, f"?{kept}&street=100%25")).text
    assert boxes(nothing) == [(MILL, True)] and "No further LSOA of the incident register fits" in nothing


@pytest.mark.parametrize("query", ["?district=999999", f"?street={'x' * 300}"])
def test_a_filter_that_cannot_be_is_said_and_nothing_picked_is_lost(group, chair, query):
    answer = chair.get(address(group, f"{query}&picked=1&lsoa={MILL}&lsoa=%3Cscript%3E"))
    assert "There is a problem" in answer.text and answer.status_code == 422
    assert (MILL, True) in boxes(answer.text) and "<script>" not in answer.text.partition('<form method="get"')[2]


def test_what_is_picked_is_filled_in_and_saved_with_the_area(group, chair):
    area = f"/partnership/groups/{group.id}/area"
    page = chair.get(f"{area}?picked=1&lsoa={QUAY}&lsoa={MILL}&lsoa=nonsense").text
    assert f"{QUAY}\n{MILL}</textarea>" in page and 'value="lsoas" checked' in page
    form = {"source": "lsoas", "area_name": "The mills", "codes": f"{QUAY}\n{MILL}", "version": "1"}
    assert chair.post(area, form).status_code == 303
    assert boxes(chair.get(address(group)).text) == [(MILL, True), (QUAY, True), (FAR, False)]
    # Picking began before that was saved: the version that was read then comes along.
    assert 'name="version" type="hidden" value="1"' in chair.get(f"{area}?picked=1&lsoa={FAR}").text
    assert chair.post(area, {**form, "codes": FAR}).status_code == 409


def test_only_who_may_draw_the_area_picks(group, visitor):
    member = visitor(a_user(an_agency(group.partnership, "Homes"), group=group))
    assert member.get(address(group)).status_code == 403


def test_the_list_is_one_query_however_long_and_goes_by_the_registers_index(group, count_queries):
    few = count_queries(lsoas_to_pick, group.partnership_id, picked=[], most=100)
    for number in range(40):
        recorded(group, f"E0103{number:04}", db.session.query(District).first(), "Long Road", 1)
    assert count_queries(lsoas_to_pick, group.partnership_id, picked=[MILL], street="road", most=100) == few == 1
    if db.engine.dialect.name == "sqlite":
        sent: list[tuple[str, tuple[object, ...]]] = []

        def note(_connection: object, _cursor: object, said: str, given: tuple[object, ...], *_rest: object) -> None:
            sent.append((said, given))

        event.listen(db.engine, "before_cursor_execute", note)
        lsoas_to_pick(group.partnership_id, picked=[MILL], street="road", most=100)
        event.remove(db.engine, "before_cursor_execute", note)
        said, given = sent[-1]
        plan = db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {said}", given).all()
        assert any("SEARCH incident USING INDEX" in row[3] for row in plan)
