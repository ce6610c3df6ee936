"""A case with a row in every table that an erasure reaches, and a canary in every column that can hold words.

Made of the tables themselves, so that it tries what nobody thought of: a column that somebody adds is filled, too.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from hashlib import sha256
from itertools import count
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Enum,
    Float,
    Integer,
    LargeBinary,
    Select,
    String,
    Text,
    insert,
    select,
    update,
)

from core.accounts.models import User
from core.cases.models import CasePerson
from core.circulation.models import Mail
from core.clock import utc_now
from core.documents.models import Document
from core.extensions import db
from core.facts import (
    CaseStatus,
    EntryKind,
    ItemKind,
    ItemOutcome,
    MailKind,
    MeetingStatus,
    MinutesStatus,
    PersonRole,
    Visibility,
)
from core.meetings.models import AgendaItem, Meeting
from core.minutes.models import Minutes
from core.minutes.record import Hearer, MeetingRecord, RecordedEntry, RecordedItem
from core.retention.emptying import holds_words
from core.retention.reaching import Known, Reach, registry
from core.web.transaction import begin_write
from tests.builders import (
    a_case,
    a_group,
    a_meeting,
    a_partnership,
    a_person,
    a_provider,
    a_user,
    an_agency,
    an_item,
    today,
)

STAYS = "What was said of a street"
BIRD = "zqxcanary"
"""In no word of any language, and short enough for the shortest column."""


class Filler:
    """Writes canaries, each of its own number."""

    def __init__(self, case_id: int, people: list[int]) -> None:
        self.known, _ = registry()
        self.case_id, self.people = case_id, people
        self.numbers = count(1_000_000)
        self.made: dict[str, int] = {"case_file": case_id, "person": people[0]}

    def fill(self) -> int:
        """A row in every table that is reached by a case or a person; how many columns hold a canary."""
        reach = Reach(self.known, cases=[self.case_id], people=self.people)
        for known in self.known.values():
            if known.table.name not in self.made and known.links:
                there = select(known.table).where(reach.where(known.table.name)).limit(1)
                if (row := db.session.execute(there).mappings().first()) is None:
                    self._row(known)
                elif "id" in row:
                    self.made[known.table.name] = row["id"]
        filled = 0
        for known in reach.tables():
            values = {column.name: self._bird(column) for column in self._words(known)}
            filled += len(values)
            if values:
                db.session.execute(update(known.table).where(reach.where(known.table.name)).values(values))
        db.session.flush()
        return filled

    def _words(self, known: Known) -> Iterator[Column[Any]]:
        for column in known.table.columns:
            kept = column.name in known.held.keeps or column.primary_key or column.foreign_keys
            if holds_words(column) and not kept and not column.unique:
                yield column

    def _bird(self, column: Column[Any]) -> Any:
        kind = column.type
        if isinstance(kind, JSON):
            return {"canary": f"{BIRD}json"}
        if isinstance(kind, LargeBinary):
            return f"{BIRD}bytes".encode()
        return BIRD if getattr(kind, "length", None) is None else f"{BIRD}"[: kind.length]

    def _row(self, known: Known) -> None:
        values: dict[str, Any] = {}
        one_of = any(isinstance(each, CheckConstraint) for each in known.table.constraints)
        links = {column.name: parent for column, parent, _ in known.links}
        for column in known.table.columns:
            if column.name in links:
                if not column.nullable or not values.keys() & links.keys():
                    values[column.name] = self._parent(links[column.name], column)
            elif column.primary_key and not column.foreign_keys:
                if column.autoincrement is False:
                    values[column.name] = next(self.numbers)
            elif not column.nullable or (one_of and column.name == "agency_id"):
                values[column.name] = self._some(column)
        result: Any = db.session.execute(insert(known.table).values(values))
        if "id" in known.table.columns:
            self.made[known.table.name] = result.inserted_primary_key[0]

    def _parent(self, table: str, column: Column[Any]) -> Any:
        if table == "person" and len(self.people) > 1 and column.name in ("gone_id", "other_id"):
            return self.people[1]
        if table in self.made:
            return self.made[table]
        return self.made["person"] if table == "protected_address" else None

    def _some(self, column: Column[Any]) -> Any:
        for key in column.foreign_keys:
            there: Select[Any] = select(key.column).order_by(key.column).limit(1)
            found = db.session.scalar(there)
            if found is None:
                self._row(self.known[key.column.table.name])
                found = db.session.scalar(there)
            return found
        kind = column.type
        if isinstance(kind, Enum):
            return kind.enums[0] if kind.enum_class is None else next(iter(kind.enum_class))
        if isinstance(kind, JSON):
            return {}
        if isinstance(kind, LargeBinary):
            return b""
        if isinstance(kind, String | Text):
            return f"{next(self.numbers)}"[: getattr(kind, "length", None) or 9]
        if isinstance(kind, Boolean):
            return False
        if isinstance(kind, Date):
            return date(2020, 3, 3)
        if isinstance(kind, Float):
            return 1.0
        if isinstance(kind, Integer):
            return next(self.numbers)
        impl = getattr(kind, "impl", kind)
        assert isinstance(impl, DateTime), f"{column}: {kind!r}"
        return datetime(2020, 3, 3, tzinfo=UTC)


def every_value() -> Iterator[tuple[str, str]]:
    """Column -> value, of every row of every table that the registry knows."""
    known, _ = registry()
    for each in known.values():
        for row in db.session.connection().execute(select(each.table)):
            for column, value in zip(each.table.columns, row, strict=True):
                yield f"{each.table.name}.{column.name}", repr(value)


def approved_minutes(meeting: Meeting, item: AgendaItem, other: AgendaItem, user: User) -> Minutes:
    """Minutes of two items, one of the case, frozen and issued: the record, its PDF and a reader's copy."""
    heard = (Hearer(user_id=user.id, name=user.name, agency_id=user.agency_id, agency="Council"),)
    case = item.case
    assert case is not None
    record = MeetingRecord(
        partnership="Northbridge",
        group="CST",
        kind="CST",
        title="",
        reference=meeting.ref,
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        status=MinutesStatus.APPROVED,
        items=(
            RecordedItem(
                id=item.id,
                number=1,
                kind=ItemKind.CASE,
                title=BIRD,
                case_id=case.id,
                case_ref=case.ref,
                reason=BIRD,
                outcome=ItemOutcome.HEARD,
                heard_by=heard,
                entries=(RecordedEntry(id=1, kind=EntryKind.DISCUSSION, text=BIRD, visibility=Visibility.EVERYONE),),
            ),
            RecordedItem(
                id=other.id,
                number=2,
                kind=ItemKind.LOCATION,
                title="Hill Road",
                outcome=ItemOutcome.HEARD,
                heard_by=heard,
                entries=(RecordedEntry(id=2, kind=EntryKind.DISCUSSION, text=STAYS, visibility=Visibility.EVERYONE),),
            ),
        ),
    )
    content = f"%PDF {BIRD}".encode()
    document = Document(
        kind="minutes",
        file_name="minutes.pdf",
        sha256=sha256(content).hexdigest(),
        pages=1,
        made_at=utc_now(),
        meeting_id=meeting.id,
        content=content,
    )
    db.session.add(document)
    db.session.add(
        Document(
            kind="paper",
            file_name="minutes.pdf",
            sha256="0" * 64,
            pages=1,
            made_at=utc_now(),
            made_of="1" * 64,
            content=content,
        )
    )
    db.session.flush()
    minutes = Minutes(
        meeting_id=meeting.id,
        composed_at=utc_now(),
        composed_by_id=user.id,
        status=MinutesStatus.APPROVED,
        approved_at=utc_now(),
        record=record.to_plain(),
        record_sha256=record.sha256(),
        document_id=document.id,
    )
    db.session.add(minutes)
    db.session.flush()
    return minutes


