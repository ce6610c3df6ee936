"""From the request to what is given: put together by agency, masked, decided on, released by a second person."""

import json

import pytest
from sqlalchemy import select

from core.audit.models import AuditRecord
from core.audit.queries import verify_database
from core.cases.models import CaseIncident
from core.clock import utc_now
from core.extensions import db
from core.facts import MaskReason
from core.people.models import Person, ProtectedAddress
from core.recording.models import Entry, Recusal
from core.subject_access.lists import AccessState
from core.subject_access.models import AccessMask, AccessPaper, AccessRequest
from tests.builders import a_case, a_person, today
from tests.integration.subject_access.conftest import decide_all, enter, prepare, release, version_of
from tests.support.papers import text_of

THIRD = ("Ravenhall", "Priscilla", "6 Elm Close", "deals")


def the_request():
    return db.session.scalars(select(AccessRequest)).one()


def given(kind):
    return db.session.scalars(select(AccessPaper).where(AccessPaper.kind == kind)).one().content


def test_what_is_held_is_given_by_agency_without_a_word_of_anybody_else(place, visitor, entered):
    lead = visitor(place.lead)
    prepare(lead, entered)
    assert release(visitor(place.second), entered).status_code == 303
    paper, data = text_of(given("pdf")), given("json").decode()
    for text in (paper, data):
        assert not [word for word in THIRD if word.casefold() in text.casefold()]
        for mine in ("Martin Ashdown", "4 Elm Close", "music at 3am", "says that he drinks", "Warn him", "Known since"):
            assert mine in " ".join(text.split()), mine
    told = " ".join(paper.split())
    for right in ("How long it is kept", "by a machine alone", "Information Commissioner’s Office"):
        assert right in told, right
    read = json.loads(data)
    agencies = [part["agency"] for part in read["held_by"]]
    assert agencies[1:] == ["Borough Council", "Constabulary", "Mereside Homes"] and "together" in agencies[0]
    constabulary = next(part for part in read["held_by"] if part["agency"] == "Constabulary")
    assert {each["heading"] for each in constabulary["sections"]} >= {
        "Incidents that were reported",
        "Why cases were put before a meeting",
        "What was looked up before meetings",
    }
    assert the_request().state is AccessState.RELEASED
    assert {row["reason"] for row in read["masked"]} == {"about somebody else"}


def test_who_looked_is_told_by_agency_and_day_and_no_officer_is_named(place, visitor, entered):
    visitor(place.chair).get(f"/cases/{place.case.id}")
    prepare(visitor(place.lead), entered)
    release(visitor(place.second), entered)
    looked = [
        (part["agency"], fact["value"])
        for part in json.loads(given("json"))["held_by"]
        for section in part["sections"]
        if section["heading"] == "Who looked at it"
        for entry in section["entries"]
        for fact in entry["facts"]
    ]
    assert any(agency == "Constabulary" and "Read a case" in what for agency, what in looked)
    assert "Cher Chair" not in given("json").decode()


def test_a_mask_that_nobody_decided_on_keeps_the_pack_from_a_second_person(place, visitor, entered):
    lead = visitor(place.lead)
    lead.post(f"{entered}/draw")
    answer = lead.post(f"{entered}/ready")
    assert answer.status_code == 409 and "Nobody has decided on" in answer.text
    assert "wait for a decision" in lead.get(entered).text


def test_words_are_shown_for_a_reason_in_somebodys_own_words_and_that_is_kept(place, visitor, entered):
    lead = visitor(place.lead)
    lead.post(f"{entered}/draw")
    mask = db.session.scalars(select(AccessMask).where(AccessMask.place.like("incident:%"))).first()
    decision = {"masks": str(mask.id), "decision": "show: they agreed that it is shown"}
    refused = lead.post(f"{entered}/masks", decision)
    assert refused.status_code == 422 and "Say in your own words why it can be shown" in refused.text
    assert lead.post(f"{entered}/masks", {**decision, "why": "Letter of 3 May"}).status_code == 303
    decide_all(lead, entered)
    lead.post(f"{entered}/ready")
    assert "Letter of 3 May" in visitor(place.second).get(f"{entered}/release").text, "whoever releases reads it"
    release(visitor(place.second), entered)
    assert "Mrs Ravenhall rang" in given("json").decode()
    assert "Letter of 3 May" not in given("json").decode()


