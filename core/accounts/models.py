"""Accounts, their sessions and invitations."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.database import Base, UTCDateTime, Versioned, listed
from core.encryption import EncryptedText
from core.facts import AdminRole
from core.partnerships.models import Agency


class User(Versioned, Base):
    """Somebody with an account. Belongs to one agency; a platform administrator to none."""

    __tablename__ = "user_account"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    """Lower case: two accounts that differ in case alone would be one mailbox."""
    name: Mapped[str] = mapped_column(String(200))
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"), index=True)
    password_hash: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    retired_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    daily_mail: Mapped[bool] = mapped_column(default=True)
    """Whether its owner is reminded by mail of what is due; the home page says it all the same."""

    agency: Mapped[Agency | None] = relationship()
    grants: Mapped[list["AdminRoleGrant"]] = relationship(back_populates="user", cascade="all, delete-orphan")


class AdminRoleGrant(Base):
    """A role outside the groups. A platform administrator's has no partnership."""

    __tablename__ = "admin_role_grant"
    __table_args__ = (UniqueConstraint("user_id", "partnership_id", "role"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    partnership_id: Mapped[int | None] = mapped_column(ForeignKey("partnership.id"))
    role: Mapped[AdminRole] = mapped_column(listed(AdminRole))
    granted_at: Mapped[datetime] = mapped_column(UTCDateTime)

    user: Mapped[User] = relationship(back_populates="grants")


class UserSession(Base):
    """A signed-in browser. The cookie holds the token, the table its SHA-256 alone."""

    __tablename__ = "user_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    partnership_id: Mapped[int | None] = mapped_column(ForeignKey("partnership.id"))
    started_at: Mapped[datetime] = mapped_column(UTCDateTime)
    seen_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    awaits_code: Mapped[bool] = mapped_column(default=False)
    """The password was right, the second step is still to come: nobody is signed in by it yet."""
    second_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """When the second step was taken in it."""
    proved_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """When its owner last showed who they are: at sign-in, or when asked again."""
    network: Mapped[str] = mapped_column(String(45), default="")
    """Where it was begun, as the trail keeps it, /24 or /48; empty where it is not known."""
    browser: Mapped[str] = mapped_column(String(60), default="")
    """In words, as far as the browser says so itself."""

    user: Mapped[User] = relationship()


class Authenticator(Base):
    """An app that shows one-time codes. The one that is being set up is not confirmed yet; the old holds until then."""

    __tablename__ = "authenticator"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    seed = EncryptedText()
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    last_counter: Mapped[int] = mapped_column(default=0)
    """The half minute whose code was used last: neither it nor an earlier one is taken again."""


class RecoveryCode(Base):
    """A code for when the authenticator is lost. Works once; only its SHA-256 is kept."""

    __tablename__ = "recovery_code"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Invitation(Base):
    """A single-use way to set a password. Only the SHA-256 of its token is kept."""

    __tablename__ = "invitation"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    user: Mapped[User] = relationship()


class Passkey(Base):
    """A device that signs in its owner once they have unlocked it. Its secret never leaves it."""

    __tablename__ = "passkey"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    credential_id: Mapped[str] = mapped_column(String(1400), unique=True)
    public_key: Mapped[bytes]
    sign_count: Mapped[int] = mapped_column(BigInteger)
    """How often the device says that it has signed; always 0 where it does not count. One that goes back was copied."""
    name: Mapped[str] = mapped_column(String(60))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    user: Mapped[User] = relationship()


class UsedChallenge(Base):
    """A question that a device has answered: it is not taken twice. Kept until the question would have run out."""

    __tablename__ = "used_challenge"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime)


class IdentityProvider(Versioned, Base):
    """Where the people of one agency sign in with the accounts that they have there (OpenID Connect)."""

    __tablename__ = "identity_provider"

    id: Mapped[int] = mapped_column(primary_key=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"), unique=True)
    """Whose people it serves; nobody else comes in by it."""
    name: Mapped[str] = mapped_column(String(80))
    """What the accounts are called, as everybody reads it where one signs in."""
    issuer: Mapped[str] = mapped_column(String(500))
    client_id: Mapped[str] = mapped_column(String(200))
    client_secret = EncryptedText()
    second_step_counts: Mapped[bool] = mapped_column(default=False)
    """Whether two steps taken there are two steps here."""
    acr: Mapped[str] = mapped_column(String(200), default="")
    """What it is asked for, and says, of a sign-in in two steps; empty: `amr` alone says it."""

    agency: Mapped[Agency] = relationship()


class LinkedIdentity(Base):
    """Who an account's owner is at an identity provider. `(issuer, subject)` is that person; an address never is."""

    __tablename__ = "linked_identity"
    __table_args__ = (UniqueConstraint("issuer", "subject"), UniqueConstraint("user_id", "provider_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    provider_id: Mapped[int] = mapped_column(ForeignKey("identity_provider.id"), index=True)
    issuer: Mapped[str] = mapped_column(String(500))
    subject: Mapped[str] = mapped_column(String(255))
    linked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    user: Mapped[User] = relationship()
    provider: Mapped[IdentityProvider] = relationship()


class ResetAsked(Base):
    """A new password asked for at an address, until the worker has looked whether it is an account's."""

    __tablename__ = "reset_asked"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254))
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)


class SignInAttempt(Base):
    """A try to sign in that did not succeed, for throttling. The address is a hash: it need not be an account's."""

    __tablename__ = "sign_in_attempt"
    __table_args__ = (
        Index("ix_sign_in_attempt_email_hash_at", "email_hash", "at"),
        Index("ix_sign_in_attempt_network_at", "network", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    email_hash: Mapped[str] = mapped_column(String(64))
    network: Mapped[str] = mapped_column(String(45))
    """As the trail keeps it, /24 or /48; empty where it is not known."""
    at: Mapped[datetime] = mapped_column(UTCDateTime)


class CalendarFeed(Base):
    """A person's calendar feed of their meetings, until revoked. Its address holds the token, the table its hash."""

    __tablename__ = "calendar_feed"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnership.id"))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    read_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """When a calendar last asked for it."""

    user: Mapped[User] = relationship()
