"""Asking again who it is, before something that a borrowed screen must not do."""

from flask import Flask, make_response, request, url_for
from flask.typing import ResponseReturnValue

from core.accounts import operations
from core.accounts.agency_sign_in.queries import may_prove_with
from core.accounts.blueprint import bp
from core.accounts.coming_in import own_address
from core.accounts.models import User
from core.accounts.passwords import matches
from core.accounts.two_step.forms import ProofForm
from core.accounts.two_step.operations import use_code
from core.accounts.two_step.views import count_code
from core.errors import Refused
from core.extensions import db
from core.policy import Permission
from core.web import ask_who_it_is, begin_write, beside, current_actor, now, render, requires, see_other
from core.web.answers import FIELD
from core.web.gate import SAFE_METHODS

NOT_RIGHT = "This is not your password, and not the code that your app shows now"
WAITS = "waits"
"""In the place of an address to go on to: a form, in another window."""
OURS = ("csrf_token", "proof")
"""Fields of the page that asks; every other one is what was typed before it, and goes with the answer."""


def connect_proving(app: Flask) -> None:
    """Let the gate ask."""
    ask_who_it_is(app, _ask)


@bp.get("/account/confirm", endpoint="confirm")
@requires(Permission.FINISH_SIGNING_IN)
def confirm_page() -> ResponseReturnValue:
    """Show who you are, ahead of what asks for it."""
    return _page(ProofForm(), 200)


@bp.post("/account/confirm", endpoint="confirm_submit")
@requires(Permission.FINISH_SIGNING_IN, proved=True)
def confirm() -> ResponseReturnValue:
    """They have: the gate asked."""
    return see_other("accounts.confirmed", next=request.args.get("next") or None)


@bp.get("/account/confirmed", endpoint="confirmed")
@requires(Permission.FINISH_SIGNING_IN)
def confirmed() -> ResponseReturnValue:
    """On to what they wanted; by a link, since that may be a file, and a browser stays where it was.

    What was typed into a form waits in the window where it was typed.
    """
    wanted = request.args.get("next", "")
    return render("accounts/confirmed.html", target=own_address(wanted), waits=wanted == WAITS)


def _ask() -> ResponseReturnValue | None:
    """None when the answer is right; else the page, with all that was typed before it."""
    form = ProofForm()
    if request.method in SAFE_METHODS or "proof" not in request.form:
        return _page(form, 403)
    if not form.validate():
        return _page(form, 403)
    actor = current_actor()
    try:
        count_code(actor.user_id)
        _check(actor.user_id, form.proof.data)
    except Refused as refused:
        beside(form, refused, "proof")
        return _page(form, 403)
    return None


def _check(user_id: int, typed: str) -> None:
    """Note that they have shown who they are. Raises Refused when it is neither password nor code."""
    user = db.session.get_one(User, user_id)
    right = matches(typed, user.password_hash)
    db.session.rollback()
    begin_write()
    if not right and not use_code(db.session.get_one(User, user_id), typed, now=now()):
        operations.note_refused_code(db.session.get_one(User, user_id))
        db.session.commit()
        raise Refused(NOT_RIGHT, field="proof")
    operations.prove(current_actor(), now=now())
    db.session.commit()


def _page(form: ProofForm, status: int) -> ResponseReturnValue:
    """The question. What was sent with a form is sent again with the answer; a page that was asked for comes after."""
    asks_itself = request.endpoint in ("accounts.confirm", "accounts.confirm_submit")
    if request.method in SAFE_METHODS or asks_itself:
        target = request.args.get("next", "") if asks_itself else request.full_path.rstrip("?")
        action, carried = url_for("accounts.confirm_submit", next=target or None), []
    else:
        target = WAITS
        action = request.full_path.rstrip("?")
        carried = [(name, value) for name, value in request.form.items(multi=True) if name not in OURS]
    if any(name == FIELD for name, _ in carried):
        del form.idempotency_key  # the one that came with the form: it is that write
    actor = current_actor()
    by_agency = may_prove_with(actor.user_id, actor.agency_id)
    page = render(
        "accounts/confirm.html", form=form, action=action, carried=carried, target=target, by_agency=by_agency
    )
    return make_response(page, status)
