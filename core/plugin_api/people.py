"""Whom an id of a person means today."""

from collections.abc import Collection, Mapping

from sqlalchemy import select

from core.extensions import db
from core.people.models import Person


def now_kept_as(person_ids: Collection[int]) -> Mapping[int, int]:
    """Id of a person -> the id under which they are kept now: another one after two records of them were merged.

    For ids that a payload holds: it is frozen with its referral, and core's and the plugin's own tables are not. One
    query.
    """
    merged = select(Person.id, Person.merged_into_id).where(
        Person.id.in_(person_ids), Person.merged_into_id.is_not(None)
    )
    return {each: each for each in person_ids} | {gone: kept for gone, kept in db.session.execute(merged) if kept}
