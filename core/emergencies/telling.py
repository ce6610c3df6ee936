"""Who is told by mail of a case opened in an emergency. References alone; the page says the rest."""

from collections.abc import Iterable
from datetime import datetime

from core.accounts.models import User
from core.circulation.letters import write
from core.circulation.outbox import queue
from core.emergencies.models import Emergency
from core.facts import MailKind


def tell_who_answer(emergency: Emergency, people: Iterable[User], *, now: datetime) -> None:
    """Somebody waits for an answer."""
    what = (
        f"Somebody asks to open case {emergency.reference} in an emergency. Whoever chairs or coordinates a group "
        "can grant it or decline it, after asking them why. The first answer counts."
    )
    _tell(emergency, people, f"Emergency: somebody asks to open {emergency.reference}", what, now=now)


def tell_of_grant(emergency: Emergency, people: Iterable[User], *, now: datetime) -> None:
    """The case was opened."""
    what = (
        f"Case {emergency.reference} was opened in an emergency, for four hours, to somebody to whom it is closed. "
        "The page says who asked, why, and who granted it. It can be ended there."
    )
    _tell(emergency, people, f"Emergency: {emergency.reference} was opened", what, now=now)


def tell_who_asked(emergency: Emergency, user: User, *, granted: bool, now: datetime) -> None:
    """Their request was answered."""
    answer = "granted" if granted else "declined"
    what = f"What you asked for in an emergency, case {emergency.reference}, was {answer}."
    _tell(emergency, [user], f"Emergency: {emergency.reference} {answer}", what, now=now)


def _tell(emergency: Emergency, people: Iterable[User], subject: str, what: str, *, now: datetime) -> None:
    letter = write("emergency", subject=subject, link=f"/emergency/{emergency.id}", what=what)
    for user in people:
        queue(user, kind=MailKind.EMERGENCY, letter=letter, now=now, partnership_id=emergency.partnership_id)
