"""A provider's own staff: who alone reads all of its referrals, works them and is told of them.

docs/domain.md, "Pathways": an agency keeps the staff of its own provider. To be of its agency is not to be its staff.
"""

from datetime import date

from sqlalchemy import update

from core import audit
from core.errors import Refused
from core.extensions import db
from core.facts import Actor
from core.partnerships.models import Provider, ProviderStaff
from core.partnerships.providers import queries

NOT_OURS = "Choose somebody of your own agency whose account is not retired"
ALREADY = "This person is on the list of staff already"
ENDED = "This person is not on the list of staff any longer."


def add(actor: Actor, *, provider: Provider, user_id: int, on: date) -> ProviderStaff:
    """Put somebody on the list, from their next request on. Raises Refused for whoever is there already, is of another
    agency, or whose account is retired.
    """
    queries.hold(provider)
    if any(each.user_id == user_id for each in queries.staff_of(provider, on=on)):
        raise Refused(ALREADY, field="user_id")
    if user_id not in dict(queries.colleagues_of(provider)):
        raise Refused(NOT_OURS, field="user_id")
    row = begin(provider, user_id, on=on)
    _record(actor, "provider.add_staff", provider, user_id)
    return row


def begin(provider: Provider, user_id: int, *, on: date) -> ProviderStaff:
    """Keep that somebody is of its staff from that day on. The caller records it."""
    row = ProviderStaff(provider_id=provider.id, user_id=user_id, since=on)
    db.session.add(row)
    db.session.flush()
    return row


def end(actor: Actor, *, provider: Provider, member: ProviderStaff, on: date) -> None:
    """Take somebody off the list, from their next request on; that they were on it is kept, and what they wrote.

    Raises Refused for the last while referrals are open: nobody could work those.
    """
    queries.hold(provider)
    if member.until is not None:
        raise Refused(ENDED)
    at_work = {each.user_id for each in queries.staff_of(provider, on=on) if each.can_sign_in}
    if at_work == {member.user_id} and (number := queries.open_referrals(provider)):
        still = "1 referral is" if number == 1 else f"{number:,} referrals are"
        raise Refused(f"Nobody else is on the list of staff, and {still} open. Add somebody else first.")
    member.until = on
    db.session.flush()
    _record(actor, "provider.end_staff", provider, member.user_id)


def end_everywhere(user_id: int, *, on: date) -> None:
    """Take somebody off the list of every provider: they go to another agency. The caller records it."""
    db.session.execute(
        update(ProviderStaff).where(ProviderStaff.user_id == user_id, ProviderStaff.until.is_(None)).values(until=on)
    )


def _record(actor: Actor, action: str, provider: Provider, user_id: int) -> None:
    payload = {"user": user_id}
    audit.record(actor, audit.Category.ADMIN, action, object=f"provider:{provider.id}", payload=payload)
