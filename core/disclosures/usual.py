"""On what a partnership discloses: what it wrote itself, else what is usual."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import raiseload

from core.disclosures.lists import USUAL, Grounds, Kind
from core.disclosures.models import PartnershipGrounds
from core.extensions import db


def grounds_of(partnership_id: int, kind: Kind) -> Grounds:
    """What is kept with the next disclosure of that kind. One query."""
    row = db.session.scalar(
        select(PartnershipGrounds)
        .where(PartnershipGrounds.partnership_id == partnership_id, PartnershipGrounds.kind == kind)
        .options(raiseload("*"))
    )
    return row.grounds if row is not None else USUAL[kind]


def written_in(partnership_id: int) -> Mapping[Kind, PartnershipGrounds]:
    """What the partnership wrote itself, by kind."""
    rows = db.session.scalars(
        select(PartnershipGrounds).where(PartnershipGrounds.partnership_id == partnership_id).options(raiseload("*"))
    )
    return {row.kind: row for row in rows}
