"""The action log: who sees what, what becomes of an action, and what leaves as a spreadsheet."""

import csv
import io
import json
from dataclasses import dataclass
from datetime import timedelta

import openpyxl
import pytest
from sqlalchemy import select

from core.accounts.models import User
from core.actions import operations
from core.actions.models import Action, ActionUpdate
from core.audit.models import AuditRecord, AuditSubject
from core.cases.models import Case, CaseEvent
from core.extensions import db
from core.facts import ActionStatus, GroupRole, NotDoneReason
from core.partnerships.models import Agency, Group, Partnership
from tests.builders import a_case, a_group, a_partnership, a_person, a_user, an_action, an_agency, today


@dataclass
class Scene:
    """A group, three agencies of it, a case and one action of each agency."""

    partnership: Partnership
    council: Agency
    police: Agency
    homes: Agency
    group: Group
    case: Case
    chair: User
    officer: User
    colleague: User
    housing: User
    unsigned: User
    action: Action


@pytest.fixture
def scene(app):
    partnership = a_partnership()
    council, police, homes = (an_agency(partnership, name) for name in ("Council", "Police", "Homes"))
    newcomers = an_agency(partnership, "Newcomers", signed_on=None)
    group = a_group(partnership)
    case = a_case(
        partnership, council, group=group, title="Martin Ashdown", subject=a_person(partnership, "Martin", "Ashdown")
    )
    an_action(case, group, homes, text="Change the locks of 14 Mill Lane")
    an_action(case, group, newcomers, text="Ring the school about Martin")
    return Scene(
        partnership=partnership,
        council=council,
        police=police,
        homes=homes,
        group=group,
        case=case,
        chair=a_user(council, "Cheryl Chair", group=group, role=GroupRole.CHAIR),
        officer=a_user(police, "Pauline Police", group=group),
        colleague=a_user(police, "Peter Police", group=group),
        housing=a_user(homes, "Harriet Homes", group=group),
        unsigned=a_user(newcomers, "Ursula Unsigned", group=group),
        action=an_action(case, group, police, text="Serve a warning"),
    )


def page_of(answer) -> str:
    return answer.get_data(as_text=True)


def test_ones_own_agencys_actions_come_first(scene, visitor):
    page = page_of(visitor(scene.officer).get("/actions"))
    assert "Serve a warning" in page
    assert "Change the locks" not in page
    everything = page_of(visitor(scene.officer).get("/actions?whose=all"))
    assert "Serve a warning" in everything
    assert "Change the locks" in everything


def test_an_agency_that_has_not_signed_sees_references_and_no_text_or_name(scene, visitor):
    browser = visitor(scene.unsigned)
    for address in ("/actions", "/actions?whose=all"):
        page = page_of(browser.get(address))
        listed = page.partition("<table")[2].partition("</table>")[0]
        assert scene.case.ref in listed
        assert "Newcomers" not in listed, "not even their own agency's part in it"
        assert "Homes" not in listed
        assert "Ring the school" not in page
        assert "Ashdown" not in page
    assert browser.get(f"/actions/{scene.action.id}").status_code == 403
    assert browser.get("/actions/export.csv").status_code == 403


def test_a_member_of_another_group_does_not_know_of_the_action(scene, visitor):
    elsewhere = a_group(scene.partnership, "South Community Sector Team")
    outsider = visitor(a_user(an_agency(scene.partnership), "Olga Outside", group=elsewhere))
    assert outsider.get(f"/actions/{scene.action.id}").status_code == 404
    assert scene.action.ref not in page_of(outsider.get("/actions?whose=all&state=any"))
    assert outsider.post(f"/actions/{scene.action.id}/complete", {"outcome": "x"}).status_code == 404


def test_an_action_is_completed_with_its_outcome(scene, visitor):
    browser = visitor(scene.officer)
    empty = browser.post(f"/actions/{scene.action.id}/complete", {"version": "1", "outcome": ""})
    assert empty.status_code == 422
    assert "Enter what came of it" in page_of(empty)
    answer = browser.post(f"/actions/{scene.action.id}/complete", {"version": "1", "outcome": "Served on Tuesday"})
    assert answer.status_code == 303
    action = db.session.get(Action, scene.action.id)
    assert (action.status, action.outcome) == (ActionStatus.DONE, "Served on Tuesday")
    page = page_of(browser.get(f"/actions/{action.id}"))
    assert "Completed" in page
    assert "Pauline Police" in page
    assert db.session.scalar(select(CaseEvent.text).where(CaseEvent.link == f"action:{action.id}"))


