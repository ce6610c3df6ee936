"""Erasing one record with everything of it, in one transaction, so that what statistics count is left.

What is left of a case is a row that names nobody: kind, category, days, level of risk, flags and outcome codes; of its
people, referrals and actions the same. People who are named in no other case are erased with it. Those who are named
in another are taken out of this one: a nameless row stands in their place, so that counts stay right and nobody can
follow them here.
"""

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import and_, delete, func, not_, or_, select, update

from core import audit
from core.accounts.models import (
    Authenticator,
    CalendarFeed,
    Invitation,
    LinkedIdentity,
    Passkey,
    RecoveryCode,
    ResetAsked,
    SignInAttempt,
    User,
    UserSession,
)
from core.accounts.passwords import token_hash
from core.actions.models import Action
from core.books.models import ImportedRow
from core.cases.models import Case
from core.circulation.models import CaughtMail, Mail
from core.emergencies.models import Emergency
from core.errors import Refused
from core.extensions import db
from core.facts import Actor
from core.meetings.models import AgendaItem, Meeting
from core.minutes.models import Correction, Minutes, MinutesComment, MinutesStep
from core.people.merging.queries import kept_as
from core.people.models import Person
from core.recording.models import Break
from core.referrals.models import Referral
from core.retention.emptying import empty
from core.retention.holdings import TOLD_OF_ALL
from core.retention.kinds import Kind
from core.retention.merges import empty_merges
from core.retention.models import Erasure
from core.retention.packs import given_of
from core.retention.reaching import Reach, not_known, registry
from core.retention.redacting import redact, redact_meeting
from core.retention.register import Line, check_of, write_down
from core.retention.tombstones import Gone, said_of
from core.subject_access.models import AccessRequest
from core.web.models import StoredAnswer

REPEATS = timedelta(minutes=10)
"""An answer to a form is asked for again within seconds, or not at all."""

FORMER = "Former user"


def erase(
    actor: Actor,
    kind: Kind,
    record_id: int,
    *,
    file: Path,
    on: date,
    now: datetime,
    entry_id: int | None = None,
    replays: Line | None = None,
) -> Collection[Line]:
    """Erase a record of a kind that goes by the list. What was erased, in lines as the file has them.

    The caller commits. The file has the lines before that, on the disk. Erasing what is erased already does nothing.
    Raises Refused while the database holds a table of which nobody knows what is in it.
    """
    if strange := not_known():
        raise Refused(
            f"Nothing is erased while nobody knows what these tables hold: {', '.join(strange)}. Put the plugin back "
            "that they belong to, or have its tables removed."
        )
    lines = _ERASES[kind](record_id, on, now)
    lines = [Line(line.kind, line.record_id, line.on, line.check, entry_id) for line in lines]
    if replays is None:
        write_down(file, lines)
    for line in lines:
        _note(actor, line, replayed_at=now if replays is not None else None)
    db.session.flush()
    db.session.expire_all()
    return lines


def _note(actor: Actor, line: Line, *, replayed_at: datetime | None) -> None:
    db.session.add(
        Erasure(
            uid=line.uid,
            kind=line.kind,
            record_id=line.record_id,
            on=line.on,
            entry_id=line.entry_id,
            replayed_at=replayed_at,
        )
    )
    audit.record(
        actor,
        audit.Category.ERASURE,
        "retention.erase" if replayed_at is None else "retention.replay",
        object=f"{line.kind.value}:{line.record_id}",
        subjects=[line.record_id] if line.kind is Kind.PERSON else [],
        purpose=f"retention_entry:{line.entry_id}" if line.entry_id is not None else "retention",
    )


