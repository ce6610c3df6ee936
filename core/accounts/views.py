"""Pages of signing in and out, the password, invitations and the choice of partnership."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from core.accounts import operations, queries, views_proving, views_way_in
from core.accounts.agency_sign_in import views as agency_sign_in
from core.accounts.agency_sign_in import views_account as agency_account
from core.accounts.blueprint import bp
from core.accounts.coming_in import enter, leave, place_of_request
from core.accounts.forms import ChangePasswordForm, ChoosePartnershipForm, NewPasswordForm, SignInForm
from core.accounts.identity import give_cookie
from core.accounts.models import User
from core.accounts.passkeys import views as passkeys
from core.accounts.passwords import matches, token_hash
from core.accounts.protocol import views as protocol
from core.accounts.resets import views as resets
from core.accounts.sessions import views as sessions
from core.accounts.two_step import views as two_step
from core.accounts.two_step.queries import second_step_of
from core.errors import Refused
from core.extensions import db
from core.policy import Permission
from core.web import (
    answers,
    begin_write,
    beside,
    current_actor,
    invalid,
    now,
    public,
    render,
    requires,
    see_other,
    signed_in,
)
from core.web.requests import network_of_client

__all__ = [
    "agency_account",
    "agency_sign_in",
    "bp",
    "passkeys",
    "protocol",
    "resets",
    "sessions",
    "two_step",
    "views_proving",
]


@bp.get("/sign-in", endpoint="sign_in")
@public
def sign_in_page() -> ResponseReturnValue:
    """The way in."""
    if signed_in():
        return redirect(url_for("home.index"))
    return views_way_in.way_in(SignInForm())


@bp.post("/sign-in", endpoint="sign_in_submit")
@public
def sign_in() -> ResponseReturnValue:
    """Count the try, check address and password outside the write lock, then start a session under a new id."""
    form = SignInForm()
    if not form.validate_on_submit():
        return views_way_in.way_in(form, 422)
    db.session.rollback()
    begin_write()
    try:
        operations.count_try(form.email.data, network=network_of_client(), now=now())
    except Refused as refused:
        db.session.rollback()
        beside(form, refused, "email")
        return views_way_in.way_in(form, 422)
    db.session.commit()
    user = operations.password_is_right(form.email.data, form.password.data)
    db.session.rollback()
    begin_write()
    if user is None:
        operations.note_refused_sign_in()
        db.session.commit()
        form.email.errors = [operations.WRONG]
        return views_way_in.way_in(form, 422)
    if second_step_of(user.id):
        token = operations.await_code(user.id, at=place_of_request(), now=now())
        db.session.commit()
        response = see_other("accounts.enter_code", next=request.args.get("next") or None)
        give_cookie(response, token)
        return response
    token = operations.sign_in(user.id, at=place_of_request(), steps=1, now=now())
    db.session.commit()
    return enter(token)


@bp.post("/sign-out")
@requires(Permission.FINISH_SIGNING_IN)
def sign_out() -> ResponseReturnValue:
    """End the session."""
    operations.sign_out(current_actor(), now=now())
    return leave()


@bp.get("/account")
@requires(Permission.MANAGE_OWN_ACCOUNT)
def account() -> ResponseReturnValue:
    """One's own account: name, agency, roles, password, partnerships."""
    actor = current_actor()
    user = db.session.get_one(User, actor.user_id)
    form = ChoosePartnershipForm(partnership=actor.partnership_id)
    choices = queries.partnerships_of(user)
    form.partnership.choices = [(choice.id, choice.name) for choice in choices]
    return render("accounts/account.html", form=form, choices=choices, daily_mail=user.daily_mail)


@bp.post("/account/daily-mail/stop")
@requires(Permission.MANAGE_OWN_ACCOUNT)
def stop_daily_mail() -> ResponseReturnValue:
    """No daily mail of what is due."""
    operations.stop_daily_mail(current_actor())
    flash("No daily mail comes to you any more. Your home page shows what is due.")
    return see_other("accounts.account")


