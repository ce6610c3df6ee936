"""Pages of the log: the list, its summary, and what is downloaded of it."""

from io import BytesIO
from typing import Any
from urllib.parse import urlencode

from flask import Response, request, send_file, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from core.actions import asking, log, printing, summaries
from core.actions.blueprint import bp
from core.actions.log import Whose
from core.actions.paper import log_html
from core.dates import in_words
from core.disclosures.views_exports import disclose_export
from core.documents.operations import paper_from, stamped_as_made_for
from core.errors import NotFound, Refused
from core.exports import csv_chunks, xlsx_file
from core.facts import MARKING, NotDoneReason
from core.partnerships.belonging import agencies_in
from core.policy import Permission
from core.references import file_name
from core.web import current_actor, disclose, invalid, may, now, render, requires, see_other, today
from core.web.addresses import row_id

COLUMNS = (
    "Reference",
    "Case",
    "Group",
    "Action",
    "Owner agency",
    "Person",
    "Agreed",
    "Due",
    "Status",
    "Reason not done",
    "Outcome",
)

WHOSE = {Whose.MINE: "Your actions", Whose.AGENCY: "Your agency’s actions", Whose.ALL: "All actions"}

_FILTERS = ("whose", "state", "owner", "person", "group", "reason", "handed", "case", "from", "to")


@bp.get("")
@requires(Permission.LIST_ACTIONS)
def index() -> ResponseReturnValue:
    """The log: one's agency's first."""
    form = _form()
    if not form.validate():
        return invalid("actions/index.html", page=None, **_around(form))
    return render("actions/index.html", **_around(form), **_listed(form))


@bp.get("/summary")
@requires(Permission.LIST_ACTIONS)
def summary() -> ResponseReturnValue:
    """How each agency does, or each person of one: open, overdue by how much, done by the day or late, not done."""
    actor, on = current_actor(), today()
    asked = dict(request.args)
    asked.setdefault("from", (on - summaries.A_YEAR).isoformat())
    form = asking.SummaryForm(MultiDict(asked))
    form.offer(_agencies(), log.groups_of(actor))
    if not form.validate():
        return invalid("actions/summary.html", form=form, lines=None)
    wanted = form.asked()
    lines = (summaries.by_person if wanted.owner_agency_id else summaries.by_agency)(actor, wanted, on=on)
    return render(
        "actions/summary.html",
        form=form,
        lines=lines,
        total=summaries.total(lines),
        buckets=summaries.buckets(on),
        group={"group": wanted.group_id} if wanted.group_id else {},
        window={name: day for name, day in (("from", wanted.since), ("to", wanted.until)) if day},
        reasons=list(NotDoneReason),
    )


@bp.get("/export.csv", endpoint="export_csv")
@requires(Permission.EXPORT_ACTIONS, proved=True)
def export_csv() -> ResponseReturnValue:
    """The list as CSV."""
    form = _form()
    if not form.validate():
        return see_other("actions.index", **_kept())
    answer = Response(b"".join(csv_chunks(COLUMNS, _rows(form.wanted()))), mimetype="text/csv")
    return _as_file(answer, "csv")


@bp.get("/export.xlsx", endpoint="export_xlsx")
@requires(Permission.EXPORT_ACTIONS, proved=True)
def export_xlsx() -> ResponseReturnValue:
    """The list as a workbook."""
    form = _form()
    if not form.validate():
        return see_other("actions.index", **_kept())
    content = xlsx_file("Actions", MARKING, COLUMNS, _rows(form.wanted()), made_at=now())
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return _as_file(Response(content, mimetype=kind), "xlsx")


