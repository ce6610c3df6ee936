"""A dispute between two parties, from the form to its end: dates for all, what was said for the mediators alone."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from core.audit.models import AuditRecord
from core.cases.models import CasePerson
from core.extensions import db
from core.facts import PersonRole
from core.people.models import Person
from core.plugin_api import PartnershipFacts, Period
from core.plugin_api.tables import columns_of_people
from core.referrals.handing_over import hand_over
from core.referrals.models import Referral
from core.referrals.reopening import reopen
from plugins.mediation import roundtable_statistics
from plugins.mediation.models import Base
from plugins.mediation.queries import between_those, dispute_of, sittings_of, terms_of
from tests import builders

from .conftest import NOW, TODAY, World
from .test_pages import in_boxes, text

SAID = "the hedge, and what was shouted over it"
HELD = {"held_on": TODAY.isoformat(), "mediators": "Noor Al-Amin", "said": SAID}


class Dispute:
    """The world's young person and a neighbour, and a mediation scheme: the agency that mentors."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.other = builders.a_person(world.partnership, "Percy", "Neighbour")
        db.session.add(CasePerson(case_id=world.case_id, person_id=self.other.id, role=PersonRole.PARTY))
        self.provider = builders.a_provider(world.partnership, world.scheme, "mediation")
        db.session.commit()

    def path(self, person: Person | None = None) -> str:
        """Where the form is."""
        return f"/cases/{self.world.case_id}/refer/{(person or self.world.person).id}/{self.provider.id}"

    def form(self, **changes: Any) -> dict[str, Any]:
        """What somebody types."""
        told = {"other": self.other.id, "against": "none", "contactable": "yes", "about": SAID, "contact": "By text"}
        days = {**in_boxes("referred_on", TODAY), **in_boxes("other_on", TODAY)}
        return {f"details-{name}": value for name, value in (told | days | changes).items()}

    def referred(self, visitor) -> Referral:
        """Through the form, as the council's worker."""
        answer = visitor(self.world.referrer).post(self.path(), self.form())
        assert answer.status_code == 303
        made = db.session.scalars(select(Referral).where(Referral.pathway_key == "mediation")).one()
        return self.world.read(made.id)

    def met(self, visitor) -> Referral:
        """As far as a session."""
        referral = self.referred(visitor)
        for move, answers in (
            ("confirm", {}),
            ("visit_first", {"party": "other", **HELD}),
            ("visit_second", {"party": "referred", **HELD}),
            ("session", {"kind": "shuttle", **HELD}),
        ):
            referral = self.world.move(referral, move, answers=answers)
        db.session.commit()
        return referral


@pytest.fixture
def dispute(world: World) -> Dispute:
    return Dispute(world)


def test_a_referral_keeps_both_consents_and_tells_the_trail_of_both_parties(dispute, visitor) -> None:
    world = dispute.world
    visitor(world.referrer).get(dispute.path())
    referral = dispute.referred(visitor)
    visitor(world.worker).get(f"/referrals/{referral.id}")
    assert [(each.key, each.given_on) for each in referral.consents] == [("referred", TODAY), ("other", TODAY)]
    for action in ("person.refer", "referral.make", "referral.read"):
        (body, *_) = db.session.scalars(
            select(AuditRecord.body).where(AuditRecord.action == action).order_by(AuditRecord.seq)
        )
        assert f'"subjects":["p_{world.person.id}","p_{dispute.other.id}"]' in body
    answer = visitor(world.referrer).post(dispute.path(dispute.other), dispute.form(other=world.person.id))
    assert "There is an open referral to mediation between these two already" in text(answer)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"against": "violence"}, "agree a safety plan for each party"),
        ({"contactable": "no"}, "find out how each can be"),
        ({"other": "999999"}, "Choose"),
        (in_boxes("other_on", TODAY + timedelta(days=1)), "must be today or in the past"),
    ],
)
def test_what_is_not_to_be_mediated_is_not_passed_on(dispute, visitor, changes, told) -> None:
    answer = visitor(dispute.world.referrer).post(dispute.path(), dispute.form(**changes))
    assert answer.status_code == 422
    assert told in text(answer)
    assert SAID in text(answer)
    assert db.session.scalars(select(Referral)).all() == []


