"""The page of the statistics. It names nobody: section 17A asks for depersonalised data."""

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from core.disclosures.views_exports import disclose_depersonalised
from core.exports import csv_chunks
from core.hate.queries import FEWER
from core.plugin_host import Unavailable
from core.policy import Permission
from core.references import file_name
from core.reports import queries
from core.reports.forms import PeriodForm
from core.web import current_actor, invalid, render, requires, see_other, today

bp = Blueprint("reports", __name__, url_prefix="/partnership/statistics")


@bp.get("")
@requires(Permission.SEE_STATISTICS)
def index() -> ResponseReturnValue:
    """What every scheme counted in a period; at first, in the last full quarter."""
    form = _form()
    if not form.validate():
        return invalid("reports/index.html", form=form, period=None)
    answers = queries.counted(current_actor(), form.period)
    return render(
        "reports/index.html",
        form=form,
        period=form.period,
        schemes=[(each, isinstance(each, Unavailable)) for each in answers],
        hate=queries.hate_incidents(current_actor(), form.period),
        fewest=FEWER,
        kept=_kept(),
    )


@bp.get("/export.csv", endpoint="export_csv")
@requires(Permission.SEE_STATISTICS)
def export_csv() -> ResponseReturnValue:
    """The same as CSV."""
    form = _form()
    if not form.validate():
        return see_other("reports.index", **_kept())
    period = form.period
    lines = [
        *queries.lines(queries.counted(current_actor(), period), period),
        *queries.lines_of_hate(queries.hate_incidents(current_actor(), period), period),
    ]
    disclose_depersonalised("statistics.export", object="statistics")
    answer = Response(b"".join(csv_chunks(queries.COLUMNS, lines)), mimetype="text/csv")
    name = file_name("statistics", period.start.isoformat(), period.end.isoformat(), suffix="csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _form() -> PeriodForm:
    """The period as the address has it."""
    quarter = queries.last_full_quarter(today())
    return PeriodForm(request.args, since=quarter.start, until=quarter.end).as_of(today())


def _kept() -> dict[str, str]:
    """The period, for the address of the download and back."""
    names = [f"{day}-{box}" for day in ("since", "until") for box in ("day", "month", "year")]
    return {name: request.args[name] for name in names if name in request.args}
