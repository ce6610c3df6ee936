"""What is kept under lock and key: values that lie in the database as ciphertext, and the keys in a file beside it.

A table's class says which of its values, and everything else reads and writes them as if nothing were the matter:

    class OneTimeCodes(Base):
        user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
        seed = EncryptedBytes()

    OneTimeCodes(user_id=7, seed=b"…").seed  # b"…"; the column `seed` holds b"v1.<key>.<ciphertext>"

AES-256-GCM; table, column and primary key are the associated data, so that a value moved to another row, or another
column, does not open. Nothing can be searched or sorted by such a value: `select(OneTimeCodes.seed)` is a TypeError;
load the object. An empty value is stored as it is. A new column needs no key until something is written to it; one that
held clear values is sealed by its migration (`seal_column`). `roundtable keys rotate` finds every such column.
"""

from core.encryption.columns import EncryptedBytes, EncryptedJSON, EncryptedText, sealed_columns
from core.encryption.keys import NoKey
from core.encryption.migrating import seal_column
from core.encryption.sealing import Unreadable

__all__ = [
    "EncryptedBytes",
    "EncryptedJSON",
    "EncryptedText",
    "NoKey",
    "Unreadable",
    "seal_column",
    "sealed_columns",
]
