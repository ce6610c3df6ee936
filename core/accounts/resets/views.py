"""The page for somebody who forgot their password."""

from flask.typing import ResponseReturnValue
from wtforms import StringField

from core.accounts.blueprint import bp
from core.accounts.resets import operations
from core.circulation.outbox import wake_worker
from core.errors import Refused
from core.extensions import db
from core.web import begin_write, beside, invalid, now, public, render, see_other
from core.web.forms import Form, Required, at_most
from core.web.requests import network_of_client


class ForgottenForm(Form):
    """The address that they sign in with."""

    email = StringField("E-mail address", [Required("Enter your e-mail address"), at_most(254, "E-mail address")])


@bp.get("/forgotten-password", endpoint="forgotten")
@public
def forgotten_page() -> ResponseReturnValue:
    """Ask for a link."""
    return render("accounts/forgotten.html", form=ForgottenForm())


@bp.post("/forgotten-password", endpoint="forgotten_submit")
@public
def forgotten() -> ResponseReturnValue:
    """Note it. The answer is the same whether or not there is such an account."""
    form = ForgottenForm()
    if not form.validate_on_submit():
        return invalid("accounts/forgotten.html", form=form)
    db.session.rollback()
    begin_write()
    try:
        operations.ask(form.email.data, network=network_of_client(), now=now())
    except Refused as refused:
        db.session.rollback()
        beside(form, refused, "email")
        return invalid("accounts/forgotten.html", form=form)
    db.session.commit()
    wake_worker()
    return see_other("accounts.forgotten_asked")


@bp.get("/forgotten-password/asked", endpoint="forgotten_asked")
@public
def forgotten_asked() -> ResponseReturnValue:
    """Look into your mailbox."""
    return render("accounts/forgotten_asked.html")
