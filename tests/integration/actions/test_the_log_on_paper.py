"""The log as a document: what its reader may have of it, said to the trail, and no longer than paper bears."""

import io
from dataclasses import dataclass
from datetime import timedelta

import pypdf
import pytest
from sqlalchemy import select

from core.accounts.models import User
from core.actions import paper as paper_of_log
from core.actions import printing
from core.audit.models import AuditRecord, AuditSubject
from core.cases.models import Case
from core.clock import utc_now
from core.extensions import db
from core.facts import ActionStatus, NotDoneReason
from core.partnerships.models import Agency, Group, Partnership
from core.recording.models import Recusal
from tests.builders import a_case, a_group, a_meeting, a_partnership, a_person, a_user, an_action, an_agency, an_item
from tests.builders import today as today_
from tests.support.papers import paper_in, text_of


@dataclass
class Scene:
    """A group of three agencies, one case and the member who prints."""

    partnership: Partnership
    council: Agency
    police: Agency
    homes: Agency
    group: Group
    case: Case
    member: User


@pytest.fixture
def scene(app):
    partnership = a_partnership()
    council, police, homes = (an_agency(partnership, name) for name in ("Council", "Police", "homes"))
    group = a_group(partnership)
    martin = a_person(partnership, "Martin", "Ashdown")
    case = a_case(partnership, council, group=group, title="Martin Ashdown", subject=martin)
    return Scene(partnership, council, police, homes, group, case, a_user(police, "Mona Member", group=group))


def paper(visitor, scene, filters="whose=all&state=any") -> bytes:
    return paper_in(visitor(scene.member).get(f"/actions/export.pdf?{filters}"))


def test_by_agency_and_due_date_with_how_long_each_is_overdue(scene, visitor):
    late = an_action(scene.case, scene.group, scene.police, text="Serve it", due_on=today_() - timedelta(days=28))
    an_action(scene.case, scene.group, scene.police, text="Ring him", due_on=today_() - timedelta(days=60))
    an_action(scene.case, scene.group, scene.homes, text="Fit a lock")
    missed = an_action(scene.case, scene.group, scene.council, text="Write to him")
    missed.status, missed.not_done_reason = ActionStatus.NOT_DONE, NotDoneReason.NOT_POSSIBLE
    missed.outcome = "He moved to Leeds"
    pdf = paper(visitor, scene, f"whose=all&state=any&group={scene.group.id}")
    words = text_of(pdf)
    places = [words.index(each) for each in ("Write to him", "Fit a lock", "Ring him", "Serve it")]
    assert places == sorted(places), "by agency, whatever its case, then by due date"
    assert "overdue by 20 working days" in words
    assert "not possible, circumstances changed" in words and "He moved to Leeds" in words
    assert "Status: Any" in words and f"Group: {scene.group.name}" in words
    assert "Made for Mona Member, Police" in words
    assert late.ref in words
    assert {"Council", "homes", "Police"} <= {entry.title for entry in flat(pypdf.PdfReader(io.BytesIO(pdf)).outline)}


def flat(outline):
    for entry in outline:
        if isinstance(entry, list):
            yield from flat(entry)
        else:
            yield entry


def test_a_restricted_case_gives_its_references_alone_and_one_of_an_interest_nothing(scene, visitor):
    restricted = a_case(scene.partnership, scene.council, group=scene.group, title="Rita Restricted")
    restricted.restricted = True
    closed = a_case(scene.partnership, scene.council, group=scene.group, title="Ivy Interest")
    item = an_item(a_meeting(scene.group), closed)
    interest = {"item_id": item.id, "case_id": closed.id, "user_id": scene.member.id}
    db.session.add(Recusal(**interest, declared_at=utc_now()))
    hidden = an_action(restricted, scene.group, scene.homes, text="Ask Rita")
    gone = an_action(closed, scene.group, scene.homes, text="Ask Ivy")
    an_action(scene.case, scene.group, scene.homes, text="Ask Martin")
    words = text_of(paper(visitor, scene))
    assert hidden.ref in words and "Restricted" in words and restricted.ref in words
    assert "Ask Rita" not in words and "Ask Martin" in words
    assert gone.ref not in words and "Ask Ivy" not in words
    assert "1 action of cases in which Mona Member declared an interest is left out" in words


def test_it_is_in_the_trail_with_everybody_whom_it_tells_of(scene, visitor):
    an_action(scene.case, scene.group, scene.homes)
    db.session.commit()
    paper(visitor, scene)
    record = db.session.scalars(select(AuditRecord).where(AuditRecord.action == "actions.export")).one()
    assert len(db.session.scalars(select(AuditSubject).where(AuditSubject.seq == record.seq)).all()) == 1


def exports() -> int:
    return len(db.session.scalars(select(AuditRecord).where(AuditRecord.action == "actions.export")).all())


def test_a_long_list_comes_in_parts_that_say_so_and_hold_all_of_it(scene, visitor, monkeypatch):
    monkeypatch.setattr(paper_of_log, "MOST", 2)
    due = [today_() + timedelta(days=number) for number in range(5)]
    refs = [an_action(scene.case, scene.group, scene.police, due_on=day).ref for day in due]
    member = visitor(scene.member)
    leads = member.get("/actions/export.pdf?state=any").text
    assert "It has 5 actions" in leads
    assert "actions 3 to 4 of 5" in leads
    assert "/actions/export.csv?state=any" in leads
    assert exports() == 0, "no action is on that page"
    words = [text_of(paper(visitor, scene, f"state=any&part={number}")) for number in (1, 2, 3)]
    assert [[ref for ref in refs if ref in each] for each in words] == [refs[:2], refs[2:4], refs[4:]]
    assert "Part 2 of 3. Actions 3 to 4 of 5 in the list" in words[1]
    assert "2 in this part" in words[1]
    assert exports() == 3
    assert member.get("/actions/export.pdf?state=any&part=4").status_code == 404


def test_a_list_too_long_for_paper_says_so_and_offers_the_spreadsheet(scene, visitor, monkeypatch):
    monkeypatch.setattr(paper_of_log, "MOST", 1)
    monkeypatch.setattr(printing, "MOST_PARTS", 2)
    for _ in range(3):
        an_action(scene.case, scene.group, scene.police, text="Ring him")
    answer = visitor(scene.member).get("/actions/export.pdf")
    assert answer.status_code == 422
    assert printing.TOO_MANY.format(number=3) in answer.text
    assert "/actions/export.csv" in answer.text and "Ring him" in answer.text
    assert exports() == 0


def test_what_cannot_be_asked_and_who_has_not_signed(scene, visitor):
    assert visitor(scene.member).get("/actions/export.pdf?from=never").status_code == 303
    unsigned = a_user(an_agency(scene.partnership, "Newcomers", signed_on=None), group=scene.group)
    assert visitor(unsigned).get("/actions/export.pdf").status_code == 403


def test_a_log_without_actions_is_a_page_that_says_so(scene, visitor):
    assert "No action matches" in text_of(paper(visitor, scene))


def test_more_actions_cost_no_more_queries(scene, visitor, count_queries):
    browser = visitor(scene.member)
    an_action(scene.case, scene.group, scene.police)
    browser.get("/actions/export.pdf")
    few = count_queries(browser.get, "/actions/export.pdf")
    for number in range(10):
        case = a_case(scene.partnership, scene.council, group=scene.group, title=f"Case {number}")
        an_action(case, scene.group, scene.police)
    db.session.commit()
    assert count_queries(browser.get, "/actions/export.pdf") == few