def _case(case_id: int, on: date, now: datetime) -> list[Line]:
    found = db.session.execute(
        select(Case.ref, Case.partnership_id, Case.erased_on).where(Case.id == case_id).with_for_update()
    ).first()
    if found is None or found.erased_on is not None:
        return []
    known, _ = registry()
    reach = Reach(known, cases=[case_id])
    named = people_in(reach)
    elsewhere = named_elsewhere(reach, named)
    empty_merges(reach, found.partnership_id)
    _taken_out(reach, sorted(elsewhere), found.partnership_id, f"{case_id}", on)
    alone = with_merged(named - elsewhere)
    gone = Gone(on, frozenset({case_id}), _actions_of(reach), _referrals_of(reach))
    redact(found.partnership_id, gone)
    lines = [Line(Kind.CASE, case_id, on, check_of(Kind.CASE, case_id, found.ref)), *_lines_of(alone, on)]
    _imports_forgotten(reach, [case_id], alone)
    told = elsewhere | given_of(case_id, found.partnership_id)
    empty(Reach(known, people=told), only=TOLD_OF_ALL)
    empty(Reach(known, cases=[case_id], people=alone))
    db.session.execute(update(Case).where(Case.id == case_id).values(title=said_of(on), erased_on=on))
    db.session.execute(update(Person).where(Person.id.in_(alone)).values(erased_on=on))
    _answers_forgotten(now)
    return lines


def _person(person_id: int, on: date, now: datetime) -> list[Line]:
    people = with_merged({person_id})
    left = set(db.session.scalars(select(Person.id).where(Person.id.in_(people), Person.erased_on.is_(None))))
    if not left:
        return []
    known, _ = registry()
    lines = _lines_of(left, on)
    reach = Reach(known, people=left)
    _imports_forgotten(reach, [], left)
    empty(reach)
    db.session.execute(update(Person).where(Person.id.in_(left)).values(erased_on=on))
    _answers_forgotten(now)
    return lines


def _account(user_id: int, on: date, now: datetime) -> list[Line]:
    """What somebody did stays, under a number; who they were for minutes stays in the minutes' attendance."""
    found = db.session.execute(
        select(User.created_at, User.email).where(User.id == user_id, User.name != FORMER)
    ).first()
    if found is None:
        return []
    created, email = found
    nobody = f"erased-{user_id}@invalid"
    _addresses_forgotten(user_id, email, nobody)
    for kind in (Authenticator, CalendarFeed, Invitation, LinkedIdentity, Passkey, RecoveryCode, UserSession):
        db.session.execute(delete(kind).where(kind.user_id == user_id))
    db.session.execute(
        update(User)
        .where(User.id == user_id)
        .values(name=FORMER, email=nobody, password_hash=None, version=User.version + 1)
    )
    _answers_forgotten(now)
    return [Line(Kind.ACCOUNT, user_id, on, check_of(Kind.ACCOUNT, user_id, created.isoformat()))]


def _addresses_forgotten(user_id: int, email: str, nobody: str) -> None:
    """Their e-mail addresses, the present one and those that mails went to before, wherever one was written down."""
    sent_to = db.session.scalars(select(Mail.to_address).where(Mail.user_id == user_id).distinct())
    addresses = sorted({email.strip().lower(), *(each.strip().lower() for each in sent_to)})
    db.session.execute(
        update(Mail)
        .where(Mail.user_id == user_id)
        .values(to_address=nobody, body="", body_html="", calendar="", failure="")
    )
    db.session.execute(delete(CaughtMail).where(func.lower(CaughtMail.to_address).in_(addresses)))
    db.session.execute(delete(ResetAsked).where(func.lower(ResetAsked.email).in_(addresses)))
    tries = [token_hash(each) for each in addresses]
    db.session.execute(delete(SignInAttempt).where(SignInAttempt.email_hash.in_(tries)))


def _request(request_id: int, on: date, now: datetime) -> list[Line]:
    """Somebody's request for their data, with what they were given and why it was masked."""
    lines = _line_of(Kind.ACCESS, request_id, on)
    if lines:
        known, _ = registry()
        empty(Reach(known, others={"access_request": [request_id]}))
        _answers_forgotten(now)
    return lines


def _emergency(emergency_id: int, on: date, now: datetime) -> list[Line]:
    """That a case was asked for that there was not: what was typed, and why."""
    lines = _line_of(Kind.EMERGENCY, emergency_id, on)
    if lines:
        known, _ = registry()
        empty(Reach(known, others={"emergency": [emergency_id]}))
        _answers_forgotten(now)
    return lines