@bp.get("/export.pdf", endpoint="export_pdf")
@requires(Permission.EXPORT_ACTIONS, proved=True)
def export_pdf() -> ResponseReturnValue:
    """The list as a document, made for its reader; in parts, which a page leads to, where it is long.

    The page of the list again, with the reason, where it is too long for paper.
    """
    form, actor = _form(), current_actor()
    if not form.validate():
        return see_other("actions.index", **_kept())
    try:
        slices = printing.slices_for(actor, form.wanted(), on=today())
        number = row_id(request.args.get("part", ""))
        if len(slices) > 1 and number is None:
            return render("actions/parts.html", slices=slices, kept=_kept(), filters=_in_words(form))
        part = next((each for each in slices if each.number == (number or 1)), None)
        if part is None:
            raise NotFound
        record, subjects = printing.log_for_paper(
            actor, form.wanted(), part, heading=WHOSE[form.of], filters=_in_words(form), on=today(), now=now()
        )
        paper = stamped_as_made_for(paper_from(log_html(record)), name=actor.name, agency=actor.agency_name)
    except Refused as refused:
        return invalid("actions/index.html", refusal=refused.reason, **_around(form), **_listed(form))
    disclose_export("actions.export", object="actions", subjects=subjects)
    name = file_name("actions", today().isoformat(), f"part {part.number}" if part.of > 1 else "", suffix="pdf")
    return send_file(BytesIO(paper.content), "application/pdf", download_name=name)


def _form() -> asking.LogForm:
    """The filters as the address has them."""
    actor = current_actor()
    form = asking.LogForm(request.args)
    form.offer(
        _agencies(),
        log.people_of(actor, form.of),
        log.groups_of(actor),
        log.departed_from(actor.partnership_id or 0, on=today()),
    )
    return form


def _around(form: asking.LogForm) -> dict[str, Any]:
    """What the page of the log shows around the list."""
    kept = _kept()
    return {
        "form": form,
        "kept": kept,
        "chosen": [
            (words, f"{url_for('actions.index')}?{urlencode({k: v for k, v in kept.items() if k != name})}")
            for name, words in form.in_words()
        ],
        "may_export": may(Permission.EXPORT_ACTIONS),
        "whose": list(Whose),
    }


def _listed(form: asking.LogForm) -> dict[str, Any]:
    """A page of the list, told to the trail."""
    page = log.page(current_actor(), form.wanted(after=request.args.get("after", "")), on=today())
    opened = {action.id for action in page.actions if may(Permission.SEE_ACTION, action)}
    shown = [action for action in page.actions if action.id in opened]
    if shown:
        disclose("actions.list", object="actions", subjects=log.subjects_of(shown))
    following = urlencode(_kept() | {"after": asking.cursor(page.next)})
    return {
        "page": page,
        "opened": opened,
        "handed": log.handed_over_from(shown),
        "today": today(),
        "next_page": f"{url_for('actions.index')}?{following}" if page.next else "",
    }


def _agencies() -> list[tuple[int, str]]:
    """Those that belong, and those that left, whose actions are in the log all the same."""
    here = current_actor().partnership_id or 0
    left = [(number, f"{name} (left)") for number, name in log.departed_from(here, on=today())]
    return [*agencies_in(here, on=today()), *left]


def _kept() -> dict[str, str]:
    """The filters, for the address of another page of the list."""
    return {name: value for name, value in request.args.items() if name in _FILTERS and value}


def _in_words(form: asking.LogForm) -> list[str]:
    """What was asked for, for paper: the status is always said."""
    words = dict(form.in_words())
    words.setdefault("state", f"Status: {form.state.data.capitalize()}")
    return [words[name] for name in _FILTERS if name in words] + [f"As of {in_words(today())}"]


def _rows(wanted: log.Wanted) -> list[tuple[Any, ...]]:
    """The rows of an export, which is recorded with everybody whom they are about."""
    actions = log.rows_for_export(current_actor(), wanted, on=today())
    disclose_export("actions.export", object="actions", subjects=log.subjects_of(actions))
    return [
        (
            action.ref,
            action.case.ref if action.case is not None else "",
            action.group.name,
            action.text,
            action.owner_agency.name,
            action.owner.name if action.owner is not None else "",
            action.agreed_on,
            action.due_on,
            action.status.value,
            action.not_done_reason.value if action.not_done_reason is not None else "",
            action.outcome,
        )
        for action in actions
    ]


def _as_file(answer: Response, suffix: str) -> Response:
    name = file_name("actions", today().isoformat(), suffix=suffix)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
