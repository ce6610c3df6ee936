"""What schemes keep for their own staff: given when these have answered, or left out, and the person told why."""

import json
import re

import pytest
from sqlalchemy import select

from core.audit.models import AuditRecord
from core.clock import utc_now
from core.extensions import db
from core.facts import AdminRole, Audience, MaskReason
from core.partnerships.models import ProviderStaff
from core.plugin_host import host_of
from core.recording.models import Recusal
from core.referrals.models import Referral
from core.subject_access.models import AccessMask, AccessPaper, AccessRequest, AccessScheme
from plugins.mediation.models import Dispute, Session, Term
from tests.builders import a_provider, a_user, today
from tests.integration.subject_access.conftest import decide_all, prepare, release

OWN, OTHER, BOTH = "He wants the wall painted", "Zofquib is frightened of him", "Wexljuxt said that he drinks"
STAFF = [{"label": "Contact", "value": "Only Vyrrplim may ring", "audiences": [Audience.PROVIDER.value]}]


@pytest.fixture
def mediated(place):
    """The neighbour was referred to mediation, and the person is the other party: what the mediators keep."""
    mediator = a_user(place.homes, "Mia Mediator")
    provider = a_provider(place.partnership, place.homes, "mediation")
    officer = a_user(place.homes, "Otto Officer")
    db.session.query(ProviderStaff).filter(ProviderStaff.user_id == officer.id).delete()
    now = utc_now()
    referral = Referral(
        partnership_id=place.partnership.id, ref="NB-R-7", case_id=place.case.id, person_id=place.neighbour.id,
        pathway_key="mediation", pathway_title="Mediation", provider_id=provider.id,
        referrer_agency_id=place.council.id, referrer_user_id=place.lead.id, stage="referred", stage_title="Referred",
        stage_since=today(), payload={}, payload_version=1, summary="", rows=[], opened_at=now, moved_at=now,
    )  # fmt: skip
    db.session.add(referral)
    db.session.flush()
    db.session.add(
        Dispute(
            referral_id=referral.id, partnership_id=place.partnership.id, person_id=place.neighbour.id,
            other_id=place.person.id, other_name="Martin Ashdown",
        )
    )  # fmt: skip
    for kind, party, note in (("visit", "other", OWN), ("visit", "referred", OTHER), ("joint", "", BOTH)):
        db.session.add(
            Session(
                referral_id=referral.id, partnership_id=place.partnership.id, kind=kind, party=party, held_on=today(),
                mediators="Mia Mediator", note=note,
            )
        )  # fmt: skip
    db.session.add(Term(referral_id=referral.id, text="Mrs Ravenhall knocks before nine", agreed_on=today()))
    db.session.commit()
    place.referral, place.provider, place.mediator, place.officer = referral, provider, mediator, officer
    return place


def the_scheme():
    return db.session.scalars(select(AccessScheme).where(AccessScheme.gone_at.is_(None))).one()


def address(path):
    return f"{path}/schemes/{the_scheme().id}"


def answer(browser, path, **more):
    sha = browser.get(address(path)).text.partition('name="sha" type="hidden" value="')[2].partition('"')[0]
    return browser.post(address(path), {"read": "y", "sha": sha, **more})


def given(kind="json"):
    return db.session.scalars(select(AccessPaper).where(AccessPaper.kind == kind)).one().content.decode()


def test_what_mediators_keep_is_given_without_a_word_of_the_other_party(mediated, visitor, entered):
    lead, mediator = visitor(mediated.lead), visitor(mediated.mediator)
    lead.post(f"{entered}/draw")
    decide_all(lead, entered)
    page = mediator.get(address(entered)).text
    assert OWN in page and OTHER in page, "its own staff read all of it"
    assert answer(mediator, entered).status_code == 303
    assert lead.post(f"{entered}/ready").status_code == 303
    assert release(visitor(mediated.second), entered).status_code == 303
    assert OWN in given() and "knocks before nine" in given()
    for word in ("Zofquib", "frightened", "Wexljuxt", "Ravenhall", "Priscilla"):
        assert word not in given(), word
    homes = next(part for part in json.loads(given())["held_by"] if part["agency"] == "Mereside Homes")
    assert "What a scheme keeps for its own staff" in {section["heading"] for section in homes["sections"]}


