"""One's own account and the one at one's agency: linking them, and taking that back."""

from datetime import timedelta
from typing import Any

from flask import flash, session
from flask.typing import ResponseReturnValue

from core.accounts.agency_sign_in import operations, queries
from core.accounts.agency_sign_in.exchange import LASTS, Errand
from core.accounts.agency_sign_in.views import BEGIN_AGAIN, SHOWN, send_there
from core.accounts.blueprint import bp
from core.accounts.models import LinkedIdentity
from core.errors import NotFound, Refused
from core.extensions import db
from core.policy import Permission
from core.web import Form, current_actor, now, render, requires, see_other


class LinkForm(Form):
    """Nothing to fill in: who came back is kept with the session."""


def identity_of(identity_id: int) -> LinkedIdentity:
    """The link of the address."""
    found = db.session.get(LinkedIdentity, identity_id)
    if found is None:
        raise NotFound
    return found


@bp.get("/account/agency", endpoint="agency_account")
@requires(Permission.MANAGE_OWN_ACCOUNT)
def agency_account() -> ResponseReturnValue:
    """What opens the account besides its password."""
    actor = current_actor()
    provider = queries.provider_of(actor.agency_id) if actor.agency_id is not None else None
    linked = queries.identities_of(actor.user_id)
    return render("accounts/agency_account.html", provider=provider, linked=linked)


@bp.get("/account/agency/begin", endpoint="begin_agency_account")
@requires(Permission.MANAGE_OWN_ACCOUNT, proved=True)
def begin() -> ResponseReturnValue:
    """To the agency's own sign-in, where they show anew who they are: whose account it is must be sure."""
    actor = current_actor()
    provider = queries.provider_of(actor.agency_id) if actor.agency_id is not None else None
    if provider is None:
        return see_other("accounts.agency_account")
    return send_there(Errand.LINK, provider, onward="", again=True)


@bp.get("/account/agency/link", endpoint="link_agency_account")
@requires(Permission.MANAGE_OWN_ACCOUNT)
def link_page() -> ResponseReturnValue:
    """Who came back, to be looked at: another's account may be open at the agency in this browser."""
    shown = _shown()
    if shown is None:
        flash(BEGIN_AGAIN, "important")
        return see_other("accounts.agency_account")
    provider = queries.provider_of(current_actor().agency_id)
    return render("accounts/agency_account_link.html", form=LinkForm(), called=shown["called"], provider=provider)


@bp.post("/account/agency/link", endpoint="link_agency_account_submit")
@requires(Permission.MANAGE_OWN_ACCOUNT, proved=True)
def link() -> ResponseReturnValue:
    """From now on it opens the account."""
    shown = _shown()
    session.pop(SHOWN, None)
    if shown is None:
        raise Refused(BEGIN_AGAIN)
    operations.link(
        current_actor(), provider_id=shown["provider"], issuer=shown["issuer"], subject=shown["subject"], now=now()
    )
    flash("You can sign in with it from now on. You are signed out everywhere else.")
    return see_other("accounts.agency_account")


@bp.post("/account/agency/<int:identity_id>/unlink", endpoint="unlink_agency_account")
@requires(Permission.UNLINK_AGENCY_ACCOUNT, on=identity_of, proved=True)
def unlink(identity: LinkedIdentity) -> ResponseReturnValue:
    """It opens the account no more."""
    operations.unlink(current_actor(), identity, now=now())
    flash("It no longer opens your account. You are signed out everywhere else.")
    return see_other("accounts.agency_account")


def _shown() -> dict[str, Any] | None:
    """Who came back to this session, a moment ago."""
    kept = session.get(SHOWN)
    if not isinstance(kept, dict) or kept.get("session") != current_actor().session_id:
        return None
    age = timedelta(seconds=int(now().timestamp()) - kept["at"])
    return kept if timedelta(0) <= age <= LASTS else None
