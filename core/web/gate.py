"""Every request's way in and out: who asks, whether they may, one transaction, one answer.

A view declares its policy with `requires` or `public`; a route without one stops the application at start-up
(`refuse_unguarded_routes`). The order of a write: read the body, take the write lock, load the actor, decide,
replay a known key, run the view, store the answer, commit. A read's disclosures are appended after the page is made
and before its first byte goes out.
"""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from functools import partial, wraps
from typing import Any

from flask import Flask, Response, current_app, g, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.orm.exc import StaleDataError

from core import audit
from core.clock import local_date, utc_now
from core.errors import NotFound, Refused
from core.extensions import db
from core.facts import Actor, Verdict
from core.policy import Permission, decide
from core.policy.countersigning import go_on
from core.web import answers
from core.web.together import append_together
from core.web.transaction import begin_write, end_read, take_turn

View = Callable[..., ResponseReturnValue]
Loader = Callable[..., Any]

_CLOSING = "roundtable_closed_pages"
_ASKING = "roundtable_asks_who_it_is"
_LOOKING = "roundtable_looks_over"

MOST_TRIES = 20
"""Of one write; whoever is overtaken each time is told that somebody else saved first, without both values.

With fifty people at ten entries a try is overtaken in about one of four: five tries were too few in a few of 10,000."""

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class Forbidden(Refused):
    """The gate said no to something that the actor may know of: 403 with the reason."""


class Hidden(Exception):
    """The gate said no to something that the actor may not know of: the 404 of a missing id."""


def requires(
    permission: Permission,
    *,
    on: Loader | None = None,
    before_lock: Callable[[Any], Any] | None = None,
    proved: bool = False,
) -> Callable[[View], View]:
    """Declare a view's policy. `on` loads the object from the URL's arguments, through its parent; the view gets it.

    `on` raises NotFound for what does not exist. The decision is taken before anything of the request is
    assigned to the object. `before_lock` does a write's slow work (a document) on the object while others may
    still write (None where there is no `on`); the gate then asks everything again under the lock, and the view gets
    its result as well.
    `proved`: whoever asks must have shown within the last minutes who they are, or is asked for it now.
    """

    def declare(view: View) -> View:
        @wraps(view)
        def guarded(**arguments: Any) -> Response:
            if proved and (asked := _asked_who_it_is(permission, on, arguments)) is not None:
                return asked
            if request.method not in SAFE_METHODS:
                return _write_again(view, permission, on, arguments, before_lock)
            return _read(view, permission, on, arguments)

        guarded.policy = permission  # type: ignore[attr-defined]  # read by refuse_unguarded_routes
        return guarded

    return declare


def public(view: View) -> View:
    """Declare that a view is for everybody, signed in or not. It begins and commits its own transaction."""
    view.policy = "public"  # type: ignore[attr-defined]  # read by refuse_unguarded_routes
    return view


def policy_of(view: object) -> Permission | str | None:
    """What a view declared: its permission, "public", or None when it declared nothing."""
    return getattr(view, "policy", None)


def refuse_unguarded_routes(app: Flask) -> None:
    """Stop the start of an application with a route that declares no policy."""
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        if policy_of(view) is None:
            raise RuntimeError(f"the route {rule.rule} ({rule.endpoint}) declares no policy")


def close_pages(app: Flask, why: Callable[[Actor, str], str]) -> None:
    """Let `why(actor, blueprint)` close pages to actors whom the gate lets in: not empty, it is what they are told."""
    app.extensions[_CLOSING] = why


def ask_who_it_is(app: Flask, how: Callable[[], ResponseReturnValue | None]) -> None:
    """Where a view wants to be sure who it is, `how()` asks: None once they have shown it, else the page that asks."""
    app.extensions[_ASKING] = how


def look_over(app: Flask, how: Callable[[], ResponseReturnValue | None]) -> None:
    """Let `how()` see what is about to be saved, before any view does: None, or the page that asks about it."""
    app.extensions[_LOOKING] = how


def current_actor() -> Actor:
    """Whoever is signed in. Only behind `requires`."""
    actor: Actor = current_user.actor
    return actor


def signed_in() -> bool:
    """Whether anybody is signed in, as of now."""
    return bool(current_user.is_authenticated)


def may(permission: Permission, subject: Any = None) -> Verdict:
    """The gate's verdict for the current actor; for pages that show or hide a link."""
    return decide(current_actor(), permission, subject)


