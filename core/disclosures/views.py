"""Pages of who was told what: of a case, of a person, of the partnership; and on what it discloses."""

from typing import Any
from urllib.parse import urlencode

from flask import Response, flash, request, url_for
from flask.typing import ResponseReturnValue

from core.cases.models import Case
from core.cases.queries import case_of
from core.disclosures import operations, queries, views_consents
from core.disclosures.arms.line import Scope, Wanted
from core.disclosures.blueprint import bp
from core.disclosures.consents import in_words_of, said_in, what_it_is
from core.disclosures.disclosure import Disclosure
from core.disclosures.forms import GroundsForm, RegisterForm
from core.disclosures.lists import BASES, CONDITIONS, USUAL, Kind
from core.disclosures.readers import consents_about
from core.disclosures.usual import written_in
from core.disclosures.views_exports import disclose_export
from core.errors import NotFound, Stale
from core.exports import csv_chunks
from core.people.models import Person
from core.people.queries import person_named
from core.policy import Permission
from core.policy.complaints import passes_on_to
from core.policy.disclosing import tells_of
from core.references import file_name
from core.web import (
    current_actor,
    disclose,
    invalid,
    may,
    render,
    requires,
    save_merged,
    saved_first,
    see_other,
    today,
)
from core.web.addresses import row_id
from core.web.choices import offered

__all__ = ["bp", "views_consents"]

COLUMNS = (
    "When",
    "Kind",
    "What",
    "Case",
    "Told to",
    "By",
    "Lawful basis",
    "Condition",
    "Purpose",
    "Until",
    "Notes",
)

_BOXES = ("day", "month", "year")
_FILTERS = (
    "kind",
    "agency",
    "basis",
    *(f"{day}-{box}" for day in ("since", "until") for box in _BOXES),
)


def kind_called(way: str) -> Kind:
    """The kind of disclosure of the address, of those for which grounds are written. Raises NotFound."""
    found = next((each for each in USUAL if each.name.lower() == way), None)
    if found is None:
        raise NotFound
    return found


@bp.get("/cases/<int:case_id>", endpoint="of_case")
@requires(Permission.OPEN_CASE, on=case_of)
def of_case(case: Case) -> ResponseReturnValue:
    """Who has been told what of a case."""
    disclose("disclosures.read", object=f"case:{case.id}", subjects=[part.person_id for part in case.people])
    return _register(
        "disclosures/of_case.html",
        queries.of_case(current_actor(), case.id),
        case=case,
        consents=[
            (each, what_it_is(each), in_words_of(said_in(each)), may(Permission.KEEP_CONSENT, each))
            for each in consents_about(case.id)
            if tells_of(current_actor(), each)
        ],
    )


@bp.get("/people/<int:person_id>", endpoint="of_person")
@requires(Permission.OPEN_PERSON, on=person_named)
def of_person(person_and_cases: tuple[Person, list[Case]]) -> ResponseReturnValue:
    """Who has been told what of somebody, in the cases that are open to the reader."""
    person, _ = person_and_cases
    disclose("disclosures.read", object=f"person:{person.id}", subjects=[person.id])
    return _register("disclosures/of_person.html", queries.of_person(current_actor(), person.id), person=person)


@bp.app_template_global("limits_on")
def limits_on(case_id: int, agency_id: int) -> list[str]:
    """What was given in a complaint about a case and is not for that agency, as far as the reader may know of it: for a
    page on which something is passed on, in words that say nothing of what it is.
    """
    actor = current_actor()
    return [
        f"{what_it_is(each)}. {in_words_of(said_in(each))}{'. Withdrawn' if each.withdrawn_on else ''}"
        for each in consents_about(case_id)
        if tells_of(actor, each) and not passes_on_to(each, agency_id)
    ]


@bp.get("", endpoint="register")
@requires(Permission.SEE_REGISTER)
def register() -> ResponseReturnValue:
    """What the partnership disclosed: references, agencies and days."""
    disclose("disclosures.read", object="disclosures")
    return _register("disclosures/register.html", queries.of_partnership(current_actor()), kept=_kept())


