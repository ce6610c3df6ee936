"""The page of an agency's referrals: its work by stage, what is closed, what it referred."""

from collections.abc import Sequence
from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue

from core import plugin_host
from core.policy import Permission
from core.referrals import listing, queries
from core.referrals.blueprint import bp
from core.referrals.forms import ListForm
from core.referrals.listing import Place, StageCount, Wanted, Which
from core.referrals.stages import place_of_stage
from core.web import current_actor, disclose, render, requires, today


@bp.get("/referrals")
@requires(Permission.LIST_REFERRALS)
def index() -> ResponseReturnValue:
    """What was referred to my agency, what is overdue first; what is closed; and what my agency referred."""
    actor = current_actor()
    if not actor.signatory:
        return render("referrals/index.html", registers=())
    assert actor.partnership_id is not None  # the policy asks for one
    providers = queries.own_providers(actor)
    counts = listing.open_by_stage(actor, on=today())
    stages = _in_order([row for row in counts if row.to_us])
    form = ListForm(request.args)
    form.offer(stages, first=Which.WORK if providers or stages else Which.MADE)
    wanted = Wanted(form.which, form.stage_wanted, form.overdue_wanted, Place.read(request.args.get("after", "")))
    page = listing.page_of(actor, wanted, on=today())
    if page.rows:
        disclose("referrals.list", object=f"agency:{actor.agency_id}", subjects={row.person_id for row in page.rows})
    known = plugin_host.pathways(actor.partnership_id)
    return render(
        "referrals/index.html",
        form=form,
        page=page,
        stages=stages,
        lists=_lists(form, at_work=bool(providers or stages), has_parts=listing.has_parts(actor)),
        registers=[
            (row.id, pathway.register)
            for row in providers
            if (pathway := known.get(row.pathway_key)) is not None and pathway.register is not None
        ],
        chosen=_chosen(form),
        next_page=_address(form, after=str(page.next)) if page.next is not None else "",
        first_page=_address(form) if wanted.after is not None else "",
        today=today(),
    )


def _lists(form: ListForm, *, at_work: bool, has_parts: bool) -> list[Which]:
    """Which lists there are for the agency; the one that was asked for is always among them."""
    lists = [Which.WORK, Which.CLOSED, Which.MADE] if at_work else [Which.MADE]
    return [*lists, Which.PART] if has_parts or form.which is Which.PART else lists


def _in_order(counts: Sequence[StageCount]) -> list[StageCount]:
    known = plugin_host.installed()
    return sorted(counts, key=lambda row: place_of_stage(row, known))


def _chosen(form: ListForm) -> list[tuple[str, str]]:
    """The filters in force, in words, each with the address of the list without it."""
    chosen = []
    if form.stage_wanted:
        labels = {choice.value: choice.label for choice in form.stage.choices}
        chosen.append((str(labels[form.stage_wanted]), _address(form, stage="")))
    if form.overdue_wanted:
        chosen.append(("Overdue", _address(form, overdue="")))
    return chosen


def _address(form: ListForm, **changed: str) -> str:
    """This list's address with its filters, from its beginning unless said."""
    kept: dict[str, Any] = {"of": form.which.value, "stage": form.stage_wanted}
    if form.overdue_wanted:
        kept["overdue"] = "y"
    return url_for("referrals.index", **{name: value for name, value in (kept | changed).items() if value})
