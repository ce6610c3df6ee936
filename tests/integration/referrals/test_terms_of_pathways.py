"""How long a pathway's clocks are is set by partnership and group: whose length counts, and that a day told stands."""

import html
import re

import pytest

from core.cases.models import CaseGroup
from core.clock import at_local
from core.extensions import db
from core.facts import AdminRole, MeetingStatus
from core.partnerships.terms.queries import clocks_in, lengths_of
from core.plugin_api import PartnershipFacts, Period
from core.referrals import pausing
from core.referrals.lengths import groups_of_referrals, lengths_for
from core.reminders.queries import Kind, reminders_for
from core.working_days import add_months, add_working_days, next_working_day
from plugins import family_intervention, victim_support
from plugins.mediation.pathway import Mediation
from tests import builders

from .conftest import NOW, TODAY, World
from .test_mediation import Dispute

CONFIRM, FOLLOW_UP = "mediation.referred", "mediation.follow_up"


def text(answer) -> str:
    """What stands on the page, without its mark-up."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True))).split())


@pytest.fixture
def dispute(world: World) -> Dispute:
    return Dispute(world)


@pytest.fixture
def administrator(world: World, visitor):
    return visitor(
        builders.a_user(world.council, "Ada Admin", admin=AdminRole.PARTNERSHIP_ADMIN, partnership=world.partnership)
    )


def another_group(world: World, **clocks: int):
    """A further group that hears the case."""
    group = builders.a_group(world.partnership, "Town Centre JAG")
    group.clocks = clocks
    db.session.add(CaseGroup(case_id=world.case_id, group_id=group.id, since=TODAY))
    db.session.commit()
    return group


def group_terms(world: World) -> str:
    return f"/partnership/groups/{world.group.id}/terms"


def test_the_terms_show_each_clock_with_default_value_and_source(world: World, administrator) -> None:
    page = text(administrator.get("/partnership/terms"))
    assert "Clocks of Mediation" in page and "Confirm the referral" in page
    assert "Whoever runs the scheme may say otherwise." in page, "where the number comes from"
    assert "Bolsover's minimum standards, section 8" in page
    saved = administrator.post("/partnership/terms/edit", {"version": "1", CONFIRM: "5", FOLLOW_UP: "1"})
    assert saved.status_code == 303
    page = text(administrator.get("/partnership/terms"))
    assert "5 working days the partnership’s setting Default: 3 working days" in page
    assert "1 month the partnership’s setting Default: 3 months" in page
    assert administrator.post(group_terms(world), {"version": "1", CONFIRM: "4"}).status_code == 303
    page = text(administrator.get(f"/partnership/groups/{world.group.id}"))
    assert "4 working days this group’s own terms Default: 3 working days" in page
    assert "1 month the partnership’s setting" in page
    assert "Empty: 5 working days, as in the partnership" in text(administrator.get(group_terms(world)))
    assert administrator.post(group_terms(world), {"version": "2"}).status_code == 303
    page = text(administrator.get(f"/partnership/groups/{world.group.id}"))
    assert "5 working days the partnership’s setting" in page, "an empty box follows the partnership again"


def test_a_length_is_bounded_and_what_a_pathway_that_is_away_had_is_kept(world: World, administrator) -> None:
    wrong = administrator.post(group_terms(world), {"version": "1", CONFIRM: "61", FOLLOW_UP: "0"})
    assert wrong.status_code == 422
    assert "Confirm the referral: enter between 1 and 60 working days" in text(wrong)
    assert "Follow the agreement up: enter between 1 and 24 months" in text(wrong)
    world.group.clocks = {"gone.asked": 7, CONFIRM: 9}
    db.session.commit()
    version = str(world.group.version)
    assert administrator.post(group_terms(world), {"version": version, CONFIRM: "2"}).status_code == 303
    db.session.refresh(world.group)
    assert world.group.clocks == {"gone.asked": 7, CONFIRM: 2}
    assert "gone" not in text(administrator.get(f"/partnership/groups/{world.group.id}"))
    assert administrator.post(group_terms(world), {"version": version, CONFIRM: "3"}).status_code == 409


def test_a_referral_counts_by_the_shortest_of_the_groups_that_hear_its_case(world: World, dispute, visitor) -> None:
    world.partnership.clocks = {CONFIRM: 8}
    world.group.clocks = {CONFIRM: 6}
    another_group(world, **{CONFIRM: 4})
    assert dispute.referred(visitor).stage_due == add_working_days(TODAY, 4)


def test_without_a_group_that_says_so_it_counts_by_the_partnerships(world: World, dispute, visitor) -> None:
    world.partnership.clocks = {CONFIRM: 8}
    db.session.commit()
    referral = dispute.referred(visitor)
    assert referral.stage_due == add_working_days(TODAY, 8)
    page = text(visitor(world.worker).get(f"/referrals/{referral.id}"))
    assert "Confirm the referral" in page and f"{referral.stage_due.day} {referral.stage_due:%B}" in page


def test_one_made_in_a_meeting_counts_by_that_meetings_group(world: World, dispute) -> None:
    group = another_group(world, **{CONFIRM: 7})
    world.group.clocks = {CONFIRM: 2}
    meeting = builders.a_meeting(group, starts_at=NOW, status=MeetingStatus.IN_SESSION, cases=[world.case])
    db.session.commit()
    item = meeting.items[0].id
    lengths = lengths_for(Mediation(), world.partnership.id, case_id=world.case_id, item_id=item)
    assert lengths["referred"] == 7
    assert groups_of_referrals([(1, world.case_id, item), (2, world.case_id, None)]) == {
        1: {group.id},
        2: {group.id, world.group.id},
    }


def test_a_day_that_was_told_stands_and_the_next_clock_counts_by_the_terms_of_its_day(
    world: World, dispute, visitor
) -> None:
    referral = dispute.met(visitor)
    agreed = {"agreed": "full", "held_on": TODAY.isoformat(), "terms": "The hedge at two metres"}
    referral = world.move(referral, "agree", answers=agreed)
    told = add_months(TODAY, 3)
    assert referral.stage_due == told
    world.group.clocks = {FOLLOW_UP: 1}
    db.session.commit()
    assert world.read(referral.id).stage_due == told
    day = f"{told.day} {told:%B %Y}"
    assert day in text(visitor(world.worker).get(f"/referrals/{referral.id}"))
    actor = world.actor(world.worker)
    referral = world.read(referral.id)
    later = add_working_days(TODAY, 5)
    pausing.pause(actor, referral=referral, reason="Away", back_on=later, version=referral.version, now=NOW)
    referral = world.read(referral.id)
    pausing.resume(actor, referral=referral, version=referral.version, now=NOW)
    assert world.read(referral.id).stage_due == add_months(TODAY, 1), "set anew, by the terms of today"


def test_reminders_come_on_the_days_of_the_groups_that_hear_the_case(world: World, dispute, visitor) -> None:
    referral = dispute.referred(visitor)
    day = next_working_day(TODAY)
    referral.stage_due = add_working_days(day, 5)
    db.session.commit()

    def told() -> list[str]:
        found = reminders_for(
            world.actor(world.worker), clocks_in(world.partnership.id), (day,), now=at_local(day, NOW.time())
        )
        return [each.what for each in found if each.kind is Kind.REFERRALS]

    assert told() == []
    another_group(world, reminder_before=5)
    assert told() == [f"{referral.ref}, next step"]


def test_statistics_count_and_say_in_time_by_the_partnerships_terms(world: World) -> None:
    world.partnership.clocks = {"victim_support.referred": 1, "family_intervention.visit": 9, "victim_support.gone": 4}
    db.session.commit()
    assert lengths_of(victim_support.PATHWAY, world.partnership.id) == {"referred": 1}
    period, here = Period(TODAY, TODAY), PartnershipFacts(world.partnership.id, "Here")
    labels = {
        line.label
        for module in (victim_support, family_intervention)
        for line in module.roundtable_statistics(period, here)
    }
    assert "First contacts made within 1 working day" in labels
    assert "First visits made within 9 working days" in labels
    assert "Plans agreed within 20 working days" in labels
