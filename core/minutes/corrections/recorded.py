"""A correction as the minutes of the meeting that decided it hold it, and as the corrected minutes note it.

Neither needs web or database. Who may have a correction follows from the item of the earlier minutes that it is about:
what decides that is frozen with it, so that a copy made years later is cut the same way.
"""

from dataclasses import dataclass
from datetime import date

from core.documents.record import Reader
from core.facts import Visibility, visible

NOT_PRESENT_THEN = "Was not present for the item that it corrects"
RECUSED_THEN = "Declared a conflict of interest in the item that it corrects"
RESTRICTED_THEN = "The case that it is about is restricted and not open to them"
NOT_A_SIGNATORY_NOW = "Their agency, or they themselves, have not signed the Information Sharing Protocol"
WORDS_NOT_THEIRS = "It quotes what is for other agencies only"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedCorrection:
    """What was proposed for approved minutes, and what the meeting said to it.

    Ids alone say who heard the item that it is about, who was recused from it, and for whom the words that it quotes
    were: they serve the cut, and are printed nowhere. `case_id` and `item_number` are empty where it is about the
    minutes as a whole.
    """

    id: int
    meeting_id: int
    """Of the minutes that it is about."""
    reference: str
    held_on: date
    sha256: str
    """Of their record, which stays as it was approved."""
    item_id: int | None = None
    item_number: int | None = None
    case_id: int | None = None
    case_ref: str = ""
    restricted: bool = False
    heard_by: frozenset[int] = frozenset()
    recused: frozenset[int] = frozenset()
    visibility: Visibility = Visibility.EVERYONE
    source_id: int | None = None
    named: frozenset[int] = frozenset()
    quotes: frozenset[int] = frozenset()
    """Entries given in a complaint that it quotes: it goes where they go today, be it less far than then."""
    proposed_by: str
    was: str = ""
    now: str
    why: str
    agreed: bool = False
    note: str = ""

    @property
    def place(self) -> str:
        """What it is about, naming nobody."""
        if self.item_number is None:
            return "the minutes as a whole"
        return f"item {self.item_number}" + (f" ({self.case_ref})" if self.case_ref else "")

    def closed_to(self, reader: Reader) -> str:
        """Why this reader may not have it, the strongest reason; empty when they may."""
        if self.case_id in reader.recused_cases or reader.user_id in self.recused:
            return RECUSED_THEN
        heard = reader.user_id in self.heard_by or self.item_id in reader.granted_items
        if not (heard or reader.is_chair_or_coordinator):
            return NOT_PRESENT_THEN
        if not reader.signatory:
            return NOT_A_SIGNATORY_NOW
        restricted = self.restricted or self.case_id in reader.restricted_cases
        if restricted and self.case_id not in reader.open_cases:
            return RESTRICTED_THEN
        if self.visibility is Visibility.AGREED and self.quotes & reader.withheld:
            return WORDS_NOT_THEIRS
        may_read = visible(
            self.visibility,
            source_agency_id=self.source_id,
            named=set(self.named),
            agency_id=reader.agency_id,
            leads=reader.is_chair_or_coordinator,
        )
        return "" if may_read else WORDS_NOT_THEIRS


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionNote:
    """What the corrected minutes say of a correction: on their first page, and at the item."""

    item_number: int | None
    """Of theirs; none for the minutes as a whole."""
    on: date
    reference: str
    """Of the minutes that agreed it."""
    agreed_under: int
    """Number of the item there."""
    was: str
    now: str
