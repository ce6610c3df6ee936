"""Two records of one person: proposed, compared, merged, found under both names, and put apart again."""

import re
from datetime import date

import pytest
from sqlalchemy import select

from core.accounts.queries import actor_as_of
from core.audit import Category
from core.audit.models import AuditRecord, AuditSubject
from core.audit.reading import who_saw
from core.cases.models import Case, CaseGroup, CasePerson
from core.clock import utc_now
from core.errors import Refused, Stale
from core.extensions import db
from core.facts import PersonRole
from core.people.history.keeping import Because, keep_person
from core.people.history.models import HeldVersion, Why
from core.people.merging.models import PersonMerge
from core.people.merging.operations import Choice, Plugins, merge, undo
from core.people.merging.queries import held_in, ids_of, merged, pair_of
from core.people.models import AddressReader, Person, ProtectedAddress
from core.people.queries import people_found
from core.policy import Permission, decide
from core.policy.merging import CLOSED, PROTECTED
from core.standards.models import ContactPlan
from tests.builders import a_case, a_person, an_agency, today

BORN = date(1986, 4, 9)

NONE = Plugins()


@pytest.fixture
def anna(partners):
    """Somebody in a case that the group hears; `ana` is the same in another."""
    person = a_person(partners.partnership, "Anna", "Hollingworth", BORN)
    person.postcode = "ZZ1 2AB"
    a_case(partners.partnership, partners.council, title="First", group=partners.group, subject=person)
    return person


@pytest.fixture
def ana(partners):
    person = a_person(partners.partnership, "Ana", "Hollingworth", BORN)
    person.known_as = "Annie"
    a_case(partners.partnership, partners.council, title="Second", group=partners.group, subject=person)
    return person


def chairing(partners):
    return actor_as_of(partners.chair.id, partners.partnership.id, on=today())


def put_together(actor, kept, gone, take=(), plugins=NONE):
    pair = pair_of(kept.id, gone.id)
    versions = {of.person.id: of.person.version for of in pair.both}
    choice = Choice(keep=kept.id, take=frozenset(take), versions=versions)
    return merge(actor, pair=pair, choice=choice, reason="Same person", plugins=plugins, now=utc_now())


def put_apart(actor, done, plugins=NONE):
    return undo(actor, done=merged(done.id), reason="A mistake", plugins=plugins, now=utc_now())


def may_merge(actor, one, other):
    return decide(actor, Permission.MERGE_PEOPLE, pair_of(one.id, other.id))


# What is proposed, and to whom


def test_a_pair_is_proposed_with_what_speaks_for_and_against(chair, anna, ana):
    page = chair.get("/people/duplicates").text
    assert "1 pair to decide" in page and "The given names differ by a letter or two" in page
    assert f'/people/duplicates/{anna.id}/{ana.id}"' in page
    assert "The dates of birth are the same" in page


def test_nobody_is_proposed_to_whoever_may_not_change_both(constable, anna, ana):
    assert "No pairs to decide" in constable.get("/people/duplicates").text
    answer = constable.get(f"/people/duplicates/{anna.id}/{ana.id}")
    assert answer.status_code == 403 and "chair or coordinator" in answer.text


@pytest.mark.parametrize("how", ["restricted", "recused", "another group's"])
def test_a_case_that_is_closed_to_somebody_keeps_them_from_merging_and_nothing_of_it_is_told(partners, anna, ana, how):
    actor = chairing(partners)
    assert may_merge(actor, anna, ana)
    group = None if how == "another group's" else partners.group
    closed = a_case(partners.partnership, partners.council, title="Secret", group=group, subject=ana)
    closed.restricted = how == "restricted"
    db.session.flush()
    if how == "recused":
        actor = replace_recused(actor, closed.id)
    elif how == "restricted":
        actor = actor_as_of(partners.officer.id, partners.partnership.id, on=today())
        closed.lead_agency_id = partners.police.id
        db.session.flush()
    verdict = may_merge(actor, anna, ana)
    assert not verdict and verdict.reason == CLOSED


def replace_recused(actor, case_id):
    from dataclasses import replace

    return replace(actor, recused_cases=frozenset({case_id}))


def test_a_protected_address_that_is_not_read_keeps_from_merging(partners, anna, ana):
    protect(partners, ana, [partners.council])
    assert may_merge(chairing(partners), anna, ana).reason == PROTECTED


