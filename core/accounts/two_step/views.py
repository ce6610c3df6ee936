"""Pages of the second step: taking it at sign-in, setting an app up, recovery codes."""

from flask import Response, flash, make_response, request, session
from flask.typing import ResponseReturnValue

from core.accounts import operations as accounts
from core.accounts.blueprint import bp
from core.accounts.coming_in import enter, place_of_request, token_in_cookie
from core.accounts.passwords import token_hash
from core.accounts.sessions.queries import session_awaiting_code
from core.accounts.two_step import codes, operations, queries
from core.accounts.two_step.forms import AppCodeForm, CodeForm
from core.accounts.views_way_in import question
from core.errors import Refused
from core.extensions import db
from core.policy import Permission
from core.web import begin_write, beside, current_actor, invalid, now, public, render, requires, see_other
from core.web.requests import network_of_client

SHOWN_ONCE = "recovery_codes"
"""Where the browser's own session keeps the codes until they have been shown; they are stored nowhere else."""


@bp.get("/sign-in/code", endpoint="enter_code")
@public
def code_page() -> ResponseReturnValue:
    """The second step."""
    if session_awaiting_code(token_hash(token_in_cookie()), now=now()) is None:
        return see_other("accounts.sign_in")
    return render("accounts/code.html", form=CodeForm(), passkeys=question())


@bp.post("/sign-in/code", endpoint="enter_code_submit")
@public
def enter_code() -> ResponseReturnValue:
    """Count the try, check the code, then start the session under a new id."""
    waiting = session_awaiting_code(token_hash(token_in_cookie()), now=now())
    if waiting is None:
        flash("Ten minutes have passed since you entered your password. Sign in again.", "important")
        return see_other("accounts.sign_in", next=request.args.get("next") or None)
    form = CodeForm()
    if not form.validate_on_submit():
        return invalid("accounts/code.html", form=form, passkeys=question())
    user_id = waiting.user_id
    try:
        count_code(user_id)
    except Refused as refused:
        beside(form, refused, "code")
        return invalid("accounts/code.html", form=form, passkeys=question())
    begin_write()
    waiting = session_awaiting_code(token_hash(token_in_cookie()), now=now())
    if waiting is None or not operations.use_code(waiting.user, form.code.data, now=now()):
        if waiting is not None:
            accounts.note_refused_code(waiting.user)
        db.session.commit()
        form.code.errors = [operations.NOT_THIS_CODE_OR_OLD]
        return invalid("accounts/code.html", form=form, passkeys=question())
    waiting.ended_at = now()
    token = accounts.sign_in(user_id, at=place_of_request(), now=now())
    db.session.commit()
    return enter(token)


def count_code(user_id: int) -> None:
    """Count a try of a code, and commit that before it is looked at. Raises Refused after ten, from wherever."""
    db.session.rollback()
    begin_write()
    try:
        accounts.count_try(
            accounts.tries_of_codes(user_id), network=network_of_client(), now=now(), anywhere=accounts.TRIES
        )
    except Refused:
        db.session.rollback()
        raise
    db.session.commit()


@bp.get("/account/two-step", endpoint="two_step")
@requires(Permission.FINISH_SIGNING_IN)
def two_step_page() -> ResponseReturnValue:
    """Whether there is a second step, and how to set one up."""
    return render("accounts/two_step.html", second=queries.second_step_of(current_actor().user_id))


@bp.post("/account/two-step", endpoint="start_two_step")
@requires(Permission.FINISH_SIGNING_IN, proved=True)
def start() -> ResponseReturnValue:
    """Make a secret for an app."""
    operations.start(current_actor(), now=now())
    return see_other("accounts.two_step_app")


@bp.get("/account/two-step/app", endpoint="two_step_app")
@requires(Permission.FINISH_SIGNING_IN, proved=True)
def app_page() -> ResponseReturnValue:
    """The picture for the app, and the box for its first code."""
    return _app_page(AppCodeForm(), 200)


@bp.post("/account/two-step/app", endpoint="confirm_two_step")
@requires(Permission.FINISH_SIGNING_IN, proved=True)
def confirm() -> ResponseReturnValue:
    """Take the app into use, and show the recovery codes."""
    form = AppCodeForm()
    if not form.validate():
        return _app_page(form, 422)
    try:
        made = operations.confirm(current_actor(), code=form.code.data, now=now())
    except Refused as refused:
        beside(form, refused, "code")
        return _app_page(form, 422)
    session[SHOWN_ONCE] = made
    return see_other("accounts.recovery_codes")


@bp.get("/account/two-step/codes", endpoint="recovery_codes")
@requires(Permission.FINISH_SIGNING_IN)
def codes_page() -> ResponseReturnValue:
    """The recovery codes just made, once; later, how many are left."""
    shown = session.pop(SHOWN_ONCE, [])
    return render(
        "accounts/recovery_codes.html",
        shown=shown,
        file=codes.as_file(shown),
        second=queries.second_step_of(current_actor().user_id),
    )


@bp.post("/account/two-step/codes", endpoint="make_recovery_codes")
@requires(Permission.MANAGE_OWN_ACCOUNT, proved=True)
def make_codes() -> ResponseReturnValue:
    """New recovery codes; the old ones are worth nothing."""
    if queries.authenticator_of(current_actor().user_id) is None:
        raise Refused("Set up an app first. Recovery codes are for when you lose it.")
    session[SHOWN_ONCE] = operations.make_recovery_codes(current_actor(), now=now())
    return see_other("accounts.recovery_codes")


def _app_page(form: AppCodeForm, status: int) -> Response:
    app = queries.authenticator_being_set_up(current_actor().user_id)
    if app is None:
        return make_response(see_other("accounts.two_step"))
    page = render(
        "accounts/app.html",
        form=form,
        picture=codes.picture(codes.address_for_app(app.seed, current_actor().email)),
        secret=codes.in_fours(app.seed),
    )
    return make_response(page, status)