def _meeting(meeting_id: int, on: date, now: datetime) -> list[Line]:
    """What a meeting wrote down of no case. Who was there for which item, and what it decided of cases, stays."""
    lines = _line_of(Kind.MEETING, meeting_id, on)
    if not lines:
        return []
    known, _ = registry()
    of_it = select(AgendaItem.id).where(AgendaItem.meeting_id == meeting_id, AgendaItem.case_id.is_(None))
    items = frozenset(db.session.scalars(of_it))
    reach = Reach(known, others=_of_no_case(meeting_id, items))
    redact_meeting(meeting_id, Gone(on, actions=_actions_of(reach), items=items))
    empty(reach)
    db.session.execute(update(AgendaItem).where(AgendaItem.id.in_(items)).values(heading=said_of(on)))
    of_minutes = select(Minutes.id).where(Minutes.meeting_id == meeting_id)
    db.session.execute(update(MinutesStep).where(MinutesStep.minutes_id.in_(of_minutes)).values(comment=""))
    db.session.execute(update(Break).where(Break.meeting_id == meeting_id).values(reason=""))
    db.session.execute(
        update(Meeting)
        .where(Meeting.id == meeting_id)
        .values(title="", venue="", online_link="", cancelled_reason="", version=Meeting.version + 1)
    )
    _answers_forgotten(now)
    return lines


def _of_no_case(meeting_id: int, items: Collection[int]) -> dict[str, Collection[int]]:
    """Those items, and what is under them or under none: remarks and corrections of its minutes, actions of no case."""

    def theirs(column: Any) -> Any:
        return or_(column.is_(None), column.in_(items))

    of_minutes = select(Minutes.id).where(Minutes.meeting_id == meeting_id)
    of_it: dict[str, Any] = {
        "minutes_comment": select(MinutesComment.id).where(
            MinutesComment.minutes_id.in_(of_minutes), theirs(MinutesComment.item_id)
        ),
        "minutes_correction": select(Correction.id).where(
            Correction.minutes_id.in_(of_minutes), theirs(Correction.item_id)
        ),
        "action": select(Action.id).where(
            Action.meeting_id == meeting_id, Action.case_id.is_(None), theirs(Action.item_id)
        ),
    }
    return {"agenda_item": items, **{table: list(db.session.scalars(asked)) for table, asked in of_it.items()}}


def _line_of(kind: Kind, record_id: int, on: date) -> list[Line]:
    """Its line; none where there is no such record, and where it was erased before."""
    reference = reference_of(kind, record_id)
    if reference is None:
        return []
    line = Line(kind, record_id, on, check_of(kind, record_id, reference))
    return [line] if db.session.scalar(select(Erasure.id).where(Erasure.uid == line.uid)) is None else []


_ERASES = {
    Kind.CASE: _case,
    Kind.PERSON: _person,
    Kind.ACCESS: _request,
    Kind.EMERGENCY: _emergency,
    Kind.MEETING: _meeting,
    Kind.ACCOUNT: _account,
}

_REFERENCES: Mapping[Kind, Any] = {
    Kind.CASE: Case.ref,
    Kind.PERSON: Person.ref,
    Kind.ACCESS: AccessRequest.ref,
    Kind.EMERGENCY: Emergency.asked_at,
    Kind.MEETING: Meeting.ref,
    Kind.ACCOUNT: User.created_at,
}
"""By what a record of that kind is recognised after a restore: it is kept when the record is erased."""


def reference_of(kind: Kind, record_id: int) -> str | None:
    """What a record's line is recognised by; None where there is no such record."""
    column = _REFERENCES[kind]
    found = db.session.scalar(select(column).where(column.class_.id == record_id))
    return found.isoformat() if isinstance(found, datetime) else found


def people_in(reach: Reach) -> set[int]:
    """Everybody whom a row that is reached holds."""
    found: set[int] = set()
    for known in reach.tables():
        for column in known.people:
            found |= set(db.session.scalars(select(column).where(reach.where(known.table.name), column.is_not(None))))
    return found


