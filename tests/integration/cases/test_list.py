"""The list of cases: whose they are, finding them, filters and paging."""

import re
from datetime import date, timedelta

import pytest

from core.audit.models import AuditRecord, AuditSubject
from core.cases.listing import PAGE
from core.clock import utc_now
from core.extensions import db
from core.facts import CaseStatus, Risk
from tests.builders import a_case, a_group, a_partnership, a_person, a_user, an_action, an_agency, today

CANARY = "Zebedee Quillfeather"


def rows_of(answer) -> list[str]:
    return re.findall(r'href="/cases/(\d+)"', answer.text)


def a_book(partners, count: int) -> None:
    """So many cases, opened a day apart."""
    for number in range(count):
        case = a_case(partners.partnership, partners.council, group=partners.group, title=f"Case of {number}")
        case.opened_on = date(2026, 1, 1) + timedelta(days=number // 2)
    db.session.flush()


def test_the_list_shows_what_my_agency_leads_and_what_my_group_hears(partners, officer, constable):
    a_case(partners.partnership, partners.council, title="Led by the council")
    a_case(partners.partnership, partners.council, title="Heard by the group", group=partners.group)
    mine, theirs = officer.get("/cases").text, constable.get("/cases").text
    assert "Led by the council" in mine and "Heard by the group" in mine and "2 cases" in mine
    assert "Heard by the group" in theirs and "Led by the council" not in theirs and "1 case" in theirs


@pytest.mark.parametrize(
    "path", ["/cases", "/cases?q=zebedee", "/cases?q=qu", "/cases?q=Quillfeather", "/cases?q=CANARY-1"]
)
def test_a_name_that_is_not_mine_to_know_is_neither_found_nor_counted(partners, constable, path):
    zebedee = a_person(partners.partnership, "Zebedee", "Quillfeather")
    hidden = a_case(partners.partnership, partners.council, title=CANARY, subject=zebedee)
    hidden.ref = "CANARY-1"
    closed = a_case(
        partners.partnership, partners.council, title=CANARY, subject=zebedee, group=partners.group, restricted=True
    )
    page = constable.get(path).text
    assert "No cases" in page
    assert CANARY not in page and closed.ref not in page
    assert not db.session.query(AuditSubject).filter_by(subject=f"p_{zebedee.id}").count()


@pytest.mark.parametrize(
    "query", ["Łukasz", "lukasz", "WIŚNIEWSKI", "wisn", "kowal lukasz", "Lukasz Wis", "wi", "NB-2026-0077", "nb-2026"]
)
def test_a_case_is_found_by_a_name_in_it_however_it_is_typed(partners, officer, query):
    from core.people.names import search_name

    person = a_person(partners.partnership, "Łukasz", "Wiśniewski-Kowalczyk")
    person.search_name = search_name("Łukasz", "Wiśniewski-Kowalczyk")
    case = a_case(partners.partnership, partners.council, title="12 Mill Lane", subject=person)
    case.ref = "NB-2026-0077"
    a_case(partners.partnership, partners.council, title="Somebody else")
    assert rows_of(officer.get("/cases", query_string={"q": query})) == [str(case.id)]


@pytest.mark.parametrize("query", ["precinct under", "underpass", "pr"])
def test_a_case_is_found_by_its_title(partners, officer, query):
    case = a_case(partners.partnership, partners.council, title="Precinct underpass")
    a_case(partners.partnership, partners.council, title="Canal towpath")
    assert rows_of(officer.get("/cases", query_string={"q": query})) == [str(case.id)]


@pytest.mark.parametrize(
    "query", ['"', "' OR 1=1 --", "%", "_", "*", "a* OR b", "NEAR(a b)", "<b>x</b>", "é" * 5000, "𓀀", "محمد"]
)
def test_no_search_breaks_the_list(partners, officer, query):
    a_case(partners.partnership, partners.council, title="Anything")
    answer = officer.get("/cases", query_string={"q": query})
    assert answer.status_code == (422 if len(query) > 200 else 200)
    assert rows_of(answer) == []


def test_names_of_any_script_and_marked_up_ones_are_found_and_shown_as_text(partners, officer):
    from core.people.names import search_name

    for given, family in (("", "محمد"), ("<script>alert(1)</script>", "O’Neil")):
        person = a_person(partners.partnership, given, family)
        person.search_name = search_name(given, family)
        a_case(partners.partnership, partners.council, title=f"{given} {family}".strip(), subject=person)
    assert len(rows_of(officer.get("/cases", query_string={"q": "محمد"}))) == 1
    page = officer.get("/cases", query_string={"q": "<script>alert"})
    assert len(rows_of(page)) == 1
    assert "<script>alert" not in page.text and "&lt;script&gt;alert(1)&lt;/script&gt; O’Neil" in page.text


def test_each_filter_keeps_its_own(partners, officer):
    ours = partners.partnership
    plain = a_case(ours, partners.council, title="Plain")
    high = a_case(ours, partners.council, title="High")
    high.risk = Risk.HIGH
    watched = a_case(ours, partners.council, title="Watched")
    watched.status = CaseStatus.MONITORING
    begging = a_case(ours, partners.council, title="Begging")
    begging.category = "Begging"
    hate = a_case(ours, partners.council, title="Hate")
    hate.hate_incident = True
    heard = a_case(ours, partners.council, title="Heard", group=partners.group)
    late = a_case(ours, partners.council, title="Late")
    an_action(late, partners.group, partners.council, due_on=today() - timedelta(days=1))
    an_action(plain, partners.group, partners.council, due_on=today())
    for query, case in {
        "risk=high": high,
        "status=monitoring": watched,
        "category=Begging": begging,
        "hate=y": hate,
        f"group={partners.group.id}": heard,
        "overdue=y": late,
        "status=monitoring&status=closed": watched,
    }.items():
        assert rows_of(officer.get(f"/cases?{query}")) == [str(case.id)], query
    assert len(rows_of(officer.get(f"/cases?lead={partners.council.id}"))) == 7
    assert rows_of(officer.get(f"/cases?lead={partners.police.id}")) == []
    assert "1 action overdue" in officer.get("/cases?overdue=y").text


def test_a_case_without_update_is_marked_for_its_lead_agency_and_found_by_it(partners, officer, constable):
    quiet = a_case(partners.partnership, partners.council, title="Quiet", group=partners.group)
    quiet.updated_at = utc_now() - timedelta(days=60)
    a_case(partners.partnership, partners.council, title="Lively")
    assert officer.get("/cases").text.count("No update") == 1
    page = officer.get("/cases?quiet=y")
    assert rows_of(page) == [str(quiet.id)]
    assert "Without update" in page.text
    assert "No update" not in constable.get("/cases").text, "it is for the lead agency to see to"
    assert rows_of(constable.get("/cases?quiet=y")) == []


def test_a_chosen_filter_is_shown_with_the_way_out_of_it(partners, officer):
    page = officer.get("/cases?risk=high&status=open&q=x").text
    assert 'href="/cases?status=open&amp;q=x"' in page  # without the risk
    assert "Risk: high" in page and "Status: open" in page


@pytest.mark.parametrize(
    "query",
    [
        "status=asleep",
        "risk=extreme",
        "category=Sneezing",
        "lead=x",
        "lead=999999",
        "group=-1",
        "after=yesterday",
        "after=2026-02-31.1",
        "before=2026-01-01.",
        "after=2026-01-01.99999999999999999999999",
    ],
)
def test_what_there_is_not_is_no_filter(partners, officer, query):
    case = a_case(partners.partnership, partners.council)
    assert rows_of(officer.get(f"/cases?{query}")) == [str(case.id)]


def test_paging_goes_through_every_case_once_and_back(partners, officer):
    a_book(partners, 2 * PAGE + 5)
    seen, path, pages = [], "/cases", []
    while path:
        pages.append(path)
        page = officer.get(path)
        seen += rows_of(page)
        older = re.search(r'href="(/cases\?after=[^"]+)" rel="next"', page.text)
        path = older[1] if older else ""
    assert len(pages) == 3 and len(seen) == 2 * PAGE + 5 == len(set(seen))
    newer = re.search(r'href="(/cases\?before=[^"]+)" rel="prev"', officer.get(pages[2]).text)
    assert newer and rows_of(officer.get(newer[1])) == rows_of(officer.get(pages[1]))
    first = re.search(r'href="(/cases\?before=[^"]+)" rel="prev"', officer.get(newer[1]).text)
    assert first and rows_of(officer.get(first[1])) == rows_of(officer.get("/cases"))
    assert 'rel="prev"' not in officer.get(first[1]).text


def test_forty_cases_cost_no_more_queries_than_one(partners, officer, count_queries):
    a_book(partners, 1)
    officer.get("/cases")
    one = count_queries(officer.get, "/cases")
    a_book(partners, 39)
    assert count_queries(officer.get, "/cases") == one <= 15


def test_an_agency_without_a_signature_sees_references_and_why(partners, visitor):
    unsigned = an_agency(partners.partnership, signed_on=None)
    cases = [a_case(partners.partnership, unsigned, title=f"{CANARY} {number}") for number in range(PAGE + 1)]
    theirs = visitor(a_user(unsigned))
    page = theirs.get("/cases?q=zebedee").text
    assert "has not signed the Information Sharing Protocol" in page
    assert cases[0].ref in page and "Zebedee" not in page and "/cases/" not in page
    further = re.search(r'href="(/cases\?after=[^"]+)"', page)
    assert further and cases[-1].ref in theirs.get(further[1]).text
    assert theirs.get(f"/cases/{cases[0].id}").status_code == 403


def test_another_partnerships_cases_are_not_there(partners, officer):
    other = a_partnership()
    stranger = an_agency(other)
    a_case(other, stranger, title=CANARY, group=a_group(other))
    assert "No cases" in officer.get("/cases").text


def test_the_list_leaves_one_record_with_everybody_named(partners, officer):
    people = [a_person(partners.partnership) for _ in range(3)]
    for person in people:
        a_case(partners.partnership, partners.council, subject=person)
    officer.get("/cases")
    record = db.session.query(AuditRecord).filter_by(action="case.list").one()
    subjects = {row.subject for row in db.session.query(AuditSubject).filter_by(seq=record.seq)}
    assert subjects == {f"p_{person.id}" for person in people}
