"""To an agency's own sign-in and back: to come in, to link an account, or to show again who one is."""

import hmac
import logging

from flask import current_app, flash, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from core.accounts import operations as accounts
from core.accounts.agency_sign_in import operations
from core.accounts.agency_sign_in.asking import NoAnswer
from core.accounts.agency_sign_in.exchange import Begun, Errand, NotTaken, Shown, Tenant, begin, way_there, who_came
from core.accounts.agency_sign_in.metadata import NotAsItShould
from core.accounts.agency_sign_in.queries import may_prove_with, provider_of
from core.accounts.blueprint import bp
from core.accounts.coming_in import ASK_AGAIN, CAME_WITH, enter, place_of_request
from core.accounts.identity import give_cookie
from core.accounts.models import IdentityProvider
from core.accounts.two_step.queries import second_step_of
from core.errors import NotFound, Refused
from core.extensions import db
from core.policy import Permission
from core.web import begin_write, current_actor, now, public, requires, see_other, signed_in
from core.web.requests import network_of_client

log = logging.getLogger("roundtable.agency_sign_in")

BEGUN = "agency_sign_in"
"""Where the browser keeps what it was sent to a provider for."""
SHOWN = "agency_account"
"""Where it keeps who came back to link an account, until that is confirmed."""

LONGEST_WAY = 1000
"""Characters of an address to go on to: a browser drops a cookie of 4 KB without a word."""

BEGIN_AGAIN = "That took too long, or was begun in another window. Begin again."
DOWN = "{name} does not answer at the moment. Try again later, or use your password: it works all the same."
NOT_SIGNED_IN = "{name} did not sign you in. Try again, or use your password."
NOT_TAKEN = "What {name} sent back was not taken. Try again; if it happens again, tell whoever runs that sign-in."


@bp.get("/sign-in/agency/<int:agency_id>", endpoint="agency_sign_in")
@public
def sign_in(agency_id: int) -> ResponseReturnValue:
    """To the agency's own sign-in. By a link: a browser lets no form lead to another site from here."""
    if signed_in():
        return redirect(url_for("home.index"))
    provider = _provider(agency_id)
    return send_there(Errand.SIGN_IN, provider, onward=_onward(), again=ASK_AGAIN in session)


@bp.get("/account/confirm/agency", endpoint="confirm_by_agency")
@requires(Permission.FINISH_SIGNING_IN)
def confirm() -> ResponseReturnValue:
    """To the agency's own sign-in, to show there anew who they are."""
    actor = current_actor()
    provider = may_prove_with(actor.user_id, actor.agency_id)
    if provider is None:
        return see_other("accounts.confirm", next=_onward() or None)
    return send_there(Errand.PROVE, provider, onward=_onward(), again=True)


def _onward() -> str:
    """Where they wanted to go; nowhere, where that would not fit into a cookie."""
    wanted = request.args.get("next", "")
    return wanted if len(wanted) <= LONGEST_WAY else ""


def send_there(errand: Errand, provider: IdentityProvider, *, onward: str, again: bool) -> ResponseReturnValue:
    """On to the provider, keeping in the browser what is to come back; where it does not answer, back with a word."""
    tenant, name = Tenant.of(provider), provider.name
    number = current_actor().session_id if signed_in() else 0
    db.session.rollback()  # nobody waits for the provider in a transaction
    begun = begin(errand, tenant, session=number or 0, onward=onward, now=now())
    try:
        there = way_there(begun, tenant, back=way_back(tenant.agency), again=again, now=now())
    except (NoAnswer, NotAsItShould) as fault:
        return _with_a_word(begun, _fault(fault, tenant, name))
    session[BEGUN] = begun.kept()
    return redirect(there, 303)


def way_back(agency_id: int) -> str:
    """Where the provider sends them on to, as it is registered there: each has an address of its own."""
    external: str = current_app.config["ROUNDTABLE"].external_url
    return external + url_for("accounts.agency_sign_in_answer", agency_id=agency_id)


@bp.get("/sign-in/agency/<int:agency_id>/answer", endpoint="agency_sign_in_answer")
@public
def answer(agency_id: int) -> ResponseReturnValue:
    """Back from the provider. What this browser has not begun, there, a moment ago, is nothing that anybody reads."""
    begun = Begun.read(session.pop(BEGUN, None), now=now())
    provider, state = _provider(agency_id), request.args.get("state", "")
    if (
        begun is None
        or begun.provider != provider.id
        or not hmac.compare_digest(begun.state.encode(), state.encode())
        or (begun.session and not (signed_in() and current_actor().session_id == begun.session))
    ):
        flash(BEGIN_AGAIN, "important")
        return see_other("accounts.account" if signed_in() else "accounts.sign_in")
    tenant, name = Tenant.of(provider), provider.name
    code = request.args.get("code", "")
    if not code or "error" in request.args:  # there is nothing to ask the provider for, and so nothing to count
        return _with_a_word(begun, _fault(NotTaken("no code"), tenant, name))
    try:
        counted = _count(tenant, begun)
    except Refused as refused:
        return _with_a_word(begun, refused.reason)
    back, named = way_back(tenant.agency), request.args.get("iss")
    try:
        shown = who_came(begun, tenant, code=code, named=named, back=back, now=now())
    except (NoAnswer, NotAsItShould, NotTaken) as fault:
        if isinstance(fault, NoAnswer):
            _forget(counted)
        return _with_a_word(begun, _fault(fault, tenant, name))
    if begun.errand == Errand.SIGN_IN:
        return _come_in(begun, tenant, shown)
    if begun.errand == Errand.PROVE:
        return _prove(begun, tenant, shown)
    return _show_whom_to_link(begun, tenant, shown)


