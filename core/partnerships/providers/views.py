"""Pages of providers: registered by the agency, approved by the partnership."""

from flask import flash
from flask.typing import ResponseReturnValue
from wtforms.fields.choices import SelectChoice

from core import plugin_host
from core.errors import NotFound, Refused, Stale
from core.partnerships.blueprint import bp
from core.partnerships.models import Provider
from core.partnerships.providers import operations, queries
from core.partnerships.providers.forms import ProviderForm, ReasonForm, RegisterForm
from core.partnerships.providers.views_settings import shown_settings
from core.policy import Permission
from core.web import beside, current_actor, invalid, may, now, render, requires, saved_first, see_other, today
from core.web.forms import VersionedForm


def provider_of(provider_id: int) -> Provider:
    """The registration of the address."""
    row = queries.provider(provider_id)
    if row is None:
        raise NotFound
    return row


@bp.app_template_global("pathway_title")
def pathway_title(key: str) -> str:
    """A pathway's title; its key when its plugin is gone."""
    pathway = plugin_host.installed().get(key)
    return pathway.title if pathway is not None else f"{key} (not installed)"


@bp.get("/providers", endpoint="providers")
@requires(Permission.SEE_PARTNERSHIP)
def index() -> ResponseReturnValue:
    """Who provides which pathway."""
    actor = current_actor()
    assert actor.partnership_id is not None
    return render(
        "partnerships/providers.html",
        providers=queries.providers_of_partnership(actor.partnership_id),
        can_register=may(Permission.REGISTER_PROVIDER) and _open_pathways(),
    )


@bp.get("/providers/new", endpoint="register_provider")
@requires(Permission.REGISTER_PROVIDER)
def register_page() -> ResponseReturnValue:
    """Register one's agency."""
    return render("partnerships/provider_new.html", form=_offered(RegisterForm()))


@bp.post("/providers/new", endpoint="register_provider_submit")
@requires(Permission.REGISTER_PROVIDER)
def register() -> ResponseReturnValue:
    """Ask for approval."""
    actor = current_actor()
    assert actor.partnership_id is not None and actor.agency_id is not None
    form = _offered(RegisterForm())
    if not form.validate():
        return invalid("partnerships/provider_new.html", form=form)
    try:
        provider = operations.register(
            actor,
            partnership_id=actor.partnership_id,
            agency_id=actor.agency_id,
            pathway_key=form.pathway.data,
            details=form.details,
            now=now(),
        )
    except Refused as refused:
        beside(form, refused, "pathway")
        return invalid("partnerships/provider_new.html", form=form)
    flash(
        "Your agency is registered. The partnership’s administrator must approve it before anybody is referred to it. "
        "You alone are on its list of staff."
    )
    return see_other("partnerships.provider", provider_id=provider.id)


@bp.get("/providers/<int:provider_id>")
@requires(Permission.SEE_PROVIDER, on=provider_of)
def provider(row: Provider) -> ResponseReturnValue:
    """A registration: what the agency says of its scheme, and how it stands."""
    registered_by, decided_by = queries.who_acted(row)
    manages = may(Permission.MANAGE_PROVIDER, row)
    return render(
        "partnerships/provider.html",
        provider=row,
        registered_by=registered_by,
        decided_by=decided_by,
        form=VersionedForm(version=str(row.version)),
        manages=manages,
        staff=queries.staff_of(row, on=today()) if manages else (),
        settings=shown_settings(row),
        away=_why_away(row),
        approves=may(Permission.APPROVE_PROVIDER, row),
    )


@bp.get("/providers/<int:provider_id>/edit", endpoint="edit_provider")
@requires(Permission.MANAGE_PROVIDER, on=provider_of)
def edit_page(row: Provider) -> ResponseReturnValue:
    """Change what the agency says of its scheme."""
    return render("partnerships/provider_edit.html", provider=row, form=ProviderForm(obj=row))


