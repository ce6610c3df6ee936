"""Minutes that tell of a case come of age, by the partnership's clocks, and somebody looks at them again."""

from collections.abc import Callable
from datetime import datetime, time, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from core.accounts.models import User
from core.accounts.queries import actor_as_of
from core.audit.models import AuditRecord
from core.cases.models import Case
from core.clock import at_local
from core.errors import NotFound, Refused
from core.extensions import db
from core.facts import Actor, AdminRole, MinutesStatus
from core.meetings.models import Meeting
from core.minutes.models import Minutes
from core.partnerships.models import Group, Partnership
from core.retention import reviewing
from core.web.transaction import begin_write
from core.working_days import add_months
from tests.builders import a_user, today
from tests.integration.retention.filling import Told
from tests.support.browser import Browser


class Old:
    """The minutes of a meeting that was held twelve months ago, and who looks at them."""

    def __init__(self) -> None:
        self.told = told = Told()
        begin_write()
        agency = db.session.get_one(Case, told.case_id).lead_agency
        lead = a_user(agency, "Dora Data", admin=AdminRole.DATA_LEAD, partnership=told.partnership)
        db.session.commit()
        self.lead_id = lead.id
        self.held(self.noon(12))

    def noon(self, months: int) -> datetime:
        """So many months ago."""
        return at_local(add_months(today(), -months), time(12))

    def held(self, starts_at: datetime) -> None:
        """When the meeting was."""
        begin_write()
        db.session.execute(update(Meeting).values(starts_at=starts_at))
        db.session.commit()

    def due(self) -> list[int]:
        """Those that are."""
        found = [each.minutes_id for each in reviewing.to_review(self.told.partnership_id, on=today())]
        db.session.rollback()
        return found

    def lead(self) -> Actor:
        """The data lead."""
        return actor_as_of(self.lead_id, self.told.partnership_id, on=today())


@pytest.fixture
def old(app: Flask) -> Old:
    return Old()


def test_they_are_due_on_the_day_twelve_months_after_the_meeting(old: Old) -> None:
    assert old.due() == [old.told.minutes_id]
    old.held(old.noon(12) + timedelta(days=1))
    assert old.due() == []


@pytest.mark.parametrize("table", [Partnership, Group])
def test_the_partnership_and_each_group_set_the_clock(old: Old, table: type[Partnership] | type[Group]) -> None:
    begin_write()
    db.session.execute(update(table).values(clocks={"minutes_review": 13}))
    db.session.commit()
    assert old.due() == []
    old.held(old.noon(13))
    assert old.due() == [old.told.minutes_id]


@pytest.mark.parametrize("what", ["draft", "erased", "no case"])
def test_what_is_no_minutes_of_a_case_any_more_is_not(old: Old, what: str) -> None:
    begin_write()
    if what == "draft":
        db.session.execute(update(Minutes).values(status=MinutesStatus.SUBMITTED))
    elif what == "erased":
        db.session.execute(update(Case).where(Case.id == old.told.case_id).values(erased_on=today()))
    else:
        db.session.get_one(Meeting, db.session.get_one(Minutes, old.told.minutes_id).meeting_id).items[0].case_id = None
    db.session.commit()
    assert old.due() == []


def test_the_data_lead_says_that_it_was_done_once_and_the_trail_has_it(
    old: Old, visitor: Callable[..., Browser]
) -> None:
    browser = visitor(db.session.get_one(User, old.lead_id))
    page = browser.get("/data-protection/retention").text
    assert "Minutes to look at again" in page and "It was done" in page
    path = f"/data-protection/retention/minutes/{old.told.minutes_id}/reviewed"
    assert browser.post(path).status_code == 303
    assert old.due() == []
    assert "It was done" not in browser.get("/data-protection/retention").text
    again = browser.post(path)
    assert again.status_code == 409 and reviewing.DONE in again.text
    records = db.session.scalars(
        select(AuditRecord).where(AuditRecord.action == reviewing.REVIEW).order_by(AuditRecord.seq)
    ).all()
    assert [record.object for record in records] == [f"minutes:{old.told.minutes_id}"]
    db.session.rollback()


def test_before_their_day_and_in_another_partnership_they_are_not(old: Old) -> None:
    old.held(old.noon(11))
    minutes = reviewing.minutes_of(old.told.partnership_id, old.told.minutes_id)
    lead = old.lead()
    with pytest.raises(Refused, match="and not before"):
        reviewing.review(lead, minutes=minutes, on=today())
    with pytest.raises(NotFound):
        reviewing.minutes_of(old.told.partnership_id + 1, old.told.minutes_id)
    db.session.rollback()
