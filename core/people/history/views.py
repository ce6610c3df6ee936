"""Pages of what was held before, of who read a mistake, and of requests to set something right."""

from typing import Any

from flask import Blueprint, flash
from flask.typing import ResponseReturnValue
from wtforms.fields.choices import SelectChoice

from core.cases.models import Case
from core.cases.queries import case_of
from core.dates import in_words
from core.errors import Refused, Stale
from core.people.history import operations, queries, readers, versions
from core.people.history.forms import AnswerForm, AskForm, TellForm
from core.people.history.models import Statement
from core.people.models import Person
from core.people.queries import person_named
from core.policy import Permission
from core.policy.rectifying import RequestOf, VersionOf
from core.web import (
    beside,
    current_actor,
    disclose,
    invalid,
    may,
    now,
    render,
    requires,
    saved_first,
    see_other,
    today,
)
from core.web.addresses import row_id
from core.web.forms import held

bp = Blueprint("history", __name__)

Named = tuple[Person, list[Case]]


@bp.get("/people/<int:person_id>/history", endpoint="person")
@requires(Permission.SEE_PERSON_HISTORY, on=person_named)
def of_person(named: Named) -> ResponseReturnValue:
    """Every version of what was held of somebody."""
    person, cases = named
    disclose("history.read", object=f"person:{person.id}", subjects=[person.id])
    changes = versions.changes_of_person(current_actor(), person, cases)
    return render("people/history.html", person=person, changes=changes)


@bp.get("/cases/<int:case_id>/history", endpoint="case")
@requires(Permission.SEE_CASE_HISTORY, on=case_of)
def of_case(case: Case) -> ResponseReturnValue:
    """Every version of what was written about a case and its incidents."""
    disclose("history.read", object=f"case:{case.id}", subjects=[part.person_id for part in case.people])
    return render("cases/history.html", case=case, changes=versions.changes_of_case(current_actor(), case))


@bp.get("/history/<int:version_id>", endpoint="readers")
@requires(Permission.SEE_READERS, on=versions.version_of)
def readers_page(target: VersionOf) -> ResponseReturnValue:
    """Who read a mistake, and which documents went out with it."""
    _disclose_version(target)
    return render("people/readers.html", form=_offer(TellForm(), target), **_readers_page(target))


@bp.post("/history/<int:version_id>/tell", endpoint="tell")
@requires(Permission.TELL_OF_MISTAKE, on=versions.version_of)
def tell(target: VersionOf) -> ResponseReturnValue:
    """Write to the readers that were chosen."""
    _disclose_version(target)
    form = _offer(TellForm(), target)
    if not form.validate():
        return invalid("people/readers.html", form=form, **_readers_page(target))
    told = operations.tell(current_actor(), target=target, user_ids=form.readers.data or [], now=now())
    flash(f"{told} {'reader is' if told == 1 else 'readers are'} told.")
    return see_other("history.readers", version_id=target.version.id)


@bp.get("/rectifications", endpoint="requests")
@requires(Permission.LIST_RECTIFICATIONS)
def requests() -> ResponseReturnValue:
    """What people ask to have set right, and by when they are answered."""
    found = queries.requests_for(current_actor())
    if found:
        disclose("rectification.read", object="rectifications", subjects=[each.person_id for each in found])
    return render("people/requests.html", requests=found, today=today())


@bp.get("/people/<int:person_id>/rectify", endpoint="ask")
@requires(Permission.ASK_RECTIFICATION, on=person_named)
def ask_page(named: Named) -> ResponseReturnValue:
    """Record that somebody wants something set right."""
    disclose("rectification.ask", object=f"person:{named[0].id}", subjects=[named[0].id])
    form = _offer_statements(AskForm(asked_on=today()), named[0])
    return render("people/rectify.html", person=named[0], form=form)


