"""What is told under matters arising of a referral that moved since the last meeting, and who may have it.

It needs neither web nor database: what decides who may have it is frozen with it.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.documents.record import LeftOut, Reader

RECUSED_FROM_IT = "Declared a conflict of interest in the case"
NOT_OPEN = "The case is not open to them"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedMove:
    """A line of a case's timeline: it names nobody, and is for those to whom the case is open."""

    case_id: int
    case_ref: str
    at: datetime
    text: str

    def closed_to(self, reader: Reader, recused: Collection[int | None]) -> str:
        """Why this reader may not have it; empty when they may. `recused`: cases in which they declared an interest."""
        if self.case_id in reader.recused_cases or self.case_id in recused:
            return RECUSED_FROM_IT
        return "" if self.case_id in reader.open_cases else NOT_OPEN


def moves_for(
    moves: Sequence[RecordedMove], reader: Reader, recused: Collection[int | None], *, item: int
) -> tuple[tuple[RecordedMove, ...], list[LeftOut]]:
    """The moves that this reader may have of those under an item, and what is left out."""
    why = {move: move.closed_to(reader, recused) for move in moves}
    hidden = Counter(reason for reason in why.values() if reason)
    lost = [LeftOut(item=item, what=f"Referrals that moved: {count}", why=reason) for reason, count in hidden.items()]
    return tuple(move for move in moves if not why[move]), lost
