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

from flask import Flask, Response, g, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from core import audit
from core.clock import local_date, utc_now
from core.errors import NotFound, Refused
from core.extensions import db
from core.facts import Actor, Verdict
from core.policy import Permission, decide
from core.web import answers
from core.web.together import append_together
from core.web.transaction import begin_write, end_read

View = Callable[..., ResponseReturnValue]
Loader = Callable[..., Any]

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class Forbidden(Refused):
    """The gate said no to something that the actor may know of: 403 with the reason."""


class Hidden(Exception):
    """The gate said no to something that the actor may not know of: the 404 of a missing id."""


def requires(
    permission: Permission, *, on: Loader | None = None, before_lock: Callable[[Any], Any] | None = None
) -> Callable[[View], View]:
    """Declare a view's policy. `on` loads the object from the URL's arguments, through its parent; the view gets it.

    `on` raises NotFound for what does not exist. The decision is taken before anything of the request is
    assigned to the object. `before_lock` does a write's slow work (a document) on the object while others may
    still write; the gate then asks everything again under the lock, and the view gets its result as well.
    """

    def declare(view: View) -> View:
        @wraps(view)
        def guarded(**arguments: Any) -> Response:
            if request.method not in SAFE_METHODS:
                return _write(view, permission, on, arguments, before_lock)
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
    if not signed_in():
        return _ask_to_sign_in()
    response = make_response(_decided(view, permission, on, arguments))
    _settle_disclosures(response)
    return response


def _write(
    view: View,
    permission: Permission,
    on: Loader | None,
    arguments: dict[str, Any],
    before_lock: Callable[[Any], Any] | None,
) -> Response:
    key = answers.key_of(request)  # reads the whole body: nobody waits for a slow network behind the write lock
    prepared: tuple[Any, ...] = ()
    if before_lock is not None:
        if not signed_in():
            return _ask_to_sign_in()
        prepared = (before_lock(_loaded(current_actor(), permission, on, arguments)),)
        db.session.rollback()
        g.pop("_login_user", None)  # who is asking is asked again, too
    begin_write()
    if not signed_in():
        return _ask_to_sign_in()
    actor = current_actor()
    try:
        subject = _loaded(actor, permission, on, arguments)
    except (Forbidden, Hidden, NotFound):
        repeated = answers.sent_on(actor.user_id, key, request)
        if repeated is None:
            raise
        g.pop("denied", None)
        db.session.rollback()
        return repeated
    stored = answers.claim(actor.user_id, key, request, now=utc_now())
    if stored is not None:
        db.session.rollback()
        return stored
    response = make_response(view(subject, *prepared) if on is not None else view())
    if response.status_code < 400:
        answers.keep(actor.user_id, key, response)
        db.session.commit()
        _after_commit()
    else:
        db.session.rollback()
    _settle_disclosures(response)
    return response


def _decided(view: View, permission: Permission, on: Loader | None, arguments: dict[str, Any]) -> ResponseReturnValue:
    subject = _loaded(current_actor(), permission, on, arguments)
    return view(subject) if on is not None else view()


def _loaded(actor: Actor, permission: Permission, on: Loader | None, arguments: dict[str, Any]) -> Any:
    subject = on(**arguments) if on is not None else None
    verdict = decide(actor, permission, subject)
    if not verdict:
        g.denied = (permission, arguments)
        if verdict.known:
            raise Forbidden(verdict.reason)
        raise Hidden
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
    touched = getattr(current_user, "needs_touch", False) if signed_in() else False
    if not disclosures and not touched:
        return
    actor = current_actor()
    records = [
        audit.described(actor, audit.Category.CONSULTATION, action, object=object_, subjects=subjects, purpose=purpose)
        for action, object_, subjects, purpose in disclosures
    ]
    end_read()
    append_together(records, touch=partial(current_user.touch, utc_now()) if touched else None)


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
