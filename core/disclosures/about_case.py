"""What was said where a case itself was opened from a complaint."""

from sqlalchemy import select
from sqlalchemy.orm import raiseload, selectinload

from core.disclosures.models import ComplaintConsent
from core.extensions import db


def about_case(case_id: int) -> ComplaintConsent | None:
    """Of that case, with the agencies that it is for. Two queries at most."""
    return db.session.scalar(
        select(ComplaintConsent)
        .where(
            ComplaintConsent.case_id == case_id,
            ComplaintConsent.incident_id.is_(None),
            ComplaintConsent.entry_id.is_(None),
        )
        .options(selectinload(ComplaintConsent.agencies), raiseload("*", sql_only=True))
    )
