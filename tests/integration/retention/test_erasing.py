"""A case is erased with everything of it, in whatever table it stands; what statistics count is left."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from core import audit
from core.accounts.models import ResetAsked, SignInAttempt, User
from core.accounts.passwords import token_hash
from core.audit.models import AuditRecord
from core.audit.queries import verify_database
from core.backup.operations import PUT_BACK
from core.cases.models import Case, CasePerson
from core.checking.queries import _TRAIL as TRAIL
from core.checking.queries import issued_under, proofs_of, replaced_by
from core.circulation.models import CaughtMail, Mail
from core.clock import utc_now
from core.database import Base
from core.documents.models import Document
from core.documents.queries import document_bytes
from core.errors import Refused
from core.extensions import db
from core.facts import SYSTEM, PersonRole
from core.minutes.models import Minutes
from core.minutes.record import MeetingRecord
from core.people.merging.ledger import Ledger, Undoing
from core.people.merging.models import PersonMerge
from core.people.models import Person
from core.retention.erasing import erase
from core.retention.in_the_way import ON_HOLD
from core.retention.kinds import Kind
from core.retention.models import LegalHold
from core.retention.reaching import Reach
from core.retention.register import not_done, read_all
from core.retention.replaying import Held, replay
from core.retention.tombstones import said_of
from core.standards.models import ContactPlan
from core.web.transaction import begin_write
from tests.builders import today
from tests.integration.retention.filling import BIRD, STAYS, Filler, Told, every_value


@pytest.fixture
def told(app) -> Told:
    return Told()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "erasures.jsonl"


def erased(case_id: int, file: Path, on: date | None = None) -> None:
    begin_write()
    erase(SYSTEM, Kind.CASE, case_id, file=file, on=on or today(), now=utc_now())
    db.session.commit()


def test_no_word_of_it_is_left_in_any_table(told: Told, file: Path) -> None:
    begin_write()
    filler = Filler(told.case_id, [told.alone_id])
    filled = filler.fill()
    db.session.commit()
    assert filled > 100
    reach = Reach(filler.known, cases=[told.case_id], people=[told.alone_id])
    for known in reach.tables():
        there = select(func.count()).select_from(known.table).where(reach.where(known.table.name))
        assert db.session.scalar(there), f"{known.table.name}: nothing is tried there"
    before = {name for name, value in every_value() if BIRD in value}
    assert len(before) == filled + 2, "with the frozen record and its documents"
    db.session.rollback()
    erased(told.case_id, file)
    assert [(name, value) for name, value in every_value() if BIRD in value] == []
    assert list(verify_database().faults) == []


def test_somebody_who_is_named_in_a_kept_case_stays_there_and_nowhere_else(told: Told, file: Path) -> None:
    erased(told.case_id, file)
    shared, alone = db.session.get(Person, told.shared_id), db.session.get(Person, told.alone_id)
    assert shared is not None and shared.name and shared.erased_on is None
    assert alone is not None and (alone.name, alone.date_of_birth, alone.search_name) == ("", None, "")
    assert alone.ref and alone.erased_on == today()
    links = db.session.scalars(select(CasePerson).order_by(CasePerson.id)).all()
    assert [link.case_id for link in links if link.person_id == told.shared_id] == [told.kept_id]
    of_it = [link for link in links if link.case_id == told.case_id]
    assert len({link.person_id for link in of_it}) == 2, "they are counted as two all the same"
    kept = db.session.get(Case, told.kept_id)
    assert kept is not None and kept.title and kept.erased_on is None


def test_what_statistics_count_by_is_left(told: Told, file: Path) -> None:
    counted = ("ref", "kind", "category", "status", "risk", "hate_incident", "opened_on", "closed_on", "lead_agency_id")
    before = db.session.get(Case, told.case_id)
    was = [getattr(before, name) for name in counted]
    db.session.rollback()
    erased(told.case_id, file)
    after = db.session.get(Case, told.case_id, populate_existing=True)
    assert after is not None and [getattr(after, name) for name in counted] == was
    assert after.title.startswith("Erased on ") and not after.summary and not after.search_title


def test_erasing_twice_does_nothing_more(told: Told, file: Path) -> None:
    erased(told.case_id, file)
    first = read_all(file)
    assert {line.kind for line in first} == {Kind.CASE, Kind.PERSON}
    records = db.session.scalar(select(func.count(AuditRecord.seq)))
    db.session.rollback()
    erased(told.case_id, file, on=today() + timedelta(days=1))
    assert read_all(file) == first
    assert db.session.scalar(select(func.count(AuditRecord.seq))) == records


def test_the_trail_tells_of_it_by_numbers_alone(told: Told, file: Path) -> None:
    erased(told.case_id, file)
    rows = db.session.scalars(
        select(AuditRecord).where(AuditRecord.category == "erasure").order_by(AuditRecord.seq)
    ).all()
    assert [row.object for row in rows] == [f"case:{told.case_id}", f"person:{told.alone_id}"]
    said = file.read_text("utf-8") + "".join(row.body for row in rows)
    for word in (told.case.ref, "Drew", "Example"):
        assert word not in said


def test_nothing_is_erased_while_a_table_is_nobodys(told: Told, file: Path) -> None:
    begin_write()
    db.session.execute(text("CREATE TABLE a_scheme_that_is_gone (referral_id INTEGER, said TEXT)"))
    db.session.commit()
    begin_write()
    with pytest.raises(Refused, match="a_scheme_that_is_gone"):
        erase(SYSTEM, Kind.CASE, told.case_id, file=file, on=today(), now=utc_now())
    db.session.rollback()
    begin_write()
    db.session.execute(text("DROP TABLE a_scheme_that_is_gone"))
    db.session.commit()


def test_other_items_of_the_same_minutes_read_as_before_and_who_was_there_is_answered(told: Told, file: Path) -> None:
    was = told.minutes.record_sha256
    pdf = db.session.scalars(select(Document).where(Document.kind == "minutes")).one()
    digest = pdf.sha256
    db.session.rollback()
    erased(told.case_id, file)
    minutes = db.session.get_one(Minutes, told.minutes_id, populate_existing=True)
    record = MeetingRecord.from_plain(minutes.record or {})
    gone, left = record.items
    assert gone.title == said_of(today()) and gone.case_ref and not gone.entries
    assert [hearer.agency for hearer in gone.heard_by] == ["Council"]
    assert left.title == "Hill Road" and left.entries[0].text == STAYS
    assert minutes.record_sha256 == record.sha256() != was
    assert minutes.document_id is None, "it is laid out again when it is asked for"
    issued = {found.kind: found for found in (*issued_under(was), *issued_under(digest))}
    assert issued["minutes"].document is not None and issued["minutes"].document.content == b""
    for digest_of_copy in (was, digest):
        (found,) = issued_under(digest_of_copy)
        assert any("erased on" in sentence for sentence in replaced_by(found))
        assert all(proof.holds for proof in proofs_of(found) if proof.what != TRAIL)
    with pytest.raises(Refused, match="erased on"):
        document_bytes(pdf.id)
    assert db.session.scalars(select(Document).where(Document.made_of > "")).all() == []


def test_undoing_a_merge_brings_nothing_back_into_an_erased_case(told: Told, file: Path) -> None:
    begin_write()
    user_id = db.session.scalar(select(User.id).order_by(User.id).limit(1))
    merge = PersonMerge(
        partnership_id=told.partnership_id,
        kept_id=told.shared_id,
        gone_id=told.gone_id,
        at=utc_now(),
        by_id=user_id,
        reason="One",
    )
    of_case, of_kept = (CasePerson(case_id=each, person_id=told.gone_id, role=PersonRole.WITNESS) for each in told.both)
    plan, gone_plan = (
        ContactPlan(case_id=told.case_id, person_id=each, instruction="Never after six")
        for each in (told.shared_id, told.gone_id)
    )
    other = ContactPlan(case_id=told.kept_id, person_id=told.shared_id, instruction="Text first")
    said_still = CasePerson(case_id=told.kept_id, person_id=told.shared_id, role=PersonRole.WITNESS)
    db.session.add_all([merge, of_case, of_kept, said_still, plan, gone_plan, other])
    db.session.flush()
    ledger, plans, links = Ledger(merge), ContactPlan.__table__, CasePerson.__table__
    ledger.change(plans, (plan.id,), {"instruction": "Never after six, nor before"})
    ledger.change(plans, (other.id,), {"instruction": "Call first"})
    ledger.change(plans, (gone_plan.id,), {"instruction": "Gone"})
    ledger.take_out(plans, (gone_plan.id,))
    ledger.take_out(links, (of_case.id,))
    ledger.take_out(links, (of_kept.id,))
    db.session.commit()
    merge_id, case_id, kept_id = merge.id, told.case_id, told.kept_id
    db.session.expunge_all()
    erased(case_id, file)
    begin_write()
    merge = db.session.get_one(PersonMerge, merge_id)
    said = [str(line.content) for line in merge.rows]
    assert [bool(line.content) for line in merge.rows] == [False, True, False, False, False, True]
    assert "after six" not in "".join(said)
    before = set(db.session.scalars(select(CasePerson.id).where(CasePerson.case_id == case_id)))
    undoing = Undoing(merge, Base.metadata.sorted_tables)
    undoing.run()
    db.session.commit()
    assert set(db.session.scalars(select(CasePerson.id).where(CasePerson.case_id == case_id))) == before
    assert told.gone_id in db.session.scalars(select(CasePerson.person_id).where(CasePerson.case_id == kept_id)).all()
    assert len(undoing.left) == 4
    assert db.session.scalar(select(ContactPlan.instruction).where(ContactPlan.case_id == kept_id)) == "Text first"


def test_a_row_of_an_erased_case_that_a_merge_remembers_is_not_put_back(told: Told, file: Path) -> None:
    erased(told.case_id, file)
    begin_write()
    merge = PersonMerge(
        partnership_id=told.partnership_id,
        kept_id=told.shared_id,
        gone_id=told.gone_id,
        at=utc_now(),
        by_id=db.session.scalar(select(User.id).order_by(User.id).limit(1)),
        reason="One",
    )
    link = CasePerson(case_id=told.case_id, person_id=told.gone_id, role=PersonRole.WITNESS)
    db.session.add_all([merge, link])
    db.session.flush()
    Ledger(merge).take_out(CasePerson.__table__, (link.id,))
    db.session.commit()
    undoing = Undoing(merge, Base.metadata.sorted_tables)
    begin_write()
    undoing.run()
    assert len(undoing.left) == 1
    assert told.gone_id not in db.session.scalars(select(CasePerson.person_id)).all()
    db.session.rollback()


def test_no_address_of_an_erased_account_is_left_anywhere(told: Told, file: Path) -> None:
    begin_write()
    user = db.session.scalars(select(User).order_by(User.id)).first()
    assert user is not None
    user.email = f"{BIRD}@example.org"
    user.retired_at = utc_now()
    mail = db.session.scalars(select(Mail).where(Mail.user_id == user.id)).one()
    mail.to_address, mail.failure = f"Old{BIRD}@example.org", f"{BIRD}@example.org is not known"
    for address in (f"old{BIRD}@example.org", f"{BIRD}@Example.org"):
        db.session.add(CaughtMail(received_at=utc_now(), to_address=address, subject="A", body="B"))
    db.session.add(ResetAsked(email=f"{BIRD}@example.org", asked_at=utc_now()))
    db.session.add(SignInAttempt(email_hash=token_hash(f"{BIRD}@example.org"), network="", at=utc_now()))
    other = SignInAttempt(email_hash=token_hash("somebody.else@example.org"), network="", at=utc_now())
    db.session.add(other)
    db.session.commit()
    user_id, other_id, mail_id = user.id, other.id, mail.id
    begin_write()
    erase(SYSTEM, Kind.ACCOUNT, user_id, file=file, on=today(), now=utc_now())
    db.session.commit()
    kept = {"case_file", "minutes", "document", "redaction"}
    left = [name for name, value in every_value() if BIRD in value.lower() and name.partition(".")[0] not in kept]
    assert left == []
    assert db.session.scalars(select(SignInAttempt.id)).all() == [other_id]
    assert db.session.get_one(Mail, mail_id, populate_existing=True).to_address == f"erased-{user_id}@invalid"


def written_down_and_not_committed(told: Told, file: Path, entry_id: int | None = None) -> None:
    begin_write()
    erase(SYSTEM, Kind.CASE, told.case_id, file=file, on=today(), now=utc_now(), entry_id=entry_id)
    db.session.rollback()


def a_hold(told: Told) -> None:
    begin_write()
    user_id = db.session.scalar(select(User.id).order_by(User.id).limit(1))
    hold = LegalHold(partnership_id=told.partnership_id, case_id=told.case_id, reason="A claim", by_id=user_id)
    hold.since = utc_now()
    db.session.add(hold)
    db.session.commit()


def test_tried_again_on_another_day_it_is_the_same_line(told: Told, file: Path) -> None:
    written_down_and_not_committed(told, file)
    erased(told.case_id, file, on=today() + timedelta(days=1))
    assert len(read_all(file)) == 2
    assert not_done(file) == []
    db.session.rollback()


@pytest.mark.parametrize("held", [Held.KEPT, Held.ERASED])
def test_what_was_cut_off_and_is_on_hold_by_now_waits_for_a_person(told: Told, file: Path, held: Held) -> None:
    written_down_and_not_committed(told, file, entry_id=7)
    a_hold(told)
    left = list(replay(file, now=utc_now()))
    assert [each.held_up for each in left] == [[ON_HOLD], [ON_HOLD]], "nor who goes with it"
    assert len(not_done(file)) == 2
    db.session.rollback()
    list(replay(file, now=utc_now(), held=held))
    assert not_done(file) == []
    case = db.session.get_one(Case, told.case_id, populate_existing=True)
    assert (case.erased_on is None) == (held is Held.KEPT)
    assert len(read_all(file)) == (0 if held is Held.KEPT else 2)
    db.session.rollback()
    if held is Held.KEPT:
        erased(told.case_id, file)
        assert len(read_all(file)) == 2, "erased later it is written down again"


def test_after_a_restore_a_hold_of_the_backup_does_not_bring_anybody_back(told: Told, file: Path) -> None:
    written_down_and_not_committed(told, file)
    a_hold(told)
    begin_write()
    audit.record(SYSTEM, audit.Category.ADMIN, PUT_BACK, object="backup:1")
    db.session.commit()
    assert [each.found for each in replay(file, now=utc_now())] == [True, True]
