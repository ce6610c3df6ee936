"""By when somebody who asked for their data is to have it."""

from datetime import date

from core.answer_by import FURTHER_MONTHS, due_after
from core.minutes.models import SubjectAccessCopy


def due_on(copy: SubjectAccessCopy) -> date:
    """By when this copy is due, with the further months where it was extended."""
    return due_after(copy.asked_on, further_months=FURTHER_MONTHS if copy.extended_at is not None else 0)


def overdue(copy: SubjectAccessCopy, *, today: date) -> bool:
    """Whether the person still waits for it and that day is over."""
    return copy.is_draft and due_on(copy) < today