@bp.get("/export.csv", endpoint="export_csv")
@requires(Permission.SEE_REGISTER, proved=True)
def export_csv() -> ResponseReturnValue:
    """The same as CSV."""
    form = _form()
    if not form.validate():
        return see_other("disclosures.register", **_kept())
    lines = queries.all_of(queries.of_partnership(current_actor()), form.wanted)
    disclose_export("disclosures.export", object="disclosures")
    answer = Response(b"".join(csv_chunks(COLUMNS, map(_cells, lines))), mimetype="text/csv")
    name = file_name("disclosures", today().isoformat(), suffix="csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@bp.get("/grounds", endpoint="grounds")
@requires(Permission.WRITE_GROUNDS)
def grounds_page() -> ResponseReturnValue:
    """On what the partnership discloses in each way, and what for."""
    written = written_in(_here())
    lines = [
        (kind, written[kind].grounds if kind in written else usual, kind in written) for kind, usual in USUAL.items()
    ]
    return render("disclosures/grounds.html", lines=lines, bases=BASES, conditions=CONDITIONS)


@bp.get("/grounds/<way>", endpoint="write_grounds")
@requires(Permission.WRITE_GROUNDS, on=kind_called)
def write_grounds_page(kind: Kind) -> ResponseReturnValue:
    """Write them for one way."""
    return render("disclosures/write_grounds.html", **_grounds(kind, begin=True))


@bp.post("/grounds/<way>", endpoint="write_grounds_submit")
@requires(Permission.WRITE_GROUNDS, on=kind_called)
def write_grounds(kind: Kind) -> ResponseReturnValue:
    """Keep them, for what is disclosed from now on."""
    page = _grounds(kind, begin=False)
    form = page["form"]
    if not form.validate():
        return invalid("disclosures/write_grounds.html", **page)

    def save() -> None:
        operations.write_grounds(
            current_actor(),
            partnership_id=_here(),
            kind=kind,
            grounds=form.grounds,
            version=form.version_read,
        )

    try:
        save_merged(form, save, version=lambda: operations.version_of(_here(), kind))
    except Stale as stale:
        version = operations.version_of(_here(), kind)
        return saved_first("disclosures/write_grounds.html", form, stale, version=version, kind=kind)
    flash("This is kept with what is disclosed from now on.")
    return see_other("disclosures.grounds")


def _here() -> int:
    partnership_id = current_actor().partnership_id
    assert partnership_id is not None
    return partnership_id


def _grounds(kind: Kind, *, begin: bool) -> dict[str, Any]:
    if not begin:
        return {"form": GroundsForm(), "kind": kind}
    row = written_in(_here()).get(kind)
    stands = row.grounds if row is not None else USUAL[kind]
    form = GroundsForm(
        basis=stands.basis, condition=stands.condition, purpose=stands.purpose, version=str(row.version if row else 0)
    )
    return {"form": form, "kind": kind}


def _form() -> RegisterForm:
    form = RegisterForm(request.args)
    form.agency.choices = offered(queries.agencies_of(_here()), first="Any")
    return form


def _kept() -> dict[str, str]:
    """The filters, for the address of another page."""
    return {name: value for name, value in request.args.items() if name in _FILTERS and value}


def _register(template: str, scope: Scope, **about: Any) -> ResponseReturnValue:
    form = _form()
    valid = form.validate()
    page = queries.page_of(scope, form.wanted if valid else Wanted(), number=row_id(request.args.get("page")) or 1)
    endpoint, arguments = request.endpoint or "", request.view_args or {}

    def address(number: int) -> str:
        return f"{url_for(endpoint, **arguments)}?{urlencode({**_kept(), 'page': str(number)})}"

    page_of = {
        "form": form,
        "page": page,
        "links": {line.link: _link(line) for line in page.lines} if not scope.whole else {},
        "newer": address(page.number - 1) if page.number > 1 else "",
        "older": address(page.number + 1) if page.further else "",
        "chosen": _chosen(form) if valid else [],
        "here": url_for(endpoint, **arguments),
        "conditions": CONDITIONS,
        "bases": BASES,
        "today": today(),
        **about,
    }
    return render(template, **page_of) if valid else invalid(template, **page_of)


def _chosen(form: RegisterForm) -> list[tuple[str, str]]:
    """The filters in force, in words, each with the address of the page without it."""
    wanted = form.wanted
    kept = _kept()
    chosen: list[tuple[str, tuple[str, ...]]] = []
    names = {choice.value: choice.label for choice in form.agency.choices}
    chosen += [(f"Kind: {kind.value}", ("kind",)) for kind in wanted.kinds]
    if wanted.agency_id is not None:
        chosen.append((f"Told to: {names[str(wanted.agency_id)]}", ("agency",)))
    if wanted.basis is not None:
        chosen.append((f"Lawful basis: {wanted.basis or 'not recorded'}", ("basis",)))
    for name, label, day in (("since", "From", wanted.since), ("until", "To", wanted.until)):
        if day is not None:
            chosen.append((f"{label}: {day:%-d %B %Y}", tuple(f"{name}-{box}" for box in _BOXES)))
    here = url_for(request.endpoint or "", **(request.view_args or {}))
    return [
        (words, f"{here}?{urlencode({k: v for k, v in kept.items() if k not in without})}") for words, without in chosen
    ]


def _link(line: Disclosure) -> str:
    """The page behind a line, where there is one that everybody who reads the line may open."""
    kind, _, number = line.link.partition(":")
    if kind == "referral":
        return url_for("referrals.referral", referral_id=int(number))
    return ""


def _cells(line: Disclosure) -> tuple[Any, ...]:
    return (
        line.at,
        line.kind.value,
        line.what,
        line.case_ref,
        line.recipients,
        line.by,
        line.basis,
        line.grounds.condition,
        line.grounds.purpose,
        line.ended_on,
        "; ".join(line.notes),
    )