def test_one_who_was_found_to_be_two_is_neither_proposed_nor_merged_until_that_is_taken_back(chair, anna, ana):
    where = f"/people/duplicates/{anna.id}/{ana.id}"
    assert chair.post(f"{where}/two-people", {"reason": ""}).status_code == 422
    assert chair.post(f"{where}/two-people", {"reason": "Twins"}).status_code == 303
    assert "No pairs to decide" in chair.get("/people/duplicates").text
    assert "Twins" in chair.get("/people/duplicates?show=decided").text
    refused = chair.post(f"{where}/merge", filled(anna, ana))
    assert refused.status_code == 422 and "two people" in refused.text
    assert chair.post(f"{where}/two-people/take-back").status_code == 303
    assert "1 pair to decide" in chair.get("/people/duplicates").text


def test_other_records_of_one_person_are_found_from_their_page(chair, anna, ana):
    page = chair.get(f"/people/duplicates/of/{anna.id}").text
    assert f"/people/duplicates/{anna.id}/{ana.id}" in page
    answer = chair.get(f"/people/duplicates/of/{anna.id}?ref={ana.ref.lower()}")
    assert answer.status_code == 303 and answer.location.endswith(f"/people/duplicates/{anna.id}/{ana.id}")
    assert chair.get(f"/people/duplicates/of/{anna.id}?ref={anna.ref}").status_code == 422
    assert chair.get(f"/people/duplicates/of/{anna.id}?ref=nobody").status_code == 422


# Merging


def filled(anna, ana, **other):
    return {
        "keep": "one",
        "given_name": "other",
        "known_as": "other",
        "postcode": "one",
        "reason": "The same number and the same mother",
        "version_one": str(anna.version),
        "version_other": str(ana.version),
    } | other


def test_whoever_merges_chooses_which_record_is_kept_and_what_of_each(chair, anna, ana):
    where = f"/people/duplicates/{anna.id}/{ana.id}/merge"
    page = chair.get(where).text
    assert "Annie" in page and "Which record is kept?" in page
    assert chair.post(where, filled(anna, ana, reason="")).status_code == 422
    answer = chair.post(where, filled(anna, ana))
    assert answer.status_code == 303 and answer.location.endswith(f"/people/{anna.id}")
    db.session.expire_all()
    assert (anna.given_name, anna.known_as, anna.postcode) == ("Ana", "Annie", "ZZ1 2AB")
    assert (ana.given_name, ana.merged_into_id) == ("Ana", anna.id)
    assert ids_of(anna.id) == {anna.id, ana.id}
    page = chair.get(f"/people/{anna.id}").text
    assert "First" in page and "Second" in page and f"Also recorded as {ana.ref}" in page and "Undo the merge" in page


def test_it_is_recorded_once_with_both(chair, anna, ana):
    chair.post(f"/people/duplicates/{anna.id}/{ana.id}/merge", filled(anna, ana))
    found = db.session.scalars(select(AuditRecord).where(AuditRecord.action == "person.merge")).one()
    assert found.category == Category.COMBINATION.value
    subjects = db.session.scalars(select(AuditSubject.subject).where(AuditSubject.seq == found.seq)).all()
    assert set(subjects) == {f"p_{anna.id}", f"p_{ana.id}"}


def test_a_change_that_was_saved_meanwhile_is_shown_before_anything_is_merged(chair, anna, ana):
    form = filled(anna, ana)
    ana.known_as = "Annabel"
    db.session.commit()
    answer = chair.post(f"/people/duplicates/{anna.id}/{ana.id}/merge", form)
    assert answer.status_code == 409 and "Annabel" in answer.text and "Somebody else saved first" in answer.text
    db.session.expire_all()
    assert ana.merged_into_id is None
    version = re.search(r'name="version_other"[^>]*value="(\d+)"', answer.text)
    assert version is not None and version[1] == str(ana.version)


def test_the_old_address_leads_to_the_record_that_is_kept(chair, constable, partners, anna, ana):
    put_together(chairing(partners), anna, ana)
    db.session.commit()
    answer = constable.get(f"/people/{ana.id}")
    assert answer.status_code == 303 and answer.location.endswith(f"/people/{anna.id}")
    assert chair.get(f"/people/{ana.id}/edit").status_code == 404


