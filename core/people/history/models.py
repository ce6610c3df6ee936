"""What stood there before, and what people ask to have set right."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.accounts.models import User
from core.cases.models import Case
from core.circulation.models import Mail
from core.database import Base, UTCDateTime, Versioned, listed
from core.encryption import EncryptedJSON, EncryptedText
from core.partnerships.models import Agency
from core.people.models import Person


class Why(StrEnum):
    """Why what stood there stands there no longer."""

    WRONG = "it was wrong"
    CHANGED = "it has changed since"
    REMOVED = "it did not belong there"
    """Of an incident that was taken out of its case."""


class Asker(StrEnum):
    """Who asks for what is held to be set right."""

    PERSON = "the person concerned"
    FOR_THEM = "somebody for them"
    AGENCY = "an agency"


class Answer(StrEnum):
    """What became of a request (UK GDPR, articles 16 and 18)."""

    RECTIFIED = "rectified"
    REFUSED = "refused"
    WITHDRAWN = "taken back"


class Statement(StrEnum):
    """What kind of statement is asked about."""

    PERSON = "a person’s details"
    CASE = "what is written about a case"
    INCIDENT = "an incident"
    REFERRAL = "what a referral says"
    ACTION = "an action"
    ENTRY = "what a meeting was told"
    RETURN = "a research return"
    NOMINATION = "a nomination"
    PLAN = "a contact plan"


class HeldVersion(Base):
    """What was held of a person, a case or something of it until it was changed: never altered, never deleted by a
    change.

    Its values are sealed: an address that is protected now may have stood there in clear before.
    """

    __tablename__ = "held_version"
    __table_args__ = (
        Index("ix_held_version_person", "person_id", "until"),
        Index("ix_held_version_case", "case_id", "until"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnership.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case_file.id"))
    """Of a case, or of the case of an incident or another thing; none of a person."""
    incident_id: Mapped[int | None]
    """No foreign key: an incident that was removed leaves what was held of it."""
    about: Mapped[Statement | None] = mapped_column(listed(Statement))
    """That it is of a research return, a nomination or a contact plan; none of a person, a case or an incident."""
    thing_id: Mapped[int | None]
    """Which of those. No foreign key, as above: of a merged person's two plans one goes."""
    complaint_agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"))
    """Of an incident that was told in a complaint: the agency that took it; none of another. Once the incident is
    removed it says to whom this goes."""
    values = EncryptedJSON()
    """Field -> what stood there, as JSON has it."""
    changed = EncryptedJSON()
    """Names of the fields that the change was about."""
    address_was_protected: Mapped[bool] = mapped_column(default=False)
    """Whether the address among the values was one that named agencies alone read."""
    since: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """From when this version stood; none of the first that was kept."""
    until: Mapped[datetime] = mapped_column(UTCDateTime)
    why: Mapped[Why] = mapped_column(listed(Why))
    reason = EncryptedText()
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    """None of what an import of books changed."""
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"))
    """Of whoever changed it, then."""

    person: Mapped[Person | None] = relationship()
    case: Mapped[Case | None] = relationship()
    changed_by: Mapped[User | None] = relationship()
    agency: Mapped[Agency | None] = relationship(foreign_keys=agency_id)

    @property
    def thing(self) -> tuple[int | None, Statement | None, int | None]:
        """What it was held of, within its person or case: versions of one thing have this in common."""
        return self.incident_id, self.about, self.thing_id


class Rectification(Versioned, Base):
    """A request to set right what is held of somebody: kept whatever becomes of it."""

    __tablename__ = "rectification"
    __table_args__ = (Index("ix_rectification_open", "partnership_id", "answered_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnership.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    """Whom the statement is about."""
    about: Mapped[Statement] = mapped_column(listed(Statement))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case_file.id"), index=True)
    """Of every kind of statement but a person's details."""
    thing_id: Mapped[int | None]
    """Of an incident, a referral, an action, an entry, a return, a nomination or a contact plan: which."""
    says = EncryptedText()
    """What is wrong, and what it should be, as they say."""
    asked_by: Mapped[Asker] = mapped_column(listed(Asker))
    asked_on: Mapped[date]
    due_on: Mapped[date]
    """One calendar month after it was asked (UK GDPR, article 12(3))."""
    recorded_at: Mapped[datetime] = mapped_column(UTCDateTime)
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"))
    """For whom they recorded it."""
    restricted: Mapped[bool] = mapped_column(default=False)
    """Shown as disputed on the person's and the case's page, until it is answered (UK GDPR, article 18(1)(a))."""
    answered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    answer: Mapped[Answer | None] = mapped_column(listed(Answer))
    reason = EncryptedText()
    own_statement = EncryptedText()
    """What the person wants to stand beside what was not changed (UK GDPR, article 16)."""

    person: Mapped[Person] = relationship()
    case: Mapped[Case | None] = relationship()
    agency: Mapped[Agency | None] = relationship()
    recorded_by: Mapped[User] = relationship(foreign_keys=recorded_by_id)
    answered_by: Mapped[User | None] = relationship(foreign_keys=answered_by_id)


class ToldReader(Base):
    """A reader of a wrong statement who was told that it was corrected: each once."""

    __tablename__ = "told_reader"

    version_id: Mapped[int] = mapped_column(ForeignKey("held_version.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    mail_id: Mapped[int] = mapped_column(ForeignKey("mail.id"))
    told_at: Mapped[datetime] = mapped_column(UTCDateTime)
    told_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))

    mail: Mapped[Mail] = relationship()
