"""Contact plans, their contact logs, and the ways to complain."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.cases.models import Case
from core.database import Base, UTCDateTime, Versioned, listed
from core.encryption import EncryptedText
from core.partnerships.models import Agency
from core.people.models import Person
from core.standards.lists import ContactWay, EntryKind, SupportAnswer, UpdateInterval

BEGINS, RUNS, OF_NO_AGENCY = text("begin_by IS NOT NULL"), text("due_on IS NOT NULL"), text("agency_id IS NULL")


class ContactPlan(Versioned, Base):
    """What was promised to somebody in a case, and what of it was done. Begun as they are named; agreed later."""

    __tablename__ = "contact_plan"
    __table_args__ = (
        UniqueConstraint("case_id", "person_id"),
        Index("ix_contact_plan_person_id", "person_id"),
        Index("ix_contact_plan_begin_by", "begin_by", sqlite_where=BEGINS, postgresql_where=BEGINS),
        Index("ix_contact_plan_due_on", "due_on", sqlite_where=RUNS, postgresql_where=RUNS),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    begin_by: Mapped[date | None]
    """The day by which a contact is agreed, support offered and the way to complain given; None once all are."""
    due_on: Mapped[date | None]
    """The day by which they hear next: of a closed case, how it ended. None where no clock runs."""

    agreed_on: Mapped[date | None]
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"))
    contact_name: Mapped[str] = mapped_column(String(200), default="")
    contact_details: Mapped[str] = mapped_column(Text, default="")
    """How the named contact is reached: given to the complainant or victim [Bolsover 9]."""
    way: Mapped[ContactWay | None] = mapped_column(listed(ContactWay))
    interval: Mapped[UpdateInterval | None] = mapped_column(listed(UpdateInterval))
    reach = EncryptedText()
    """The number or address: read by the lead agency and the named contact's agency alone."""
    instruction: Mapped[str] = mapped_column(Text, default="")
    """How they are contacted safely: stands first wherever a way to reach them shows."""

    support_offered_on: Mapped[date | None]
    support_by: Mapped[str] = mapped_column(String(200), default="")
    support_what: Mapped[str] = mapped_column(String(200), default="")
    support_answer: Mapped[SupportAnswer | None] = mapped_column(listed(SupportAnswer))

    complaint_given_on: Mapped[date | None]
    complaint_by: Mapped[str] = mapped_column(String(200), default="")
    complaint_text: Mapped[str] = mapped_column(Text, default="")
    """The way to complain as it was given that day [Bolsover 13]."""

    updated_on: Mapped[date | None]
    """The day of the latest update."""

    agency: Mapped[Agency | None] = relationship()


class ContactEntry(Base):
    """A line of the contact log. It is not changed: what is wrong is struck out, with a reason, and written anew."""

    __tablename__ = "contact_entry"
    __table_args__ = (Index("ix_contact_entry_plan_id", "plan_id", "made_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("contact_plan.id"))
    made_on: Mapped[date]
    kind: Mapped[EntryKind] = mapped_column(listed(EntryKind))
    way: Mapped[ContactWay] = mapped_column(listed(ContactWay))
    by: Mapped[str] = mapped_column(String(200))
    said = EncryptedText()
    """What was said, in short: for the lead agency, the named contact's, and the agency that wrote it."""
    next_due: Mapped[date | None]
    """When the next was due after it, as it was written."""
    recorded_at: Mapped[datetime] = mapped_column(UTCDateTime)
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"))
    struck_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    struck_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    struck_reason: Mapped[str] = mapped_column(Text, default="")

    plan: Mapped[ContactPlan] = relationship()
    agency: Mapped[Agency | None] = relationship()


class ComplaintRoute(Versioned, Base):
    """How somebody complains about an agency's service, or the partnership's where there is no agency [Bolsover 13]."""

    __tablename__ = "complaint_route"
    __table_args__ = (
        UniqueConstraint("partnership_id", "agency_id"),
        Index(
            "ix_complaint_route_of_partnership",
            "partnership_id",
            unique=True,
            sqlite_where=OF_NO_AGENCY,
            postgresql_where=OF_NO_AGENCY,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnership.id"))
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"))
    words: Mapped[str] = mapped_column(Text, default="")


@dataclass(frozen=True, slots=True)
class RouteOf:
    """An agency of a partnership, or the partnership itself, with its way to complain where one was written."""

    partnership_id: int
    agency_id: int | None
    name: str
    route: ComplaintRoute | None

    @property
    def words(self) -> str:
        """What complainants and victims are told; empty while nothing is written."""
        return self.route.words if self.route is not None else ""

    @property
    def version(self) -> int:
        """The route's; 0 before there is one."""
        return self.route.version if self.route is not None else 0


@dataclass(frozen=True, slots=True)
class Promised:
    """Somebody to whom the standards are promised in a case; `plan` is None while nothing was begun."""

    case: Case
    person: Person
    plan: ContactPlan | None


@dataclass(frozen=True, slots=True)
class Logged:
    """A line of somebody's contact log, with whose it is."""

    promised: Promised
    entry: ContactEntry
