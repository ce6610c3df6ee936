"""Reads of what is countersigned, and by whom."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import raiseload

from core.accounts.models import User
from core.extensions import db
from core.facts import Actor
from core.partnerships.belonging import has_signed
from core.partnerships.models import Countersignature, PartnershipAgency, Signature


def signature_in_force(partnership_id: int | None, agency_id: int | None, *, on: date) -> Signature | None:
    """The agency's signature that counts on that day: of those in force the latest. None where none is."""
    return db.session.scalars(
        select(Signature)
        .where(Signature.partnership_id == partnership_id, Signature.agency_id == agency_id, has_signed(on))
        .order_by(Signature.signed_on.desc())
        .limit(1)
        .options(raiseload("*"))
    ).first()


def contact_of(actor: Actor) -> str:
    """Whom of their agency they can ask about the protocol; empty where nobody is named."""
    return (
        db.session.scalar(
            select(PartnershipAgency.spoc).where(
                PartnershipAgency.partnership_id == actor.partnership_id, PartnershipAgency.agency_id == actor.agency_id
            )
        )
        or ""
    )


def countersignatures_of(actor: Actor) -> Sequence[Countersignature]:
    """Their own, in the partnership and for the agency of now, the latest first."""
    return db.session.scalars(
        select(Countersignature)
        .where(
            Countersignature.user_id == actor.user_id,
            Countersignature.agency_id == actor.agency_id,
            Countersignature.partnership_id == actor.partnership_id,
        )
        .order_by(Countersignature.signed_on.desc(), Countersignature.id.desc())
        .options(raiseload("*"))
    ).all()


@dataclass(frozen=True, slots=True)
class Signed:
    """What somebody has countersigned: the day on which they did the version in force, None where they have not; and
    the versions before it, each with its day, the latest first.
    """

    on: date | None
    before: Sequence[tuple[str, date]]


NOTHING = Signed(None, ())


def countersigned_at(membership: PartnershipAgency, *, on: date) -> Mapping[int, Signed] | None:
    """What the agency's accounts in use have countersigned, by account id; None where no signature is in force.

    Two queries.
    """
    current = signature_in_force(membership.partnership_id, membership.agency_id, on=on)
    if current is None:
        return None
    found: defaultdict[int, list[Countersignature]] = defaultdict(list)
    for each in db.session.scalars(
        select(Countersignature)
        .join(User, User.id == Countersignature.user_id)
        .where(
            Countersignature.agency_id == membership.agency_id,
            Countersignature.partnership_id == membership.partnership_id,
            User.agency_id == membership.agency_id,
            User.retired_at.is_(None),
        )
        .order_by(Countersignature.signed_on.desc(), Countersignature.id.desc())
        .options(raiseload("*"))
    ):
        found[each.user_id].append(each)
    return {
        user_id: Signed(
            next((each.signed_on for each in theirs if each.document == current.document), None),
            [(each.document, each.signed_on) for each in theirs if each.document != current.document],
        )
        for user_id, theirs in found.items()
    }