@bp.post("/account/daily-mail/start")
@requires(Permission.MANAGE_OWN_ACCOUNT)
def start_daily_mail() -> ResponseReturnValue:
    """The daily mail again."""
    operations.start_daily_mail(current_actor())
    flash("The daily mail comes to you again when something is due.")
    return see_other("accounts.account")


@bp.post("/account/partnership")
@requires(Permission.MANAGE_OWN_ACCOUNT)
def choose_partnership() -> ResponseReturnValue:
    """Work in another partnership."""
    actor = current_actor()
    form = ChoosePartnershipForm()
    user = db.session.get_one(User, actor.user_id)
    choices = queries.partnerships_of(user)
    form.partnership.choices = [(choice.id, choice.name) for choice in choices]
    if not form.validate():
        return invalid("accounts/account.html", form=form, choices=choices, daily_mail=user.daily_mail)
    operations.choose_partnership(actor, partnership_id=form.partnership.data)
    return see_other("home.index")


@bp.get("/account/password", endpoint="password")
@requires(Permission.MANAGE_OWN_ACCOUNT)
def password_page() -> ResponseReturnValue:
    """Change of password."""
    return render("accounts/password.html", form=ChangePasswordForm())


def _current_password(_: None) -> str | Refused:
    """The hash that the current password was found to be of; else why it is not taken.

    Counted and kept like a wrong code, and before it is looked at: a borrowed session is no place to guess. A key
    that was used before is no try: the write goes no further.
    """
    form, user_id = ChangePasswordForm(), current_actor().user_id
    if not form.validate() or answers.is_used(user_id, answers.sent(request)):
        return ""
    try:
        two_step.count_code(user_id)
    except Refused as refused:
        return Refused(refused.reason, field="current")
    stored = db.session.get_one(User, user_id).password_hash
    db.session.rollback()
    if matches(form.current.data, stored):
        return stored or ""
    begin_write()
    operations.note_refused_code(db.session.get_one(User, user_id))
    db.session.commit()
    return Refused(operations.NOT_RIGHT, field="current")


@bp.post("/account/password", endpoint="password_submit")
@requires(Permission.MANAGE_OWN_ACCOUNT, before_lock=_current_password)
def change_password(shown: str | Refused) -> ResponseReturnValue:
    """Change it; every other session ends."""
    form = ChangePasswordForm()
    if not form.validate():
        return invalid("accounts/password.html", form=form)
    try:
        if isinstance(shown, Refused):
            raise shown
        operations.change_password(current_actor(), shown=shown, new=form.password.data, now=now())
    except Refused as refused:
        beside(form, refused, "password")
        return invalid("accounts/password.html", form=form)
    flash("Your password was changed. You are signed out everywhere else.")
    return see_other("accounts.account")


@bp.get("/invitations/<token>", endpoint="invitation")
@public
def invitation_page(token: str) -> ResponseReturnValue:
    """Set the first password. Says the same for an invitation that never was and one that was used."""
    found = queries.invitation_by_token(token_hash(token), now=now())
    return render("accounts/invitation.html", form=NewPasswordForm(), user=found.user if found else None)


@bp.post("/invitations/<token>", endpoint="invitation_submit")
@public
def accept_invitation(token: str) -> ResponseReturnValue:
    """Set it, once."""
    form = NewPasswordForm()
    found = queries.invitation_by_token(token_hash(token), now=now())
    user = found.user if found else None
    if user is None or not form.validate_on_submit():
        return invalid("accounts/invitation.html", form=form, user=user)
    db.session.rollback()
    begin_write()
    try:
        operations.accept_invitation(token, password=form.password.data, now=now())
    except Refused as refused:
        beside(form, refused, "password")
        return invalid("accounts/invitation.html", form=form, user=user)
    db.session.commit()
    flash("Your password is set. Sign in with it.")
    return see_other("accounts.sign_in")
