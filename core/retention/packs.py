"""Answers to requests for one's own data that tell of a case: they go with it, whoever is named in it by then."""

import json

from sqlalchemy import select
from sqlalchemy.orm import raiseload

from core.encryption.sealing import Unreadable
from core.extensions import db
from core.subject_access.models import AccessPack, AccessRequest


def given_of(case_id: int, partnership_id: int) -> set[int]:
    """Ids of the people whose answer holds something of that case: a pack names its texts by the case.

    Somebody may have been taken out of the case since. Packs are sealed, so each is opened: there are few.
    """
    packs = db.session.execute(
        select(AccessPack, AccessRequest.person_id)
        .join(AccessRequest, AccessRequest.id == AccessPack.request_id)
        .where(AccessRequest.partnership_id == partnership_id, AccessRequest.person_id.is_not(None))
        .options(raiseload("*"))
        .execution_options(yield_per=50)
    )
    place = f'"case:{case_id}:'
    return {person_id for pack, person_id in packs if person_id is not None and place in _opened(pack)}


def _opened(pack: AccessPack) -> str:
    """What it says; nothing of one that was emptied, or that no key opens: nobody reads that."""
    if not pack.subjects:
        return ""
    try:
        return json.dumps(pack.content)
    except Unreadable:
        return ""
