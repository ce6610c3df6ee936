"""A person's calendar feed: the page on which it is made and revoked, and the feed itself."""

import hashlib
from datetime import datetime, timedelta

from flask import Blueprint, Response, current_app, make_response, request, session
from flask.typing import ResponseReturnValue

from core.accounts.models import CalendarFeed
from core.accounts.passwords import token_hash
from core.accounts.queries import actor_as_of
from core.clock import local_date
from core.errors import NotFound
from core.facts import MeetingStatus
from core.meetings.diary.notices import entry_of
from core.meetings.feed import operations, queries
from core.meetings.ics import Invitation, Method, feed_text
from core.policy import Permission
from core.web import begin_write, current_actor, now, public, render, requires, see_other
from core.web.limits import Limit
from core.web.requests import network_of_client
from core.web.transaction import Busy, end_read

bp = Blueprint("calendar", __name__)

SHOWN_ONCE = "calendar feed"
"""Where the browser's own session keeps the address until it has been shown; it is stored nowhere else."""

TOO_OFTEN = timedelta(minutes=5)
READINGS = Limit(30, TOO_OFTEN)
"""Of one feed: several devices, each of which asks every hour or whenever its owner looks."""
GUESSES = Limit(60, TOO_OFTEN)
"""From one network, at addresses that no feed has: an office whose people have revoked theirs, and no more."""


@bp.get("/account/calendar", endpoint="page")
@requires(Permission.MANAGE_OWN_ACCOUNT)
def page() -> ResponseReturnValue:
    """One's own feed: whether there is one, when it was last asked for; its address, once."""
    actor = current_actor()
    kept = session.pop(SHOWN_ONCE, None)
    token = kept[1] if kept is not None and kept[0] == [actor.user_id, actor.partnership_id] else ""
    return render(
        "accounts/calendar.html",
        feed=queries.own_feed(actor),
        address=f"{current_app.config['ROUNDTABLE'].external_url}/calendar/{token}.ics" if token else "",
    )


@bp.post("/account/calendar", endpoint="make")
@requires(Permission.MANAGE_OWN_ACCOUNT)
def make() -> ResponseReturnValue:
    """Make it, or make it anew; the one before is revoked."""
    actor = current_actor()
    session[SHOWN_ONCE] = [[actor.user_id, actor.partnership_id], operations.make_feed(actor, now=now())]
    return see_other("calendar.page")


@bp.post("/account/calendar/revoke", endpoint="revoke")
@requires(Permission.MANAGE_OWN_ACCOUNT)
def revoke() -> ResponseReturnValue:
    """Revoke it."""
    operations.revoke_feed(current_actor(), now=now())
    return see_other("calendar.page")


@bp.get("/calendar/<token>.ics", endpoint="feed")
@public
def feed(token: str) -> ResponseReturnValue:
    """The feed, for whoever has its address: a calendar cannot sign in.

    Its owner's rights are asked anew each time. Unknown, revoked, of a retired account or of one whose agency has
    left: the same 404.
    """
    found = queries.feed_by_token(token_hash(token))
    actor = actor_as_of(found.user_id, found.partnership_id, on=local_date(now())) if found is not None else None
    if found is None or actor is None or not actor.in_partnership:
        network = network_of_client()
        if network and not GUESSES.allows(network, now=now()):
            return _too_often()
        raise NotFound
    if not READINGS.allows(str(found.id), now=now()):
        return _too_often()
    entries = [
        entry_of(Method.CANCEL if meeting.status is MeetingStatus.CANCELLED else Method.PUBLISH, meeting, stamp=now())
        for meeting in queries.meetings_of(actor, now=now())
    ]
    answer = _answer(f"Roundtable: {actor.partnership_name}", entries)
    end_read()
    _note(found, now())
    return answer


def _answer(name: str, entries: list[Invitation]) -> Response:
    """The file, or 304 when the calendar has it.

    Its tag is of what it says of the meetings. It is a weak one: the moment at which the file was written, which the
    standard wants in each entry, is in the file and not in the tag.
    """
    response = make_response(feed_text(name, entries))
    response.headers["Content-Type"] = "text/calendar; charset=utf-8"
    response.headers["Content-Disposition"] = "inline; filename=roundtable.ics"
    said = repr((name, [(each.method, each.uid, each.sequence, each.starts, each.ends) for each in entries]))
    said += repr([(each.group, each.reference, each.location, each.url, each.organiser) for each in entries])
    response.set_etag(hashlib.sha256(said.encode()).hexdigest(), weak=True)
    response.make_conditional(request)
    return response


def _note(found: CalendarFeed, moment: datetime) -> None:
    """That it was asked for, once an hour at most. Not worth an answer that says "busy"."""
    if not operations.needs_noting(found, now=moment):
        return
    try:
        begin_write()
    except Busy:
        return
    operations.note_reading(found.id, now=moment)
    end_read()


def _too_often() -> Response:
    response = make_response("This was asked for too often. Ask again in five minutes.\n", 429)
    response.headers["Content-Type"] = "text/plain; charset=utf-8"
    response.headers["Retry-After"] = str(int(TOO_OFTEN.total_seconds()))
    return response
