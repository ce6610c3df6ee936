"""Pages of the ways to complain: anybody of the partnership reads them, administrators write their own."""

from flask import Blueprint, flash
from flask.typing import ResponseReturnValue

from core.errors import Stale
from core.policy import Permission
from core.standards.complaints import operations, queries
from core.standards.complaints.forms import WordsForm
from core.standards.models import RouteOf
from core.web import current_actor, invalid, may, render, requires, saved_first, see_other, today

bp = Blueprint("complaints", __name__, url_prefix="/partnership/complaints")


def _here() -> int:
    """The partnership of whoever asks; for those of none an id that nothing has."""
    return current_actor().partnership_id or 0


def own() -> RouteOf:
    """The partnership's own way to complain."""
    return queries.of_partnership(_here())


def of_agency(agency_id: int) -> RouteOf:
    """That of the agency of the address."""
    return queries.of_agency(_here(), agency_id)


@bp.get("")
@requires(Permission.SEE_PARTNERSHIP)
def index() -> ResponseReturnValue:
    """How to complain about each agency, and about the partnership."""
    ways = queries.all_ways(_here(), on=today())
    return render("standards/ways.html", ways=[(way, bool(may(Permission.MANAGE_COMPLAINTS, way))) for way in ways])


@bp.get("/own", endpoint="own")
@requires(Permission.MANAGE_COMPLAINTS, on=own)
def own_page(way: RouteOf) -> ResponseReturnValue:
    """Write the partnership's own."""
    return _ask(way)


@bp.post("/own", endpoint="own_submit")
@requires(Permission.MANAGE_COMPLAINTS, on=own)
def write_own(way: RouteOf) -> ResponseReturnValue:
    """Keep it."""
    return _keep(way)


@bp.get("/agencies/<int:agency_id>", endpoint="agency")
@requires(Permission.MANAGE_COMPLAINTS, on=of_agency)
def agency_page(way: RouteOf) -> ResponseReturnValue:
    """Write an agency's."""
    return _ask(way)


@bp.post("/agencies/<int:agency_id>", endpoint="agency_submit")
@requires(Permission.MANAGE_COMPLAINTS, on=of_agency)
def write_agency(way: RouteOf) -> ResponseReturnValue:
    """Keep it."""
    return _keep(way)


def _ask(way: RouteOf) -> ResponseReturnValue:
    return render("standards/way.html", way=way, form=WordsForm(complaint_text=way.words, version=str(way.version)))


def _keep(way: RouteOf) -> ResponseReturnValue:
    """Save the words, unless somebody else saved first: then show both, and keep what was typed."""
    form = WordsForm()
    if not form.validate():
        return invalid("standards/way.html", way=way, form=form)
    try:
        operations.write_way_to_complain(
            current_actor(), of=way, version=form.version_read, words=form.complaint_text.data or ""
        )
    except Stale as stale:
        return saved_first("standards/way.html", form, stale, version=way.version, way=way)
    flash("The way to complain is saved.")
    return see_other("complaints.index")
