"""Pages of cases: the list and a case. What changes one is in the modules beside this."""

from collections.abc import Container, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue

from core.cases import listing, queries, views_changing, views_incidents, views_naming, views_sharing
from core.cases.blueprint import bp
from core.cases.forms import FilterForm
from core.cases.listing import CaseFilter, Place
from core.cases.models import Case, CaseEvent, CasePerson
from core.disclosures.about_case import about_case
from core.disclosures.consents import in_words_of, said_in
from core.facts import ActionStatus, CaseStatus, PersonRole
from core.hate.queries import reports_of_case
from core.partnerships import belonging
from core.partnerships.terms.queries import clocks_in
from core.people.adjustments.queries import needed_by
from core.people.ages import childhood, told
from core.people.history.disputes import disputed_of
from core.people.history.versions import case_corrected_lately
from core.people.models import Person
from core.plugin_api.facts import age_on
from core.policy import Permission
from core.policy.cases import read_incident
from core.retention.queries import holds_on_case, who_was_present
from core.standards.lists import PROMISED_TO
from core.standards.models import ContactPlan
from core.standards.queries import owed_of, plans_of
from core.web import current_actor, disclose, invalid, may, now, render, requires, today
from core.web.addresses import row_id
from core.web.choices import offered
from core.web.forms import stripped
from core.web.templates import moment

__all__ = ["bp", "views_changing", "views_incidents", "views_naming", "views_sharing"]


@bp.get("")
@requires(Permission.LIST_CASES)
def index() -> ResponseReturnValue:
    """The cases that the reader may open; for a non-signatory, references alone and why."""
    actor = current_actor()
    if not actor.signatory:
        after = stripped(request.args.get("after", ""))[:40]
        known = listing.references_known_to(actor, after=after)
        return render("cases/references.html", known=known, further=after != "")
    form = FilterForm(request.args)
    form.lead.choices = offered(belonging.agencies_in(_here(), on=today()), first="Any")
    form.group.choices = offered(queries.groups_in(_here(), on=today()), first="Any")
    if not form.validate():
        return invalid("cases/index.html", form=form, page=None, chosen=[])
    wanted = form.wanted
    page = listing.cases_open_to(
        actor,
        wanted,
        clocks_in(_here()),
        on=today(),
        after=_place(request.args.get("after")),
        before=_place(request.args.get("before")),
    )
    if page.people:
        disclose("case.search" if wanted.query else "case.list", object="cases", subjects=page.people)
    return render(
        "cases/index.html",
        form=form,
        page=page,
        counted=listing.COUNTED,
        chosen=_chosen(form, wanted),
        newer=_address(before=_cursor(page.newer)) if page.newer else "",
        older=_address(after=_cursor(page.older)) if page.older else "",
        may_create=may(Permission.CREATE_CASE),
    )


@bp.get("/<int:case_id>")
@requires(Permission.OPEN_CASE, on=queries.case_of)
def show(case: Case) -> ResponseReturnValue:
    """A case, with everything that hangs on it and that the reader may see."""
    actor = current_actor()
    actions = queries.actions_of(actor, case.id)
    disclose("case.read", object=f"case:{case.id}", subjects=[part.person_id for part in case.people])
    names = {part.person_id: part.person.name for part in case.people}
    incidents = queries.incidents_of(case.id)
    referrals = queries.referrals_of(actor, case.id)
    hearings = queries.hearings_of(actor, case.id)
    opens = {
        "meeting": {hearing.meeting_id for hearing in hearings if hearing.open},
        "action": {action.id for action in actions},
        "referral": {referral.id for referral in referrals},
    }
    return render(
        "cases/show.html",
        case=case,
        people=_people(case, today()),
        promised=_promised(case),
        incidents=[
            (incident, bool(may(Permission.CHANGE_INCIDENT, incident)), read_incident(actor, incident))
            for incident in incidents
        ],
        limits={each.id: in_words_of(said_in(each.consent)) for each in incidents if each.consent is not None},
        opened_from=about_case(case.id),
        in_words_of=lambda consent: in_words_of(said_in(consent)),
        children_then={incident.id: _children_on(case, incident.happened_on) for incident in incidents},
        hate=reports_of_case(case.id),
        needs=needed_by(list(names), on=today()),
        disputes=disputed_of(case.id),
        corrected=case_corrected_lately(case.id, now=now()),
        open_actions=[a for a in reversed(actions) if a.status is ActionStatus.OPEN],
        settled_actions=[a for a in actions if a.status in (ActionStatus.DONE, ActionStatus.NOT_DONE)],
        referrals=[(referral, names.get(referral.person_id, "")) for referral in referrals],
        hearings=hearings,
        upcoming=queries.meetings_to_nominate_for(actor, case.id, now=now())
        if case.status is not CaseStatus.CLOSED
        else (),
        timeline=[_entry(event, opens) for event in queries.events_of(case.id)],
        today=today(),
        editable=may(Permission.EDIT_CASE, case),
        may_add_incident=may(Permission.ADD_INCIDENT, case),
        may_refer=may(Permission.REFER, case),
        holds=[hold for hold in holds_on_case(case.id) if hold.ended_at is None],
        may_hold=may(Permission.HOLD_CASE, case),
        present=who_was_present(case.id) if case.erased_on is not None else (),
    )


