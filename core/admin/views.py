"""Pages of administration: accounts, and the way to the others."""

from typing import Any

from flask import current_app, flash, request, session
from flask.typing import ResponseReturnValue
from wtforms.fields.choices import SelectChoice

from core.accounts.administration import bring_back_account, retire_account
from core.accounts.models import User
from core.accounts.queries import user_by_id
from core.accounts.two_step.operations import take_away
from core.accounts.two_step.queries import second_step_of
from core.admin import operations, queries, views_agency_sign_in, views_plugins, views_signing_in, views_trail
from core.admin.blueprint import bp
from core.admin.forms import ROLES, AccountForm, AccountsFilter, NewAccountForm
from core.admin.queries import AccountState, Wanted
from core.errors import NotFound, Refused, Stale
from core.policy import Permission
from core.policy.admin import grantable_roles, manage_grants, see_invitation
from core.policy.partnerships import partnership_admin
from core.web import beside, current_actor, invalid, may, now, render, requires, saved_first, see_other, today
from core.web.addresses import row_id
from core.web.choices import offered

__all__ = ["bp", "views_agency_sign_in", "views_plugins", "views_signing_in", "views_trail"]

SHOWN_ONCE = "invitation"
"""Where the browser's own session keeps a link until it has been shown; it is stored nowhere else."""


def account_of(user_id: int) -> User:
    """The account of the address, with its agency's memberships and its roles."""
    user = user_by_id(user_id)
    if user is None:
        raise NotFound
    return user


@bp.get("")
@requires(Permission.SEE_ADMIN)
def index() -> ResponseReturnValue:
    """What there is to look after."""
    actor = current_actor()
    without = 0
    if may(Permission.MANAGE_USERS) and actor.partnership_id is not None:
        own = None if partnership_admin(actor) else actor.agency_id
        without = queries.accounts_without_password(actor.partnership_id, own)
    return render(
        "admin/index.html",
        accounts=may(Permission.MANAGE_USERS),
        without_password=without,
        plugins=may(Permission.SEE_PLUGINS),
        signing_in=may(Permission.ASK_FOR_TWO_STEPS),
        agency_sign_in=may(Permission.CONNECT_SIGN_IN),
        queue=may(Permission.SEE_QUEUE),
        trail=may(Permission.SEE_AUDIT),
        register=may(Permission.SEE_REGISTER),
        grounds=may(Permission.WRITE_GROUNDS),
        partnership=may(Permission.MANAGE_AGENCIES),
        provider=may(Permission.REGISTER_PROVIDER),
    )


@bp.get("/accounts")
@requires(Permission.MANAGE_USERS)
def accounts() -> ResponseReturnValue:
    """The accounts of the partnership's agencies, or of the agency administrator's own."""
    actor = current_actor()
    assert actor.partnership_id is not None
    form = AccountsFilter(request.args, meta={"csrf": False})
    everybody = bool(partnership_admin(actor))
    agencies = queries.agencies_of_accounts(actor.partnership_id) if everybody else ()
    form.agency.choices = offered(((row.id, row.name) for row in agencies), first="Any")
    state = form.state.data if form.state.data in set(AccountState) else ""
    wanted = Wanted(
        agency_id=form.agency.data if everybody else actor.agency_id,
        state=AccountState(state) if state else None,
        words=(form.q.data or "")[:100],
        after=_after(),
    )
    lines, more = queries.accounts_in(actor.partnership_id, wanted, now=now())
    following = {**request.args.to_dict(), "name": lines[-1].name.lower(), "after": lines[-1].id} if more else {}
    return render(
        "admin/accounts.html",
        form=form,
        lines=lines,
        following=following,
        everybody=everybody,
        manageable={line.id for line in lines if manage_grants(actor, line.grants)},
        filtered=any(request.args.get(name) for name in ("q", "agency", "state")),
    )


@bp.get("/accounts/new", endpoint="new_account")
@requires(Permission.MANAGE_USERS)
def new_account_page() -> ResponseReturnValue:
    """Make an account."""
    form = _offered(NewAccountForm(agency_id=current_actor().agency_id, roles=[]))
    return render("admin/account_new.html", form=form)


@bp.post("/accounts/new", endpoint="create_account")
@requires(Permission.MANAGE_USERS, proved=True)
def create_account() -> ResponseReturnValue:
    """Make it; its owner sets the password through an invitation."""
    form = _offered(NewAccountForm())
    if not form.validate():
        return invalid("admin/account_new.html", form=form)
    try:
        user = operations.add_account(
            current_actor(),
            email=form.email.data,
            name=form.name.data,
            agency_id=form.agency_id.data,
            roles=form.roles.data,
            now=now(),
        )
    except Refused as refused:
        beside(form, refused, "email")
        return invalid("admin/account_new.html", form=form)
    flash("The account is made. Invite its owner, who then sets a password.")
    return see_other("admin.account", user_id=user.id)


@bp.get("/accounts/<int:user_id>")
@requires(Permission.MANAGE_USER, on=account_of)
def account(user: User) -> ResponseReturnValue:
    """An account: who it is, whether it can be used, and how to let its owner in."""
    return render(
        "admin/account.html",
        user=user,
        roles=sorted(operations.roles_of(user, current_actor().partnership_id)),
        invited_until=queries.open_invitation(user.id, now=now()),
        may_invite=may(Permission.INVITE_USER, user),
        mailed=not see_invitation(current_actor(), user),
        second=second_step_of(user.id),
        may_take_away=user.id != current_actor().user_id and may(Permission.TAKE_SECOND_STEP_AWAY, user),
    )


