"""Pages of signing in and out, the password, invitations and the choice of partnership."""

from urllib.parse import urlsplit

from flask import Blueprint, flash, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from core.accounts import operations, queries
from core.accounts.forms import ChangePasswordForm, ChoosePartnershipForm, NewPasswordForm, SignInForm
from core.accounts.identity import give_cookie, take_cookie
from core.accounts.models import User
from core.accounts.passwords import token_hash
from core.errors import Refused
from core.extensions import db
from core.policy import Permission
from core.web import (
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

bp = Blueprint("accounts", __name__)


@bp.get("/sign-in", endpoint="sign_in")
@public
def sign_in_page() -> ResponseReturnValue:
    """The way in."""
    if signed_in():
        return redirect(url_for("home.index"))
    return render("accounts/sign_in.html", form=SignInForm())


@bp.post("/sign-in", endpoint="sign_in_submit")
@public
def sign_in() -> ResponseReturnValue:
    """Count the try, check address and password outside the write lock, then start a session under a new id."""
    form = SignInForm()
    if not form.validate_on_submit():
        return invalid("accounts/sign_in.html", form=form)
    db.session.rollback()
    begin_write()
    try:
        operations.count_try(form.email.data, network=network_of_client(), now=now())
    except Refused as refused:
        db.session.rollback()
        beside(form, refused, "email")
        return invalid("accounts/sign_in.html", form=form)
    db.session.commit()
    user = operations.password_is_right(form.email.data, form.password.data)
    db.session.rollback()
    begin_write()
    if user is None:
        operations.note_refused_sign_in()
        db.session.commit()
        form.email.errors = [operations.WRONG]
        return invalid("accounts/sign_in.html", form=form)
    token = operations.sign_in(user.id, network=network_of_client(), now=now())
    db.session.commit()
    session.clear()  # a new token against forged requests with each session
    response = redirect(_own_address(request.args.get("next", "")), 303)
    give_cookie(response, token)
    return response


@bp.post("/sign-out")
@requires(Permission.MANAGE_OWN_ACCOUNT)
def sign_out() -> ResponseReturnValue:
    """End the session."""
    operations.sign_out(current_actor(), now=now())
    session.clear()
    response = see_other("accounts.sign_in")
    take_cookie(response)
    return response


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


@bp.post("/account/password", endpoint="password_submit")
@requires(Permission.MANAGE_OWN_ACCOUNT)
def change_password() -> ResponseReturnValue:
    """Change it; every other session ends."""
    form = ChangePasswordForm()
    if not form.validate():
        return invalid("accounts/password.html", form=form)
    try:
        operations.change_password(current_actor(), current=form.current.data, new=form.password.data, now=now())
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


def _own_address(target: str) -> str:
    """Where to go after signing in: an address of this site, else home."""
    parts = urlsplit(target)
    if not target.startswith("/") or target.startswith(("//", "/\\")) or parts.scheme or parts.netloc:
        return url_for("home.index")
    return target