def test_whoever_has_a_case_of_the_kept_one_closed_to_them_learns_neither_the_other_name_nor_the_reason(
    chair, constable, partners, anna
):
    other = a_person(partners.partnership, "Zebedee", "Quillfeather", BORN)
    a_case(partners.partnership, partners.council, group=partners.group, subject=other, restricted=True)
    db.session.flush()
    assert "restricted" in chair.get(f"/people/duplicates/{anna.id}/{other.id}/merge").text
    put_together(chairing(partners), anna, other)
    db.session.commit()
    page = constable.get(f"/people/{anna.id}").text
    assert f"Also recorded as {other.ref}" in page
    assert "Quillfeather" not in page and "Same person" not in page
    page = chair.get(f"/people/{anna.id}").text
    assert "Quillfeather" in page and "Same person" in page


def test_a_search_finds_the_kept_one_by_the_name_and_the_reference_of_the_other(partners, anna, ana):
    ana.family_name, ana.search_name = "Okonkwo", "okonkwo ana"
    put_together(chairing(partners), anna, ana)
    for words in ("okonkwo", ana.ref.lower(), "Hollingworth"):
        assert [each.id for each in people_found(chairing(partners), words)] == [anna.id], words


def test_the_history_and_the_name_of_the_other_record_are_for_whoever_sees_all_cases_of_both(
    chair, constable, partners, anna
):
    """And the two records keep a line each."""
    other = a_person(partners.partnership, "Zebedee", "Quillfeather", BORN)
    a_case(partners.partnership, partners.council, group=partners.group, subject=other, restricted=True)
    a_case(partners.partnership, partners.police, title="Third", subject=anna)
    for person in (anna, other):
        was, person.tenure = person.tenure, "private tenant"
        keep_person(
            chairing(partners),
            person,
            before={"family_name": f"Before{person.family_name}", "tenure": was},
            after={"family_name": person.family_name, "tenure": person.tenure},
            because=Because(Why.WRONG, f"Reason of {person.family_name}"),
            now=utc_now(),
        )
    put_together(chairing(partners), anna, other)
    db.session.commit()
    own, theirs = db.session.scalars(select(HeldVersion).order_by(HeldVersion.id)).all()
    assert (own.person_id, theirs.person_id) == (anna.id, other.id)

    page = constable.get(f"/people/{anna.id}/history").text
    assert "BeforeHollingworth" in page and "Quillfeather" not in page
    assert constable.get(f"/history/{own.id}").status_code == 200
    assert constable.get(f"/history/{theirs.id}").status_code == 404
    case = db.session.scalars(select(Case).where(Case.title == "Third")).one()
    db.session.add(CaseGroup(case_id=case.id, group_id=partners.group.id, since=today()))
    db.session.commit()
    page = chair.get(f"/people/{anna.id}/history").text
    assert f"recorded as {other.ref}" in page and "BeforeHollingworth" in page
    line = page[page.index("BeforeQuillfeather") :]
    assert "Quillfeather" in line.removeprefix("BeforeQuillfeather").split("</tr>")[0]
    assert chair.get(f"/history/{theirs.id}").status_code == 200

    def found(browser, words):
        actor = actor_as_of(browser.id, partners.partnership.id, on=today())
        return [each.id for each in people_found(actor, words)]

    assert found(partners.constable, "Quillfeather") == []
    assert found(partners.constable, other.ref) == found(partners.chair, "Quillfeather") == [anna.id]


def test_a_role_that_both_have_in_one_case_is_there_once_and_comes_back(partners, anna, ana):
    case = a_case(partners.partnership, partners.council, title="Both", group=partners.group, subject=anna)
    twice = CasePerson(case_id=case.id, person_id=ana.id, role=PersonRole.SUBJECT)
    also = CasePerson(case_id=case.id, person_id=ana.id, role=PersonRole.WITNESS)
    db.session.add_all([twice, also])
    db.session.flush()
    number = twice.id

    def roles():
        rows = db.session.execute(
            select(CasePerson.id, CasePerson.person_id, CasePerson.role).where(CasePerson.case_id == case.id)
        )
        return {(person_id, role) for _, person_id, role in rows}

    done = put_together(chairing(partners), anna, ana)
    assert roles() == {(anna.id, PersonRole.SUBJECT), (anna.id, PersonRole.WITNESS)}
    put_apart(chairing(partners), done)
    assert roles() == {(anna.id, PersonRole.SUBJECT), (ana.id, PersonRole.SUBJECT), (ana.id, PersonRole.WITNESS)}
    assert db.session.get_one(CasePerson, number).person_id == ana.id