def test_a_missed_action_has_one_of_the_two_reasons(scene, visitor):
    browser = visitor(scene.officer)
    address = f"/actions/{scene.action.id}/not-done"
    assert "Reason not recorded" not in page_of(browser.get(address))
    smuggled = browser.post(address, {"version": "1", "reason": "reason not recorded", "note": "x"})
    assert smuggled.status_code == 422
    reason = NotDoneReason.NOT_POSSIBLE.value
    assert browser.post(address, {"version": "1", "reason": reason, "note": "He moved away"}).status_code == 303
    action = db.session.get(Action, scene.action.id)
    assert (action.status, action.not_done_reason) == (ActionStatus.NOT_DONE, NotDoneReason.NOT_POSSIBLE)


def test_the_second_of_two_changes_keeps_its_text_and_sees_the_first(scene, visitor):
    first, second = visitor(scene.officer), visitor(scene.colleague)
    assert first.post(f"/actions/{scene.action.id}/progress", {"version": "1", "note": "Rang him"}).status_code == 303
    late = second.post(f"/actions/{scene.action.id}/complete", {"version": "1", "outcome": "Served by <b>me</b>"})
    assert late.status_code == 409
    assert "Served by &lt;b&gt;me&lt;/b&gt;" in page_of(late)
    assert "Somebody else saved first" in page_of(late)
    again = second.post(f"/actions/{scene.action.id}/complete", {"version": "2", "outcome": "Served"})
    assert again.status_code == 303


def test_a_due_date_in_the_past_is_refused_beside_its_field(scene, visitor):
    yesterday = today() - timedelta(days=1)
    form = {
        "version": "1",
        "due-day": yesterday.day,
        "due-month": yesterday.month,
        "due-year": yesterday.year,
        "note": "Sooner",
    }
    answer = visitor(scene.officer).post(f"/actions/{scene.action.id}/due", form)
    assert answer.status_code == 422
    assert operations.DUE_IN_THE_PAST in page_of(answer)
    both = page_of(visitor(scene.officer).post(f"/actions/{scene.action.id}/due", {**form, "note": ""}))
    assert operations.DUE_IN_THE_PAST in both and "Enter the reason" in both


def test_a_person_of_another_agency_and_a_missing_reason_are_said_in_one_round(scene, visitor):
    form = {"version": "1", "owner": scene.chair.agency_id, "person": scene.colleague.id, "note": ""}
    page = page_of(visitor(scene.chair).post(f"/actions/{scene.action.id}/owner", form))
    assert operations.NOT_OF_THAT_AGENCY in page and "Enter the reason" in page


def test_an_agency_gives_its_action_to_its_own_people_and_the_chair_to_another_agency(scene, visitor):
    address = f"/actions/{scene.action.id}/owner"
    officer, chair = visitor(scene.officer), visitor(scene.chair)
    within = {"version": "1", "owner": scene.police.id, "person": scene.colleague.id, "note": "On leave"}
    assert officer.post(address, within).status_code == 303
    elsewhere = {"version": "2", "owner": scene.homes.id, "person": "", "note": "They hold the keys"}
    assert officer.post(address, elsewhere).status_code == 422
    wrong_person = elsewhere | {"person": scene.officer.id}
    assert "Choose a person of that agency" in page_of(chair.post(address, wrong_person))
    assert chair.post(address, elsewhere).status_code == 303
    action = db.session.get(Action, scene.action.id)
    assert (action.owner_agency_id, action.owner_user_id) == (scene.homes.id, None)
    kinds = db.session.scalars(select(ActionUpdate.kind).where(ActionUpdate.action_id == action.id)).all()
    assert kinds == ["reassigned", "reassigned"]
    told = [
        json.loads(body)
        for body in db.session.scalars(
            select(AuditRecord.body).where(AuditRecord.action == "action.give").order_by(AuditRecord.seq)
        )
    ]
    assert [(row["category"], row["recipient"]) for row in told] == [("disclosure", f"ag_{scene.homes.id}")]
    assert told[0]["subjects"] and told[0]["object"] == f"action:{action.id}"


def test_an_action_is_not_given_to_who_has_it_nor_without_a_reason(scene, visitor):
    address = f"/actions/{scene.action.id}/owner"
    chair = visitor(scene.chair)
    same = chair.post(address, {"version": "1", "owner": scene.police.id, "person": "", "note": "Still theirs"})
    assert same.status_code == 422
    assert page_of(same).count(operations.SAME_OWNER) == 2, "at the top and beside the field"
    assert "Still theirs" in page_of(same)
    silent = chair.post(address, {"version": "1", "owner": scene.homes.id, "person": ""})
    assert silent.status_code == 422
    assert "Enter the reason" in page_of(silent)
    action = db.session.get(Action, scene.action.id)
    assert (action.owner_agency_id, action.version) == (scene.police.id, 1)
    assert not db.session.scalars(select(ActionUpdate).where(ActionUpdate.action_id == action.id)).all()


