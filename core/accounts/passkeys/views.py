"""Pages of passkeys: signing in with one, one's own, a new one."""

from flask import current_app, flash, make_response
from flask.typing import ResponseReturnValue
from wtforms import HiddenField, StringField

from core.accounts import operations as accounts
from core.accounts.blueprint import bp
from core.accounts.coming_in import enter, place_of_request
from core.accounts.forms import SignInForm
from core.accounts.models import Passkey
from core.accounts.passkeys import operations
from core.accounts.passkeys.challenges import new_challenge
from core.accounts.passkeys.site import options_to_register, site
from core.accounts.views_way_in import way_in
from core.errors import NotFound, Refused
from core.extensions import db
from core.policy import Permission
from core.web import begin_write, beside, current_actor, now, public, render, requires, see_other
from core.web.forms import Form, Required, at_most
from core.web.requests import network_of_client


class PasskeyForm(Form):
    """What the browser's device answered, which its script fills in."""

    credential = HiddenField("Passkey")


class NewPasskeyForm(Form):
    """A new passkey, and what its owner calls it."""

    name = StringField(
        "What do you call this device?",
        [Required("Enter a name, such as work phone"), at_most(60, "Name")],
        description="Such as work phone. You see it in the list of your passkeys.",
    )
    credential = HiddenField("Passkey")


def passkey_of(passkey_id: int) -> Passkey:
    """The passkey of the address."""
    found = db.session.get(Passkey, passkey_id)
    if found is None:
        raise NotFound
    return found


@bp.post("/sign-in/passkey", endpoint="sign_in_by_passkey")
@public
def sign_in_by_passkey() -> ResponseReturnValue:
    """By a device that its owner unlocked: two steps in one.

    Nobody guesses a signature, but everybody may send one: what answers no question of ours is refused before anything
    is written, and the rest is counted, so that nobody fills the trail or keeps the others from writing.
    """
    form, at = PasskeyForm(), site()
    if at is None or not form.validate_on_submit():
        return see_other("accounts.sign_in")
    answer, network = form.credential.data or "", network_of_client()
    db.session.rollback()
    try:
        device = operations.device_that_answers(answer, key=_key(), now=now())
        begin_write()
        operations.count_answer(device, network=network, now=now())
    except Refused as refused:
        db.session.rollback()
        return _not_in(refused)
    try:
        user = operations.owner_shown_by(answer, at=at, key=_key(), now=now())
    except Refused as refused:
        accounts.note_refused_sign_in()
        db.session.commit()
        return _not_in(refused)
    operations.forget_answers(device, network=network)
    token = accounts.sign_in(user.id, at=place_of_request(), now=now())
    db.session.commit()
    return enter(token)


def _not_in(refused: Refused) -> ResponseReturnValue:
    form = SignInForm(formdata=None)
    beside(form, refused, "email")
    return way_in(form, 422)


@bp.get("/account/passkeys", endpoint="passkeys")
@requires(Permission.FINISH_SIGNING_IN, proved=True)
def passkeys() -> ResponseReturnValue:
    """One's own, and a new one."""
    return _page(NewPasskeyForm(), 200)


@bp.post("/account/passkeys", endpoint="add_passkey")
@requires(Permission.FINISH_SIGNING_IN, proved=True)
def add() -> ResponseReturnValue:
    """Keep a new one."""
    form, at = NewPasskeyForm(), site()
    if not form.validate() or at is None:
        return _page(form, 422)
    try:
        operations.add_passkey(
            current_actor(), answer=form.credential.data or "", name=form.name.data, at=at, key=_key(), now=now()
        )
    except Refused as refused:
        beside(form, Refused(refused.reason), "name")
        return _page(form, 422)
    flash("You can sign in with this passkey from now on. You are signed out everywhere else.")
    return see_other("accounts.passkeys")


@bp.post("/account/passkeys/<int:passkey_id>/remove", endpoint="remove_passkey")
@requires(Permission.REMOVE_PASSKEY, on=passkey_of, proved=True)
def remove(passkey: Passkey) -> ResponseReturnValue:
    """It lets nobody in any more."""
    operations.remove_passkey(current_actor(), passkey, now=now())
    flash("This passkey is removed. You are signed out everywhere else.")
    return see_other("accounts.passkeys")


def _page(form: NewPasskeyForm, status: int) -> ResponseReturnValue:
    actor, at = current_actor(), site()
    kept = operations.passkeys_of(actor.user_id)
    asked = ""
    if at is not None:
        challenge = new_challenge(_key(), operations.to_register(actor), now=now())
        asked = options_to_register(at, actor, challenge, [passkey.credential_id for passkey in kept])
    return make_response(render("accounts/passkeys.html", form=form, passkeys=kept, question=asked), status)


def _key() -> bytes:
    key: bytes = current_app.config["SECRET_KEY"]
    return key
