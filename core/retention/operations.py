"""Making a monthly list, deciding and approving it, setting periods; and what goes by itself."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, Delete, Update, and_, delete, insert, or_, select, update
from sqlalchemy.orm.attributes import flag_modified

from core import audit
from core.accounts.models import CalendarFeed, Invitation, SignInAttempt, UserSession
from core.circulation.models import Mail
from core.clock import local_date
from core.errors import Refused, Stale
from core.extensions import db
from core.facts import SYSTEM, Actor, MailState
from core.partnerships.models import Partnership
from core.policy import Permission, require
from core.retention import queries
from core.retention.due import Due, all_due
from core.retention.kinds import CHOSEN, RULES, Kind
from core.retention.models import (
    Decision,
    RetentionApproval,
    RetentionEntry,
    RetentionList,
    RetentionPeriod,
)
from core.web.transaction import begin_write

ERASE, KEEP = "erase", "keep"
"""What becomes of a line, as the form has it."""

APPROVERS = 2
CHANGED = {"The list": "A line of it was decided, or somebody approved it, since you opened it. Look at it again."}
AT_ONCE = 1_000
"""Lines of a list that are written in one statement."""


def make_lists(*, now: datetime) -> int:
    """The month's list of every partnership in which something is due, once; how many were made. Commits each."""
    on = local_date(now)
    month = on.replace(day=1)
    have = select(RetentionList.partnership_id).where(RetentionList.month == month)
    waiting = db.session.scalars(select(Partnership.id).where(Partnership.id.not_in(have))).all()
    db.session.rollback()
    made = 0
    for partnership_id in waiting:
        due = all_due(partnership_id, on=on)  # before anybody has to wait for it: it is asked again as it is erased
        db.session.rollback()
        if not due:
            continue
        begin_write()
        made += _make(partnership_id, month, due, now=now)
        db.session.commit()
    return made


def _make(partnership_id: int, month: date, due: Sequence[Due], *, now: datetime) -> bool:
    there = select(RetentionList.id).where(RetentionList.partnership_id == partnership_id, RetentionList.month == month)
    if db.session.scalar(there) is not None:
        return False
    made = RetentionList(partnership_id=partnership_id, month=month, made_at=now)
    db.session.add(made)
    db.session.flush()
    rows = [
        {
            "list_id": made.id,
            "kind": each.kind,
            "record_id": each.record_id,
            "reference": each.reference,
            "due_since": each.since,
            "decision": Decision.DUE,
            "reason": "",
            "version": 1,
        }
        for each in due
    ]
    for first in range(0, len(rows), AT_ONCE):
        db.session.execute(insert(RetentionEntry), rows[first : first + AT_ONCE])
    audit.record(
        SYSTEM,
        audit.Category.ADMIN,
        "retention.list",
        object=f"retention_list:{made.id}",
        payload={"lines": len(rows)},
    )
    return True


def keep(actor: Actor, *, entry: RetentionEntry, version: int, until: date, reason: str, now: datetime) -> None:
    """Keep what is due until a day: it is on the list of the month after. Raises Stale."""
    require(actor, Permission.DECIDE_RETENTION, entry)
    _current(entry, version)
    if until <= local_date(now):
        raise Refused("Choose a day to come.", field="keep_until")
    entry.decision, entry.keep_until, entry.reason = Decision.KEPT, until, reason
    _decided(actor, entry, "retention.keep", now=now)


def put_back(actor: Actor, *, entry: RetentionEntry, version: int, now: datetime) -> None:
    """Let it be erased with the list after all. Raises Stale."""
    require(actor, Permission.DECIDE_RETENTION, entry)
    _current(entry, version)
    entry.decision, entry.keep_until, entry.reason = Decision.DUE, None, ""
    _decided(actor, entry, "retention.put_back", now=now)


def _current(entry: RetentionEntry, version: int) -> None:
    if version != entry.version:
        decided = KEEP if entry.decision is Decision.KEPT else ERASE
        raise Stale({"decision": decided, "keep_until": entry.keep_until, "reason": entry.reason})