def test_another_agency_may_not_update_the_action(scene, visitor):
    answer = visitor(scene.housing).post(f"/actions/{scene.action.id}/complete", {"version": "1", "outcome": "x"})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ("state=overdue", {"late"}),
        ("state=done", {"done"}),
        ("state=any", {"late", "done", "soon"}),
        ("state=", {"late", "soon"}),
        ("whose=nonsense", {"late", "soon"}),
        ("from=1/1/2027", {"soon"}),
        ("to=31/12/2026", {"late"}),
        ("case=nonesuch", set()),
        ("after=garbage", {"late", "soon"}),
    ],
)
def test_filters(scene, visitor, filters, found):
    db.session.delete(scene.action)
    an_action(scene.case, scene.group, scene.police, text="late", due_on=today() - timedelta(days=1))
    an_action(scene.case, scene.group, scene.police, text="soon", due_on=today().replace(year=today().year + 1))
    done = an_action(scene.case, scene.group, scene.police, text="done", due_on=today().replace(year=today().year + 2))
    done.status = ActionStatus.DONE
    page = page_of(visitor(scene.officer).get(f"/actions?{filters}"))
    assert {text for text in ("late", "done", "soon") if f'app-text">{text}<' in page} == found


@pytest.mark.parametrize(
    ("filters", "said", "kept"),
    [
        ("from=31/2/2026", "The first day must be a real date", 'value="31/2/2026"'),
        ("to=never", "The last day must be a real date", 'value="never"'),
        ("from=2/1/2027&to=1/1/2027", "The last day must not be before the first day", 'value="1/1/2027"'),
        ("state=nonsense", "Choose a status from the list", "Status"),
        ("group=9999", "Choose one from the list", "Group"),
        ("owner=99999999999999999999", "Choose one from the list", "Owner agency"),
        (f"case={'x' * 50_000}", "The reference must be 40 characters or fewer", "xxx"),
    ],
)
def test_a_filter_that_cannot_be_is_said_and_kept_and_nothing_is_listed_or_downloaded(
    scene, visitor, filters, said, kept
):
    browser = visitor(scene.officer)
    answer = browser.get(f"/actions?{filters}")
    page = page_of(answer)
    assert answer.status_code == 422
    assert page.count(said) == 2, "at the top and beside the field"
    assert kept in page
    assert "Serve a warning" not in page
    assert "export.csv" not in page
    for kind in ("csv", "xlsx"):
        download = browser.get(f"/actions/export.{kind}?{filters}")
        assert download.status_code == 303
        assert "Serve a warning" not in page_of(download)


def test_the_log_is_paged_without_leaving_any_out(scene, visitor):
    for number in range(120):
        an_action(scene.case, scene.group, scene.police, text=f"step-{number:03}", due_on=today())
    browser, address, seen = visitor(scene.officer), "/actions", []
    while address:
        page = page_of(browser.get(address))
        seen += [line for line in page.split() if "step-" in line]
        following = [part for part in page.split('href="') if part.startswith("/actions?after=")]
        address = following[0].split('"')[0].replace("&amp;", "&") if following else ""
    assert len(seen) == 120
    assert len(set(seen)) == 120


def test_a_longer_log_costs_no_more_queries(scene, visitor, count_queries):
    browser = visitor(scene.officer)
    browser.get("/actions?whose=all")
    short = count_queries(browser.get, "/actions?whose=all")
    for number in range(30):
        case = a_case(scene.partnership, scene.council, group=scene.group, title=f"Case {number}")
        an_action(case, scene.group, scene.police)
    db.session.commit()
    assert count_queries(browser.get, "/actions?whose=all") == short


def test_no_text_of_an_export_is_a_formula(scene, visitor):
    scene.action.text = '=HYPERLINK("http://evil","x")'
    browser = visitor(scene.officer)
    sheet = list(csv.reader(io.StringIO(page_of(browser.get("/actions/export.csv")).lstrip("\ufeff"))))
    assert sheet[1][3].startswith("'=")
    answer = browser.get("/actions/export.xlsx?whose=all&state=any")
    book = openpyxl.load_workbook(io.BytesIO(answer.get_data()))
    rows = list(book.active.iter_rows(min_row=2))
    assert len(rows) == 3
    assert {cell.data_type for row in rows for cell in row if isinstance(cell.value, str)} == {"s"}


def test_an_export_is_recorded_with_everybody_whom_it_is_about(scene, visitor):
    visitor(scene.officer).get("/actions/export.csv")
    record = db.session.scalars(select(AuditRecord).where(AuditRecord.action == "actions.export")).one()
    subjects = db.session.scalars(select(AuditSubject.subject).where(AuditSubject.seq == record.seq)).all()
    assert len(subjects) == 1


def test_imported_actions_without_a_reason_say_so(scene, visitor):
    scene.action.status = ActionStatus.NOT_DONE
    scene.action.not_done_reason = NotDoneReason.NOT_RECORDED
    browser = visitor(scene.officer)
    assert "Reason not recorded" in page_of(browser.get("/actions?state=not+done"))
    assert "Reason not recorded" in page_of(browser.get(f"/actions/{scene.action.id}"))