def disclose(action: str, *, object: str, subjects: Iterable[int] = (), purpose: str | None = None) -> None:
    """Note that this page shows named data: one record per page, with all its subjects (person ids).

    A view that writes notes it before it looks at the form: its page comes again with what is wrong, or what
    somebody else saved first. When the write is done there is no page, only the way to one, and nothing is kept.
    """
    g.setdefault("disclosures", []).append((action, object, list(subjects), purpose))


def _read(view: View, permission: Permission, on: Loader | None, arguments: dict[str, Any]) -> Response:
    if (elsewhere := _before_anything(permission)) is not None:
        return elsewhere
    response = make_response(_decided(view, permission, on, arguments))
    _settle_disclosures(response)
    return response


def _write_again(
    view: View,
    permission: Permission,
    on: Loader | None,
    arguments: dict[str, Any],
    before_lock: Callable[[Any], Any] | None,
) -> Response:
    """Write; where somebody else saved a row between its reading and its writing, as can be on PostgreSQL, from the
    beginning: the view then reads what they saved, and can tell of it. In turn with others who begin again there.
    """
    for _ in range(MOST_TRIES - 1):
        try:
            return _write(view, permission, on, arguments, before_lock)
        except StaleDataError:
            db.session.rollback()
            for kept in ("_login_user", "disclosures", "after_commit"):
                g.pop(kept, None)
            g.overtaken = True
    return _write(view, permission, on, arguments, before_lock)


def _write(
    view: View,
    permission: Permission,
    on: Loader | None,
    arguments: dict[str, Any],
    before_lock: Callable[[Any], Any] | None,
) -> Response:
    sent = answers.sent(request)  # reads the whole body: nobody waits for a slow network behind the write lock
    prepared: tuple[Any, ...] = ()
    if before_lock is not None:
        if (elsewhere := _before_anything(permission)) is not None:
            return elsewhere
        prepared = (before_lock(_loaded(current_actor(), permission, on, arguments)),)
        db.session.rollback()
        g.pop("_login_user", None)  # who is asking is asked again, too
    begin_write()
    if "overtaken" in g:
        take_turn(request.path)
    if (elsewhere := _before_anything(permission)) is not None:
        return elsewhere
    actor = current_actor()
    try:
        subject = _loaded(actor, permission, on, arguments)
    except (Forbidden, Hidden, NotFound):
        repeated = answers.sent_on(actor.user_id, sent)
        if repeated is None:
            raise
        g.pop("denied", None)
        db.session.rollback()
        return repeated
    stored = answers.claim(actor.user_id, sent, now=utc_now())
    if stored is not None:
        db.session.rollback()
        return stored
    asked: ResponseReturnValue | None = current_app.extensions.get(_LOOKING, _nothing)()
    if asked is None:
        asked = view(*(() if on is None else (subject,)), *prepared)
    response = make_response(asked)
    if response.status_code < 400:
        answers.keep(actor.user_id, sent, response)
        current_user.touch_when_due(utc_now())
        db.session.commit()
        _after_commit()
    else:
        db.session.rollback()
    _settle_disclosures(response)
    return response


def _nothing() -> None:
    """What an application that looks nothing over says of it."""


def _decided(view: View, permission: Permission, on: Loader | None, arguments: dict[str, Any]) -> ResponseReturnValue:
    subject = _loaded(current_actor(), permission, on, arguments)
    return view(subject) if on is not None else view()


def _loaded(actor: Actor, permission: Permission, on: Loader | None, arguments: dict[str, Any]) -> Any:
    if not (first := go_on(actor, permission)):
        g.denied = (permission, arguments)
        raise Forbidden(first.reason)
    subject = on(**arguments) if on is not None else None
    verdict = decide(actor, permission, subject)
    if not verdict:
        g.denied = (permission, arguments)
        if verdict.known:
            raise Forbidden(verdict.reason)
        raise Hidden
    closed = current_app.extensions.get(_CLOSING)
    if closed is not None and request.blueprint is not None and (why := closed(actor, request.blueprint)):
        raise Forbidden(why)
    return subject


def after_commit(action: Callable[[], None]) -> None:
    """Do something once the write has been committed: wake the live pages, hand a job to the worker."""
    g.setdefault("after_commit", []).append(action)


