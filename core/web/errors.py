"""What went wrong, as pages. A page says what happened and what to do; it names nobody."""

import logging
from collections.abc import Mapping

from flask import Flask, Response, current_app, g, make_response, render_template, request
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from core.errors import AuditUnavailable, NotFound, Refused, Stale
from core.extensions import db
from core.web.gate import Forbidden, Hidden, record_denial, settle_disclosures
from core.web.transaction import Busy

log = logging.getLogger("roundtable")

TITLES = {
    400: "That request could not be understood",
    403: "You cannot do this",
    404: "Page not found",
    405: "That address does not take this request",
    409: "Somebody else saved first",
    413: "What you sent is too large",
    422: "That could not be saved",
    429: "Too many tries",
    500: "Sorry, something went wrong",
    503: "Roundtable is not available for the moment",
}


AWAY = (AuditUnavailable, Busy, OperationalError, InterfaceError)
"""The database, or the trail in it, is away, full or busy."""


def register_error_pages(app: Flask) -> None:
    """Turn every error into its page."""
    app.register_error_handler(Forbidden, _forbidden)
    app.register_error_handler(Refused, lambda error: _page(409, reason=error.reason, title="That was not done"))
    app.register_error_handler(Hidden, _not_found)
    app.register_error_handler(NotFound, _not_found)
    app.register_error_handler(404, _not_found)
    app.register_error_handler(Stale, _stale)
    app.register_error_handler(StaleDataError, lambda error: _page(409, current={}))
    for away in AWAY:
        app.register_error_handler(away, _unavailable)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def _forbidden(error: Forbidden) -> Response:
    return _denied(403, reason=error.reason)


def _not_found(_error: Exception) -> Response:
    """Byte for byte the same, whether the thing is missing or may not be known."""
    return _denied(404)


def _denied(status: int, *, reason: str = "") -> Response:
    """No answer without its record, and a denial has one, too: here no handler of errors stands behind this one."""
    try:
        record_denial()
    except AWAY as error:
        return _unavailable(error)
    return _page(status, reason=reason)


def _stale(error: Stale) -> Response:
    """To a button: nothing was typed. What is stored now may name somebody. Forms answer by web/conflicts.py."""
    page = _page(409, current=error.told)
    settle_disclosures()
    return page


def _unavailable(error: Exception) -> Response:
    """The database is away, full or busy. What was sent is not saved, or is found under its key when it is repeated."""
    _log("unavailable", error)
    g._login_user = None  # who is asking may be what cannot be found out: the page does without
    return _page(503)


def _log(what: str, error: Exception) -> None:
    """Its type and place alone: its words, and the frames of its traceback, hold names and free text."""
    where = error.__traceback__
    while where is not None and where.tb_next is not None:
        where = where.tb_next
    log.error(
        "%s: %s at %s request=%s",
        what,
        type(error).__name__,
        f"{where.tb_frame.f_code.co_filename}:{where.tb_lineno}" if where else "?",
        g.get("request_id", ""),
        exc_info=current_app.testing,  # tests hold no names worth protecting, and want to know
    )


def _http(error: HTTPException) -> Response:
    status = error.code or 500
    if status < 400:
        return make_response(error.get_response())
    return _page(status, reason=error.description or "")


def _unexpected(error: Exception) -> Response:
    _log("unexpected", error)
    return _page(500, reason=f"Reference: {g.get('request_id', '')}")


def _page(status: int, *, reason: str = "", title: str = "", current: Mapping[str, str] | None = None) -> Response:
    db.session.rollback()
    heading = title or TITLES.get(status, TITLES[400] if status < 500 else TITLES[500])
    template = "errors/fragment.html" if "HX-Request" in request.headers else "errors/page.html"
    body = render_template(template, status=status, heading=heading, reason=reason, current=current)
    response = make_response(body, status)
    response.headers["Cache-Control"] = "no-store"
    return response
