"""The incident register: counts by street for an area and a period."""

import re
from datetime import date

import pytest

from core.extensions import db
from core.incidents.models import Incident
from core.incidents.queries import PAGE
from core.partnerships.models import District, GroupLsoa
from tests.builders import a_group, a_partnership, a_user, an_agency


@pytest.fixture
def partnership(app):
    """A partnership with an agency that has signed nothing: the register names nobody."""
    return a_partnership()


@pytest.fixture
def reader(partnership, visitor):
    """Somebody of an agency that has not signed."""
    return visitor(a_user(an_agency(partnership, signed_on=None)))


def a_district(partnership, name: str) -> District:
    district = District(partnership_id=partnership.id, code=name[:20], name=name, geometry={})
    db.session.add(district)
    db.session.flush()
    return district


def incidents(partnership, district, street: str, count: int, *, month=date(2022, 3, 1), lsoa="E01") -> None:
    for number in range(count):
        db.session.add(
            Incident(
                partnership_id=partnership.id,
                month=month,
                longitude=-2.4,
                latitude=53.7,
                street=street,
                lsoa_code=lsoa,
                district_id=district.id if district else None,
                fingerprint=f"{street[:12]}{month:%y%m}{lsoa[:6]}{number}"[:32],
            )
        )


def rows_of(answer) -> list[tuple[str, str]]:
    return re.findall(r'rowheader"[^>]*>([^<]*)</th>\s*<td[^>]*>([^<]*)</td>', answer.text)


def test_an_empty_register_says_how_to_fill_it(reader):
    assert "The register is empty" in reader.get("/incidents").text


def test_streets_of_a_district_come_with_most_incidents_first(partnership, reader):
    here, there = a_district(partnership, "Here"), a_district(partnership, "There")
    incidents(partnership, here, "Mill Lane", 3)
    incidents(partnership, here, "Canal <b>Street</b>", 5)
    incidents(partnership, here, "On or near ", 1)
    incidents(partnership, there, "Elsewhere", 9)
    answer = reader.get(f"/incidents?area=district-{here.id}")
    assert rows_of(answer) == [
        ("Canal &lt;b&gt;Street&lt;/b&gt;", "5"),
        ("Mill Lane", "3"),
        ("Street not recorded", "1"),
    ]
    assert "9 incidents from March 2022 to March 2022" in answer.text


def test_a_period_counts_its_first_and_its_last_month(partnership, reader):
    here = a_district(partnership, "Here")
    for month in range(1, 7):
        incidents(partnership, here, "Mill Lane", month, month=date(2022, month, 1))
    answer = reader.get(f"/incidents?area=district-{here.id}&since=2022-02-01&until=2022-04-01")
    assert rows_of(answer) == [("Mill Lane", "9")]


def test_a_groups_area_is_its_district_or_its_lsoas(partnership, reader):
    here = a_district(partnership, "Here")
    incidents(partnership, here, "Mill Lane", 2, lsoa="E01000001")
    incidents(partnership, here, "High Street", 4, lsoa="E01000002")
    by_district, drawn = a_group(partnership, "Of the district"), a_group(partnership, "Drawn up")
    by_district.district_id = drawn.district_id = here.id
    db.session.add(GroupLsoa(group_id=drawn.id, lsoa_code="E01000001"))
    assert len(rows_of(reader.get(f"/incidents?area=group-{by_district.id}"))) == 2
    assert rows_of(reader.get(f"/incidents?area=group-{drawn.id}")) == [("Mill Lane", "2")]


def test_pages_go_through_every_street_once(partnership, reader):
    here = a_district(partnership, "Here")
    for number in range(PAGE + 7):
        incidents(partnership, here, f"Street {number:02} & Co", 1 + number % 3)
    path, seen = "/incidents", []
    while path:
        answer = reader.get(path)
        seen += rows_of(answer)
        further = re.search(r'href="([^"]+)" rel="next"', answer.text)
        path = further[1].replace("&amp;", "&") if further else ""
    assert len(seen) == len(set(seen)) == PAGE + 7
    assert [int(count) for _, count in seen] == sorted((int(count) for _, count in seen), reverse=True)


def test_another_partnerships_register_is_not_there(partnership, reader):
    other = a_partnership()
    theirs = a_district(other, "Theirs")
    incidents(other, theirs, "Secret Street", 3)
    incidents(partnership, a_district(partnership, "Ours"), "Mill Lane", 1)
    assert "Secret Street" not in reader.get("/incidents").text
    assert reader.get(f"/incidents?area=district-{theirs.id}").status_code == 422


@pytest.mark.parametrize(
    "query",
    [
        "area=nowhere",
        "since=2021-01-01",
        "until=x",
        "since=2022-03-01&until=2022-02-01",
        "area=district-99999999999999999",
    ],
)
def test_what_cannot_be_shown_is_said(partnership, reader, query):
    here = a_district(partnership, "Here")
    for month in (2, 3):
        incidents(partnership, here, "Mill Lane", 1, month=date(2022, month, 1))
    answer = reader.get(f"/incidents?{query}")
    assert answer.status_code == 422 and "There is a problem" in answer.text


@pytest.mark.parametrize(
    ("query", "said"),
    [("area=zz", "Choose an area from the list"), ("since=1066-10-14", "Choose a month from the list")],
)
def test_a_choice_that_there_is_not_is_said_in_plain_words(partnership, reader, query, said):
    incidents(partnership, a_district(partnership, "Here"), "Mill Lane", 1)
    assert reader.get(f"/incidents?{query}").text.count(said) == 2, "at the top and beside the field"


def test_the_register_opens_on_the_area_of_ones_own_group(partnership, visitor):
    first, theirs = a_group(partnership, "A first group"), a_group(partnership, "Ones own group")
    first.district_id, theirs.district_id = (a_district(partnership, name).id for name in ("Ashby", "Oakley"))
    incidents(partnership, db.session.get(District, theirs.district_id), "Mill Lane", 3)
    browser = visitor(a_user(an_agency(partnership), group=theirs))
    page = browser.get("/incidents").text
    assert '<h2 class="govuk-heading-m">Ones own group</h2>' in page
    assert "3 incidents from" in page
    stranger = visitor(a_user(an_agency(partnership)))
    assert '<h2 class="govuk-heading-m">A first group</h2>' in stranger.get("/incidents").text


def test_the_register_is_in_the_navigation(reader):
    assert '<a class="govuk-service-navigation__link" href="/incidents"' in reader.get("/").text


@pytest.mark.parametrize(
    "query", ["count=x&street=y", "count=-1", "count=99999999999999", "count=1&street=" + "x" * 5000]
)
def test_a_place_that_is_none_leads_somewhere(partnership, reader, query):
    incidents(partnership, a_district(partnership, "Here"), "Mill Lane", 1)
    assert reader.get(f"/incidents?{query}").status_code == 200
