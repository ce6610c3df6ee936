"""Minutes on their way to approval."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.accounts.models import User
from core.database import Base, UTCDateTime, Versioned, listed
from core.documents.models import Document
from core.facts import CorrectionStatus, MaskReason, MinutesStatus, Visibility
from core.meetings.models import AgendaItem, Meeting
from core.partnerships.models import Agency
from core.people.models import Person
from core.recording.models import Entry


class Minutes(Versioned, Base):
    """A meeting's minutes. Composed from the record; frozen when the chair approves."""

    __tablename__ = "minutes"
    __table_args__ = (UniqueConstraint("meeting_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    status: Mapped[MinutesStatus] = mapped_column(listed(MinutesStatus), default=MinutesStatus.DRAFT)
    composed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    composed_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    submitted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    submitted_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    approved_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    record: Mapped[dict[str, Any] | None] = mapped_column(JSON, deferred=True)
    """The whole MeetingRecord, frozen at approval."""
    record_sha256: Mapped[str] = mapped_column(String(64), default="")
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    """The full copy, for chair and coordinator."""
    html_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    """What the full copy was laid out from."""
    audit_seq: Mapped[int | None]
    audit_hash: Mapped[str] = mapped_column(String(64), default="")

    meeting: Mapped[Meeting] = relationship()
    document: Mapped[Document | None] = relationship(foreign_keys=document_id)
    steps: Mapped[list["MinutesStep"]] = relationship(order_by="MinutesStep.id")


class MinutesStep(Base):
    """A step of the minutes' way: composed, submitted, sent back with comments, approved."""

    __tablename__ = "minutes_step"

    id: Mapped[int] = mapped_column(primary_key=True)
    minutes_id: Mapped[int] = mapped_column(ForeignKey("minutes.id"), index=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    status: Mapped[MinutesStatus] = mapped_column(listed(MinutesStatus))
    comment: Mapped[str] = mapped_column(Text, default="")
    revision: Mapped[int]
    """The meeting's number at that moment: a higher one now means that its record was mended since."""


FOLLOWS_RECORD = 0
"""No version of an entry: the minutes have the record's own words again, and whatever becomes of them."""


class Wording(Base):
    """A version of how the minutes word an entry, by the minute-taker. The newest counts; the entry itself stays."""

    __tablename__ = "minutes_wording"
    __table_args__ = (UniqueConstraint("entry_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"))
    number: Mapped[int]
    """From 1 for each entry; the record's own words are 0."""
    text: Mapped[str] = mapped_column(Text)
    entry_version: Mapped[int]
    """The entry's version when it was worded so: a higher one now means that the record was mended since.

    FOLLOWS_RECORD where the record's own words were taken again: `text` is what they were then.
    """
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))

    entry: Mapped[Entry] = relationship()
    by: Mapped[User] = relationship()

    @property
    def follows_record(self) -> bool:
        """Whether the record's own words were taken again."""
        return self.entry_version == FOLLOWS_RECORD


class MinutesComment(Versioned, Base):
    """What the chair remarks on the minutes, under an item or on the whole, until the minute-taker has settled it."""

    __tablename__ = "minutes_comment"

    id: Mapped[int] = mapped_column(primary_key=True)
    minutes_id: Mapped[int] = mapped_column(ForeignKey("minutes.id"), index=True)
    item_id: Mapped[int | None] = mapped_column(ForeignKey("agenda_item.id"))
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    settled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    settled_note: Mapped[str] = mapped_column(Text, default="")
    """What was done about it."""

    minutes: Mapped[Minutes] = relationship()
    item: Mapped[AgendaItem | None] = relationship()
    by: Mapped[User] = relationship(foreign_keys=by_id)
    settled_by: Mapped[User | None] = relationship(foreign_keys=settled_by_id)


class Grant(Base):
    """An item that the chair gives to somebody who was not there for it, or to their agency (docs/domain.md, step 8).

    It holds for every copy made from then on, until it is taken back; the row stays.
    """

    __tablename__ = "minutes_grant"
    __table_args__ = (CheckConstraint("(user_id IS NULL) <> (agency_id IS NULL)", name="one_grantee"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    minutes_id: Mapped[int] = mapped_column(ForeignKey("minutes.id"), index=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("agenda_item.id"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"))
    """Whom it is for: one person, or everybody of an agency."""
    reason: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    withdrawn_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))

    minutes: Mapped[Minutes] = relationship()
    by: Mapped[User] = relationship(foreign_keys=by_id)


class Correction(Versioned, Base):
    """A proposed correction of approved minutes. The group's next meeting agrees it, or does not, and minutes that."""

    __tablename__ = "minutes_correction"

    id: Mapped[int] = mapped_column(primary_key=True)
    minutes_id: Mapped[int] = mapped_column(ForeignKey("minutes.id"), index=True)
    """The approved minutes that are to be corrected."""
    item_id: Mapped[int | None] = mapped_column(ForeignKey("agenda_item.id"))
    """The item of theirs that it is about; none where it is the attendance or the whole."""
    passage: Mapped[str] = mapped_column(Text, default="")
    """What the minutes say."""
    proposed: Mapped[str] = mapped_column(Text)
    """What they should say."""
    reason: Mapped[str] = mapped_column(Text)
    proposed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    status: Mapped[CorrectionStatus] = mapped_column(listed(CorrectionStatus), default=CorrectionStatus.PROPOSED)
    decided_item_id: Mapped[int | None] = mapped_column(ForeignKey("agenda_item.id"), index=True)
    """The item of the later meeting under which it stands, and is decided."""
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    decision_note: Mapped[str] = mapped_column(Text, default="")
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    """The minutes with the note of their correction, made when the later minutes were approved."""
    was_restricted: Mapped[bool] = mapped_column(default=False)
    """Of the case that it is about, in the record of the minutes. With what follows it says who may read it, for lists:
    what is frozen there never changes."""
    visibility: Mapped[Visibility] = mapped_column(listed(Visibility), default=Visibility.EVERYONE)
    """For whom the words that it quotes were written."""
    source_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"))
    """Whose words they are, where they are not for everybody."""

    minutes: Mapped[Minutes] = relationship()
    item: Mapped[AgendaItem | None] = relationship(foreign_keys=item_id)
    decided_item: Mapped[AgendaItem | None] = relationship(foreign_keys=decided_item_id)
    proposed_by: Mapped[User] = relationship(foreign_keys=proposed_by_id)
    decided_by: Mapped[User | None] = relationship(foreign_keys=decided_by_id)
    agency: Mapped[Agency] = relationship(foreign_keys=agency_id)
    document: Mapped[Document | None] = relationship()
    accounts: Mapped[list["CorrectionAccount"]] = relationship()
    named: Mapped[list["CorrectionAgency"]] = relationship()


class CorrectionAccount(Base):
    """Somebody who was there for the item that a correction is about, or declared an interest in it."""

    __tablename__ = "minutes_correction_account"

    correction_id: Mapped[int] = mapped_column(ForeignKey("minutes_correction.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    recused: Mapped[bool]


class CorrectionAgency(Base):
    """An agency that the words which a correction quotes were for by name."""

    __tablename__ = "minutes_correction_agency"

    correction_id: Mapped[int] = mapped_column(ForeignKey("minutes_correction.id"), primary_key=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"), primary_key=True)


class SubjectAccessCopy(Versioned, Base):
    """What one person is given of approved minutes that name them: third parties and sources masked."""

    __tablename__ = "subject_access_copy"

    id: Mapped[int] = mapped_column(primary_key=True)
    minutes_id: Mapped[int] = mapped_column(ForeignKey("minutes.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    asked_on: Mapped[date]
    """When the request was received: it is due one calendar month later (UK GDPR, article 12(3))."""
    extended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """When it was recorded that the person has to wait two months longer."""
    extended_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    extended_reason: Mapped[str] = mapped_column(Text, default="")
    """Why the request is complex, as the person was told."""
    told_on: Mapped[date | None]
    """When the person was told of it: within the first month."""
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    made_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    issued_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    issued_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    withdrawn_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    withdrawn_reason: Mapped[str] = mapped_column(Text, default="")
    """Why nobody goes on with it. The row stays, with its masks."""

    minutes: Mapped[Minutes] = relationship()
    person: Mapped[Person] = relationship()
    document: Mapped[Document | None] = relationship()
    masks: Mapped[list["SubjectAccessMask"]] = relationship(
        back_populates="access_copy", order_by="SubjectAccessMask.id"
    )

    @property
    def is_draft(self) -> bool:
        """Whether it is still worked on: neither issued nor withdrawn."""
        return self.issued_at is None and self.withdrawn_at is None


class SubjectAccessMask(Base):
    """A passage of the frozen record that the copy masks, and why. One that was lifted stays, with who did it."""

    __tablename__ = "subject_access_mask"
    __table_args__ = (Index("ix_subject_access_mask_copy_place", "access_copy_id", "place"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    access_copy_id: Mapped[int] = mapped_column(ForeignKey("subject_access_copy.id"))
    place: Mapped[str] = mapped_column(String(60))
    """Which text of the record: "entry:12", "action:7", "item:3:reason" …"""
    starts: Mapped[int]
    """Of the passage, in characters of that text."""
    ends: Mapped[int]
    reason: Mapped[MaskReason] = mapped_column(listed(MaskReason))
    note: Mapped[str] = mapped_column(Text, default="")
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    """Who masked it; none where Roundtable proposed it."""
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    lifted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    lifted_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    lifted_reason: Mapped[str] = mapped_column(Text, default="")

    access_copy: Mapped[SubjectAccessCopy] = relationship(back_populates="masks")
