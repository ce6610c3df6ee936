"""By what a mail to a reader of a mistake is known in the outbox, and whether its reader may still be sent it."""

from sqlalchemy import select

from core.cases.models import Case
from core.extensions import db
from core.facts import Actor
from core.people.history.models import HeldVersion
from core.people.merging.queries import kept_as
from core.people.models import Person
from core.policy.cases import open_to, people_open_to

MISTAKE = "mistake:"

CLOSED_TO_THEM = "What was corrected is closed to them now. Tell their agency another way."


def key_of(version_id: int, user_id: int) -> str:
    """Under which the outbox keeps it: each reader is told of one correction once."""
    return f"{MISTAKE}{version_id}:u_{user_id}"


def lost_since(reader: Actor, once_key: str | None) -> str:
    """Why they may not be sent it any more: the page behind its link is closed to them. Empty while it is open."""
    if once_key is None or not once_key.startswith(MISTAKE):
        return CLOSED_TO_THEM
    if not reader.signatory:
        return reader.standing
    version = db.session.get(HeldVersion, int(once_key.removeprefix(MISTAKE).split(":")[0]))
    if version is None:
        return CLOSED_TO_THEM
    if version.person_id is not None:
        kept = kept_as([version.person_id])[version.person_id]
        page = select(Person.id).where(Person.id == kept, people_open_to(reader))
    else:
        page = select(Case.id).where(Case.id == version.case_id, open_to(reader))
    return "" if db.session.scalar(page) is not None else CLOSED_TO_THEM
