"""The columns of a row that is itself a disclosure: on what, and what for."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from core.disclosures.lists import Grounds


class OnGrounds:
    """A row by which somebody is told something. Empty where it was not recorded, as of rows of before it was kept."""

    basis: Mapped[str] = mapped_column(String(200), default="")
    condition: Mapped[str] = mapped_column(String(200), default="")
    purpose: Mapped[str] = mapped_column(String(1000), default="")

    @property
    def grounds(self) -> Grounds:
        """All three."""
        return Grounds(self.basis, self.condition, self.purpose)

    def stand_on(self, grounds: Grounds) -> None:
        """Keep these grounds with the row: what is written for the next ones changes none that was made."""
        self.basis, self.condition, self.purpose = grounds.basis, grounds.condition, grounds.purpose
