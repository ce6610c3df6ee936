"""Requests to set something right that wait for somebody to answer them: for the home page and the daily mail."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from core.extensions import db
from core.facts import Actor
from core.people.history.models import Rectification
from core.policy.rectifying import requests_to_answer

MOST = 200
"""As many as the list of them shows."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many wait, by when the first is due, and when each was recorded. Nobody is named."""

    number: int
    due_on: date
    recorded_at: Sequence[datetime]


def waiting_for(actor: Actor) -> Waiting | None:
    """What waits for the actor to answer it; None where nothing does. One query."""
    rows = db.session.execute(
        select(Rectification.due_on, Rectification.recorded_at)
        .where(requests_to_answer(actor))
        .order_by(Rectification.due_on, Rectification.id)
        .limit(MOST)
    ).all()
    return Waiting(len(rows), rows[0].due_on, [row.recorded_at for row in rows]) if rows else None
