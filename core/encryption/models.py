"""Which keys this database has been used with."""

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base, UTCDateTime


class KeyProof(Base):
    """A key's name and a known text sealed with it: a file of keys that does not open it is another database's."""

    __tablename__ = "key_proof"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    proof: Mapped[str] = mapped_column(Text)
    noted_at: Mapped[datetime] = mapped_column(UTCDateTime)
