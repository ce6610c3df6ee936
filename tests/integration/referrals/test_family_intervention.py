"""A household is referred, assessed and helped under one plan, until it is stepped down; who reads what of it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from core import plugin_host
from core.audit.models import AuditRecord
from core.cases.models import Case, CasePerson
from core.clock import local_date
from core.errors import Refused
from core.extensions import db
from core.facts import GroupRole, PersonRole
from core.minutes.build import build
from core.minutes.record import AgencyName
from core.partnerships.models import Partnership
from core.plugin_api import AgendaEntry, Audience, PartnershipFacts, Period, ReferralGlimpse, in_words
from core.referrals import consents, operations
from core.referrals.handing_over import hand_over
from core.referrals.reopening import reopen
from core.working_days import add_months, add_working_days
from plugins.family_intervention import HEARING, roundtable_agenda_annotations, roundtable_statistics
from plugins.family_intervention.family import Criterion
from plugins.family_intervention.family import Member as OfHousehold
from plugins.family_intervention.models import Action, Family, Finding, Member, Outcome
from plugins.family_intervention.telling import EVERYBODY
from tests import builders

from .conftest import NOW, TODAY, moment, years_ago
from .household import HELD, IMPROVED, NEED, Place
from .test_pages import text


@pytest.fixture
def place(app: Flask) -> Place:
    partnership = builders.a_partnership()
    council = builders.an_agency(partnership, "Northbridge Council")
    service = builders.an_agency(partnership, "Families First")
    homes = builders.an_agency(partnership, "Borough Homes")
    police = builders.an_agency(partnership, "County Police")
    group = builders.a_group(partnership)
    people = [
        builders.a_person(partnership, given, "Example", born=born)
        for given, born in (
            ("Maud", years_ago(39)), ("Farid", years_ago(41)), ("Lou", None), ("Cleo", years_ago(12)),
        )
    ]  # fmt: skip
    mother, father, lodger, child = people
    case = builders.a_case(partnership, council, title="The Examples", group=group, subject=child)
    for person in (mother, father, lodger):
        db.session.add(CasePerson(case_id=case.id, person_id=person.id, role=PersonRole.FAMILY_MEMBER))
    made = Place(
        referrer=builders.a_user(council, "Ruth Referrer"),
        worker=builders.a_user(service, "Wendy Worker"),
        landlord=builders.a_user(homes, "Larry Landlord"),
        chair=builders.a_user(police, "Carol Chair", group=group, role=GroupRole.CHAIR),
        member=builders.a_user(police, "Mo Member", group=group),
        council=council,
        homes=homes,
        mother=mother,
        father=father,
        lodger=lodger,
        child=child,
        case_id=case.id,
        service=builders.a_provider(partnership, service, "family_intervention"),
        partnership_id=partnership.id,
        group=group,
    )
    db.session.commit()
    return made


def test_a_household_is_helped_from_the_referral_to_the_last_look(place: Place) -> None:
    referral = place.agreed()
    due = moment(add_working_days(TODAY, 5)).date()
    referral = place.move(
        referral, "action_contract", domain="housing", what="Mend the damp", agency=place.homes.id,
        agency_name="Borough Homes", due_on=due.isoformat(),
    )  # fmt: skip
    referral = place.review(referral)
    with pytest.raises(Refused, match="names the next lead practitioner"), db.session.begin_nested():
        place.move(referral, "step_down", measures=IMPROVED)
    referral = place.review(place.read(referral.id), next_lead="Hana Health, Health Trust")
    referral = place.move(referral, "settle_reviewed", action="1", became="done", told="Dry")
    with pytest.raises(Refused, match="can be said 6 months after"), db.session.begin_nested():
        place.move(referral, "step_down", measures=HELD)
    referral = place.move(place.read(referral.id), "step_down", measures=IMPROVED)
    assert referral.stage_due == add_months(TODAY, 6)
    early, later = moment(add_months(TODAY, 6) - timedelta(days=1)), moment(add_months(TODAY, 6))
    with pytest.raises(Refused, match="Housing: the family was stepped down on"), db.session.begin_nested():
        place.move(referral, "close", at=early, measures=HELD)
    referral = place.move(place.read(referral.id), "close", at=later, measures=HELD)
    assert (referral.stage, referral.outcome, referral.stage_due) == ("closed", "Stepped down, and closed", None)
    assert {row.domain: row.change for row in db.session.scalars(select(Outcome))} == HELD
    family = db.session.scalars(select(Family)).one()
    assert (family.stepped_down_on, family.closed_on) == (TODAY, local_date(later))
    assert [each.left_on for each in family.members] == [local_date(later)] * 3
    assert db.session.scalars(select(Action)).one().became == "done"
    found = db.session.scalars(select(Finding).where(Finding.domain == "housing").order_by(Finding.round)).all()
    assert [(each.level, each.improved) for each in found] == [("high", None), ("some", True), ("some", True)]


def test_nothing_begins_before_every_adult_of_the_household_consents(place: Place) -> None:
    referral = place.refer()
    assert {consent.label for consent in referral.consents} == {"Maud Example", "Farid Example"}
    with pytest.raises(Refused, match="Farid Example: consent not recorded"), db.session.begin_nested():
        place.move(place.agree(referral, place.mother), "panel", done_on=TODAY.isoformat(), panel_said="Yes")


def test_one_who_withdraws_ends_it_for_all(place: Place) -> None:
    referral = place.agreed()
    key = f"adult_{place.father.id}"
    consents.withdraw_consent(place.actor(place.worker), referral=referral, key=key, withdrawn_on=TODAY, now=NOW)
    referral = place.read(referral.id)
    assert (referral.stage, referral.outcome) == ("closed", "Consent withdrawn")
    assert not db.session.scalars(select(Member).where(Member.left_on.is_(None))).all()


def test_an_agency_with_a_part_in_the_plan_reads_it_until_the_referral_is_closed_and_nothing_else(
    place: Place, visitor
) -> None:
    landlord = visitor(place.landlord)
    referral = place.agree(place.refer(), place.mother, place.father)
    db.session.commit()
    page = f"/referrals/{referral.id}"
    assert landlord.get(page).status_code == 404
    referral = place.agreed(referral)
    db.session.commit()
    seen = text(landlord.get(page))
    for told in ("The rent is paid and everybody is at school by nine.", "Cleo Example, born", "School by nine"):
        assert told in seen
    for kept in (NEED, "Kim Keyworker", "One plan", "Damp", "Where it is", "What has happened", "What comes next"):
        assert kept not in seen
    assert referral.ref in text(landlord.get("/referrals?of=part"))
    assert landlord.get(f"/cases/{place.case_id}").status_code == 404
    assert landlord.get(f"{page}/moves/plan_contract").status_code == 403
    assert landlord.get(f"{page}/consents/adult_{place.mother.id}").status_code == 403
    assert landlord.get(f"/pathways/family_intervention/referrals/{referral.id}/family").status_code == 404
    shared = db.session.scalars(select(AuditRecord).where(AuditRecord.action == "referral.give_part")).one()
    assert f'"recipient":"ag_{place.homes.id}"' in shared.body
    consents.withdraw_consent(
        place.actor(place.worker), referral=place.read(referral.id), key=f"adult_{place.father.id}",
        withdrawn_on=TODAY, now=NOW,
    )  # fmt: skip
    db.session.commit()
    assert landlord.get(page).status_code == 404
    assert referral.ref not in text(landlord.get("/referrals?of=part"))


def test_an_agency_with_something_to_do_has_a_part_until_it_is_done_and_a_stranger_gets_none(place: Place) -> None:
    referral = place.agreed()
    stranger = builders.an_agency(builders.a_partnership("Elsewhere"), "Elsewhere Homes")
    for agency in (place.council, stranger):
        referral = place.move(
            referral, "action_contract", domain="money", what="Claim the arrears", agency=agency.id,
            agency_name=agency.name, due_on=TODAY.isoformat(),
        )  # fmt: skip
    parts = {part.agency_id for part in referral.partners if part.until is None}
    assert parts == {place.homes.id, place.council.id}
    referral = place.move(referral, "settle_contract", action="1", became="done", told="")
    assert [part.agency_id for part in referral.partners if part.until is not None] == [place.council.id]


def test_the_minutes_give_each_agency_what_it_had_a_part_in_when_the_meeting_closed(place: Place) -> None:
    meeting = builders.a_meeting(place.group, cases=[db.session.get_one(Case, place.case_id)])
    referral = place.agreed()
    meeting.closed_at = NOW
    (item,) = build(meeting.id).items
    (section,) = item.sections
    assert section.parties.plan == (AgencyName(id=place.homes.id, name="Borough Homes"),)
    referral.partners[0].since = NOW + timedelta(minutes=1)
    db.session.flush()
    assert build(meeting.id).items[0].sections[0].parties.plan == ()


def test_the_agenda_tells_the_plan_to_the_table_and_an_agencys_part_to_itself(place: Place) -> None:
    referral = place.agreed()
    referral = place.move(
        referral, "action_contract", domain="housing", what="Mend the damp", agency=place.homes.id,
        agency_name="Borough Homes", due_on=TODAY.isoformat(),
    )  # fmt: skip
    glimpse = ReferralGlimpse(referral.id, referral.ref, "family_intervention", "contract", "Contract", TODAY)
    entries = [AgendaEntry(1, 1, place.case_id, (glimpse,))]
    notes = roundtable_agenda_annotations(entries, place.actor(place.landlord))
    assert [note.audiences for note in notes] == [EVERYBODY, HEARING, {Audience.PLAN}]
    assert notes[1].text == "Plan for the household: The rent is paid and everybody is at school by nine."
    assert notes[2].text.startswith("Your part in the plan: 1 open action, due by")
    assert len(roundtable_agenda_annotations(entries, place.actor(place.member))) == 2


def test_somebody_belongs_to_one_household_that_is_helped(place: Place) -> None:
    referral = place.refer()
    others = replace(place.payload, members=(OfHousehold(place.lodger.id, "Lou"), place.payload.members[2]))
    with pytest.raises(Refused, match="one plan for a household"), db.session.begin_nested():
        place.refer(others, place.lodger)
    household = [{"person_id": each.id, "name": each.name, "born": None} for each in (place.father, place.lodger)]
    referral = place.move(place.read(referral.id), "household_referred", members=household)
    assert [(each.name, each.left_on) for each in db.session.scalars(select(Member).order_by(Member.id))] == [
        ("Maud Example", None), ("Farid Example", None), ("Cleo Example", TODAY), ("Lou Example", None),
    ]  # fmt: skip
    place.refer(replace(place.payload, members=place.payload.members[2:]), place.child)


def test_whoever_referred_finds_out_what_is_not_known_and_may_take_it_back(place: Place, visitor) -> None:
    unknown = replace(place.payload, met=(Criterion.EVICTION,), unknown=(Criterion.EXCLUSION,))
    referral = place.agree(place.refer(unknown), place.mother, place.father)
    with pytest.raises(Refused, match="Not known: exclusion from school or housing"):
        place.move(referral, "panel", done_on=TODAY.isoformat(), panel_said="Yes")
    db.session.commit()
    ruth = visitor(place.referrer)
    answers = {f"details-{criterion}": "yes" for criterion in Criterion}
    moved = ruth.post(f"/referrals/{referral.id}/moves/criteria_referred", answers | {"version": str(referral.version)})
    assert moved.status_code == 303
    referral = place.move(place.read(referral.id), "panel", done_on=TODAY.isoformat(), panel_said="Yes")
    operations.move(
        place.actor(place.referrer), referral=referral, transition="take_back_panel", now=NOW, version=referral.version,
        answers={"reason": "mistake"},
    )  # fmt: skip
    assert place.read(referral.id).outcome == "Taken back: referred by mistake"


def test_the_service_keeps_a_register_and_what_it_knows_of_each_of_the_household(place: Place, visitor) -> None:
    referral = place.agreed()
    db.session.commit()
    worker = visitor(place.worker)
    base = "/pathways/family_intervention"
    register = text(worker.get(f"{base}/providers/{place.service.id}/families"))
    for told in ("Maud Example", "3 people", "Kim Keyworker", "at school by nine"):
        assert told in register
    family = text(worker.get(f"{base}/referrals/{referral.id}/family"))
    for told in ("Farid Example", "Mental and physical health", "High need", "Damp", "School by nine", "Tea"):
        assert told in family
    member = db.session.scalars(select(Member).where(Member.person_id == place.father.id)).one()
    page = f"{base}/referrals/{referral.id}/members/{member.id}"
    told = {"relation": "father", "occupied": "Nights at the bakery", "note": "Sleeps until two", "version": "1"}
    assert worker.post(page, told).status_code == 303
    stale = worker.post(page, told | {"relation": "grandfather"})
    assert (stale.status_code, "Somebody else" in text(stale)) == (409, True)
    assert "Nights at the bakery" in text(worker.get(f"{base}/referrals/{referral.id}/family"))
    for stranger in (place.landlord, place.referrer, place.chair):
        assert visitor(stranger).get(page).status_code == 404
        assert visitor(stranger).get(f"{base}/providers/{place.service.id}/families").status_code == 404


def test_statistics_count_steps_in_time_and_what_improved_and_held(place: Place) -> None:
    referral = place.review(place.agreed(), next_lead="Hana Health")
    referral = place.move(referral, "step_down", measures=IMPROVED)
    later = add_months(TODAY, 6)
    place.move(referral, "close", at=moment(later), measures=HELD)
    partnership = PartnershipFacts(place.partnership_id, "P")
    counted = {each.label: each for each in roundtable_statistics(Period(TODAY, TODAY), partnership)}
    for label, value in (
        ("Households referred for family intervention", 1), ("Key workers allocated within 6 working days", 1),
        ("Plans agreed within 20 working days", 1), ("Reviews by the team around the family", 1),
        ("Households helped", 1), ("People in them", 3), ("Families stepped down", 1), ("Families closed", 0),
    ):  # fmt: skip
        assert counted[label].value == value, label
    at_the_end = {each.label: each for each in roundtable_statistics(Period(later, later), partnership)}
    housing = at_the_end["Families in which it improved: housing"]
    assert (housing.value, housing.note) == (1, "Held: 1")
    assert at_the_end["Families closed"].value == 1


@pytest.mark.sqlite_alone
def test_a_key_worker_is_in_time_within_six_working_days_of_the_day_on_which_it_was_opened_again(place: Place) -> None:
    referral = place.move(place.agreed(), "end_contract", reason="lost", measures=IMPROVED)
    again = add_months(TODAY, 2)
    for day, in_time in ((again, 1), (add_working_days(again, 6), 1), (add_working_days(again, 7), 0)):
        savepoint = db.session.begin_nested()
        told = {"referral": referral, "reason": "Back", "version": referral.version, "now": moment(again)}
        reopen(place.actor(place.worker), **told)
        place.move(place.read(referral.id), "allocate", at=moment(day), key_worker="Kim Keyworker")
        partnership = PartnershipFacts(place.partnership_id, "P")
        counted = {each.label: each.value for each in roundtable_statistics(Period(day, day), partnership)}
        assert counted["Key workers allocated"] == 1
        assert counted["Key workers allocated within 6 working days"] == in_time, day
        savepoint.rollback()
        referral = place.read(referral.id)


def test_opened_again_it_begins_at_the_panel_unless_somebody_is_helped_elsewhere_by_now(place: Place) -> None:
    referral = place.move(place.agreed(), "end_contract", reason="lost", measures=IMPROVED)
    reopen(place.actor(place.worker), referral=referral, reason="Back", version=referral.version, now=NOW)
    referral = place.read(referral.id)
    family = db.session.scalars(select(Family)).one()
    assert (referral.stage, family.plan, family.visited_on, family.closed_on) == ("panel", "", None, None)
    assert [each.left_on for each in family.members] == [TODAY] * 3 + [None] * 3
    referral = place.move(referral, "decline_panel", reason="helped")
    place.refer(replace(place.payload, members=(OfHousehold(place.father.id, "Farid"),)), place.father)
    with pytest.raises(Refused, match="one plan for a household"), db.session.begin_nested():
        reopen(
            place.actor(place.worker),
            referral=place.read(referral.id),
            reason="Again",
            version=referral.version,
            now=NOW,
        )


def test_one_declined_before_the_adults_were_asked_begins_as_a_referral_again(place: Place) -> None:
    referral = place.move(place.refer(), "decline_referred", reason="nobody_free")
    reopen(place.actor(place.worker), referral=referral, reason="Back", version=referral.version, now=NOW)
    referral = place.read(referral.id)
    assert referral.stage == "referred", "at the panel the household would be heard of without its consents"
    with pytest.raises(Refused, match="consent not recorded"):
        place.move(referral, "panel", done_on=TODAY.isoformat(), panel_said="One plan")


def test_another_service_takes_over_the_household_and_the_agencies_of_the_plan_lose_their_part(place: Place) -> None:
    partnership = db.session.get_one(Partnership, place.partnership_id)
    other = builders.a_provider(partnership, builders.an_agency(partnership, "Second Service"), "family_intervention")
    referral = place.agreed()
    made = hand_over(
        place.actor(place.worker), referral=referral, provider=other, agreed_on=TODAY, reason="They moved",
        version=referral.version, now=NOW,
    )  # fmt: skip
    first, second = db.session.scalars(select(Family).order_by(Family.id))
    assert (first.closed_on, second.provider_id, second.referral_id) == (TODAY, other.id, made.id)
    assert all(part.until is not None for part in place.read(referral.id).partners)
    assert not place.read(made.id).partners


def test_a_withdrawal_while_the_scheme_is_away_ends_every_part_and_the_household_may_be_referred_anew(
    place: Place, monkeypatch
) -> None:
    referral, key = place.agreed(), f"adult_{place.father.id}"
    with monkeypatch.context() as away:
        away.setattr(plugin_host, "installed", dict)
        consents.withdraw_consent(place.actor(place.worker), referral=referral, key=key, withdrawn_on=TODAY, now=NOW)
    referral = place.read(referral.id)
    assert (referral.outcome, [part.until for part in referral.partners]) == ("Consent withdrawn", [NOW])
    again = place.refer()
    assert again.stage == "referred"
    assert len(db.session.scalars(select(Member).where(Member.left_on.is_(None))).all()) == 3


def test_a_date_of_birth_that_is_found_out_stands_in_the_plan_and_asks_for_no_consent_of_a_child(place: Place) -> None:
    household = (*place.payload.members, OfHousehold(place.lodger.id, "Lou Example"))
    referral = place.agree(place.refer(replace(place.payload, members=household)), place.mother, place.father)
    with pytest.raises(Refused, match="Lou Example: consent not recorded"):
        place.move(referral, "panel", done_on=TODAY.isoformat(), panel_said="Yes")
    place.lodger.date_of_birth = years_ago(9)
    referral = place.move(place.read(referral.id), "panel", done_on=TODAY.isoformat(), panel_said="Yes")
    assert f"Lou Example, born {in_words(years_ago(9))}" in next(
        row["value"] for row in referral.rows if row["label"] == "Household"
    )