def test_a_whole_text_that_is_shown_keeps_what_it_holds_of_others_masked(place, visitor, entered):
    told = db.session.scalars(select(Entry).where(Entry.text.startswith("A source"))).one()
    told.text = "Ravenhall says that he deals"
    db.session.commit()
    lead = visitor(place.lead)
    lead.post(f"{entered}/draw")
    before = {mask.id: mask for mask in db.session.scalars(select(AccessMask))}
    [confided] = [mask for mask in before.values() if mask.place == f"entry:{told.id}"]
    assert (confided.starts, confided.ends, confided.reason) == (0, len(told.text), MaskReason.SOURCE)
    decision = {"decision": "show: reasonable to show without asking them", "why": "He was told at the time"}
    answer = lead.post(f"{entered}/masks", {"masks": str(confided.id), **decision})
    assert answer.status_code == 303
    [new] = [mask for mask in db.session.scalars(select(AccessMask)) if mask.id not in before]
    assert (new.place, told.text[new.starts : new.ends], new.kept) == (confided.place, "Ravenhall", None)


def test_words_are_masked_by_hand_wherever_they_stand_with_a_ground_of_the_law(place, visitor, entered):
    lead = visitor(place.lead)
    lead.post(f"{entered}/draw")
    odd = lead.post(f"{entered}/mask", {"words": "no such words", "reason": "would hinder dealing with crime"})
    assert odd.status_code == 422 and "These words are not in what is held" in odd.text
    words = {"words": "Known since 2021", "reason": "would hinder dealing with crime", "why": "Enquiries go on"}
    assert lead.post(f"{entered}/mask", words).status_code == 303
    again = lead.post(f"{entered}/mask", words)
    assert again.status_code == 422 and "masked already" in again.text
    decide_all(lead, entered)
    lead.post(f"{entered}/ready")
    release(visitor(place.second), entered)
    assert "Known since" not in text_of(given("pdf"))
    assert "section 45(4)" in " ".join(text_of(given("pdf")).split())


def test_nobody_releases_what_they_worked_on_and_a_chair_to_whom_every_case_is_open_may(place, visitor, entered):
    lead, chair, member = visitor(place.lead), visitor(place.chair), visitor(place.member)
    lead.post(f"{entered}/draw")
    assert chair.get(entered).status_code == 404, "it is not before them yet"
    decide_all(lead, entered)
    lead.post(f"{entered}/ready")
    own = lead.post(f"{entered}/release", {"read": "y", "version": "1"})
    assert own.status_code == 403 and "You worked on this pack yourself" in own.text
    assert member.get(entered).status_code == 404
    assert place.person.name in chair.get("/data-protection/requests").text
    assert release(chair, entered).status_code == 303
    assert not verify_database().faults


def test_a_chair_to_whom_one_of_the_cases_is_closed_does_not_know_of_it(place, visitor, entered):
    other = a_case(place.partnership, place.council, title="Another", subject=place.person)
    db.session.commit()
    prepare(visitor(place.lead), entered)
    chair = visitor(place.chair)
    assert chair.get(entered).status_code == 404
    assert place.person.name not in chair.get("/data-protection/requests").text
    assert other.ref in visitor(place.second).get(f"{entered}/release").text


def test_what_came_after_it_was_put_together_is_looked_at_before_anything_is_released(place, visitor, entered):
    lead, second = visitor(place.lead), visitor(place.second)
    prepare(lead, entered)
    db.session.add(
        CaseIncident(
            case_id=place.case.id, happened_on=today(), what="Ravenhall rang again", reported_to_id=place.homes.id
        )
    )
    db.session.commit()
    answer = release(second, entered)
    assert answer.status_code == 422 and "was added or changed since" in answer.text
    assert not db.session.scalars(select(AccessPaper)).all()
    assert second.post(f"{entered}/back", {"reason": "Something new"}).status_code == 303
    decided = {mask.id for mask in db.session.scalars(select(AccessMask).where(AccessMask.kept))}
    lead.post(f"{entered}/draw")
    standing = {mask.id for mask in db.session.scalars(select(AccessMask).where(AccessMask.outdated_at.is_(None)))}
    assert decided <= standing, "what was decided on the same text stays"
    fresh = [mask for mask in db.session.scalars(select(AccessMask)) if mask.id in standing - decided]
    assert fresh and all(mask.kept is None for mask in fresh), "what is new waits for a decision"
    decide_all(lead, entered)
    lead.post(f"{entered}/ready")
    assert release(second, entered).status_code == 303


