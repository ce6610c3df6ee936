"""Keys to what a browser keeps of a meeting while the network is away."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base, UTCDateTime
from core.encryption import EncryptedBytes


class KeepingKey(Base):
    """The key to what one person's browsers keep of one meeting. On the device it lives in the page's memory alone."""

    __tablename__ = "keeping_key"

    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), primary_key=True, index=True)
    key = EncryptedBytes()
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
