"""Countersigning what one's agency signed."""

from datetime import date

from sqlalchemy.exc import IntegrityError

from core import audit
from core.errors import Refused
from core.extensions import db
from core.facts import Actor
from core.partnerships.models import Countersignature

SIGNED_ANEW = "Your agency has signed another version since you opened this page. Read it again, then countersign it."


def countersign(actor: Actor, *, document: str, on: date) -> None:
    """Keep that they countersigned the version in force, on that day. Who has done so already has done so.

    `document`: the version that they were shown. Raises Refused where another one is in force by now.
    """
    if actor.to_countersign is None:
        return
    if document != actor.to_countersign:
        raise Refused(SIGNED_ANEW)
    assert actor.agency_id is not None and actor.partnership_id is not None
    try:
        with db.session.begin_nested():
            db.session.add(
                Countersignature(
                    user_id=actor.user_id,
                    agency_id=actor.agency_id,
                    partnership_id=actor.partnership_id,
                    document=document,
                    signed_on=on,
                )
            )
    except IntegrityError:
        return  # in another window, at the same moment
    audit.record(
        actor,
        audit.Category.ADMIN,
        "protocol.countersign",
        object=f"agency:{actor.agency_id}",
        payload={"document": document, "on": on},
    )