def _show_whom_to_link(begun: Begun, tenant: Tenant, shown: Shown) -> ResponseReturnValue:
    """They have shown just now, at their agency, who they are: kept with the session, for them to look at."""
    actor = current_actor()
    db.session.rollback()
    begin_write()
    operations.forget_answers(tenant.id, network=network_of_client())
    try:
        operations.check_anew(actor, shown, begun=begun, now=now())
    except Refused as refused:
        db.session.commit()
        return _with_a_word(begun, refused.reason)
    db.session.commit()
    session[SHOWN] = {
        "provider": tenant.id,
        "issuer": shown.issuer,
        "subject": shown.subject,
        "called": shown.called,
        "session": begun.session,
        "at": int(now().timestamp()),
    }
    return see_other("accounts.link_agency_account")


def _provider(agency_id: int) -> IdentityProvider:
    found = provider_of(agency_id)
    if found is None:
        raise NotFound
    return found


def _count(tenant: Tenant, begun: Begun) -> int:
    """Count it, and take what was begun, before the provider is asked; the number of the count. Raises Refused."""
    db.session.rollback()
    begin_write()
    try:
        counted = operations.count_answer(tenant.id, network=network_of_client(), now=now())
        if not operations.use(begun, now=now()):
            raise Refused(BEGIN_AGAIN)
    except Refused:
        db.session.rollback()
        raise
    db.session.commit()
    return counted


def _forget(counted: int) -> None:
    db.session.rollback()
    begin_write()
    operations.forget_answer(counted)
    db.session.commit()


def _come_in(begun: Begun, tenant: Tenant, shown: Shown) -> ResponseReturnValue:
    """Begin a session under a new id; where the steps taken there do not count for two, ours follows."""
    begin_write()
    operations.forget_answers(tenant.id, network=network_of_client())
    try:
        user = operations.owner_shown(tenant.id, shown, now=now())
    except Refused as refused:
        accounts.note_refused_sign_in()
        db.session.commit()
        return _with_a_word(begun, refused.reason)
    provider = _provider(tenant.agency)
    name, user_id = provider.name, user.id
    operations.note_coming_in(user)
    both = operations.took_two_steps(provider, shown)
    if not both and second_step_of(user_id):
        token = accounts.await_code(user_id, at=place_of_request(), now=now())
        db.session.commit()
        session[CAME_WITH] = name
        response = see_other("accounts.enter_code", next=begun.onward)
        give_cookie(response, token)
        return response
    since = operations.just_before(now())
    token = accounts.sign_in(
        user_id,
        at=place_of_request(),
        steps=2 if both else 1,
        just_now=operations.showed_just_now(shown, since=since, now=now()),
        now=now(),
    )
    db.session.commit()
    session[CAME_WITH] = name
    return enter(token, onward=begun.onward)


def _prove(begun: Begun, tenant: Tenant, shown: Shown) -> ResponseReturnValue:
    """They have shown just now, at their agency, who they are."""
    actor = current_actor()
    db.session.rollback()
    begin_write()
    operations.forget_answers(tenant.id, network=network_of_client())
    try:
        operations.check_proof(actor, tenant.id, shown, begun=begun, now=now())
    except Refused as refused:
        db.session.commit()
        return _with_a_word(begun, refused.reason)
    accounts.prove(actor, now=now())
    db.session.commit()
    return see_other("accounts.confirmed", next=begun.onward or None)


def _fault(fault: Exception, tenant: Tenant, name: str) -> str:
    """Keep in the log what went wrong, without a name, and say what to do."""
    fields = {"provider": tenant.id, "fault": type(fault).__name__, "what": str(fault)}
    log.warning("an agency's sign-in failed", extra={"fields": fields})
    if isinstance(fault, NoAnswer):
        return DOWN.format(name=name)
    if isinstance(fault, NotTaken) and "error" in request.args:
        return NOT_SIGNED_IN.format(name=name)
    return NOT_TAKEN.format(name=name)


def _with_a_word(begun: Begun, word: str) -> ResponseReturnValue:
    """Back to where it was begun, with what happened: the code in the address is gone with it."""
    db.session.rollback()
    flash(word, "important")
    if begun.errand == Errand.LINK:
        return see_other("accounts.agency_account")
    where = "accounts.sign_in" if begun.errand == Errand.SIGN_IN else "accounts.confirm"
    return see_other(where, next=begun.onward or None)
