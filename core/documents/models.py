"""Documents as they were issued."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base, UTCDateTime


class Document(Base):
    """A PDF as it was issued, byte for byte; or the HTML that one was laid out from."""

    __tablename__ = "document"
    __table_args__ = (Index("ix_document_sha256", "sha256"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    file_name: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(64))
    pages: Mapped[int]
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    made_of: Mapped[str] = mapped_column(String(64), default="", index=True)
    """Of a paper that is kept to be stamped for each reader: what it was made of. Empty for what was issued."""
    meeting_id: Mapped[int | None] = mapped_column(ForeignKey("meeting.id"), index=True)
    """The meeting that it is of, for whoever checks a file against what was issued."""
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    """Whose copy it is, where it is one reader's."""
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    erased_on: Mapped[date | None]
    """When its content was erased under the retention schedule: that it was issued, and its SHA-256, are left."""