def test_somebody_named_since_in_a_text_that_was_drawn_is_masked_before_it_is_released(place, visitor, entered):
    db.session.scalars(select(CaseIncident)).one().what = "Ophelia Thistlewood rang"
    db.session.commit()
    prepare(visitor(place.lead), entered)
    named = a_person(place.partnership, "Ophelia", "Thistlewood")
    named.search_name = "thistlewood ophelia"
    db.session.commit()
    answer = release(visitor(place.second), entered)
    assert answer.status_code == 422 and "more that Roundtable would mask" in answer.text


def test_of_two_who_release_at_once_one_does(place, visitor, entered):
    prepare(visitor(place.lead), entered)
    second, chair = visitor(place.second), visitor(place.chair)
    version = version_of(second, entered)
    assert second.post(f"{entered}/release", {"read": "y", "version": version}).status_code == 303
    late = chair.post(f"{entered}/release", {"read": "y", "version": version})
    assert late.status_code == 403 and "was answered" in late.text
    assert len(db.session.scalars(select(AccessPaper)).all()) == 2


def test_a_person_under_two_records_is_given_what_is_held_under_both(place, visitor, entered):
    twin = Person(
        partnership_id=place.partnership.id,
        ref="TWIN-1",
        given_name="Marty",
        family_name="Ashdowne",
        search_name="ashdowne marty",
        merged_into_id=place.person.id,
        known_as="Mazza",
    )
    db.session.add(twin)
    db.session.flush()
    a_case(place.partnership, place.homes, title="Marty Ashdowne and the bins", group=place.group, subject=twin)
    db.session.commit()
    prepare(visitor(place.lead), entered)
    release(visitor(place.second), entered)
    data = given("json").decode()
    assert "Marty Ashdowne and the bins" in data and "TWIN-1" in data


def test_a_recused_lead_reads_nothing_of_it_and_another_one_prepares(place, visitor, entered):

    db.session.add(Recusal(item_id=place.item.id, case_id=place.case.id, user_id=place.lead.id, declared_at=utc_now()))
    db.session.commit()
    answer = visitor(place.lead).post(f"{entered}/draw")
    assert answer.status_code == 403 and "Another data protection lead answers this" in answer.text
    prepare(visitor(place.second), entered)
    assert visitor(place.lead).get(f"{entered}/pack").status_code == 403
    assert release(visitor(place.chair), entered).status_code == 303


@pytest.mark.parametrize("more", [{"asked_by": "somebody else on their behalf"}, {"shares_home": "y"}])
def test_a_protected_address_goes_to_nobody_but_the_person_themself(place, visitor, more):

    db.session.add(
        ProtectedAddress(
            person_id=place.person.id,
            partnership_id=place.partnership.id,
            address="9 Hidden Row",
            postcode="SK1 1AA",
            changed_at=utc_now(),
            changed_by_id=place.lead.id,
        )
    )
    place.person.address, place.person.postcode = "", ""
    place.case.summary = "He moved to 9 Hidden Row, SK1 1AA."
    db.session.commit()
    lead = visitor(place.lead)
    theirs = enter(lead, place.person.id)
    prepare(lead, theirs)
    release(visitor(place.second), theirs)
    assert "9 Hidden Row" in given("json").decode(), "their own"
    for_another = {"asker_name": "Nora Ashdown", "authority": "A letter", **more}
    path = enter(lead, place.person.id, **for_another)
    lead.post(f"{path}/draw")
    asked = db.session.scalars(select(AccessRequest).order_by(AccessRequest.id.desc())).first()
    fixed = db.session.scalars(select(AccessMask).where(AccessMask.fixed, AccessMask.request_id == asked.id)).one()
    lift = {"masks": str(fixed.id), "decision": "show: about the person themself", "why": "Theirs"}
    refused = lead.post(f"{path}/masks", lift)
    assert refused.status_code == 422 and "given to nobody but the person themself" in refused.text
    decide_all(lead, path)
    lead.post(f"{path}/ready")
    assert release(visitor(place.second), path).status_code == 303
    paper = db.session.scalars(
        select(AccessPaper).where(AccessPaper.request_id == asked.id, AccessPaper.kind == "json")
    ).one()
    assert "Hidden Row" not in paper.content.decode() and "SK1 1AA" not in paper.content.decode()