def named_elsewhere(reach: Reach, people: Collection[int]) -> set[int]:
    """Those of them whom a row of another case holds, too."""
    found: set[int] = set()
    for known in reach.known.values():
        others = [column for column, table, _ in known.links if table != "person"]
        if not others:
            continue  # about the person alone: it goes with them
        of_a_case = or_(*(column.is_not(None) for column in others))
        for column in known.people:
            here = and_(column.in_(people), of_a_case, not_(reach.where(known.table.name)))
            found |= set(db.session.scalars(select(column).where(here)))
    return found


def with_merged(people: Collection[int]) -> set[int]:
    """They and the records that were merged into theirs."""
    merged = db.session.scalars(select(Person.id).where(Person.merged_into_id.in_(people))) if people else ()
    return {*people, *merged}


def family_of(people: Collection[int]) -> set[int]:
    """They, the records that theirs were merged into, and all that were merged into those."""
    return {*people, *with_merged(set(kept_as(people).values()))} if people else set()


def lock(kind: Kind, record_id: int) -> None:
    """Have whoever would set a hold on it, or bring it back, wait; what they did before is seen from now on.

    On SQLite a transaction that writes is alone as it is. Cases, then people, in one order, as for a merge.
    """
    own: Any = _REFERENCES[kind].class_.id
    if kind is Kind.MEETING:
        heard = select(AgendaItem.case_id).where(AgendaItem.meeting_id == record_id)
        db.session.execute(select(Case.id).where(Case.id.in_(heard)).order_by(Case.id).with_for_update())
    if kind is not Kind.PERSON:
        db.session.execute(select(own).where(own == record_id).with_for_update())
    people = _people_of(kind, record_id)
    if people:
        db.session.execute(select(Person.id).where(Person.id.in_(people)).order_by(Person.id).with_for_update())
    db.session.expire_all()


def _people_of(kind: Kind, record_id: int) -> set[int]:
    """Who goes with it, or whose hold would stop it."""
    if kind is Kind.PERSON:
        return family_of({record_id})
    if kind is Kind.ACCESS:
        asked = db.session.scalar(select(AccessRequest.person_id).where(AccessRequest.id == record_id))
        return family_of({asked}) if asked is not None else set()
    if kind is Kind.CASE:
        known, _ = registry()
        return family_of(people_in(Reach(known, cases=[record_id])))
    return set()


def _taken_out(reach: Reach, people: Collection[int], partnership_id: int, case: str, on: date) -> None:
    """Put a nameless row in the place of each of them, in the rows of the case alone."""
    for number, person_id in enumerate(people, start=1):
        stub = Person(partnership_id=partnership_id, ref=f"E{case}-{number}", erased_on=on)
        db.session.add(stub)
        db.session.flush()
        for known in reach.tables():
            for column in known.people:
                which = and_(reach.where(known.table.name), column == person_id)
                db.session.execute(update(known.table).where(which).values({column.name: stub.id}))


def _actions_of(reach: Reach) -> frozenset[int]:
    return frozenset(db.session.scalars(select(Action.id).where(reach.where("action"))))


def _referrals_of(reach: Reach) -> frozenset[str]:
    return frozenset(db.session.scalars(select(Referral.ref).where(reach.where("referral"))))


def _lines_of(people: Collection[int], on: date) -> list[Line]:
    rows = db.session.execute(
        select(Person.id, Person.ref).where(Person.id.in_(people), Person.erased_on.is_(None)).order_by(Person.id)
    )
    return [Line(Kind.PERSON, number, on, check_of(Kind.PERSON, number, ref)) for number, ref in rows]


def _imports_forgotten(reach: Reach, cases: Collection[int], people: Collection[int]) -> None:
    """The digest of a row that was imported: the same row imported again is then refused, and nothing comes back."""
    ids = {"cases": cases, "people": people, "actions": _actions_of(reach)}
    for name, records in ids.items():
        of_them = and_(ImportedRow.table_name == name, ImportedRow.record_id.in_(records))
        db.session.execute(update(ImportedRow).where(of_them).values(fingerprint=""))


def _answers_forgotten(now: datetime) -> None:
    """Answers to forms may hold what was typed: those that nobody repeats any more go with it."""
    db.session.execute(delete(StoredAnswer).where(StoredAnswer.at < now - REPEATS))
