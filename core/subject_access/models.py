"""Requests for one's own data, what is held, the masks over it, and what was given."""

from datetime import date, datetime

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.accounts.models import User
from core.audit.models import BigId
from core.database import Base, UTCDateTime, Versioned, listed
from core.encryption import EncryptedBytes, EncryptedJSON, EncryptedText
from core.facts import MaskReason
from core.people.models import Person
from core.subject_access.lists import AccessState, Arrived, AskedBy, Did, Ending, LiftReason, SchemeAnswer


class AccessRequest(Versioned, Base):
    """Somebody asks what is held about a person. It is kept whatever is answered."""

    __tablename__ = "access_request"
    __table_args__ = (
        UniqueConstraint("partnership_id", "ref"),
        Index("ix_access_request_received", "partnership_id", "received_on", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnership.id"))
    ref: Mapped[str] = mapped_column(String(40))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    """Whom it is about; none where nobody of that name is held."""
    about_name = EncryptedText()
    """Whom it is about, as they call themselves."""
    asked_by: Mapped[AskedBy] = mapped_column(listed(AskedBy))
    asker_name = EncryptedText()
    """Who asks for them."""
    authority = EncryptedText()
    """What shows that they may: a letter, a birth certificate."""
    shares_home: Mapped[bool] = mapped_column(default=False)
    """Whether whoever asks lives, or has lived, with the person: a protected address never goes to them."""
    arrived: Mapped[Arrived] = mapped_column(listed(Arrived))
    received_on: Mapped[date]
    reply_to = EncryptedText()
    """Where the answer goes."""
    kept_at: Mapped[datetime] = mapped_column(UTCDateTime)
    kept_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))

    identity_on: Mapped[date | None]
    """The day on which they showed who they are: if it is later, the month runs from then (UK GDPR, article 12A)."""
    identity_seen = EncryptedText()
    identity_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))

    extended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    extended_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    extended_reason: Mapped[str] = mapped_column(Text, default="")
    told_on: Mapped[date | None]
    """When the person was told that they have to wait longer."""

    drawn_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    drawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    ready_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ready_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    released_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    released_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    audit_seq: Mapped[int | None] = mapped_column(BigId)
    audit_hash: Mapped[str] = mapped_column(String(64), default="")
    given_on: Mapped[date | None]
    given_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    given_how = EncryptedText()

    ending: Mapped[Ending | None] = mapped_column(listed(Ending))
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    ended_reason: Mapped[str] = mapped_column(Text, default="")
    ended_told_on: Mapped[date | None]
    """When whoever asked was told."""

    person: Mapped[Person | None] = relationship()
    pauses: Mapped[list["AccessPause"]] = relationship(order_by="AccessPause.id")
    events: Mapped[list["AccessEvent"]] = relationship(order_by="AccessEvent.id")

    @property
    def state(self) -> AccessState:
        """Where it stands. Its pauses must be loaded."""
        if self.ending is not None:
            return _ENDINGS.get(self.ending, AccessState.REFUSED)
        if self.given_on is not None:
            return AccessState.GIVEN
        if self.released_at is not None:
            return AccessState.RELEASED
        if self.identity_on is None:
            return AccessState.IDENTITY
        if any(pause.answered_on is None for pause in self.pauses):
            return AccessState.PAUSED
        return AccessState.PREPARING if self.ready_at is None else AccessState.READY

    @property
    def is_theirs(self) -> bool:
        """Whether what is held goes to the person themself."""
        return self.asked_by is AskedBy.THEMSELF


_ENDINGS = {Ending.NOTHING_HELD: AccessState.NOTHING_HELD, Ending.WITHDRAWN: AccessState.WITHDRAWN}


class AccessPause(Base):
    """Days that do not count: whoever asked was asked what they mean (UK GDPR, article 12A)."""

    __tablename__ = "access_request_pause"

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("access_request.id"), index=True)
    asked_on: Mapped[date]
    what: Mapped[str] = mapped_column(Text)
    answered_on: Mapped[date | None]


class AccessEvent(Base):
    """A line of a request's history: who did what, when and why. It is only ever added to."""

    __tablename__ = "access_request_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("access_request.id"), index=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    did: Mapped[Did] = mapped_column(listed(Did))
    note: Mapped[str] = mapped_column(Text, default="")

    by: Mapped[User] = relationship()


class AccessPack(Base):
    """What is held about the person, as it was drawn last: core.subject_access.pack.Pack."""

    __tablename__ = "access_pack"

    request_id: Mapped[int] = mapped_column(ForeignKey("access_request.id"), primary_key=True, autoincrement=False)
    content = EncryptedJSON()
    sha256: Mapped[str] = mapped_column(String(64))
    """Of the content: what is held now is compared with it."""
    known_sha256: Mapped[str] = mapped_column(String(64), default="")
    """Of everybody who was looked for in it: nobody is looked for again while they are the same."""
    trail_seq: Mapped[int] = mapped_column(BigId)
    """The last record of the trail that it tells of."""
    subjects: Mapped[list[int]] = mapped_column(JSON)
    """Everybody named in the cases that it draws on, for the trail."""


class AccessScheme(Base):
    """What a scheme keeps for its own staff of the pack as it was drawn last, and what its staff, or a data lead where
    they do not answer, made of it. One row for each provider; and for each plugin that could not say what it holds.
    """

    __tablename__ = "access_scheme"
    __table_args__ = (UniqueConstraint("request_id", "provider_id", "plugin"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("access_request.id"))
    provider_id: Mapped[int | None] = mapped_column(ForeignKey("provider.id"), index=True)
    plugin: Mapped[str] = mapped_column(String(80), default="")
    """Of one that could not be asked, its name; empty for a provider's part."""
    title: Mapped[str] = mapped_column(String(400))
    sha256: Mapped[str] = mapped_column(String(64))
    """Of what it holds: an answer stands for as long as that is the same."""
    answer: Mapped[SchemeAnswer | None] = mapped_column(listed(SchemeAnswer))
    answered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    reason: Mapped[str] = mapped_column(Text, default="")
    """Why it is left out, as the person reads it."""
    gone_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """When the pack was drawn again and it held nothing any more, or could be asked."""


class AccessMask(Base):
    """A passage that is masked, why, and what somebody decided on it. It is never deleted."""

    __tablename__ = "access_mask"
    __table_args__ = (Index("ix_access_mask_request_place", "request_id", "place"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("access_request.id"))
    place: Mapped[str] = mapped_column(String(80))
    starts: Mapped[int]
    ends: Mapped[int]
    reason: Mapped[MaskReason] = mapped_column(listed(MaskReason))
    fixed: Mapped[bool] = mapped_column(default=False)
    """Never lifted: an address that this reader must not learn."""
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    """Who masked it; none where Roundtable proposed it."""
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    kept: Mapped[bool | None]
    lifted_because: Mapped[LiftReason | None] = mapped_column(listed(LiftReason))
    note: Mapped[str] = mapped_column(Text, default="")
    """Why, in the words of whoever decided."""
    outdated_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """When what it lay over was drawn again and read differently."""


class AccessPaper(Base):
    """What was released, byte for byte: the PDF, and the same as JSON."""

    __tablename__ = "access_paper"
    __table_args__ = (UniqueConstraint("request_id", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("access_request.id"))
    kind: Mapped[str] = mapped_column(String(10))
    file_name: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(64))
    pages: Mapped[int]
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    content = EncryptedBytes()