class Told:
    """A closed case with two people; the second is named in a case that is kept, too."""

    def __init__(self) -> None:
        begin_write()
        partnership = a_partnership()
        council = an_agency(partnership)
        group = a_group(partnership)
        user = a_user(council)
        self.alone, self.shared = a_person(partnership), a_person(partnership)
        self.gone = a_person(partnership)
        self.case = a_case(partnership, council, group=group, subject=self.alone)
        self.kept = a_case(partnership, council, group=group, subject=self.shared)
        meeting = a_meeting(group)
        meeting.status = MeetingStatus.CLOSED
        a_provider(partnership, council, "outing")
        self.item, self.other = an_item(meeting, self.case), an_item(meeting, None, position=2, heading="Hill Road")
        self.minutes = approved_minutes(meeting, self.item, self.other, user)
        db.session.add(
            Mail(
                kind=MailKind.REMINDER,
                user_id=user.id,
                to_address=user.email,
                subject="OFFICIAL-SENSITIVE",
                body="A link",
                message_id=f"<{user.id}@roundtable>",
                created_at=utc_now(),
                next_attempt_at=utc_now(),
            )
        )
        self.case.people.append(CasePerson(person_id=self.shared.id, role=PersonRole.VICTIM))
        self.case.status, self.case.closed_on = CaseStatus.CLOSED, today()
        db.session.commit()
        self.case_id, self.kept_id = self.case.id, self.kept.id
        self.alone_id, self.shared_id, self.gone_id = self.alone.id, self.shared.id, self.gone.id
        self.both = (self.case_id, self.kept_id)
        self.partnership = partnership
        self.partnership_id, self.minutes_id = partnership.id, self.minutes.id
        db.session.rollback()