def _decided(actor: Actor, entry: RetentionEntry, action: str, *, now: datetime) -> None:
    """Whoever approved the list before did not approve this: it is approved anew."""
    entry.decided_at, entry.decided_by_id = now, actor.user_id
    approved = db.session.scalars(
        delete(RetentionApproval).where(RetentionApproval.list_id == entry.list_id).returning(RetentionApproval.user_id)
    ).all()
    flag_modified(entry.of_list, "month")  # its version rises, so that a page of it from before approves nothing
    audit.record(actor, audit.Category.ADMIN, action, object=f"retention_entry:{entry.id}")
    if approved:
        audit.record(
            actor,
            audit.Category.ERASURE,
            "retention.approve_anew",
            object=f"retention_list:{entry.list_id}",
            payload={"approved_by": sorted(approved)},
        )


def approve(actor: Actor, *, found: RetentionList, version: int, now: datetime) -> bool:
    """Approve a list as it stands; True where this was the second: the worker erases from now on. Raises Stale."""
    require(actor, Permission.APPROVE_ERASURE, found)
    if version != found.version:
        raise Stale(told=CHANGED)
    flag_modified(found, "month")  # its version rises: nothing is decided on it meanwhile
    db.session.add(RetentionApproval(list_id=found.id, user_id=actor.user_id, at=now))
    last = len(found.approvals) + 1 >= APPROVERS
    if last:
        found.approved_at = now
    audit.record(actor, audit.Category.ERASURE, "retention.approve", object=f"retention_list:{found.id}")
    db.session.flush()
    return last


def set_periods(actor: Actor, *, periods: dict[Kind, int], version: int) -> None:
    """Choose how long what is chosen is kept, within the bounds. Raises Stale, and Refused past them."""
    require(actor, Permission.SET_RETENTION)
    assert actor.partnership_id is not None
    now = queries.periods_of(actor.partnership_id)
    if version != queries.version_of_periods(now):
        raise Stale({queries.box_of(rule.kind): now[rule.kind] for rule in CHOSEN})
    for rule in CHOSEN:
        period = periods[rule.kind]
        if not rule.least <= period <= rule.most:
            raise Refused(
                f"{rule.title}: from {rule.least} to {rule.most} {rule.unit.value}.", field=queries.box_of(rule.kind)
            )
    db.session.execute(delete(RetentionPeriod).where(RetentionPeriod.partnership_id == actor.partnership_id))
    for rule in CHOSEN:
        if periods[rule.kind] != rule.default:
            db.session.add(
                RetentionPeriod(partnership_id=actor.partnership_id, kind=rule.kind, period=periods[rule.kind])
            )
    audit.record(
        actor,
        audit.Category.ADMIN,
        "retention.periods",
        object=f"partnership:{actor.partnership_id}",
        payload={kind.value: period for kind, period in periods.items()},
    )


OVER = (MailState.SENT, MailState.FAILED, MailState.WITHDRAWN)
"""A mail that goes out no more."""


def tidy(*, now: datetime) -> None:
    """What goes by itself: words of mails that went, sessions and tries that ended, feeds that were revoked. How many,
    stands in the trail.
    """
    long_ago = now - timedelta(days=RULES[Kind.SIGNING_IN].default)
    revoked = now - timedelta(days=RULES[Kind.CALENDAR].default)
    gone = {
        "sessions": delete(UserSession).where(or_(UserSession.ended_at < long_ago, UserSession.seen_at < long_ago)),
        "tries": delete(SignInAttempt).where(SignInAttempt.at < long_ago),
        "invitations": delete(Invitation).where(Invitation.expires_at < long_ago),
        "feeds": delete(CalendarFeed).where(CalendarFeed.revoked_at < revoked),
    }
    counts = {what: _changed(statement) for what, statement in gone.items()}
    for partnership_id in (None, *db.session.scalars(select(Partnership.id))):
        periods = queries.periods_of(partnership_id) if partnership_id is not None else {}
        days = periods.get(Kind.MAIL, RULES[Kind.MAIL].default)
        went = and_(Mail.state.in_(OVER), Mail.created_at < now - timedelta(days=days), Mail.body != "")
        of_it = Mail.partnership_id == partnership_id if partnership_id is not None else Mail.partnership_id.is_(None)
        emptied = update(Mail).where(went, of_it).values(body="", body_html="", calendar="", failure="")
        counts["mails"] = counts.get("mails", 0) + _changed(emptied)
    if any(counts.values()):
        audit.record(SYSTEM, audit.Category.ALTERATION, "retention.tidy", object="retention", payload=counts)


def _changed(statement: Delete | Update) -> int:
    return cast(CursorResult[Any], db.session.execute(statement)).rowcount
