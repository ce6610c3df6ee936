"""A victim is referred, contacted safely and supported; who reads what of it, and where the number is."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from core import plugin_host
from core.accounts.models import User
from core.accounts.queries import actor_as_of
from core.audit.models import AuditRecord
from core.cases.models import Case, CaseEvent, CasePerson
from core.errors import Refused
from core.extensions import db
from core.facts import GroupRole, PersonRole
from core.partnerships.models import Group, Partnership, Provider
from core.people.models import Person
from core.plugin_api import AgendaEntry, Audience, PartnershipFacts, Period, ReferralGlimpse
from core.recording.models import Recusal
from core.referrals import consents, operations, pausing, queries
from core.referrals.facts import facts_of, progress_of
from core.referrals.handing_over import hand_over
from core.referrals.models import Referral
from core.referrals.reopening import reopen
from core.working_days import add_working_days
from plugins.mentoring.pathway import Behaviour, MentoringPayload
from plugins.victim_support import roundtable_agenda_annotations, roundtable_statistics
from plugins.victim_support.contact import Need, Way
from plugins.victim_support.models import Assessment, Contact, Entry
from plugins.victim_support.payload import SupportPayload
from tests import builders

from .conftest import NOW, TODAY
from .test_pages import in_boxes, text

NUMBER = "07700 900188"
INSTRUCTION = "Between ten and two; never through her children."
SAID = "She would like to sleep"
PAYLOAD = SupportPayload(
    way=Way.TEXT,
    instruction=INSTRUCTION,
    reach=NUMBER,
    harm="asb",
    consented_by="themselves",
    consented_on=TODAY,
    wanted=SAID,
)
FORM = {
    "details-way": "text",
    "details-instruction": INSTRUCTION,
    "details-reach": NUMBER,
    "details-harm": "asb",
    "details-consented_by": "themselves",
    "details-wanted": SAID,
    **in_boxes("details-consented_on", TODAY),
}
CHOSEN = {"worker": "Wendy Worker", "every": "week", "updates": "text"}
DONE = {"done_on": TODAY.isoformat()}
NEEDS = DONE | dict.fromkeys(Need, "some")
MEASURES = {"coped": "partly", "heard": "yes", "safer": "yes"}


@dataclass
class Place:
    """A case with a victim, a service, and the people who deal with both."""

    referrer: User
    worker: User
    member: User
    chair: User
    victim: Person
    case_id: int
    service: Provider
    partnership_id: int
    group: Group

    def actor(self, user: User) -> Any:
        return actor_as_of(user.id, self.partnership_id, on=TODAY)

    @property
    def refer_path(self) -> str:
        return f"/cases/{self.case_id}/refer/{self.victim.id}/{self.service.id}"

    def refer(self, payload: SupportPayload = PAYLOAD) -> Referral:
        case = queries.case_to_refer_from(self.case_id)
        made = operations.refer(
            self.actor(self.referrer), case=case, person=self.victim, provider=self.service, payload=payload, now=NOW
        )
        return self.read(made.id)

    def read(self, referral_id: int) -> Referral:
        db.session.flush()
        db.session.expire_all()
        return queries.referral_of(referral_id)

    def move(self, referral: Referral, transition: str, *, at: datetime = NOW, **answers: Any) -> Referral:
        told = {"measures": answers.pop("measures", {}), "answers": answers}
        operations.move(
            self.actor(self.worker),
            referral=referral,
            transition=transition,
            now=at,
            version=referral.version,
            **told,
        )
        return self.read(referral.id)

    def supported(self) -> Referral:
        """Contacted, assessed, supported."""
        referral = self.move(self.refer(), "contact", **DONE, **CHOSEN)
        referral = self.move(referral, "assess", **NEEDS, found="A door that she does not answer")
        return self.move(referral, "support", **DONE, plan="A door viewer")


@pytest.fixture
def place(app: Flask) -> Place:
    partnership = builders.a_partnership()
    council = builders.an_agency(partnership, "Northbridge Council")
    service = builders.an_agency(partnership, "Victim Care")
    police = builders.an_agency(partnership, "County Police")
    group = builders.a_group(partnership)
    victim = builders.a_person(partnership, "Isra", "Example")
    case: Case = builders.a_case(partnership, council, title="Craig Danby", group=group)
    db.session.add(CasePerson(case_id=case.id, person_id=victim.id, role=PersonRole.VICTIM))
    made = Place(
        referrer=builders.a_user(council, "Ruth Referrer"),
        worker=builders.a_user(service, "Wendy Worker"),
        member=builders.a_user(police, "Mo Member", group=group),
        chair=builders.a_user(police, "Carol Chair", group=group, role=GroupRole.CHAIR),
        victim=victim,
        case_id=case.id,
        service=builders.a_provider(partnership, service, "victim_support"),
        partnership_id=partnership.id,
        group=group,
    )
    db.session.commit()
    return made


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"details-way": ""}, "without one the referral cannot be sent"),
        ({"details-reach": " "}, "Enter the number or address that is safe"),
        ({"details-instruction": f"Ring {NUMBER} after six"}, "Leave out numbers and addresses"),
        ({"details-consented_by": ""}, "without consent nobody is referred"),
        (in_boxes("details-consented_on", TODAY + timedelta(days=1)), "must be today or in the past"),
    ],
)
def test_nobody_is_referred_without_consent_and_a_safe_contact(place: Place, visitor, changes, sentence) -> None:
    answer = visitor(place.referrer).post(place.refer_path, FORM | changes)
    assert answer.status_code == 422
    assert sentence in text(answer)
    assert db.session.scalars(select(Referral)).all() == []


def test_a_referral_brings_its_consent_along_and_is_in_the_register_with_the_instruction_first(
    place: Place, visitor
) -> None:
    assert visitor(place.referrer).post(place.refer_path, FORM).status_code == 303
    referral = db.session.scalars(select(Referral)).one()
    (consent,) = referral.consents
    assert (consent.given_on, consent.recorded_by_id) == (TODAY, place.referrer.id)
    assert referral.stage_due == add_working_days(TODAY, 2)
    browser = visitor(place.worker)
    for path in (f"providers/{place.service.id}/people", f"referrals/{referral.id}/person"):
        page = text(browser.get(f"/pathways/victim_support/{path}"))
        assert 0 < page.index(INSTRUCTION) < page.index(NUMBER)


def test_from_the_referral_to_its_end_and_what_each_of_those_at_the_table_reads_of_it(place: Place, visitor) -> None:
    referral = place.supported()
    referral = place.move(referral, "log_supported", **DONE, kind="update", way="text", said="Told what was decided")
    assert referral.stage_due == add_working_days(TODAY, 5)
    referral = place.move(referral, "review", **NEEDS, measures=MEASURES)
    own = text(visitor(place.worker).get(f"/pathways/victim_support/referrals/{referral.id}/person"))
    for told in ("A door that she does not answer", "Told what was decided", "At review", "Some need", NUMBER):
        assert told in own
    page, case = f"/referrals/{referral.id}", f"/cases/{place.case_id}"
    referrers = text(visitor(place.referrer).get(page))
    for told in (INSTRUCTION, "Wendy Worker", "Reviewed", "Needs assessed"):
        assert told in referrers
    for public in (place.member, place.chair):
        seen = text(visitor(public).get(page)) + text(visitor(public).get(case))
        assert INSTRUCTION in seen
        assert "accepted on" in seen
        assert not [told for told in ("Reviewed", "reviewed", "Needs assessed", "Wendy Worker") if told in seen]
    for other in (place.referrer, place.member, place.chair):
        seen = text(visitor(other).get(page)) + text(visitor(other).get(case))
        assert not [told for told in (NUMBER, SAID, "A door viewer", "Told what was decided") if told in seen]
    lines = db.session.scalars(select(CaseEvent.text).where(CaseEvent.kind == "referral").order_by(CaseEvent.id)).all()
    assert lines[1:] == [f"{referral.ref}, Victim Support: accepted"]
    referral = place.move(referral, "end_reviewed", reason="recovered", measures=MEASURES)
    assert referral.outcome == "Support ended: no further support is needed"
    assert referral.stage_due is None
    register = text(visitor(place.worker).get(f"/pathways/victim_support/providers/{place.service.id}/people"))
    assert NUMBER not in register
    trail = db.session.scalars(select(AuditRecord.body)).all()
    assert not [body for body in trail if NUMBER in body or SAID in body or INSTRUCTION in body]


def test_the_persons_own_page_has_the_safe_contact_before_the_address_until_it_is_taken_back(
    place: Place, visitor
) -> None:
    place.victim.address = "59 Causey Way"
    referral = place.refer()
    for reader in (place.member, place.referrer):
        page = text(visitor(reader).get(f"/people/{place.victim.id}"))
        assert 0 < page.index(f"Safe contact: By text message. {INSTRUCTION}") < page.index("59 Causey Way")
        assert NUMBER not in page
    referral = place.move(referral, "decline", reason="area")
    db.session.commit()
    path = f"/referrals/{referral.id}/safe-contact"
    assert INSTRUCTION in text(visitor(place.member).get(f"/people/{place.victim.id}")), "closed, and as dangerous"
    assert visitor(place.referrer).post(path, {"reason": "Moved"}).status_code == 403
    sent = {"reason": "Moved away", "version": str(referral.version)}
    assert visitor(place.worker).post(path, sent).status_code == 303
    assert INSTRUCTION not in text(visitor(place.member).get(f"/people/{place.victim.id}"))
    again = {"reason": "Moved away", "version": str(place.read(referral.id).version)}
    assert visitor(place.worker).post(path, again).status_code == 422


def test_it_stands_by_the_person_on_cases_whose_readers_know_nothing_of_the_referral(place: Place, visitor) -> None:
    referral = place.refer()
    homes = builders.an_agency(db.session.get(Partnership, place.partnership_id), "Homes")
    stranger = builders.a_user(homes, "Hal Homes")
    other = builders.a_case(db.session.get(Partnership, place.partnership_id), homes, title="Another matter")
    db.session.add(CasePerson(case_id=other.id, person_id=place.victim.id, role=PersonRole.WITNESS))
    db.session.get(Case, place.case_id).restricted = True
    db.session.commit()
    assert visitor(stranger).get(f"/referrals/{referral.id}").status_code == 404
    page = text(visitor(stranger).get(f"/people/{place.victim.id}"))
    assert f"Safe contact: By text message. {INSTRUCTION}" in page
    assert referral.ref not in page and NUMBER not in page
    nobody = builders.a_user(builders.an_agency(db.session.get(Partnership, place.partnership_id)))
    assert visitor(nobody).get(f"/people/{place.victim.id}").status_code == 404


def test_it_stands_first_on_the_same_persons_referral_to_another_scheme(place: Place, visitor) -> None:
    place.move(place.refer(), "decline", reason="area")
    partnership = db.session.get(Partnership, place.partnership_id)
    scheme = builders.an_agency(partnership, "Alongside")
    worker = builders.a_user(scheme, "Mary Mentor")
    made = operations.refer(
        place.actor(place.referrer),
        case=queries.case_to_refer_from(place.case_id),
        person=place.victim,
        provider=builders.a_provider(partnership, scheme, "mentoring"),
        payload=MentoringPayload(Behaviour.LIKELY, one_to_one_safe=True, on_abc=False, need="07700 900111"),
        now=NOW,
    )
    db.session.commit()
    page = text(visitor(worker).get(f"/referrals/{made.id}"))
    assert 0 < page.index(f"Safe contact, Isra Example: By text message. {INSTRUCTION}") < page.index("07700 900111")
    assert NUMBER not in page


def test_what_was_said_at_the_latest_referral_counts(place: Place, visitor) -> None:
    place.move(place.refer(), "decline", reason="area")
    again = place.refer(replace(PAYLOAD, instruction="Mornings alone."))
    db.session.commit()
    page = text(visitor(place.member).get(f"/people/{place.victim.id}"))
    assert "Mornings alone." in page and INSTRUCTION not in page
    again = place.move(again, "decline", reason="area")
    sent = {"reason": "Moved away", "version": str(again.version)}
    db.session.commit()
    assert visitor(place.worker).post(f"/referrals/{again.id}/safe-contact", sent).status_code == 303
    page = text(visitor(place.member).get(f"/people/{place.victim.id}"))
    assert "Safe contact" not in page, "what was said before is not brought back"


def test_a_changed_safe_contact_stands_everywhere_at_once(place: Place, visitor) -> None:
    referral = place.supported()
    path = f"/referrals/{referral.id}/moves/safe_supported"
    browser = visitor(place.worker)
    assert INSTRUCTION in text(browser.get(path))
    sent = {"details-way": "letter", "details-instruction": "To her sister", "details-reach": "1 Sister Street"}
    assert browser.post(path, sent | {"version": str(referral.version)}).status_code == 303
    db.session.expire_all()
    assert "By letter. To her sister" in text(visitor(place.member).get(f"/referrals/{referral.id}"))
    entry = db.session.scalars(select(Entry)).one()
    assert (entry.way, entry.instruction, entry.reach) == ("letter", "To her sister", "1 Sister Street")
    (note, _) = annotated(referral)
    assert "By letter. To her sister." in note.text


def test_the_safe_contact_is_changed_while_the_referral_is_paused_and_the_pause_goes_on(place: Place, visitor) -> None:
    referral = place.refer()
    back_on = add_working_days(TODAY, 20)
    worker = place.actor(place.worker)
    pausing.pause(worker, referral=referral, reason="Away", back_on=back_on, version=referral.version, now=NOW)
    referral = place.read(referral.id)
    referral = place.move(referral, "safe_referred", way="letter", instruction="To her sister", reach="1 Sister Street")
    assert (referral.paused_on, referral.stage_due) == (TODAY, back_on)
    assert progress_of(referral).paused_since == TODAY
    own, referrers = (text(visitor(who).get(f"/referrals/{referral.id}")) for who in (place.worker, place.referrer))
    assert "The safe contact was changed" in own
    assert "The safe contact was changed" not in referrers
    assert "To her sister" in referrers
    told = " ".join(db.session.scalars(select(CaseEvent.text)))
    assert "paused" not in told, "the table knows that support was offered, and no more"
    assert "paused until" in text(
        visitor(place.worker).get(f"/pathways/victim_support/providers/{place.service.id}/people")
    )


def test_another_service_takes_over_the_safe_contact_as_it_is_now_and_nothing_that_was_said(place: Place) -> None:
    referral = place.move(
        place.supported(), "safe_supported", way="letter", instruction="To her sister", reach="1 Lane"
    )
    partnership = db.session.get_one(Partnership, place.partnership_id)
    other = builders.a_provider(partnership, builders.an_agency(partnership, "Beacon"), "victim_support")
    handed = hand_over(
        place.actor(place.worker),
        referral=referral,
        provider=other,
        agreed_on=TODAY,
        reason="Nearer to her",
        version=referral.version,
        now=NOW,
    )
    (old, new) = db.session.scalars(select(Entry).order_by(Entry.id)).all()
    assert (old.closed_on, new.closed_on, new.provider_id) == (TODAY, None, other.id)
    assert (new.referral_id, new.instruction, new.reach, new.worker) == (handed.id, "To her sister", "1 Lane", "")
    assert db.session.scalars(select(Contact).where(Contact.entry_id == new.id)).all() == []
    assert "A door viewer" not in str(handed.payload)


def test_who_declared_an_interest_in_a_case_has_nobody_of_it_in_the_register(place: Place, visitor) -> None:
    place.refer()
    meeting = builders.a_meeting(place.group, cases=[db.session.get_one(Case, place.case_id)])
    db.session.add(
        Recusal(
            item_id=meeting.items[0].id,
            case_id=place.case_id,
            user_id=place.worker.id,
            reason="Her neighbour",
            declared_at=NOW,
        )
    )
    db.session.commit()
    page = visitor(place.worker).get(f"/pathways/victim_support/providers/{place.service.id}/people")
    assert page.status_code == 200
    assert "Nobody is supported at the moment" in text(page)
    assert NUMBER not in text(page)


def annotated(*referrals: Referral) -> list[Any]:
    entries = [
        AgendaEntry(
            number,
            number,
            row.case_id,
            (ReferralGlimpse(row.id, row.ref, row.pathway_key, row.stage, row.stage_title, row.stage_since),),
        )
        for number, row in enumerate(referrals, start=1)
    ]
    return list(roundtable_agenda_annotations(entries, viewer=None))


def test_the_agenda_says_how_to_contact_them_first_and_asks_once_however_many_there_are(
    place: Place, count_queries
) -> None:
    referral = place.refer()
    first, second = annotated(referral)
    assert first.text.startswith(f"Safe contact ({referral.ref}): By text message. {INSTRUCTION}")
    assert first.text.endswith("Support: offered.")
    assert {Audience.ATTENDEES, Audience.CHAIR} <= first.audiences
    assert second.audiences == {Audience.PROVIDER, Audience.REFERRER}
    assert NUMBER not in first.text + second.text
    assert count_queries(annotated, referral) == count_queries(annotated, *[referral] * 30) == 1


def test_they_are_given_up_only_after_a_try_that_is_in_the_log(place: Place) -> None:
    referral = place.refer()
    with pytest.raises(Refused, match="Add to the contact log first"), db.session.begin_nested():
        place.move(referral, "give_up")
    referral = place.read(referral.id)
    known = (referral.stage_due, referral.stage_since, referral.moved_at)
    referral = place.move(referral, "log_referred", at=NOW + timedelta(days=4), **DONE, kind="not_reached", way="phone")
    assert (referral.stage_due, referral.stage_since, referral.moved_at) == known
    assert [step.stage for step in progress_of(referral).history] == ["referred"]
    pathway = plugin_host.installed()["victim_support"]
    facts = facts_of(referral, pathway)
    assert "Not reached the last time." in pathway.flags(facts, TODAY)
    assert place.move(referral, "give_up").outcome == "Could not be reached"


def test_a_withdrawal_closes_it_at_once_and_one_that_is_opened_again_is_in_the_register(place: Place) -> None:
    referral, worker = place.supported(), place.actor(place.worker)
    consents.withdraw_consent(worker, referral=referral, key="victim", withdrawn_on=TODAY, now=NOW)
    referral = place.read(referral.id)
    assert (referral.outcome, referral.stage_due) == ("Consent withdrawn", None)
    assert db.session.scalars(select(Entry.closed_on)).all() == [TODAY]
    again = place.move(place.refer(), "decline", reason="mistake")
    reopen(worker, referral=again, reason="It was no mistake", version=again.version, now=NOW)
    closed = dict(db.session.execute(select(Entry.referral_id, Entry.closed_on)).all())
    assert closed == {referral.id: TODAY, again.id: None}
    assert place.read(again.id).stage_due == add_working_days(TODAY, 2)


def test_the_figures_count_without_a_name(place: Place) -> None:
    referral = place.move(place.supported(), "log_supported", **DONE, kind="update", way="text")
    period = Period(TODAY - timedelta(days=30), TODAY)
    place.move(referral, "end_supported", reason="recovered", measures=MEASURES)
    counts = {
        each.label: each.value for each in roundtable_statistics(period, PartnershipFacts(place.partnership_id, "CSP"))
    }
    assert counts == {
        "Victims and witnesses referred for support": 1,
        "First contacts made": 1,
        "First contacts made within 2 working days": 1,
        "Needs assessed": 1,
        "Updates given to victims": 1,
        "Victims and witnesses supported": 0,
        "Support ended, coped and recovered": 0,
        "Support ended, felt heard": 1,
        "Support ended, safer": 1,
    }
    assert db.session.scalars(select(Assessment.at_start)).all() == [True]
    assert len(db.session.scalars(select(Contact)).all()) == 2
