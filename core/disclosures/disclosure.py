"""A line of the register of disclosures."""

from dataclasses import dataclass
from datetime import date, datetime

from core.clock import local_date
from core.disclosures.lists import NOT_RECORDED, Grounds, Kind


@dataclass(frozen=True, slots=True)
class Disclosure:
    """Somebody was told something: when, by what, on what grounds, to whom and by whom. It names nobody of a case."""

    at: datetime | date
    kind: Kind
    number: int
    what: str
    case_id: int | None
    case_ref: str
    grounds: Grounds
    recipients: str
    by: str
    ended_on: date | None
    notes: tuple[str, ...]
    link: str

    @property
    def basis(self) -> str:
        """The lawful basis, or that none was kept."""
        return self.grounds.basis or NOT_RECORDED

    @property
    def on(self) -> date:
        """The day."""
        return local_date(self.at) if isinstance(self.at, datetime) else self.at
