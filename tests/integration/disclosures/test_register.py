"""Who was told what: of a case, of a person and of the partnership, read from where each disclosure is kept."""

import csv
from datetime import timedelta
from io import StringIO

import pytest
from sqlalchemy import select

from core.accounts.queries import actor_as_of
from core.cases.models import Case
from core.cases.sharing import end_share, open_to_group, share_with_agency
from core.clock import utc_now
from core.disclosures import queries
from core.disclosures.arms.line import Wanted
from core.disclosures.lists import BASES, CONDITIONS, NO_CONDITION, SECTION_115, USUAL, Grounds, Kind
from core.disclosures.models import EndedDisclosure
from core.extensions import db
from core.facts import AdminRole, EntryKind, Visibility
from core.meetings.research.operations import answer, ask
from core.recording.models import Entry, EntryAgency
from tests.builders import a_case, a_partnership, a_user, an_agency, today

GROUNDS = Grounds("Safeguarding", NO_CONDITION, "A home visit")


@pytest.fixture
def officer(scene):
    return a_user(scene.chair.agency, "Olive Officer")


def as_actor(scene, user):
    return actor_as_of(user.id, scene.partnership.id, on=today())


def share(scene, agency, *, case=None):
    case = case or scene.items[0].case
    share_with_agency(
        as_actor(scene, scene.chair), case=case, agency_id=agency.id, grounds=GROUNDS, now=utc_now(), on=today()
    )
    db.session.commit()


def lines(scene, user, **wanted):
    case = scene.items[0].case
    return queries.page_of(queries.of_case(as_actor(scene, user), case.id), Wanted(**wanted)).lines


def test_a_case_that_was_opened_and_closed_again_to_an_agency_stays_listed_with_its_grounds(scene, visitor):
    fire, case = an_agency(scene.partnership, "Fire and Rescue"), scene.items[0].case
    share(scene, fire)
    (told,) = lines(scene, scene.chair, kinds=[Kind.CASE])
    assert (told.recipients, told.grounds, told.by, told.ended_on) == ("Fire and Rescue", GROUNDS, "Council", None)
    (link,) = case.agencies
    end_share(as_actor(scene, scene.chair), case=case, link=link, now=utc_now())
    db.session.commit()
    (told,) = lines(scene, scene.chair, kinds=[Kind.CASE])
    assert (told.recipients, told.grounds, told.ended_on) == ("Fire and Rescue", GROUNDS, today())
    page = visitor(scene.chair).get(f"/disclosures/cases/{case.id}").text
    assert "Fire and Rescue" in page and "A home visit" in page and "until" in page


def test_what_was_asked_and_returned_is_listed_and_stands_on_what_the_partnership_wrote(scene):
    chair, police = as_actor(scene, scene.chair), as_actor(scene, scene.police)
    scene.meeting.starts_at = utc_now() + timedelta(days=30)
    made = ask(chair, meeting=scene.meeting, now=utc_now())
    mine = next(each for each in made if each.agency_id == scene.police.agency_id)
    db.session.flush()
    answer(police, research=mine, nothing_held=False, text="Two calls", version=mine.version, now=utc_now())
    db.session.commit()
    asked = lines(scene, scene.chair, kinds=[Kind.ASKED])
    assert {each.recipients for each in asked} == {"Council", "Police", "Homes"}
    assert {each.grounds for each in asked} == {USUAL[Kind.ASKED]}
    (returned,) = lines(scene, scene.chair, kinds=[Kind.RETURNED])
    assert (returned.by, returned.recipients) == ("Police", f"chair and coordinator of {scene.group.name}")
    assert [
        each.recipients for each in lines(scene, scene.chair, kinds=[Kind.ASKED], agency_id=scene.police.agency_id)
    ] == ["Police"]


def test_that_something_was_shared_with_named_agencies_is_told_to_them_its_source_and_those_who_lead(scene):
    item = scene.items[0]
    entry = Entry(
        meeting_id=scene.meeting.id,
        item_id=item.id,
        kind=EntryKind.INFORMATION,
        text="secret",
        source_agency_id=scene.police.agency_id,
        visibility=Visibility.NAMED,
        author_id=scene.police.id,
        written_at=utc_now(),
        named_agencies=[EntryAgency(agency_id=scene.housing.agency_id)],
    )
    db.session.add(entry)
    other = a_user(an_agency(scene.partnership, "Health"), "Hugo Health", group=scene.group)
    db.session.commit()
    seen = {
        user.name: lines(scene, user, kinds=[Kind.SHARED]) for user in (scene.police, scene.housing, scene.chair, other)
    }
    assert [each.recipients for each in seen["Harriet Homes"]] == ["Homes"]
    assert {name for name, told in seen.items() if told} == {"Pauline Police", "Harriet Homes", "Cheryl Chair"}
    entry.visibility = Visibility.AGREED
    db.session.commit()
    assert not lines(scene, scene.chair, kinds=[Kind.SHARED]) and lines(scene, scene.housing, kinds=[Kind.SHARED])