def _here() -> int:
    """The partnership of whoever asks, behind a policy that asks for one."""
    partnership_id = current_actor().partnership_id
    assert partnership_id is not None
    return partnership_id


def _place(cursor: str | None) -> Place | None:
    """A place in the list from its address: `2026-03-05.12`. What is none leads to the beginning."""
    day, _, last = (cursor or "").partition(".")
    number = row_id(last)
    try:
        return Place(date.fromisoformat(day), number) if number is not None else None
    except ValueError:
        return None


def _cursor(place: Place) -> str:
    return f"{place.opened_on.isoformat()}.{place.id}"


def _address(**changed: str) -> str:
    """This list's address with its filters, less its place, plus what is given."""
    kept: dict[str, Any] = {
        key: values for key, values in request.args.lists() if key not in ("after", "before") and any(values)
    }
    return url_for("cases.index", **{**kept, **changed})


def _without(field: str, value: str) -> str:
    """This list's address without one filter."""
    kept: dict[str, Any] = {
        key: [v for v in values if v and not (key == field and v == value)]
        for key, values in request.args.lists()
        if key not in ("after", "before")
    }
    return url_for("cases.index", **kept)


def _chosen(form: FilterForm, wanted: CaseFilter) -> list[tuple[str, str]]:
    """The filters in force, in words, each with the address of the list without it."""
    leads, groups = ({choice.value: choice.label for choice in each.choices} for each in (form.lead, form.group))
    chosen = [(f"Status: {status.value}", _without("status", status)) for status in wanted.statuses]
    if wanted.category:
        chosen.append((f"Category: {wanted.category}", _without("category", wanted.category)))
    chosen += [(f"Risk: {risk.value}", _without("risk", risk)) for risk in wanted.risks]
    if wanted.lead_agency_id is not None:
        chosen.append((f"Lead agency: {leads[str(wanted.lead_agency_id)]}", _without("lead", form.lead.data)))
    if wanted.group_id is not None:
        chosen.append((f"Heard by: {groups[str(wanted.group_id)]}", _without("group", form.group.data)))
    if wanted.hate:
        chosen.append(("Hate incidents", _without("hate", request.args["hate"])))
    if wanted.overdue:
        chosen.append(("Overdue actions", _without("overdue", request.args["overdue"])))
    if wanted.quiet:
        chosen.append(("Without update", _without("quiet", request.args["quiet"])))
    return chosen


def _people(case: Case, on: date) -> list[tuple[CasePerson, int | None, str]]:
    """Who is who, subjects first: each with their age that day and whether they are a child."""
    roles = list(PersonRole)
    parts = sorted(case.people, key=lambda part: (roles.index(part.role), part.person.search_name, part.id))
    return [
        (
            part,
            age_on(part.person.date_of_birth, on) if part.person.date_of_birth else None,
            childhood(part.person.date_of_birth, on),
        )
        for part in parts
    ]


def _children_on(case: Case, day: date) -> list[tuple[str, str, str]]:
    """Who of those named was a child on the day of an incident: name, age then and today, and which kind of child."""
    people = {part.person_id: part.person for part in case.people}
    return [
        (person.name, told(person.date_of_birth, today(), then=day, when="when it happened"), was)
        for person in sorted(people.values(), key=lambda person: (person.search_name, person.id))
        if (was := childhood(person.date_of_birth, day))
    ]


def _promised(case: Case) -> list[tuple[Person, ContactPlan | None, Sequence[tuple[str, date]]]]:
    """Complainants and victims, by name: each with their contact plan and what is due to them."""
    plans = plans_of(case.id)
    people = {part.person_id: part.person for part in case.people if part.role in PROMISED_TO}
    return [
        (person, plan, owed_of(plan, case.status))
        for person in sorted(people.values(), key=lambda person: (person.search_name, person.id))
        for plan in (plans.get(person.id),)
    ]


_PAGES = {
    "meeting": ("meetings.meeting", "meeting_id"),
    "action": ("actions.show", "action_id"),
    "referral": ("referrals.referral", "referral_id"),
}
"""What a line of the timeline can be about, and its page."""


def _entry(event: CaseEvent, opens: Mapping[str, Container[int]]) -> dict[str, Any]:
    """A line of the timeline; a link only where the reader's way does not end: `opens`, ids by kind."""
    at: datetime = event.at
    kind, _, number = event.link.partition(":")
    page = _PAGES.get(kind) if number.isdecimal() and int(number) in opens.get(kind, ()) else None
    where: dict[str, Any] = {page[1]: number} if page is not None else {}
    return {
        "title": event.text,
        "at": moment(at),
        "datetime": at.isoformat(timespec="seconds"),
        "by": event.agency.name if event.agency is not None else "",
        "text": event.note,
        "href": url_for(page[0], **where) if page is not None else "",
    }