def test_one_withdrawal_halts_it_and_the_referrer_learns_that_and_no_reason(dispute, visitor) -> None:
    world = dispute.world
    referral = dispute.met(visitor)
    said = {"state": "withdrawn", "note": "He was afraid of her brother", **in_boxes("on", TODAY)}
    assert visitor(world.worker).post(f"/referrals/{referral.id}/consents/other", said).status_code == 303
    assert dispute_of(referral.id).result == "withdrawn"
    for reader, hears in ((world.referrer, True), (world.chair, True), (world.member, False)):
        page = text(visitor(reader).get(f"/referrals/{referral.id}"))
        assert "Closed" in page
        assert ("Consent withdrawn" in page) is hears
        for hidden in ("afraid", SAID, "The other party", dispute.other.name):
            assert hidden not in page
    assert "afraid" in text(visitor(world.worker).get(f"/referrals/{referral.id}"))
    assert "afraid" not in text(visitor(world.referrer).get(f"/cases/{world.case_id}"))


def test_a_referral_that_was_closed_while_the_plugin_was_away_bars_nobody_from_mediation(dispute, visitor) -> None:
    world = dispute.world
    closed = dispute.met(visitor)
    said = {"state": "withdrawn", **in_boxes("on", TODAY)}
    visitor(world.worker).post(f"/referrals/{closed.id}/consents/other", said)
    dispute_of(closed.id).ended_on = None  # as nobody could tell the register
    db.session.commit()
    assert visitor(world.referrer).post(dispute.path(), dispute.form()).status_code == 303
    assert dispute_of(closed.id).ended_on == TODAY


def test_mediators_keep_their_notes_and_the_terms_and_nobody_else_opens_them(dispute, visitor) -> None:
    world = dispute.world
    of_another_pathway = world.refer().id
    db.session.commit()
    referral = dispute.met(visitor)
    agreed = {"agreed": "partial", "held_on": TODAY.isoformat(), "terms": "The hedge at two metres\n\nNo shouting"}
    referral = world.move(referral, "agree", answers=agreed)
    db.session.commit()
    assert [term.text for term in terms_of(referral.id)] == ["The hedge at two metres", "No shouting"]
    assert [held.kind for held in sittings_of(referral.id)] == ["shuttle", "visit", "visit"]
    at, browser = f"/pathways/mediation/referrals/{referral.id}", visitor(world.worker)
    page = text(browser.get(f"{at}/casework"))
    for kept in (SAID, "Visit to Percy Neighbour", "Visit to Jayden Whitworth", "The hedge at two metres"):
        assert kept in page

    term = terms_of(referral.id)[1]
    change = {"text": term.text, **in_boxes("agreed_on", TODAY), **in_boxes("dropped_on", TODAY)}
    assert browser.post(f"{at}/terms/{term.id}", {**change, "version": "1"}).status_code == 303
    assert "No longer holds" in text(browser.get(f"{at}/casework"))
    assert browser.post(f"{at}/terms/{term.id}", {**change, "version": "1"}).status_code == 409
    session = {"kind": "visit", "mediators": "Ged Farrar", "note": "Tea", **in_boxes("held_on", TODAY)}
    assert "Choose whom you visited" in text(browser.post(f"{at}/sessions/new", session))
    assert browser.post(f"{at}/sessions/new", {**session, "party": "other"}).status_code == 303
    assert len(sittings_of(referral.id)) == 4

    for user in (world.referrer, world.member, world.chair):
        assert visitor(user).get(f"{at}/casework").status_code == 404
        page = text(visitor(user).get(f"/referrals/{referral.id}"))
        assert not [word for word in (SAID, "hedge", "shouting", "Noor", "Tea") if word in page]
        assert ("Partial agreement" in page) is (user is not world.member)
    bodies = "".join(db.session.scalars(select(AuditRecord.body)))
    assert not [word for word in (SAID, "hedge", "shouting", "Noor", "Tea", "Percy") if word in bodies]
    assert browser.get(f"/pathways/mediation/referrals/{of_another_pathway}/casework").status_code == 404


