"""What all schemes say on an agenda, and what it costs."""

from core.extensions import db
from tests import builders
from tests.support.referred import refer_on_every_pathway

from .conftest import World
from .test_pages import text

WITHOUT, OF_PLUGINS = 12, 8
"""Queries that an agenda takes without plugins, and those of the plugins that look into their registers: a few, and
none an item. On PostgreSQL each begins by saying that it only reads.
"""


def test_an_agenda_with_every_scheme_takes_the_same_queries_for_ten_cases_and_for_many(
    world: World, visitor, count_queries
) -> None:
    cases = [
        builders.a_case(
            world.partnership, world.council, title=f"Case {number}", group=world.group, subject=world.person
        )
        for number in range(160)
    ]
    refer_on_every_pathway(world.partnership, cases, world.person, by=world.referrer)
    browser, counts = visitor(world.chair), []
    for length in (10, 160):
        meeting = builders.a_meeting(world.group, cases=cases[:length])
        db.session.commit()
        page = text(browser.get(f"/meetings/{meeting.id}"))
        for said in ("Mentoring: ", "Mediation: ", "Safe contact (", "Family intervention: "):
            assert page.count(said) == length, said
        counts.append(count_queries(browser.get, f"/meetings/{meeting.id}"))
    assert counts[0] == counts[1] <= WITHOUT + OF_PLUGINS