def test_somebody_who_was_taken_out_of_a_case_since_is_not_in_it_again(partners, anna, ana):
    case = a_case(partners.partnership, partners.council, title="Both", group=partners.group, subject=anna)
    db.session.add(CasePerson(case_id=case.id, person_id=ana.id, role=PersonRole.SUBJECT))
    db.session.flush()
    done = put_together(chairing(partners), anna, ana)
    there = select(CasePerson).where(CasePerson.case_id == case.id)
    db.session.delete(db.session.scalars(there).one())
    db.session.flush()
    put_apart(chairing(partners), done)
    assert not db.session.scalars(there).all()


def test_two_contact_plans_in_one_case_become_one_that_says_both(partners, anna, ana):
    case = a_case(partners.partnership, partners.council, title="Both", group=partners.group, subject=anna)
    for person, words in ((anna, "Text first"), (ana, "Never after six")):
        db.session.add(ContactPlan(case_id=case.id, person_id=person.id, instruction=words, due_on=today()))
    db.session.flush()
    done = put_together(chairing(partners), anna, ana)
    plan = db.session.scalars(select(ContactPlan).where(ContactPlan.person_id == anna.id)).one()
    assert "Text first" in plan.instruction and "Never after six" in plan.instruction
    put_apart(chairing(partners), done)
    told = {plan.person_id: plan.instruction for plan in db.session.scalars(select(ContactPlan))}
    assert told == {anna.id: "Text first", ana.id: "Never after six"}


def protect(partners, person, agencies):
    person.address = person.postcode = ""
    kept = ProtectedAddress(
        person_id=person.id,
        partnership_id=partners.partnership.id,
        changed_at=utc_now(),
        changed_by_id=partners.chair.id,
        readers=[AddressReader(agency_id=agency.id) for agency in agencies],
    )
    kept.address, kept.postcode = f"{person.given_name} Refuge", "ZZ9 9ZZ"
    db.session.add(kept)
    db.session.flush()


def readers_of(person):
    return set(db.session.scalars(select(AddressReader.agency_id).where(AddressReader.person_id == person.id)))


def test_of_two_protected_addresses_only_who_read_both_reads_the_kept_one(partners, anna, ana):
    fire = an_agency(partners.partnership)
    protect(partners, anna, [partners.police, partners.council])
    protect(partners, ana, [partners.police, fire])
    done = put_together(chairing(partners), anna, ana, take=["address", "postcode"])
    assert readers_of(anna) == {partners.police.id} and readers_of(ana) == {partners.police.id, fire.id}
    put_apart(chairing(partners), done)
    assert readers_of(anna) == {partners.police.id, partners.council.id}


def test_an_address_is_protected_once_either_was(partners, constable, anna, ana):
    anna.address = "14 Harbour Street"
    protect(partners, ana, [partners.police])
    done = put_together(chairing(partners), anna, ana)
    db.session.commit()
    assert db.session.get_one(ProtectedAddress, anna.id).address == "Ana Refuge"
    assert anna.address == "" and "14 Harbour Street" not in constable.get(f"/people/{anna.id}").text
    put_apart(chairing(partners), done)
    assert db.session.get(ProtectedAddress, anna.id) is None
    assert db.session.get_one(Person, anna.id).address == "14 Harbour Street"


def test_an_address_that_was_worked_on_since_stays_protected(partners, anna, ana):
    anna.address = "14 Harbour Street"
    protect(partners, ana, [partners.police])
    done = put_together(chairing(partners), anna, ana)
    db.session.get_one(ProtectedAddress, anna.id).changed_by_id = partners.officer.id
    db.session.flush()
    left = put_apart(chairing(partners), done)
    assert {line.table_name for line in left} == {"protected_address", "person"}
    assert db.session.get_one(ProtectedAddress, anna.id).address == "Ana Refuge"
    assert db.session.get_one(Person, anna.id).address == ""