def _after_commit() -> None:
    for action in g.pop("after_commit", ()):
        action()


def settle_disclosures() -> None:
    """The same for an answer that the error pages make: what is stored now, when somebody else saved first."""
    _settle_disclosures(None)


def _settle_disclosures(response: Response | None) -> None:
    """Append what this page disclosed, in a short transaction, before its first byte goes out.

    A redirect shows nothing. The page was read without the write lock; taking it only now keeps readers out of each
    other's way.
    """
    disclosures = g.pop("disclosures", ())
    if response is not None and 300 <= response.status_code < 400:
        disclosures = ()
    touched = signed_in() and current_user.needs_touch
    if not disclosures and not touched:
        return
    actor = current_actor()
    records = [
        audit.described(actor, audit.Category.CONSULTATION, action, object=object_, subjects=subjects, purpose=purpose)
        for action, object_, subjects, purpose in disclosures
    ]
    end_read()
    append_together(records, touch=partial(current_user.touch_when_due, utc_now()) if touched else None)


def record_denial() -> None:
    """Keep a refusal in the trail, when somebody is signed in. Called by the error pages."""
    denied = g.pop("denied", None)
    if denied is None:
        return
    permission, arguments = denied
    actor = current_actor()
    db.session.rollback()
    begin_write()
    target = ",".join(f"{name}={value}" for name, value in arguments.items() if isinstance(value, int))
    audit.record(
        actor,
        audit.Category.DENIED,
        permission.replace(" ", "_")[:60],
        object=(target or "-")[:80],
        outcome="deny",
    )
    db.session.commit()


def _before_anything(permission: Permission) -> Response | None:
    """Where whoever asks is sent first: to sign in, to the second step, or to what they have to countersign.

    Without it they reach nothing else. A page sends them there; to a download, a script or a form the gate says no, so
    that what was typed stays where it is.
    """
    if not signed_in():
        return _ask_to_sign_in()
    if not current_user.second_step_due or permission is Permission.FINISH_SIGNING_IN:
        if go_on(current_actor(), permission) or not _asks_for_a_page():
            return None
        db.session.rollback()
        return make_response(redirect(url_for("accounts.protocol", next=request.full_path.rstrip("?"))))
    db.session.rollback()
    if request.method in SAFE_METHODS and "HX-Request" not in request.headers:
        return make_response(redirect(url_for("accounts.two_step")))
    response = make_response("Signing in takes a second step for you. Open “Your account” to take it.", 403)
    response.headers["Content-Type"] = "text/plain; charset=utf-8"
    return response


def _asks_for_a_page() -> bool:
    """Whether somebody opens an address in their browser, which says that it wants HTML; a script asks for anything."""
    wants_page = "text/html" in request.headers.get("Accept", "")
    return request.method in SAFE_METHODS and wants_page and "HX-Request" not in request.headers


def _asked_who_it_is(permission: Permission, on: Loader | None, arguments: dict[str, Any]) -> Response | None:
    """The page that asks who it is, unless they showed it just now; whoever may not do it anyway is told that instead.

    Asked before the write begins: a password takes long to check, and nobody waits for that behind the write lock.
    """
    asked = None
    if _before_anything(permission) is None and not current_user.is_proved:
        try:
            _loaded(current_actor(), permission, on, arguments)
        except (Forbidden, Hidden, NotFound):
            g.pop("denied", None)  # they are told once more, and that is kept
        else:
            how: Callable[[], ResponseReturnValue | None] = current_app.extensions[_ASKING]
            answer = how()
            asked = None if answer is None else make_response(answer)
    db.session.rollback()
    g.pop("_login_user", None)  # what is asked now is asked again in the transaction of the write
    return asked


def _ask_to_sign_in() -> Response:
    db.session.rollback()
    if request.method in SAFE_METHODS and "HX-Request" not in request.headers:
        return make_response(redirect(url_for("accounts.sign_in", next=request.full_path.rstrip("?"))))
    response = make_response("You are signed out. Sign in again to go on.", 401)
    response.headers["Content-Type"] = "text/plain; charset=utf-8"
    return response


def now() -> datetime:
    """This request's moment, the same wherever it is asked."""
    if "now" not in g:
        g.now = utc_now()
    moment: datetime = g.now
    return moment


def today() -> date:
    """This request's day in the United Kingdom."""
    return local_date(now())
