"""The statistics of the schemes: for a period, on a page and as a table; who is let in is the matrix's."""

from datetime import date, timedelta

import pytest

from core.extensions import db
from core.facts import GroupRole
from core.plugin_api import Statistic
from core.plugin_host import Answer
from core.reports import queries
from core.reports.queries import last_full_quarter
from tests.builders import a_group, a_partnership, a_user, an_agency, today

PAGE = "/partnership/statistics"


@pytest.fixture
def asked(app, monkeypatch):
    """A scheme that counts, and what it was asked."""
    kept = []

    def counted(actor, period):
        kept.append((actor.partnership_name, period.start, period.end))
        figures = (Statistic("=Referred", 1_234, "-1 <b>left</b>"), Statistic("Closed", 0))
        return [Answer("outreach", "Outreach", figures), Answer("idle", "Idle", ())]

    monkeypatch.setattr(queries, "counted", counted)
    return kept


def between(start: date, end: date) -> str:
    boxes = {"since": start, "until": end}
    return "&".join(f"{n}-day={d.day}&{n}-month={d.month}&{n}-year={d.year}" for n, d in boxes.items())


@pytest.mark.sqlite_alone
def test_a_coordinator_reads_the_last_quarter_then_chooses_another_period_and_takes_it_away(asked, visitor):
    partnership = a_partnership()
    council = an_agency(partnership)
    group = a_group(partnership)
    coordinator = visitor(a_user(council, group=group, role=GroupRole.COORDINATOR))
    member = visitor(a_user(council, group=group))
    db.session.commit()
    assert PAGE in coordinator.get("/partnership").text
    assert PAGE not in member.get("/partnership").text
    assert member.get(PAGE).status_code == 403

    page = coordinator.get(PAGE).text
    quarter = last_full_quarter(today())
    assert asked.pop() == (partnership.name, quarter.start, quarter.end)
    assert ">1,234</td>" in page
    assert "-1 &lt;b&gt;left&lt;/b&gt;" in page
    assert "Idle: nothing is counted." in page

    start, end = today() - timedelta(days=40), today()
    chosen = between(start, end)
    page = coordinator.get(f"{PAGE}?{chosen}").text
    assert asked.pop() == (partnership.name, start, end)
    assert f"{PAGE}/export.csv?{chosen}" in page.replace("&amp;", "&")
    table = coordinator.get(f"{PAGE}/export.csv?{chosen}")
    assert asked.pop() == (partnership.name, start, end)
    assert f"Outreach,'=Referred,1234,'-1 <b>left</b>,{start},{end}\r\n" in table.get_data(as_text=True)
    assert f"statistics-{start}-{end}.csv" in table.headers["Content-Disposition"]

    for first, last, wrong in (
        (end, start, "The last day must not be before the first day"),
        (start, end + timedelta(days=1), "The last day must be today or in the past"),
        (date(1999, 12, 31), end, "The first day must be in 2000 or later"),
    ):
        answer = coordinator.get(f"{PAGE}?{between(first, last)}")
        assert answer.status_code == 422
        assert wrong in answer.text
        assert coordinator.get(f"{PAGE}/export.csv?{between(first, last)}").status_code == 303
    answer = coordinator.get(f"{PAGE}?since-day=31&since-month=2&since-year=2026&until-day=")
    assert "The first day must be a real date" in answer.text
    assert "Enter the last day" in answer.text
    assert not asked
