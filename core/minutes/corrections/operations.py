"""Proposing a correction of approved minutes, taking it back, and saying what the meeting agreed."""

from datetime import datetime

from core import audit
from core.cases.queries import people_named_in
from core.errors import Refused, Stale
from core.extensions import db
from core.facts import Actor, CorrectionStatus
from core.minutes.corrections.passages import is_of_a_referral
from core.minutes.corrections.queries import recorded
from core.minutes.models import Correction, CorrectionAccount, CorrectionAgency, Minutes
from core.minutes.record import MeetingRecord
from core.policy import Permission, require
from core.policy.correcting import CorrectionInRoom, CorrectionSeen
from core.recording.numbers import Part, take_number_to_mend

NOT_IN_YOUR_PART = "Choose an item that you have"
OF_A_REFERRAL = (
    "These words belong to the referral. Ask its provider or the agency that referred to put them right there"
)
SAME = "The minutes say that already"


def propose(
    actor: Actor,
    minutes: Minutes,
    part: MeetingRecord,
    *,
    item_id: int | None,
    passage: str,
    proposed: str,
    reason: str,
    now: datetime,
) -> Correction:
    """Propose that approved minutes be corrected; the group's next meeting decides.

    `part` is what the actor has of these minutes: an item that it does not hold is refused, and so are words that are
    a pathway's. `item_id` None: about the minutes as a whole. The caller has asked whether the actor may propose.
    """
    assert actor.agency_id is not None
    item = next((each for each in part.items if each.id == item_id and not each.by_reference), None)
    if item_id is not None and item is None:
        raise Refused(NOT_IN_YOUR_PART, field="item")
    if passage == proposed:
        raise Refused(SAME, field="proposed")
    if item is not None and is_of_a_referral(item, passage):
        raise Refused(OF_A_REFERRAL, field="passage")
    made = Correction(
        minutes_id=minutes.id,
        item_id=item_id,
        passage=passage,
        proposed=proposed,
        reason=reason,
        proposed_at=now,
        proposed_by_id=actor.user_id,
        agency_id=actor.agency_id,
        status=CorrectionStatus.PROPOSED,
    )
    db.session.add(made)
    db.session.flush()
    keep_readers(made)
    _record(actor, "correction.propose", made, minutes.meeting_id, item.case_id if item is not None else None)
    return made


def keep_readers(correction: Correction) -> None:
    """Keep with it who may read it, as the frozen record of its minutes says: lists ask that of the database."""
    facts = recorded(correction)
    correction.was_restricted, correction.visibility = facts.restricted, facts.visibility
    correction.source_id = facts.source_id
    correction.accounts = [
        CorrectionAccount(user_id=user_id, recused=user_id in facts.recused)
        for user_id in sorted(facts.heard_by | facts.recused)
    ]
    correction.named = [CorrectionAgency(agency_id=agency_id) for agency_id in sorted(facts.named)]
    db.session.flush()


def withdraw(actor: Actor, seen: CorrectionSeen) -> None:
    """Take a proposal back. Raises Refused when a meeting has decided it, or it was taken back already."""
    correction = seen.correction
    hold(correction)
    require(actor, Permission.WITHDRAW_CORRECTION, seen)
    correction.status = CorrectionStatus.WITHDRAWN
    db.session.flush()
    _record(actor, "correction.withdraw", correction, correction.minutes.meeting_id, _case_of(correction))


def decide(
    actor: Actor, target: CorrectionInRoom, *, version: int, status: CorrectionStatus, note: str, now: datetime
) -> None:
    """Say whether the meeting agreed it; until the meeting's minutes are approved it can be said again.

    Raises Stale, with what was said, when somebody else said it first, and Refused when it was taken back or belongs to
    another meeting.
    """
    correction, item = target.seen.correction, target.here.item
    hold(correction)
    require(actor, Permission.DECIDE_CORRECTION, target)
    if version != correction.version:
        raise Stale({"status": correction.status.value, "note": correction.decision_note})
    correction.status, correction.decision_note = status, note
    correction.decided_item_id, correction.decided_at, correction.decided_by_id = item.id, now, actor.user_id
    db.session.flush()
    take_number_to_mend(item.meeting, Part.ITEM, item=item)
    _record(actor, "correction.decide", correction, item.meeting_id, _case_of(correction))


def hold(correction: Correction) -> None:
    """Wait for whoever decides it or takes it back, and read again where it stands."""
    db.session.flush()
    db.session.refresh(correction, ["status", "version", "decision_note"], with_for_update=True)


def _case_of(correction: Correction) -> int | None:
    return correction.item.case_id if correction.item is not None else None


def _record(actor: Actor, operation: str, correction: Correction, meeting_id: int, case_id: int | None) -> None:
    audit.record(
        actor,
        audit.Category.ALTERATION,
        operation,
        object=f"correction:{correction.id}",
        subjects=people_named_in([case_id]) if case_id is not None else (),
        purpose=f"meeting:{meeting_id}",
        payload={
            "minutes": correction.minutes_id,
            "item": correction.item_id,
            "status": correction.status.value,
            "passage": correction.passage,
            "proposed": correction.proposed,
            "reason": correction.reason,
            "note": correction.decision_note,
        },
    )