def test_what_was_disclosed_before_grounds_were_kept_says_so(scene, visitor):
    case = scene.items[0].case
    (heard,) = lines(scene, scene.chair, kinds=[Kind.GROUP])
    assert heard.grounds == Grounds("", "", "") and heard.basis == "not recorded"
    assert "Lawful basis not recorded" in visitor(scene.chair).get(f"/disclosures/cases/{case.id}").text
    assert lines(scene, scene.chair, basis="") and not lines(scene, scene.chair, basis=SECTION_115)


def test_a_persons_register_has_the_cases_that_are_open_to_the_reader_alone(scene, visitor):
    person = scene.items[0].case.people[0].person
    closed = a_case(scene.partnership, an_agency(scene.partnership, "Elsewhere"), title="Another", subject=person)
    share_with_agency(
        as_actor(scene, scene.chair),
        case=closed,
        agency_id=scene.housing.agency_id,
        grounds=GROUNDS,
        now=utc_now(),
        on=today(),
    )
    db.session.commit()
    page = visitor(scene.police).get(f"/disclosures/people/{person.id}").text
    assert scene.group.name in page and closed.ref not in page
    assert closed.ref in visitor(scene.housing).get(f"/disclosures/people/{person.id}").text


@pytest.fixture
def lead(scene):
    return a_user(scene.chair.agency, "Della Lead", admin=AdminRole.DATA_LEAD, partnership=scene.partnership)


def test_the_partnerships_register_names_nobody_and_is_its_data_leads(scene, visitor, lead):
    share(scene, scene.police.agency)
    page = visitor(lead).get("/disclosures").text
    assert scene.items[0].case.ref in page and "Police" in page
    assert "Ashdown" not in page and "Martin" not in page
    assert visitor(scene.chair).get("/disclosures").status_code == 403
    elsewhere = a_user(
        an_agency(scene.partnership, "Beside"), admin=AdminRole.PARTNERSHIP_ADMIN, partnership=scene.partnership
    )
    assert visitor(elsewhere).get("/disclosures").status_code == 403


def test_it_is_filtered_and_says_by_what(scene, visitor, lead):
    share(scene, scene.police.agency)
    browser = visitor(lead)
    chosen = browser.get(f"/disclosures?kind={Kind.CASE.value}&agency={scene.police.agency_id}&basis=Safeguarding").text
    assert "Told to: Police" in chosen and "Lawful basis: Safeguarding" in chosen and scene.group.name not in chosen
    tomorrow = today() + timedelta(days=1)
    later = browser.get(
        f"/disclosures?since-day={tomorrow.day}&since-month={tomorrow.month}&since-year={tomorrow.year}"
    ).text
    assert "Nothing was disclosed that fits." in later
    assert browser.get("/disclosures?since-day=31&since-month=2&since-year=2026").status_code == 422


def test_it_is_downloaded_and_the_download_is_listed(scene, visitor, lead):
    share(scene, scene.police.agency)
    browser = visitor(lead)
    answer = browser.get("/disclosures/export.csv")
    rows = list(csv.DictReader(StringIO(answer.data.decode("utf-8-sig"))))
    opened = next(row for row in rows if row["Kind"] == Kind.CASE.value)
    assert (opened["Told to"], opened["Lawful basis"], opened["Purpose"]) == ("Police", "Safeguarding", "A home visit")
    assert "Ashdown" not in answer.text
    assert "Register of disclosures" in browser.get(f"/disclosures?kind={Kind.EXPORT.value}").text


def test_it_is_paged(scene, lead):
    for number in range(queries.PAGE + 1):
        case = a_case(scene.partnership, scene.chair.agency, title=f"Case {number}")
        share(scene, scene.police.agency, case=case)
    scope, wanted = queries.of_partnership(as_actor(scene, lead)), Wanted(kinds=[Kind.CASE])
    first, second = (queries.page_of(scope, wanted, number=number) for number in (1, 2))
    assert (len(first.lines), first.further, len(second.lines), second.further) == (queries.PAGE, True, 1, False)
    refs = [each.case_ref for each in (*first.lines, *second.lines)]
    assert sorted(refs) == sorted(db.session.scalars(select(Case.ref).where(Case.title.like("Case %"))))


def test_a_longer_register_costs_no_more_queries(scene, lead, count_queries):
    scope = queries.of_partnership(as_actor(scene, lead))
    share(scene, scene.police.agency)
    short = count_queries(queries.page_of, scope, Wanted())
    for number in range(20):
        share(scene, scene.police.agency, case=a_case(scene.partnership, scene.chair.agency, title=f"Case {number}"))
    assert count_queries(queries.page_of, scope, Wanted()) == short