def test_nobody_but_the_schemes_own_staff_reads_it_before_they_answered(mediated, visitor, entered):
    lead, officer = visitor(mediated.lead), visitor(mediated.officer)
    lead.post(f"{entered}/draw")
    decide_all(lead, entered)
    closed = lead.get(address(entered))
    assert closed.status_code == 403 and "read by them alone" in closed.text
    assert officer.get(address(entered)).status_code == 404, "to be of its agency is not enough"
    assert visitor(mediated.chair).get(address(entered)).status_code == 404
    parts = [0, mediated.council.id, mediated.police.id, mediated.homes.id]
    pages = [f"{entered}/pack", f"{entered}/masks", f"{entered}/masks?decided=1", entered]
    read = "".join(lead.get(page).text for page in [*pages, *(f"{entered}/pack/{each}" for each in parts)])
    for word in (OWN, OTHER, BOTH, "knocks before nine"):
        assert word not in read, word
    assert "Mediation: waits for the scheme’s own staff" in read
    hidden = lead.post(f"{entered}/mask", {"words": "Zofquib", "reason": "about somebody else"})
    assert hidden.status_code == 422, "nor can anybody find out what stands there by masking it"
    mask = db.session.scalars(select(AccessMask).where(AccessMask.place.like("scheme:%"))).first()
    lift = {"masks": str(mask.id), "decision": "show: tells of nobody", "why": "No"}
    assert lead.post(f"{entered}/masks", lift).status_code == 422
    waits = lead.post(f"{entered}/ready")
    assert waits.status_code == 409 and "What these keep for their own staff is not settled: Mediation" in waits.text
    assert entered.rpartition("/")[2] in visitor(mediated.mediator).get("/").text.partition("one’s own data")[2]


def test_what_the_staff_show_and_mask_besides_is_what_is_given(mediated, visitor, entered):
    lead, mediator = visitor(mediated.lead), visitor(mediated.mediator)
    lead.post(f"{entered}/draw")
    decide_all(lead, entered)
    both = db.session.scalars(select(Session).where(Session.note == BOTH)).one()
    [mask] = db.session.scalars(select(AccessMask).where(AccessMask.place.like(f"scheme:%session:{both.id}:1")))
    assert (mask.reason, mask.kept) == (MaskReason.THIRD_PARTY, None)
    tick = {"shown": str(mask.id), "because": "the person knows it already"}
    refused = answer(mediator, entered, **tick)
    assert refused.status_code == 422 and "Say why it can be shown" in refused.text
    more = {"words": "he drinks\nthe wall", "reason": "could cause serious harm", "why": "He was in the room"}
    nowhere = answer(mediator, entered, **tick, **{**more, "words": "no such words"})
    assert nowhere.status_code == 422 and "not in what is held" in nowhere.text
    assert answer(mediator, entered, **tick, **more).status_code == 303
    lead.post(f"{entered}/ready")
    assert "He was in the room" in visitor(mediated.second).get(f"{entered}/release").text
    release(visitor(mediated.second), entered)
    assert "Wexljuxt said that " in given() and "he drinks" not in given().partition("Wexljuxt")[2][:200]
    assert "painted" in given() and "the wall" not in given()


def test_whoever_answered_for_a_part_does_not_release_it(mediated, visitor, entered):
    both = a_user(mediated.homes, "Bea Both", admin=AdminRole.DATA_LEAD, partnership=mediated.partnership)
    db.session.commit()
    lead, mediator = visitor(mediated.lead), visitor(both)
    lead.post(f"{entered}/draw")
    decide_all(lead, entered)
    answer(mediator, entered)
    lead.post(f"{entered}/ready")
    own = mediator.post(f"{entered}/release", {"read": "y", "version": "1"})
    assert own.status_code == 403 and "You worked on this pack yourself" in own.text


def test_what_comes_new_is_answered_for_again_and_an_old_page_answers_for_nothing(mediated, visitor, entered):
    lead, mediator = visitor(mediated.lead), visitor(mediated.mediator)
    lead.post(f"{entered}/draw")
    decide_all(lead, entered)
    sha = the_scheme().sha256
    assert answer(mediator, entered).status_code == 303
    db.session.add(Term(referral_id=mediated.referral.id, text="A second term", agreed_on=today()))
    db.session.commit()
    new = lead.post(f"{entered}/ready")
    assert new.status_code == 409 and "was added or changed" in new.text
    lead.post(f"{entered}/draw")
    assert the_scheme().answer is None
    stale = mediator.post(address(entered), {"read": "y", "sha": sha})
    assert stale.status_code == 422 and "put together again" in stale.text
    assert answer(mediator, entered).status_code == 303
    lead.post(f"{entered}/draw")
    assert the_scheme().answer == "given", "what is the same stays answered for"


def test_without_an_answer_it_is_left_out_and_the_person_reads_why(mediated, visitor, entered):
    lead = visitor(mediated.lead)
    lead.post(f"{entered}/draw")
    decide_all(lead, entered)
    page = f"{address(entered)}/settle"
    assert visitor(mediated.mediator).get(page).status_code == 404
    why = {"action": "leave out", "reason": "The mediators have closed: write to the council"}
    assert lead.post(page, why).status_code == 303
    assert lead.post(f"{entered}/ready").status_code == 303
    release(visitor(mediated.second), entered)
    assert "Mediation: not in this copy" in given() and "The mediators have closed" in given()
    assert OWN not in given()


