"""Counts of the log, by agency and by person: each number is the number of rows behind its link."""

import re
from datetime import datetime, time, timedelta

import pytest

from core.actions import summaries
from core.actions.log import State, Wanted, Whose, page
from core.actions.summaries import Asked, buckets, by_agency, by_person, total
from core.clock import UTC
from core.extensions import db
from core.facts import ActionStatus, Actor, GroupRole, NotDoneReason
from core.working_days import add_working_days, working_days_between
from tests.builders import a_case, a_group, a_partnership, a_user, an_action, an_agency, today


@pytest.fixture
def scene(app):
    class Scene:
        partnership = a_partnership()
        council, homes = an_agency(partnership, "Council"), an_agency(partnership, "Homes")
        group, other = a_group(partnership), a_group(partnership, "South Team")
        case = a_case(partnership, council, group=group)
        member = a_user(council, "Mona Member", group=group)
        hal = a_user(homes, "Hal Homes", group=group)
        actor = Actor(
            user_id=member.id,
            name=member.name,
            agency_id=council.id,
            partnership_id=partnership.id,
            in_partnership=True,
            signatory=True,
            groups={group.id: GroupRole.MEMBER},
        )

        def action(self, agency, due=14, *, settled=None, reason=None, group=None, person=None):
            """One due in so many days; settled so many days after its day; for want of one of the reasons."""
            made = an_action(self.case, group or self.group, agency, due_on=today() + timedelta(days=due))
            made.owner_user_id = person.id if person else None
            if settled is not None:
                made.status = ActionStatus.NOT_DONE if reason else ActionStatus.DONE
                made.settled_at = datetime.combine(made.due_on + timedelta(days=settled), time(9), UTC)
                made.not_done_reason = reason
            db.session.flush()
            return made

    return Scene()


def asked(**words) -> Asked:
    return Asked(since=today() - summaries.A_YEAR, **words)


def test_what_is_counted(scene):
    scene.action(scene.homes)
    scene.action(scene.homes, -2)
    scene.action(scene.homes, -400)
    scene.action(scene.homes, -10, settled=0)
    scene.action(scene.homes, -10, settled=1)
    scene.action(scene.homes, -10, settled=1, reason=NotDoneReason.NOT_POSSIBLE)
    scene.action(scene.homes, -10, settled=1, reason=NotDoneReason.NOT_DONE_BY_AGENCY)
    scene.action(scene.homes, -10, settled=1, reason=NotDoneReason.NOT_RECORDED)
    scene.action(scene.homes, -10, settled=0).settled_at = None
    scene.action(scene.homes, -500, settled=0)
    scene.action(scene.council)
    council, homes = by_agency(scene.actor, asked(), on=today())
    assert (council.name, council.open, council.overdue) == ("Council", 1, 0)
    assert (homes.open, homes.overdue, homes.ageing[3]) == (3, 2, 1)
    assert (homes.on_time, homes.late, homes.undated) == (1, 1, 1), "what was due over a year ago is not counted"
    assert (homes.not_possible, homes.not_done, homes.no_reason) == (1, 1, 1)
    assert total([council, homes]).open == 4


def test_an_overdue_action_is_in_the_bucket_of_its_working_days(app):
    for offset in range(14):
        on = today() + timedelta(days=offset)
        found = buckets(on)
        assert found[0].last == on - timedelta(days=1)
        for days in range(1, 130):
            due = on - timedelta(days=days)
            late = working_days_between(due, on)
            place = 0 if late <= 5 else 1 if late <= 20 else 2 if late <= 60 else 3
            held = [each for each in found if (each.first is None or each.first <= due) and due <= each.last]
            assert held == [found[place]], f"{late} working days on {on}"
    assert add_working_days(today(), -5) >= buckets(today())[0].first


def test_groups_of_others_count_for_ones_own_agency_alone(scene):
    scene.action(scene.homes, group=scene.other)
    scene.action(scene.council, group=scene.other)
    assert [line.name for line in by_agency(scene.actor, asked(), on=today())] == ["Council"]
    assert not by_agency(scene.actor, asked(group_id=scene.group.id), on=today())


def test_by_person_with_those_that_nobody_was_named_for_last(scene):
    scene.action(scene.homes, -1, person=scene.hal)
    scene.action(scene.homes)
    scene.action(scene.council, person=scene.member)
    lines = by_person(scene.actor, asked(owner_agency_id=scene.homes.id), on=today())
    assert [(line.name, line.open, line.overdue) for line in lines] == [("Hal Homes", 1, 1), ("", 1, 0)]


def test_every_number_leads_to_as_many_rows(scene, visitor):
    scene.action(scene.homes, person=scene.hal)
    for due in (-2, -12, -50, -300):
        scene.action(scene.homes, due)
        scene.action(scene.council, due)
    scene.action(scene.homes, -10, settled=0)
    scene.action(scene.homes, -10, settled=1)
    for reason in NotDoneReason:
        scene.action(scene.homes, -10, settled=1, reason=reason)
    db.session.commit()
    browser = visitor(scene.member)
    found = 0
    for address in ("/actions/summary", f"/actions/summary?owner={scene.homes.id}"):
        text = browser.get(address).text
        for link, number in re.findall(r'href="(/actions\?[^"]*)">([\d,]+)<', text):
            rows = browser.get(link.replace("&amp;", "&")).text.count('scope="row"')
            assert rows == int(number), link
            found += 1
    assert found > 30


def test_a_summary_is_one_query_however_much_there_is(scene, count_queries):
    scene.action(scene.homes)
    assert count_queries(by_agency, scene.actor, asked(), on=today()) == 1
    for _ in range(5):
        scene.action(an_agency(scene.partnership), -5, person=scene.hal)
    db.session.flush()
    assert count_queries(by_agency, scene.actor, asked(), on=today()) == 1
    assert count_queries(by_person, scene.actor, asked(owner_agency_id=scene.homes.id), on=today()) == 1


@pytest.mark.parametrize(
    ("filters", "said"),
    [
        ("from=31/2/2026", "The first day must be a real date"),
        ("from=2/1/2027&to=1/1/2027", "The last day must not be before the first day"),
        ("owner=999", "Choose one from the list"),
        ("group=x", "Choose one from the list"),
    ],
)
def test_what_cannot_be_asked_is_said(scene, visitor, filters, said):
    answer = visitor(scene.member).get(f"/actions/summary?{filters}")
    assert answer.status_code == 422
    assert answer.text.count(said) == 2


def test_the_list_by_person_and_by_reason(scene):
    scene.action(scene.homes, person=scene.hal)
    scene.action(scene.homes)
    scene.action(scene.homes, -10, settled=1, reason=NotDoneReason.NOT_POSSIBLE)

    def listed(**words):
        return len(page(scene.actor, Wanted(whose=Whose.ALL, **words), on=today()).actions)

    assert listed(owner_user_id=scene.hal.id) == 1
    assert listed(owner_user_id=0) == 1
    assert listed(state=State.ANY, reason=NotDoneReason.NOT_POSSIBLE) == 1
    assert listed(state=State.ANY, reason=NotDoneReason.NOT_RECORDED) == 0
