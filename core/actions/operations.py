"""Writes of the action log. An action of a meeting in session takes the next number of its feed."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import Table, insert

from core import audit
from core.accounts.models import User
from core.actions import queries
from core.actions.models import HANDED_OVER, Action, ActionUpdate
from core.actions.standings import replaced_in
from core.actions.telling import tell_owner
from core.cases.timeline import note_event
from core.dates import in_words
from core.errors import Refused, Stale
from core.extensions import db, directly
from core.facts import ActionStatus, Actor, NotDoneReason
from core.meetings.models import AgendaItem
from core.partnerships.numbering import take_reference
from core.policy import Permission, require
from core.recording.numbers import Part, take_number, take_number_to_write
from core.references import Numbered

STRUCK_OUT = "This action was struck out in the record of its meeting. Take the striking out back there first."
WORKED_ON = (
    "This action was settled, or worked on since the meeting, so it is not struck out. Say on its own page what became "
    "of it."
)
DUE_IN_THE_PAST = "The due date must be today or in the future"
DUE_BEFORE_THE_MEETING = "The due date must be on or after the day of the meeting"
ONLY_THE_WORDING = (
    "This action was worked on since the meeting, so only its wording can be corrected here. "
    "Its owner and due date are changed on its own page."
)
NOT_OF_THAT_AGENCY = "Choose a person of that agency"
CLOSED_TO_THEM = (
    "This person declared a conflict of interest in what the action is about, so it is closed to them. Choose somebody "
    "else, or leave it to the agency."
)
SAME_OWNER = "This is who has the action now. Choose another agency or person"
SAME_DAY = "This is the day on which it is due now. Choose another"

# Straight to the tables: twenty people save at once, and the session's bookkeeping is a seventh of a save.
_ACTION = cast("Table", Action.__table__)
_RECORD = insert(_ACTION).returning(_ACTION.c.id)
_HISTORY = insert(cast("Table", ActionUpdate.__table__))

MISSED = (NotDoneReason.NOT_POSSIBLE, NotDoneReason.NOT_DONE_BY_AGENCY)
"""The two reasons that can be given (docs/domain.md, step 9); the third is for imported books."""


def record_action(
    actor: Actor,
    *,
    item: AgendaItem,
    text: str,
    owner_agency_id: int,
    owner_user_id: int | None,
    due_on: date,
    now: datetime,
    on: date,
) -> Action:
    """Record what an agency undertook under an item: the action as stored, not in the session.

    In a meeting in session; and afterwards, by those who may mend its record.

    Raises Refused when it is due in the past, its agency is not one of the partnership, or its person is not of
    that agency or declared an interest.
    """
    meeting = item.meeting
    if due_on < on:
        raise Refused(DUE_IN_THE_PAST, field="due")
    _check_owner(meeting.group.partnership_id, owner_agency_id, owner_user_id, on=on)
    _check_open_to(owner_user_id, case_id=item.case_id, item_id=item.id)
    row = {
        "partnership_id": meeting.group.partnership_id,
        "ref": take_reference(Action.ref, meeting.group.partnership_id, Numbered.ACTION, on.year),
        "group_id": meeting.group_id,
        "case_id": item.case_id,
        "meeting_id": meeting.id,
        "item_id": item.id,
        "text": text,
        "owner_agency_id": owner_agency_id,
        "owner_user_id": owner_user_id,
        "agreed_on": on,
        "due_on": due_on,
        "recorded_by_id": actor.user_id or None,
        "updated_at": now,
    }
    action = Action(id=directly(_RECORD, row).scalar_one(), **row)
    _note(actor, action, "agreed", "", now=now)
    note_event(
        item.case_id,
        now=now,
        kind="action",
        text=f"Action {action.ref} agreed ({meeting.ref})",
        actor=actor,
        link=f"action:{action.id}",
    )
    take_number_to_write(actor, meeting, item=item)
    about = queries.subjects_of(action)
    _audit(actor, action, "action.record", about, payload={"text": text, "owner": owner_agency_id, "due": due_on})
    _disclosed(actor, action, about)
    return action


def note_progress(actor: Actor, *, action: Action, version: int, note: str, now: datetime) -> None:
    """Add a line to the history of an open action."""
    _check_open(action, version)
    _changed(actor, action, "updated", note, now=now)


def complete(actor: Actor, *, action: Action, version: int, outcome: str, now: datetime) -> None:
    """The action was done; `outcome` says what came of it."""
    _check_open(action, version)
    action.status = ActionStatus.DONE
    action.outcome = outcome
    action.settled_at = now
    _changed(actor, action, "completed", outcome, now=now)


def give_up(actor: Actor, *, action: Action, version: int, reason: NotDoneReason, note: str, now: datetime) -> None:
    """The action was not done, for one of the two reasons, with a note. Raises Refused for a reason of the books."""
    _check_open(action, version)
    if reason not in MISSED:
        raise Refused("Choose why it was not done")
    action.status = ActionStatus.NOT_DONE
    action.not_done_reason = reason
    action.outcome = note
    action.settled_at = now
    _changed(actor, action, "not done", note, now=now)


def reopen(actor: Actor, *, action: Action, version: int, note: str, now: datetime) -> None:
    """An action that was settled is open again; how it was settled stays in the history."""
    _check_version(action, version)
    _check_stands(action)
    if action.status is ActionStatus.OPEN:
        raise Refused("This action is open.")
    action.status = ActionStatus.OPEN
    action.not_done_reason = None
    action.outcome = ""
    action.settled_at = None
    _changed(actor, action, "re-opened", note, now=now)


def reassign(
    actor: Actor,
    *,
    action: Action,
    version: int,
    owner_agency_id: int,
    owner_user_id: int | None,
    note: str,
    now: datetime,
    on: date,
) -> None:
    """Give an open action to another agency (those who lead the group), or to another person of its agency.

    Raises Refused with the policy's reason, when it is theirs already, or its person declared an interest.
    """
    _check_open(action, version)
    if (owner_agency_id, owner_user_id) == (action.owner_agency_id, action.owner_user_id):
        raise Refused(SAME_OWNER, field="owner")
    if owner_agency_id != action.owner_agency_id:
        require(actor, Permission.REASSIGN_ACTION, action)
    _check_owner(action.partnership_id, owner_agency_id, owner_user_id, on=on)
    _check_open_to(owner_user_id, case_id=action.case_id, item_id=action.item_id)
    _pass_on(actor, action, owner_agency_id, owner_user_id, kind="reassigned", note=note, now=now)
    tell_owner(actor, action, now=now, on=on)


def hand_over(actor: Actor, *, action: Action, to: User, note: str, now: datetime) -> None:
    """Give the open action of an agency that left to somebody who leads its group (core.actions.handover)."""
    assert to.agency_id is not None
    _pass_on(actor, action, to.agency_id, to.id, kind=HANDED_OVER, note=note, now=now)


def _pass_on(
    actor: Actor, action: Action, agency_id: int, user_id: int | None, *, kind: str, note: str, now: datetime
) -> None:
    before = action.owner_agency_id
    action.owner_agency_id = agency_id
    action.owner_user_id = user_id
    about = _changed(actor, action, kind, note, now=now)
    if agency_id != before:
        _disclosed(actor, action, about)


def change_due_date(
    actor: Actor, *, action: Action, version: int, due_on: date, note: str, now: datetime, on: date
) -> None:
    """Another due date, with the reason. Raises Refused for one in the past, and for the one that it has."""
    _check_open(action, version)
    if due_on < on:
        raise Refused(DUE_IN_THE_PAST, field="due")
    if due_on == action.due_on:
        raise Refused(SAME_DAY, field="due")
    action.due_on = due_on
    _changed(actor, action, "due date changed", note, now=now)


def correct(
    actor: Actor,
    *,
    action: Action,
    item: AgendaItem,
    version: int,
    text: str,
    owner_agency_id: int,
    owner_user_id: int | None,
    due_on: date,
    now: datetime,
) -> None:
    """Put right how an action was recorded, in its meeting and while the record of that is mended.

    Its owner and due date only until something was done about it: from then on they have a history of their own.
    Raises Refused for that, for one that is struck out, for a due date before the meeting, and for a wrong owner.
    """
    if action.version != version:
        told = {} if action.status is ActionStatus.OPEN else {"Status": action.status.value.capitalize()}
        raise Stale(
            {
                "text": action.text,
                "owner": action.owner_agency_id,
                "person": action.owner_user_id,
                "due": action.due_on,
            },
            told=told,
        )
    _check_stands(action)
    agreed = (action.owner_agency_id, action.owner_user_id, action.due_on)
    if agreed != (owner_agency_id, owner_user_id, due_on):
        if action.status is not ActionStatus.OPEN or queries.changed_since(action, item.meeting.closed_at or now):
            raise Refused(ONLY_THE_WORDING, field="text")
        if due_on < action.agreed_on:
            raise Refused(DUE_BEFORE_THE_MEETING, field="due")
        _check_owner(action.partnership_id, owner_agency_id, owner_user_id, on=action.agreed_on)
        if owner_user_id != action.owner_user_id:
            _check_open_to(owner_user_id, case_id=action.case_id, item_id=action.item_id)
    before = action.owner_agency_id
    action.text, action.due_on, action.updated_at = text, due_on, now
    action.owner_agency_id, action.owner_user_id = owner_agency_id, owner_user_id
    db.session.flush()
    _note(actor, action, "corrected", "As it was agreed at the meeting", now=now)
    take_number_to_write(actor, item.meeting, item=item)
    about = queries.subjects_of(action)
    _audit(actor, action, "action.correct", about, payload={"text": text, "owner": owner_agency_id, "due": due_on})
    if owner_agency_id != before:
        _disclosed(actor, action, about)


def strike(actor: Actor, *, action: Action, item: AgendaItem, now: datetime) -> None:
    """Strike out what was recorded by mistake: it stays, marked, with nobody to do it, and reaches no minutes.

    Nothing to one that is struck out. Raises Refused for one that is settled, or was worked on since the meeting.
    """
    if action.status is ActionStatus.STRUCK:
        return
    if action.status is not ActionStatus.OPEN or queries.changed_since(action, item.meeting.closed_at or now):
        raise Refused(WORKED_ON)
    _mended(actor, action, item, ActionStatus.STRUCK, "struck out", "action.strike", now=now)


def restore(actor: Actor, *, action: Action, item: AgendaItem, now: datetime) -> None:
    """Take the striking out back: the action is open again. Nothing to one that stands."""
    if action.status is ActionStatus.STRUCK:
        _mended(actor, action, item, ActionStatus.OPEN, "taken back in", "action.restore", now=now)


def _mended(
    actor: Actor, action: Action, item: AgendaItem, status: ActionStatus, kind: str, verb: str, *, now: datetime
) -> None:
    """How the record has it from now on. The line keeps no standing: the minutes have it as it was put right."""
    action.status, action.updated_at = status, now
    db.session.flush()
    _note(actor, action, kind, "", now=now)
    note_event(
        action.case_id,
        now=now,
        kind="action",
        text=f"Action {action.ref}: {kind}",
        actor=actor,
        link=f"action:{action.id}",
    )
    take_number_to_write(actor, item.meeting, item=item)
    _audit(actor, action, verb, queries.subjects_of(action), payload={"text": action.text})


def _changed(actor: Actor, action: Action, kind: str, note: str, *, now: datetime) -> Sequence[int]:
    """Keep and record what was changed: the persons whom it is about."""
    action.updated_at = now
    before = replaced_in(action)
    db.session.flush()
    _note(actor, action, kind, note, before=before, now=now)
    note_event(
        action.case_id,
        now=now,
        kind="action",
        text=f"Action {action.ref}: {kind}",
        actor=actor,
        link=f"action:{action.id}",
    )
    item = queries.item_in_session(action)
    if item is not None:
        take_number(item.meeting, Part.ITEM, item=item)
    about = queries.subjects_of(action)
    verb = f"action.{kind.replace(' ', '_').replace('-', '_')}"
    _audit(actor, action, verb, about, payload={"note": note, "due": action.due_on, "owner": action.owner_agency_id})
    return about


def _note(
    actor: Actor, action: Action, kind: str, note: str, *, now: datetime, before: Mapping[str, Any] | None = None
) -> None:
    line = {
        "action_id": action.id,
        "at": now,
        "user_id": actor.user_id or None,
        "agency_id": actor.agency_id,
        "kind": kind,
        "note": note,
        "before": before,
    }
    directly(_HISTORY, line)


def _disclosed(actor: Actor, action: Action, about: Sequence[int]) -> None:
    """What an action says is told to the agency that owns it, whether or not its case is open to that agency."""
    if action.owner_agency_id == actor.agency_id:
        return
    audit.record(
        actor,
        audit.Category.DISCLOSURE,
        "action.give",
        object=f"action:{action.id}",
        subjects=about,
        purpose=f"meeting:{action.meeting_id}" if action.meeting_id else None,
        recipient=f"ag_{action.owner_agency_id}",
    )


def _audit(actor: Actor, action: Action, verb: str, about: Sequence[int], *, payload: Mapping[str, object]) -> None:
    audit.record(
        actor,
        audit.Category.ALTERATION,
        verb,
        object=f"action:{action.id}",
        subjects=about,
        purpose=f"meeting:{action.meeting_id}" if action.meeting_id else None,
        payload=payload,
    )


def _check_version(action: Action, version: int) -> None:
    if action.version != version:
        raise Stale(
            {
                "text": action.text,
                "owner": action.owner_agency_id,
                "person": action.owner_user_id,
                "outcome": action.outcome,
            },
            told={"Status": action.status.value.capitalize(), "Due": in_words(action.due_on)},
        )


def _check_open(action: Action, version: int) -> None:
    _check_version(action, version)
    _check_stands(action)
    if action.status is not ActionStatus.OPEN:
        raise Refused("This action is settled. Re-open it first.")


def _check_stands(action: Action) -> None:
    if action.status is ActionStatus.STRUCK:
        raise Refused(STRUCK_OUT)


def _check_owner(partnership_id: int, agency_id: int, user_id: int | None, *, on: date) -> None:
    if not queries.is_agency_of(partnership_id, agency_id, on=on):
        raise Refused("Choose an agency of this partnership", field="owner")
    if user_id is not None and not queries.is_person_of(agency_id, user_id):
        raise Refused(NOT_OF_THAT_AGENCY, field="person")


def _check_open_to(user_id: int | None, *, case_id: int | None, item_id: int | None) -> None:
    if user_id is not None and queries.declared_interest(user_id, case_id=case_id, item_id=item_id):
        raise Refused(CLOSED_TO_THEM, field="person")