@bp.get("/accounts/<int:user_id>/edit", endpoint="edit_account")
@requires(Permission.MANAGE_USER, on=account_of)
def edit_account_page(user: User) -> ResponseReturnValue:
    """Change name, agency and roles."""
    form = AccountForm(
        name=user.name,
        agency_id=user.agency_id,
        roles=sorted(operations.roles_of(user, current_actor().partnership_id)),
        version=str(user.version),
    )
    return render("admin/account_edit.html", user=user, form=_offered(form, now_of=user.agency_id))


@bp.post("/accounts/<int:user_id>/edit", endpoint="change_account")
@requires(Permission.MANAGE_USER, on=account_of, proved=True)
def change_account(user: User) -> ResponseReturnValue:
    """Save them, unless somebody else saved first."""
    form = _offered(AccountForm(), now_of=user.agency_id)
    if not form.validate():
        return invalid("admin/account_edit.html", user=user, form=form)
    try:
        operations.change_account(
            current_actor(),
            user=user,
            version=form.version_read,
            name=form.name.data,
            agency_id=form.agency_id.data,
            roles=form.roles.data,
            now=now(),
        )
    except Refused as refused:
        beside(form, refused, "roles")
        return invalid("admin/account_edit.html", user=user, form=form)
    except Stale as stale:
        return saved_first("admin/account_edit.html", form, stale, version=user.version, user=user)
    flash("The changes were saved.")
    if not may(Permission.MANAGE_USER, account_of(user.id)):
        return see_other("admin.accounts" if may(Permission.MANAGE_USERS) else "home.index")
    return see_other("admin.account", user_id=user.id)


@bp.post("/accounts/<int:user_id>/retire", endpoint="retire_account")
@requires(Permission.MANAGE_USER, on=account_of)
def retire(user: User) -> ResponseReturnValue:
    """End somebody's access, at once."""
    retire_account(current_actor(), user, now=now())
    flash("The account is retired. Its owner is signed out everywhere.")
    return see_other("admin.account", user_id=user.id)


@bp.post("/accounts/<int:user_id>/bring-back", endpoint="bring_back_account")
@requires(Permission.MANAGE_USER, on=account_of, proved=True)
def bring_back(user: User) -> ResponseReturnValue:
    """Let somebody sign in again."""
    bring_back_account(current_actor(), user)
    flash("The account is in use again.")
    return see_other("admin.account", user_id=user.id)


@bp.post("/accounts/<int:user_id>/two-step/take-away", endpoint="take_second_step_away")
@requires(Permission.TAKE_SECOND_STEP_AWAY, on=account_of, proved=True)
def take_second_step_away(user: User) -> ResponseReturnValue:
    """Its owner lost the app and the codes."""
    take_away(current_actor(), user, now=now())
    flash("The second step is taken away. Its owner is signed out everywhere.")
    return see_other("admin.account", user_id=user.id)


@bp.post("/accounts/<int:user_id>/invite", endpoint="invite")
@requires(Permission.INVITE_USER, on=account_of, proved=True)
def invite_owner(user: User) -> ResponseReturnValue:
    """Make a single-use link: mailed to the account's owner, or shown to whoever runs the partnership.

    It goes to the next page by the browser, since what is stored could be read twice.
    """
    if see_invitation(current_actor(), user):
        session[SHOWN_ONCE] = [user.id, operations.show_invitation(current_actor(), user, now=now())]
    else:
        operations.mail_invitation(current_actor(), user, now=now())
    return see_other("admin.invitation", user_id=user.id)


@bp.get("/accounts/<int:user_id>/invitation")
@requires(Permission.MANAGE_USER, on=account_of)
def invitation(user: User) -> ResponseReturnValue:
    """The link, once; or that it was mailed."""
    kept = session.pop(SHOWN_ONCE, None)
    token = kept[1] if kept is not None and kept[0] == user.id else ""
    return render(
        "admin/invitation.html",
        user=user,
        link=f"{current_app.config['ROUNDTABLE'].external_url}/invitations/{token}" if token else "",
        until=queries.open_invitation(user.id, now=now()),
        mailed=not see_invitation(current_actor(), user),
    )


def _offered(form: Any, *, now_of: int | None = None) -> Any:
    """The agencies and the roles that the actor may give. `now_of`: the account's agency, though it may have left."""
    actor = current_actor()
    assert actor.partnership_id is not None
    agencies = queries.agencies_for_accounts(actor.partnership_id, on=today(), also=now_of)
    if not partnership_admin(actor):
        agencies = [row for row in agencies if row.id == actor.agency_id]
    form.agency_id.choices = offered(((row.id, row.name) for row in agencies), first="Choose an agency")
    grantable = grantable_roles(actor)
    form.roles.choices = [
        SelectChoice(role.value, f"{role.value.capitalize()}: {what[0].lower()}{what[1:]}")
        for role, what in ROLES.items()
        if role in grantable
    ]
    return form


def _after() -> tuple[str, int] | None:
    name, last = request.args.get("name", ""), row_id(request.args.get("after"))
    return (name, last) if name and last is not None else None
