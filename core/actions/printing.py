"""Reading the log for paper: what one reader may have of each action, by agency and due date."""

from collections.abc import Sequence
from datetime import date, datetime
from itertools import groupby

from core import audit
from core.actions import log
from core.actions.models import Action
from core.actions.paper import MOST, PaperLine, PaperLog, PaperPart, PaperSlice, slices_of
from core.actions.summaries import EDGES
from core.documents.record import AuditHead
from core.errors import Refused
from core.facts import ActionStatus, Actor
from core.policy.actions import see_action
from core.working_days import working_days_between, years_known

MOST_PARTS = 20
"""Documents that a list may come in: some eighteen hundred pages."""

TOO_MANY = (
    f"As PDF up to {MOST * MOST_PARTS:,} actions can be downloaded, and this list has {{number:,}}. Choose fewer with "
    "the filters, or download CSV or XLSX"
)


def slices_for(actor: Actor, wanted: log.Wanted, *, on: date) -> Sequence[PaperSlice]:
    """The documents that the list comes in. Raises Refused when it is too long for paper."""
    number = log.number_for_paper(actor, wanted, on=on)
    slices = slices_of(number)
    if len(slices) > MOST_PARTS:
        raise Refused(TOO_MANY.format(number=number))
    return slices


def log_for_paper(
    actor: Actor,
    wanted: log.Wanted,
    part: PaperSlice,
    *,
    heading: str,
    filters: Sequence[str],
    on: date,
    now: datetime,
) -> tuple[PaperLog, Sequence[int]]:
    """What that part of the list shows to the actor, as a document holds it, and the persons of its cases.

    Of an action that they may not open: its references, due date and status. One of a case in which they declared an
    interest is left out and counted.
    """
    known = log.rows_for_paper(actor, wanted, on=on, before=part.first - 1, most=part.last - part.first + 1)
    kept = [
        action
        for action in known
        if action.case_id not in actor.recused_cases and action.item_id not in actor.recused_items
    ]
    opened = [action for action in kept if see_action(actor, action)]
    ids = {action.id for action in opened}
    parts = [
        PaperPart(agency=agency, lines=tuple(_line(action, on=on) for action in theirs))
        for agency, theirs in groupby(opened, key=lambda action: action.owner_agency.name)
    ]
    closed = sorted((each for each in kept if each.id not in ids), key=lambda each: (each.due_on, each.id))
    if closed:
        parts.append(PaperPart(agency="", lines=tuple(_closed(action, on=on) for action in closed)))
    head = audit.head()
    paper = PaperLog(
        partnership=actor.partnership_name,
        heading=heading,
        filters=tuple(filters),
        made_for=actor.name,
        made_for_agency=actor.agency_name,
        made_at=now,
        edges=EDGES,
        parts=tuple(parts),
        left_out=len(known) - len(kept),
        slice=part if part.of > 1 else None,
        audit_head=AuditHead(seq=head.seq, hash=head.hash),
    )
    return paper, log.subjects_of(opened)


def _line(action: Action, *, on: date) -> PaperLine:
    return PaperLine(
        ref=action.ref,
        case_ref=action.case.ref if action.case is not None else "",
        group=action.group.name,
        text=action.text,
        person=action.owner.name if action.owner is not None else "",
        agreed_on=action.agreed_on,
        due_on=action.due_on,
        status=action.status,
        reason=action.not_done_reason,
        outcome=action.outcome,
        overdue=_overdue(action, on),
    )


def _closed(action: Action, *, on: date) -> PaperLine:
    return PaperLine(
        ref=action.ref,
        case_ref=action.case.ref if action.case is not None else "",
        due_on=action.due_on,
        status=action.status,
        overdue=_overdue(action, on),
        closed=True,
    )


def _overdue(action: Action, on: date) -> int | None:
    if action.status is not ActionStatus.OPEN or action.due_on >= on:
        return None
    return working_days_between(max(action.due_on, date(years_known()[0], 1, 1)), on)  # no bank holiday is known before