@bp.post("/people/<int:person_id>/rectify", endpoint="ask_submit")
@requires(Permission.ASK_RECTIFICATION, on=person_named)
def ask(named: Named) -> ResponseReturnValue:
    """Keep it."""
    person, _ = named
    disclose("rectification.ask", object=f"person:{person.id}", subjects=[person.id])
    form = _offer_statements(AskForm().as_of(today()), person)
    if not form.validate():
        return invalid("people/rectify.html", person=person, form=form)
    kind, _, which = form.what.data.partition(":")
    case_id, _, thing_id = which.partition(":")
    request = operations.ask(
        current_actor(),
        person=person,
        about=Statement[kind.upper()],
        case_id=row_id(case_id),
        thing_id=row_id(thing_id),
        says=form.says.data,
        asked_by=form.asked_by.data,
        asked_on=held(form.asked_on.data),
        restricted=form.restricted.data,
        now=now(),
    )
    flash(f"The request is recorded. It is due on {in_words(request.due_on)}.")
    return see_other("history.request", rectification_id=request.id)


@bp.get("/rectifications/<int:rectification_id>", endpoint="request")
@requires(Permission.SEE_RECTIFICATION, on=queries.request_of)
def request_page(target: RequestOf) -> ResponseReturnValue:
    """What is asked, what is held, and the answer."""
    _disclose_request(target)
    form = AnswerForm(version=str(target.request.version))
    return render("people/request.html", form=form, **_request_page(target))


@bp.post("/rectifications/<int:rectification_id>/answer", endpoint="answer")
@requires(Permission.ANSWER_RECTIFICATION, on=queries.request_of)
def answer(target: RequestOf) -> ResponseReturnValue:
    """Answer it."""
    _disclose_request(target)
    form = AnswerForm()
    if not form.validate():
        return invalid("people/request.html", form=form, **_request_page(target))
    try:
        operations.answer(
            current_actor(),
            target=target,
            version=form.version_read,
            given=form.answer.data,
            reason=form.reason.data,
            own_statement=form.own_statement.data or "",
            now=now(),
        )
    except Refused as refused:
        beside(form, refused, "answer")
        return invalid("people/request.html", form=form, **_request_page(target))
    except Stale as stale:
        version = target.request.version
        return saved_first("people/request.html", form, stale, version=version, **_request_page(target))
    flash("The answer is recorded.")
    return see_other("history.request", rectification_id=target.request.id)


def _offer_statements(form: AskForm, person: Person) -> AskForm:
    found = queries.askable(current_actor(), person)
    form.what.choices = [SelectChoice(each.value, each.words) for each in found]
    return form


def _offer(form: TellForm, target: VersionOf) -> TellForm:
    """Readers who were not told yet."""
    waiting = [each for each in readers.readers_of(target) if not each.mail_state]
    form.readers.offer(SelectChoice(str(each.user_id), f"{each.name}, {each.agency}") for each in waiting)
    return form


def _readers_page(target: VersionOf) -> dict[str, Any]:
    return {
        "version": target.version,
        "person": target.person,
        "case": target.cases[0] if target.person is None else None,
        "change": versions.change_of(current_actor(), target),
        "since": versions.wrong_since(target),
        "readers": readers.readers_of(target),
        "documents": readers.documents_of(target),
        "may_tell": may(Permission.TELL_OF_MISTAKE, target),
    }


def _request_page(target: RequestOf) -> dict[str, Any]:
    named = (target.person, list(target.cases))
    return {
        "request": target.request,
        "person": target.person,
        "may_answer": may(Permission.ANSWER_RECTIFICATION, target),
        "may_open": may(Permission.OPEN_PERSON, named),
        "may_change": may(Permission.EDIT_PERSON, named),
        "corrected": queries.is_corrected_since(target.request),
        "today": today(),
    }


def _disclose_version(target: VersionOf) -> None:
    people = [target.person.id] if target.person is not None else [part.person_id for part in target.cases[0].people]
    disclose("history.read", object=f"held_version:{target.version.id}", subjects=people)


def _disclose_request(target: RequestOf) -> None:
    disclose("rectification.read", object=f"rectification:{target.request.id}", subjects=[target.person.id])