def test_the_register_holds_all_that_is_under_way_for_the_mediators_alone(dispute, visitor, count_queries) -> None:
    world, path = dispute.world, f"/pathways/mediation/providers/{dispute.provider.id}/mediations"
    referral = dispute.met(visitor)
    browser = visitor(world.worker)
    assert f'href="{path}"' in text(browser.get("/referrals"))
    page = text(browser.get(path))
    for told in (
        referral.ref,
        dispute.other.name,
        "Jayden Whitworth",
        "Joint or shuttle session",
        "3 visits and sessions",
    ):
        assert told in page
    assert SAID not in page
    (body,) = db.session.scalars(select(AuditRecord.body).where(AuditRecord.action == "mediation.mediations"))
    assert f'"subjects":["p_{world.person.id}","p_{dispute.other.id}"]' in body
    for stranger in (world.referrer, world.chair, world.member):
        assert visitor(stranger).get(path).status_code == 404
    few = count_queries(browser.get, path)
    neighbour = builders.a_person(world.partnership, "Ned", "Next")
    db.session.add(CasePerson(case_id=world.case_id, person_id=neighbour.id, role=PersonRole.PARTY))
    db.session.commit()
    assert visitor(world.referrer).post(dispute.path(neighbour), dispute.form()).status_code == 303
    assert count_queries(browser.get, path) == few


def test_when_two_records_of_one_person_are_put_together_their_mediation_is_found_under_the_one_that_stays(
    dispute, visitor
) -> None:
    world = dispute.world
    referral = dispute.referred(visitor)
    stays = builders.a_person(world.partnership, "Percival", "Neighbour")
    for column in columns_of_people(Base.metadata):
        db.session.execute(update(column.table).where(column == dispute.other.id).values({column: stays.id}))
    db.session.expire_all()
    assert dispute_of(referral.id).other_id == stays.id
    found = between_those(world.partnership.id, stays.id, world.person.id)
    assert found is not None and found.referral_id == referral.id


def test_statistics_count_visits_sessions_and_results_of_the_period(dispute, visitor) -> None:
    world = dispute.world
    referral = world.move(dispute.met(visitor), "close_session", answers={"result": "coaching"})
    assert referral.outcome == "One-party coaching"
    for start, expected in ((TODAY, (0, 2, 0, 1, 1)), (TODAY - timedelta(days=9), (0, 0, 0, 0, 0))):
        period = Period(start, start + timedelta(days=1))
        told = {
            each.label: each.value for each in roundtable_statistics(period, PartnershipFacts(world.partnership.id, ""))
        }
        assert expected == (
            told["Mediations under way"],
            told["Visits to a party"],
            told["Joint sessions"],
            told["Shuttle sessions"],
            told["Mediations ended: One-party coaching"],
        )


def test_opened_again_it_goes_on_and_handed_over_it_begins_anew_without_what_was_said(dispute, visitor) -> None:
    world = dispute.world
    worker, elsewhere = world.actor(world.worker), builders.an_agency(world.partnership, "Common Ground")
    other = builders.a_provider(world.partnership, elsewhere, "mediation")
    referral = world.move(dispute.met(visitor), "close_session", answers={"result": "no_agreement"})
    reopen(worker, referral=referral, reason="They asked", version=referral.version, now=NOW)
    referral = world.read(referral.id)
    assert (referral.stage, dispute_of(referral.id).ended_on) == ("confirmed", None)
    made = hand_over(
        worker, referral=referral, provider=other, agreed_on=TODAY, reason="Nearer", version=referral.version, now=NOW
    )
    assert (dispute_of(referral.id).ended_on, dispute_of(made.id).ended_on) == (TODAY, None)
    assert (dispute_of(referral.id).result, dispute_of(made.id).result) == ("handed_over", ""), "nobody withdrew"
    assert (made.payload["about"], made.payload["first_visit_on"]) == (SAID, None)
    assert list(sittings_of(made.id)) == []
