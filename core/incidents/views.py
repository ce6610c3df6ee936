"""The page of the incident register."""

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from wtforms.fields.choices import SelectChoice

from core.dates import month_in_words
from core.incidents import queries
from core.incidents.forms import PeriodForm
from core.incidents.queries import StreetCount
from core.policy import Permission
from core.web import current_actor, invalid, render, requires, today
from core.web.addresses import row_id

bp = Blueprint("incidents", __name__, url_prefix="/incidents")


@bp.get("")
@requires(Permission.SEE_INCIDENTS)
def index() -> ResponseReturnValue:
    """Counts by street, for an area and a period; at first for an area of the reader's groups.

    Names nobody: section 17A asks for depersonalised data.
    """
    actor = current_actor()
    partnership_id = actor.partnership_id
    assert partnership_id is not None
    areas = queries.areas_of(partnership_id, on=today())
    months = queries.months_of(partnership_id)
    if not (areas and months):
        return render("incidents/empty.html", months=months)
    own = {f"group-{group_id}" for group_id in actor.groups}
    form = PeriodForm(
        request.args,
        area=next((area for area in areas if area.key in own), areas[0]).key,
        since=months[max(0, len(months) - 12)].isoformat(),
        until=months[-1].isoformat(),
    )
    form.area.choices = [SelectChoice(area.key, area.name) for area in areas]
    form.since.choices = form.until.choices = [
        SelectChoice(month.isoformat(), month_in_words(month)) for month in months
    ]
    if not form.validate():
        return invalid("incidents/index.html", form=form, streets=None)
    area = next(area for area in areas if area.key == form.area.data)
    since, until = form.period
    after = _after()
    streets = queries.streets_of(partnership_id, area, since=since, until=until, after=after)
    chosen = {"area": area.key, "since": form.since.data, "until": form.until.data}
    last = streets.rows[-1] if streets.rows else None
    return render(
        "incidents/index.html",
        form=form,
        area=area,
        since=since,
        until=until,
        streets=streets,
        total=queries.incidents_in(partnership_id, area, since=since, until=until),
        first=url_for("incidents.index", **chosen) if after is not None else "",
        further=url_for("incidents.index", count=last.incidents, street=last.street, **chosen)
        if last is not None and streets.more
        else "",
    )


def _after() -> StreetCount | None:
    """The street that the page before ended with. What is none leads to the beginning."""
    count = row_id(request.args.get("count"))
    if count is None:
        return None
    return StreetCount(request.args.get("street", "").replace("\0", "")[:200], count)
