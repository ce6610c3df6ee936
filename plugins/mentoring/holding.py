"""What the register holds about a young person, for the copy that they asked for."""

from collections.abc import Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from core.plugin_api import HeldRecord, HeldText, session
from plugins.mentoring.models import Match, Session


def held_about(referral_ids: Sequence[int]) -> Iterator[HeldRecord]:
    """Who mentored them and since when, and each session. Of the mentor the name alone. Two queries."""
    matches = session().scalars(
        select(Match).where(Match.referral_id.in_(referral_ids)).order_by(Match.id).options(joinedload(Match.mentor))
    )
    for match in matches:
        yield HeldRecord(
            match.referral_id,
            f"match:{match.id}",
            f"Mentor, {match.referral_ref}",
            facts=(("Since", match.since), ("Until", match.ended_on)),
            texts=(HeldText("Mentor", match.mentor.name),),
        )
    held = session().scalars(
        select(Session).where(Session.referral_id.in_(referral_ids)).order_by(Session.held_on, Session.id)
    )
    for each in held:
        yield HeldRecord(
            each.referral_id,
            f"session:{each.id}",
            "Session with the mentor",
            facts=(("On", each.held_on), ("Came", "Yes" if each.came else "No")),
            texts=(HeldText("What the mentor noted", each.note),),
        )