@bp.post("/providers/<int:provider_id>/edit", endpoint="change_provider")
@requires(Permission.MANAGE_PROVIDER, on=provider_of)
def change(row: Provider) -> ResponseReturnValue:
    """Save it, unless somebody else saved first."""
    form = ProviderForm()
    if not form.validate():
        return invalid("partnerships/provider_edit.html", provider=row, form=form)
    try:
        operations.change(current_actor(), provider=row, version=form.version_read, details=form.details, now=now())
    except Stale as stale:
        return saved_first("partnerships/provider_edit.html", form, stale, version=row.version, provider=row)
    flash("The changes were saved.")
    return see_other("partnerships.provider", provider_id=row.id)


@bp.post("/providers/<int:provider_id>/approve", endpoint="approve_provider")
@requires(Permission.APPROVE_PROVIDER, on=provider_of)
def approve(row: Provider) -> ResponseReturnValue:
    """Let it receive referrals."""
    version = VersionedForm().version_read
    operations.approve(current_actor(), provider=row, version=version, now=now(), on=today())
    flash("The provider is approved. People can be referred to it.")
    return see_other("partnerships.provider", provider_id=row.id)


@bp.get("/providers/<int:provider_id>/decline", endpoint="decline_provider")
@requires(Permission.APPROVE_PROVIDER, on=provider_of)
def decline_page(row: Provider) -> ResponseReturnValue:
    """Why it is declined."""
    return render("partnerships/provider_decline.html", provider=row, form=ReasonForm(version=str(row.version)))


@bp.post("/providers/<int:provider_id>/decline", endpoint="decline_provider_submit")
@requires(Permission.APPROVE_PROVIDER, on=provider_of)
def decline(row: Provider) -> ResponseReturnValue:
    """Say no."""
    form = ReasonForm()
    if not form.validate():
        return invalid("partnerships/provider_decline.html", provider=row, form=form)
    try:
        operations.decline(current_actor(), provider=row, version=form.version_read, reason=form.reason.data, now=now())
    except Stale as stale:
        return saved_first("partnerships/provider_decline.html", form, stale, version=row.version, provider=row)
    flash("The registration is declined. The agency sees your reason.")
    return see_other("partnerships.provider", provider_id=row.id)


@bp.get("/providers/<int:provider_id>/suspend", endpoint="suspend_provider")
@requires(Permission.APPROVE_PROVIDER, on=provider_of)
def suspend_page(row: Provider) -> ResponseReturnValue:
    """Why it is suspended."""
    return render("partnerships/provider_suspend.html", provider=row, form=ReasonForm(version=str(row.version)))


@bp.post("/providers/<int:provider_id>/suspend", endpoint="suspend_provider_submit")
@requires(Permission.APPROVE_PROVIDER, on=provider_of)
def suspend(row: Provider) -> ResponseReturnValue:
    """Stop new referrals."""
    form = ReasonForm()
    if not form.validate():
        return invalid("partnerships/provider_suspend.html", provider=row, form=form)
    try:
        operations.suspend(current_actor(), provider=row, version=form.version_read, reason=form.reason.data, now=now())
    except Stale as stale:
        return saved_first("partnerships/provider_suspend.html", form, stale, version=row.version, provider=row)
    flash("The provider is suspended. Nobody new can be referred to it.")
    return see_other("partnerships.provider", provider_id=row.id)


def _why_away(row: Provider) -> str:
    """Why nobody is referred to it, if its pathway does not run in the partnership."""
    if plugin_host.pathway(row.pathway_key, row.partnership_id) is not None:
        return ""
    return plugin_host.why_away(row.pathway_key, pathway_title(row.pathway_key), row.partnership_id)


def _open_pathways() -> list[tuple[str, str]]:
    """Key and title of the pathways that the actor's agency is not registered for."""
    actor = current_actor()
    assert actor.partnership_id is not None and actor.agency_id is not None
    taken = {row.pathway_key for row in queries.providers_of_agency(actor.partnership_id, actor.agency_id)}
    running = plugin_host.pathways(actor.partnership_id)
    return [(key, pathway.title) for key, pathway in running.items() if key not in taken]


def _offered(form: RegisterForm) -> RegisterForm:
    form.pathway.choices = [SelectChoice(key, title) for key, title in _open_pathways()]
    return form