def test_an_answer_can_be_asked_for_again(mediated, visitor, entered):
    lead, mediator = visitor(mediated.lead), visitor(mediated.mediator)
    lead.post(f"{entered}/draw")
    decide_all(lead, entered)
    answer(mediator, entered)
    again = {"action": "look again", "reason": "Who is the lady next door?"}
    assert lead.post(f"{address(entered)}/settle", again).status_code == 303
    assert the_scheme().answer is None
    assert "Who is the lady next door?" in lead.get(entered).text


def test_a_plugin_that_fails_is_missing_in_words_and_holds_up_the_release(app, mediated, visitor, entered, monkeypatch):
    def fails(people, referrals):
        raise RuntimeError("Zofquib")

    mended = host_of(app)._loaded["mediation"].functions
    lead = visitor(mediated.lead)
    with monkeypatch.context() as patched:
        patched.setitem(mended, "roundtable_held_about", fails)
        lead.post(f"{entered}/draw")
        decide_all(lead, entered)
        page = lead.get(f"{entered}/pack").text
        assert "could not say what it holds" in page and "Zofquib" not in page
        waits = lead.post(f"{entered}/ready")
        assert waits.status_code == 409 and "not settled: Mediation" in waits.text
    changed = lead.post(f"{entered}/ready")
    assert changed.status_code == 409
    lead.post(f"{entered}/draw")
    assert the_scheme().provider_id == mediated.provider.id, "it could be asked again"


def test_a_plugin_that_fails_later_is_not_left_out_of_what_is_released(app, mediated, visitor, entered, monkeypatch):
    lead, second = visitor(mediated.lead), visitor(mediated.second)
    lead.post(f"{entered}/draw")
    decide_all(lead, entered)
    answer(visitor(mediated.mediator), entered)
    lead.post(f"{entered}/ready")
    monkeypatch.setitem(host_of(app)._loaded["mediation"].functions, "roundtable_held_about", lambda: 1 / 0)
    refused = release(second, entered)
    assert refused.status_code == 422 and "added or changed" in refused.text
    assert not db.session.scalars(select(AccessPaper)).all()


def test_a_pathway_that_is_gone_is_said_to_be_missing(mediated, visitor, entered):
    mediated.referral.pathway_key, mediated.referral.person_id = "floating_support", mediated.person.id
    mediated.referral.pathway_title = "Floating support"
    db.session.commit()
    lead = visitor(mediated.lead)
    lead.post(f"{entered}/draw")
    assert [(each.plugin, each.title) for each in db.session.scalars(select(AccessScheme)) if each.plugin] == [
        ("floating_support", "Floating support")
    ]


def test_rows_for_the_providers_own_staff_are_theirs_to_answer_for(mediated, visitor, entered):
    mediated.referral.rows, mediated.referral.person_id = STAFF, mediated.person.id
    db.session.commit()
    lead = visitor(mediated.lead)
    lead.post(f"{entered}/draw")
    parts = [0, mediated.council.id, mediated.police.id, mediated.homes.id]
    assert "Vyrrplim" not in "".join(lead.get(f"{entered}/pack/{each}").text for each in parts)
    assert "Vyrrplim" in visitor(mediated.mediator).get(address(entered)).text


def test_its_staff_are_told_by_the_request_alone_and_each_reading_is_recorded(mediated, visitor, entered):
    lead, mediator = visitor(mediated.lead), visitor(mediated.mediator)
    lead.post(f"{entered}/draw")
    mediator.get(address(entered))
    rows = db.session.scalars(select(AuditRecord).order_by(AuditRecord.seq.desc()).limit(1)).one()
    assert rows.action == "access_request.scheme"
    assert f"p_{mediated.neighbour.id}" in rows.body and f"p_{mediated.person.id}" in rows.body
    ref = db.session.scalars(select(AccessRequest.ref)).one()
    line = re.search(rf"[^\n]*{ref}[^\n]*", mediator.get("/").text)
    assert line and "waits for what Mediation" in line[0] and "Ashdown" not in line[0]


def test_who_declared_an_interest_in_the_case_does_not_answer(mediated, visitor, entered):
    visitor(mediated.lead).post(f"{entered}/draw")
    db.session.add(
        Recusal(
            case_id=mediated.case.id,
            user_id=mediated.mediator.id,
            item_id=mediated.item.id,
            declared_at=utc_now(),
        )
    )
    db.session.commit()
    assert visitor(mediated.mediator).get(address(entered)).status_code == 403


def test_prepare_is_nothing_new_where_no_scheme_holds_anything(place, visitor, entered):
    prepare(visitor(place.lead), entered)
    assert not db.session.scalars(select(AccessScheme)).all()