def test_each_reading_is_recorded_with_whom_it_names(place, visitor, entered):
    lead = visitor(place.lead)
    prepare(lead, entered)
    release(visitor(place.second), entered)
    lead.get(f"{entered}/pack.json")
    asked = the_request()
    rows = db.session.scalars(
        select(AuditRecord).where(AuditRecord.object == f"access-request:{asked.id}").order_by(AuditRecord.seq)
    ).all()
    done = [row.action for row in rows]
    assert done[0] == "access_request.enter" and "access_request.release" in done
    assert done[-1] == "access_request.json"
    last = json.loads(rows[-1].body)
    assert set(last["subjects"]) == {f"p_{place.person.id}", f"p_{place.neighbour.id}"}
    assert last["purpose"] == f"access-request:{asked.id}"
    assert "Ashdown" not in "".join(row.body for row in rows)


def test_what_was_released_is_kept_encrypted_and_under_names_that_name_nobody(place, visitor, entered):
    prepare(visitor(place.lead), entered)
    release(visitor(place.second), entered)
    paper = db.session.scalars(select(AccessPaper).where(AccessPaper.kind == "json")).one()
    stored = db.session.execute(select(AccessPaper.__table__.c.content).where(AccessPaper.id == paper.id)).scalar_one()
    assert b"Ashdown" not in stored and paper.content.startswith(b"{")
    assert paper.file_name == f"subject-access-{the_request().ref.lower()}.json"
    answer = visitor(place.lead).get(f"{entered}/pack.pdf")
    assert answer.data == given("pdf") and "ashdown" not in answer.headers["Content-Disposition"].lower()


def test_a_longer_pack_costs_its_pages_no_more_queries(place, visitor, entered, count_queries):
    def asked(path):
        return count_queries(lambda: browser.get(path))

    browser = visitor(place.lead)
    browser.post(f"{entered}/draw")
    pages = (entered, f"{entered}/pack", f"{entered}/pack/{place.council.id}", f"{entered}/masks")
    few = [asked(page) for page in pages]
    for number in range(30):
        db.session.add(
            CaseIncident(
                case_id=place.case.id,
                happened_on=today(),
                what=f"Ravenhall rang for the {number}th time",
                reported_to_id=place.council.id,
            )
        )
    db.session.commit()
    browser.post(f"{entered}/draw")
    assert [asked(page) for page in pages] == few
    assert max(few) <= 20


def test_a_chair_reads_what_is_given_and_of_what_is_masked_the_reason_and_the_number(place, visitor, entered):
    told = db.session.scalars(select(Entry).where(Entry.text.startswith("A source"))).one()
    told.text = "Canaryshown. Ravenhall says so"
    db.session.commit()
    lead, chair = visitor(place.lead), visitor(place.chair)
    lead.post(f"{entered}/draw")
    [confided] = db.session.scalars(select(AccessMask).where(AccessMask.place == f"entry:{told.id}"))
    decision = {"decision": "show: reasonable to show without asking them", "why": "He was told at the time"}
    assert lead.post(f"{entered}/masks", {"masks": str(confided.id), **decision}).status_code == 303
    decide_all(lead, entered)
    assert lead.post(f"{entered}/ready").status_code == 303
    parts = [0, place.council.id, place.police.id, place.homes.id]
    read = "".join(chair.get(f"{entered}/pack/{agency_id}").text for agency_id in parts)
    released = chair.get(f"{entered}/release").text
    for page in (read, released):
        assert "Canaryshown" in page and "Martin Ashdown shouts at" in page
        for word in ("Ravenhall", "Priscilla", "6 Elm Close"):
            assert word not in page, word
    assert "1 about somebody else" in read and "[masked: about somebody else]" in read
    leads = "".join(lead.get(f"{entered}/pack/{agency_id}").text for agency_id in parts)
    assert "Ravenhall" in leads, "whoever decides reads what they decide on"
