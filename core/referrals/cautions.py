"""How somebody is contacted safely: first wherever they can be reached, whichever case or referral that is on.

What a pathway names in `cautions` stands by the person. The latest referral on the pathway tells it, open or closed,
and its provider takes it back (docs/adr/0014-safe-contact-by-person.md).
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, String, cast, exists, literal, or_, select
from sqlalchemy.orm import aliased, joinedload, raiseload

from core import plugin_host
from core.errors import Refused
from core.extensions import db
from core.facts import Actor, Audience, Row, Step
from core.people.merging.models import MergedRow, PersonMerge
from core.people.models import Person
from core.policy import Permission, require
from core.policy.referrals import audiences, cautions_told_to
from core.referrals.facts import rows_for
from core.referrals.keeping import keep_move, record_change, require_current
from core.referrals.models import Referral
from core.referrals.queries import FOR_THE_GATE


def cautions_about(actor: Actor, person_ids: Collection[int]) -> Sequence[tuple[Referral, Row]]:
    """What stands of these people, by referral, for an actor who was let in to where they can be reached.

    A row for those at the table is for whoever that is; any other for its own audiences. It stands while the pathway is
    installed: switched off, it is as dangerous to forget. One query where nothing stands.
    """
    first = {key: pathway.cautions for key, pathway in plugin_host.installed().items() if pathway.cautions}
    if not (first and person_ids):
        return ()
    later = aliased(Referral)
    superseded = exists().where(
        later.person_id == Referral.person_id,
        later.pathway_key == Referral.pathway_key,
        later.id > Referral.id,
        ~were_of_two_records(later),
    )
    found = db.session.scalars(
        select(Referral)
        .where(
            Referral.person_id.in_(person_ids),
            Referral.pathway_key.in_(first),
            ~superseded,
            cautions_told_to(actor),
        )
        .order_by(Referral.id)
        .options(*FOR_THE_GATE, joinedload(Referral.person), raiseload("*"))
    ).all()
    return [
        (referral, row)
        for referral in found
        for row in rows_for(referral.rows, audiences(actor, referral) | {Audience.ATTENDEES})
        if row.label in first[referral.pathway_key]
    ]


def were_of_two_records(later: type[Referral]) -> ColumnElement[bool]:
    """Whether that referral was made of another record of the person than `Referral`, before the two were merged: what
    it says was not said instead of what the other does, and both stand.
    """
    row, merge = aliased(MergedRow), aliased(PersonMerge)

    def moved(referral: type[Referral]) -> ColumnElement[bool]:
        key = literal("[") + cast(referral.id, String) + literal("]")
        lines = exists().where(row.merge_id == merge.id, row.table_name == Referral.__tablename__, row.row_key == key)
        return lines.correlate(merge, referral)

    # `kept_id` alone would miss what was merged into a record that was merged in its turn.
    records = select(Person.id).where(or_(Person.id == later.person_id, Person.merged_into_id == later.person_id))
    before = exists().where(
        merge.kept_id.in_(records.correlate(later)),
        merge.undone_at.is_(None),
        merge.at >= later.opened_at,
        or_(moved(Referral) & ~moved(later), moved(later) & ~moved(Referral)),
    )
    return before.correlate(later, Referral)


def take_back(actor: Actor, *, referral: Referral, reason: str, version: int, now: datetime) -> None:
    """The provider takes back what stands of the person since a referral that is closed.

    Raises Stale when the referral has changed since `version`, Refused with what stands against it.
    """
    require(actor, Permission.RUN_REFERRAL, referral, hidden="There is no such referral.")
    require_current(referral, version)
    if why := why_not_taken_back(actor, referral):
        raise Refused(why)
    first = plugin_host.installed()[referral.pathway_key].cautions
    referral.rows = [row for row in referral.rows if row["label"] not in first]
    title = "The safe contact was taken back"
    keep_move(actor, referral, source=referral.stage, note=reason, now=now, kind=Step.ENTRY, title=title)
    record_change(actor, referral, "referral.take_back_caution", payload={"reason": reason})
    db.session.flush()


def why_not_taken_back(actor: Actor, referral: Referral) -> str:
    """Why nothing can be taken back; empty when it can."""
    if referral.closed_at is None:
        return "This referral is open. Change how they are contacted safely instead."
    standing = {each.id for each, _ in cautions_about(actor, [referral.person_id])}
    return "" if referral.id in standing else "Nothing of this referral stands about the person any longer."