def test_two_protected_addresses_that_came_one_after_the_other_are_both_taken_back(partners, anna, ana):
    third = a_person(partners.partnership, "Anna", "Holingworth", BORN)
    a_case(partners.partnership, partners.council, title="Third", group=partners.group, subject=third)
    anna.address = "14 Harbour Street"
    protect(partners, ana, [partners.police, partners.council])
    protect(partners, third, [partners.police])
    done = [put_together(chairing(partners), anna, each) for each in (ana, third)]
    for each in reversed(done):
        assert put_apart(chairing(partners), each) == []
    db.session.expire_all()
    assert anna.address == "14 Harbour Street" and db.session.get(ProtectedAddress, anna.id) is None
    assert readers_of(anna) == set()


# Putting apart


def test_undoing_gives_each_its_own_again_and_says_so(chair, partners, anna, ana):
    done = put_together(chairing(partners), anna, ana, take=["given_name"])
    db.session.commit()
    where = f"/people/duplicates/merges/{done.id}/undo"
    assert "goes back to it" in chair.get(where).text
    assert chair.post(where, {"reason": ""}).status_code == 422
    assert chair.post(where, {"reason": "They are cousins"}).status_code == 303
    db.session.expire_all()
    assert (anna.given_name, ana.merged_into_id) == ("Anna", None)
    assert "Second" not in chair.get(f"/people/{anna.id}").text and "Second" in chair.get(f"/people/{ana.id}").text
    again = chair.post(where, {"reason": "Again"})
    assert again.status_code == 422 and "undone already" in again.text


def test_a_field_that_was_changed_since_stays_and_the_others_go_back(partners, anna, ana):
    done = put_together(chairing(partners), anna, ana, take=["given_name", "known_as"])
    db.session.get_one(Person, anna.id).given_name = "Anne"
    db.session.flush()
    left = put_apart(chairing(partners), done)
    assert [line.column_name for line in left if line.column_name != "search_name"] == ["given_name"]
    assert (anna.given_name, anna.known_as) == ("Anne", "")


def test_of_several_merges_into_one_the_last_is_undone_first(partners, anna, ana):
    third = a_person(partners.partnership, "Anna", "Holingworth", BORN)
    a_case(partners.partnership, partners.council, title="Third", group=partners.group, subject=third)
    first = put_together(chairing(partners), ana, third)
    second = put_together(chairing(partners), anna, ana)
    assert ids_of(anna.id) == {anna.id, ana.id, third.id}
    with pytest.raises(Refused, match="Undo that merge first"):
        put_apart(chairing(partners), first)
    put_apart(chairing(partners), second)
    assert ids_of(ana.id) == {ana.id, third.id} and ids_of(anna.id) == {anna.id}
    put_apart(chairing(partners), first)
    assert ids_of(ana.id) == {ana.id}


def test_a_record_that_is_gone_is_merged_no_further(partners, anna, ana):
    third = a_person(partners.partnership, "Anna", "Holingworth", BORN)
    a_case(partners.partnership, partners.council, title="Third", group=partners.group, subject=third)
    put_together(chairing(partners), anna, ana)
    assert not may_merge(chairing(partners), ana, third).known


def test_of_two_who_merge_the_same_the_second_is_refused(partners, anna, ana):
    pair = pair_of(anna.id, ana.id)
    versions = {of.person.id: of.person.version for of in pair.both}
    put_together(chairing(partners), anna, ana)
    other_way = Choice(keep=ana.id, take=frozenset(), versions=versions)
    with pytest.raises((Refused, Stale)):
        merge(chairing(partners), pair=pair, choice=other_way, reason="So", plugins=Plugins(), now=utc_now())
    assert db.session.query(PersonMerge).count() == 1


def test_nothing_is_merged_while_a_plugin_is_away(partners, anna, ana):
    with pytest.raises(Refused, match="Mediation cannot be used now"):
        put_together(chairing(partners), anna, ana, plugins=Plugins(away="Mediation"))
    assert db.session.query(PersonMerge).count() == 0


# What others are told


def test_who_saw_somebody_is_asked_for_all_of_their_records(chair, constable, partners, anna, ana):
    constable.get(f"/people/{ana.id}")
    done = put_together(chairing(partners), anna, ana)
    db.session.commit()
    assert f"u_{partners.constable.id}" in {each.actor for each in who_saw(held_in(anna.id))}
    chair.get(f"/people/{anna.id}")
    put_apart(chairing(partners), done)
    db.session.commit()
    assert f"u_{partners.constable.id}" not in {each.actor for each in who_saw(held_in(anna.id))}
    assert f"u_{partners.chair.id}" in {each.actor for each in who_saw(held_in(ana.id))}
