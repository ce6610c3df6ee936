"""Who is told by mail of a case opened in an emergency. The case's own reference alone; the page says the rest.

What somebody typed for a reference is in none of them: it may be a name, and is shown to those who are signed in.
"""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from core.accounts.models import User
from core.cases.models import Case
from core.circulation.letters import Letter, write
from core.circulation.outbox import queue
from core.emergencies.models import Emergency
from core.facts import MailKind

EMERGENCY = "emergency:"
"""Begins the key under which the outbox keeps these mails: by it a mail knows which emergency it is about."""


class Told(StrEnum):
    """What a mail about an emergency tells, in its key."""

    ASKED = "asked"
    GRANTED = "granted"
    ADMINISTRATORS = "administrators"
    ANSWERED = "answered"


def tell_who_answer(emergency: Emergency, people: Iterable[User], *, now: datetime) -> None:
    """Somebody waits for an answer."""
    what = (
        "Somebody asks to open a case in an emergency that is closed to them. The page says which. Whoever chairs or "
        "coordinates a group can grant it or decline it, after asking them why. The first answer counts."
    )
    letter = _letter("somebody asks to open a case", what, link=_page_of(emergency))
    _tell(emergency, people, Told.ASKED, letter, now=now)


def tell_of_grant(emergency: Emergency, case: Case, people: Iterable[User], *, now: datetime) -> None:
    """The case was opened."""
    what = (
        f"Case {case.ref} was opened in an emergency, for four hours, to somebody to whom it is closed. "
        "The page says who asked, why, and who granted it. Those who lead a group that hears it can end it there."
    )
    letter = _letter(f"{case.ref} was opened", what, link=_page_of(emergency))
    _tell(emergency, people, Told.GRANTED, letter, now=now)


def tell_administrators(emergency: Emergency, case: Case, people: Iterable[User], *, now: datetime) -> None:
    """The case was opened, and there was nobody else to tell: they see the case in the trail alone."""
    what = (
        f"Case {case.ref} was opened in an emergency, for four hours, to somebody to whom it is closed. Nobody who "
        "chairs a group that hears it or works in its lead agency could be told, but for whoever granted it. The audit "
        "trail says who granted it, to whom, and what was read."
    )
    link = f"/admin/trail?object=case:{case.id}"
    letter = _letter(f"{case.ref} was opened", what, link=link, way="See it in the audit trail")
    _tell(emergency, people, Told.ADMINISTRATORS, letter, now=now)


def tell_of_answer(emergency: Emergency, answer: str, *, now: datetime) -> None:
    """What whoever asked was answered."""
    letter = _letter(answer, f"You asked to open a case in an emergency: {answer}.", link=_page_of(emergency))
    _tell(emergency, [emergency.asked_by], Told.ANSWERED, letter, now=now)


def told_of(once_key: str | None) -> tuple[int, Told] | None:
    """The id of the emergency that a mail is about, and what it tells; None of any other mail's key."""
    if once_key is None or not once_key.startswith(EMERGENCY):
        return None
    emergency_id, told, _ = once_key.removeprefix(EMERGENCY).split(":")
    return int(emergency_id), Told(told)


def _page_of(emergency: Emergency) -> str:
    return f"/emergency/{emergency.id}"


def _letter(subject: str, what: str, *, link: str, way: str = "See who asked, and why") -> Letter:
    return write("emergency", subject=f"Emergency: {subject}", link=link, what=what, way=way)


def _tell(emergency: Emergency, people: Iterable[User], told: Told, letter: Letter, *, now: datetime) -> None:
    for user in people:
        queue(
            user,
            kind=MailKind.EMERGENCY,
            letter=letter,
            now=now,
            partnership_id=emergency.partnership_id,
            once_key=f"{EMERGENCY}{emergency.id}:{told}:u_{user.id}",
        )
