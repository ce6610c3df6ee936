"""A case that was asked for in an emergency, and one that was opened."""

from datetime import timedelta

from core.accounts.models import User
from core.clock import utc_now
from core.emergencies.models import Emergency
from core.extensions import db


def emergencies(
    partnership_id: int, case_id: int, *, reference: str, asker: User, granter: User
) -> dict[str, int | str]:
    """The same person asked for the same case twice: one waits, one is open for as long as the tests run."""
    asked = {
        "partnership_id": partnership_id,
        "reference": reference,
        "case_id": case_id,
        "reason": "The school has rung",
        "asked_at": utc_now(),
        "asked_by_id": asker.id,
        "agency_id": asker.agency_id,
        "answer_by": utc_now() + timedelta(days=1),
    }
    waiting = Emergency(**asked)
    granted = Emergency(**asked, decided_at=utc_now(), decided_by_id=granter.id, ends_at=utc_now() + timedelta(days=1))
    db.session.add_all((waiting, granted))
    db.session.flush()
    return {"emergency_id": waiting.id, "open_emergency_id": granted.id}
