"""What the addresses of subject-access copies name, through the minutes. Raises NotFound for what is not there."""

from dataclasses import replace

from core.errors import NotFound
from core.minutes.access import queries
from core.minutes.loading import minutes_of
from core.minutes.queries import frozen_record
from core.policy.access import CopyAbout


def copy_of(meeting_id: int, access_id: int) -> CopyAbout:
    """A copy, and what it is made of."""
    minutes = minutes_of(meeting_id)
    copy = queries.copy_of(minutes, access_id)
    if copy is None:
        raise NotFound
    return CopyAbout(copy, queries.about_copy(minutes, copy))


def mask_of(meeting_id: int, access_id: int, mask_id: int) -> CopyAbout:
    """One of the copy's masks."""
    target = copy_of(meeting_id, access_id)
    contents = queries.contents_of(target.about.minutes, target.copy.person_id)
    places = {text.place for text in contents.texts()}
    mask = next((each for each in target.copy.masks if each.id == mask_id and each.place in places), None)
    if mask is None:
        raise NotFound
    return replace(target, mask=mask)


def item_of(meeting_id: int, access_id: int, item_id: int) -> CopyAbout:
    """One of the copy's items."""
    target = copy_of(meeting_id, access_id)
    cases = {case.id for case in target.about.cases}
    if item_id not in {item.id for item in queries.items_about(frozen_record(target.about.minutes), cases)}:
        raise NotFound
    return replace(target, item_id=item_id)