def test_grounds_that_are_written_are_kept_with_what_comes_after(scene, visitor, lead):
    browser = visitor(lead)
    assert USUAL[Kind.GROUP].purpose in browser.get("/disclosures/grounds").text
    form = {"basis": "Public task", "condition": NO_CONDITION, "purpose": "Agreeing a plan", "version": "0"}
    assert browser.post("/disclosures/grounds/group", form).status_code == 303
    assert "Agreeing a plan" in browser.get("/disclosures/grounds").text
    db.session.rollback()
    case = a_case(scene.partnership, scene.chair.agency, title="Anew")
    chair = visitor(scene.chair)
    assert chair.post(f"/cases/{case.id}/groups/add", {"group_id": str(scene.group.id)}).status_code == 303
    (link,) = case.groups
    assert link.grounds == Grounds("Public task", NO_CONDITION, "Agreeing a plan")
    (heard,) = lines(scene, scene.chair, kinds=[Kind.GROUP])
    assert heard.grounds.basis == "", "what was disclosed before stands on what it stood on"
    stale = browser.post("/disclosures/grounds/group", {**form, "purpose": "Another"})
    assert stale.status_code == 409
    assert browser.get("/disclosures/grounds/nothing").status_code == 404
    assert visitor(scene.police).get("/disclosures/grounds").status_code == 403


def test_every_basis_and_condition_has_its_citation():
    assert all(BASES.values())
    assert all(cited for each, cited in CONDITIONS.items() if each != NO_CONDITION)
    assert {grounds.basis for grounds in USUAL.values()} <= set(BASES)


def test_a_group_that_hears_a_case_no_more_stays_listed(scene, visitor):
    case = scene.items[0].case
    assert visitor(scene.chair).post(f"/cases/{case.id}/groups/{scene.group.id}/remove").status_code == 303
    ended = db.session.scalars(select(EndedDisclosure)).one()
    assert (ended.group_id, ended.agency_id, ended.ended_on) == (scene.group.id, None, today())
    (told,) = lines(scene, scene.chair, kinds=[Kind.GROUP])
    assert (told.recipients, told.ended_on) == (scene.group.name, today())


def test_what_was_shared_stands_on_what_its_group_heard_the_case_then(scene, visitor):
    item = scene.items[0]
    (link,) = item.case.groups
    link.stand_on(GROUNDS)
    db.session.add(
        Entry(
            meeting_id=scene.meeting.id,
            item_id=item.id,
            kind=EntryKind.INFORMATION,
            text="secret",
            source_agency_id=scene.police.agency_id,
            visibility=Visibility.EVERYONE,
            author_id=scene.police.id,
            written_at=utc_now(),
        )
    )
    db.session.commit()
    (told,) = lines(scene, scene.chair, kinds=[Kind.SHARED])
    assert told.grounds == GROUNDS
    chair = visitor(scene.chair)
    assert chair.post(f"/cases/{item.case_id}/groups/{scene.group.id}/remove").status_code == 303
    (told,) = lines(scene, scene.chair, kinds=[Kind.SHARED], basis=GROUNDS.basis)
    assert told.grounds == GROUNDS, "what was disclosed stands on what it stood on"


def test_an_account_of_another_partnership_finds_nothing(scene, visitor):
    foreign = visitor(a_user(an_agency(a_partnership("Elsewhere CSP"), "Foreign")))
    case = scene.items[0].case
    assert foreign.get(f"/disclosures/cases/{case.id}").status_code == 404
    assert foreign.get(f"/disclosures/people/{case.people[0].person_id}").status_code == 404


def test_a_group_that_heard_a_case_in_imported_books_hears_it_here_on_what_the_partnership_does_that(scene):
    case = a_case(scene.partnership, scene.chair.agency, title="From the books", group=scene.group)
    chair, (link,) = as_actor(scene, scene.chair), case.groups
    link.stand_on(Grounds("", "", ""))
    link.since = today() - timedelta(days=400)
    db.session.flush()
    assert open_to_group(chair, case=case, group_id=scene.group.id, on=today())
    assert not open_to_group(chair, case=case, group_id=scene.group.id, on=today()), "only once"
    db.session.commit()
    now, before = queries.page_of(queries.of_case(chair, case.id), Wanted(kinds=[Kind.GROUP])).lines
    assert (now.at, now.grounds, now.ended_on) == (today(), USUAL[Kind.GROUP], None)
    assert (before.at, before.grounds, before.ended_on) == (
        today() - timedelta(days=400),
        Grounds("", "", ""),
        today(),
    ), "nothing is made up afterwards"
