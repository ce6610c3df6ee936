"""Pages of emergencies: asking for one case by its reference, answering, reading it while that lasts."""

from typing import Any

from flask import Blueprint, flash
from flask.typing import ResponseReturnValue

from core.cases import queries as cases
from core.cases.models import CaseEvent
from core.emergencies import operations, queries
from core.emergencies.forms import AskForm
from core.errors import NotFound, Refused
from core.facts import PersonRole
from core.people.ages import childhood
from core.people.contact import minded_in
from core.plugin_api.facts import age_on
from core.policy import Permission
from core.policy.cases import read_incident
from core.policy.emergencies import EmergencyNow
from core.web import beside, current_actor, disclose, invalid, may, now, render, requires, see_other, today
from core.web.templates import moment

REPORTED = "It was reported to others who chair or work in its lead agency."
REPORTED_TO_ADMINISTRATORS = (
    "Nobody else who chairs or works in its lead agency could be told: it was reported to the partnership’s "
    "administrators."
)

bp = Blueprint("emergencies", __name__, url_prefix="/emergency")


def emergency_of(emergency_id: int) -> EmergencyNow:
    """The request of the address, as it stands now."""
    found = queries.emergency_of(emergency_id)
    if found is None:
        raise NotFound
    return EmergencyNow(found, now())


@bp.get("")
@requires(Permission.ASK_IN_EMERGENCY)
def index() -> ResponseReturnValue:
    """What one has asked for, and for those who lead a group what anybody has."""
    return render("emergencies/index.html", emergencies=queries.known_to(current_actor()), now=now())


@bp.get("/ask", endpoint="ask")
@requires(Permission.ASK_IN_EMERGENCY)
def ask_page() -> ResponseReturnValue:
    """Ask for a case."""
    return render("emergencies/ask.html", form=AskForm())


@bp.post("/ask", endpoint="ask_submit")
@requires(Permission.ASK_IN_EMERGENCY)
def ask() -> ResponseReturnValue:
    """Keep it, and tell those who can answer. The answer says nothing of whether there is such a case."""
    form = AskForm()
    if not form.validate():
        return invalid("emergencies/ask.html", form=form)
    try:
        emergency = operations.ask(
            current_actor(), reference=form.reference.data, reason=form.reason.data, now=now(), on=today()
        )
    except Refused as refused:
        beside(form, refused, "reference")
        return invalid("emergencies/ask.html", form=form)
    flash("Those who chair and coordinate groups were told. Ring one of them, too, if you can.")
    return see_other("emergencies.show", emergency_id=emergency.id)


@bp.get("/<int:emergency_id>")
@requires(Permission.SEE_EMERGENCY, on=emergency_of)
def show(asked: EmergencyNow) -> ResponseReturnValue:
    """Who asked for what, why, and what became of it."""
    emergency = asked.emergency
    disclose(
        "emergency.read",
        object=f"emergency:{emergency.id}",
        # What somebody wrote may name whom it is about. To whoever asked it says nothing of the case.
        subjects=[part.person_id for part in asked.case.people]
        if asked.case is not None and emergency.asked_by_id != current_actor().user_id
        else [],
        purpose=operations.purpose_of(emergency),
    )
    return render(
        "emergencies/show.html",
        emergency=emergency,
        state=asked.state,
        may_answer=may(Permission.ANSWER_EMERGENCY, asked),
        may_end=may(Permission.END_EMERGENCY, asked),
        may_note=may(Permission.NOTE_EMERGENCY, asked) and emergency.noted_at is None,
        may_read=may(Permission.READ_IN_EMERGENCY, asked),
    )


@bp.post("/<int:emergency_id>/grant")
@requires(Permission.ANSWER_EMERGENCY, on=emergency_of, proved=True)
def grant(asked: EmergencyNow) -> ResponseReturnValue:
    """Open the case to them."""
    to_its_own = operations.grant(current_actor(), asked.emergency, now=now(), on=today())
    flash(f"The case is open to them for four hours. {REPORTED if to_its_own else REPORTED_TO_ADMINISTRATORS}")
    return see_other("emergencies.show", emergency_id=asked.emergency.id)


@bp.post("/<int:emergency_id>/decline")
@requires(Permission.ANSWER_EMERGENCY, on=emergency_of)
def decline(asked: EmergencyNow) -> ResponseReturnValue:
    """Do not."""
    operations.decline(current_actor(), asked.emergency, now=now())
    flash("It was declined.")
    return see_other("emergencies.show", emergency_id=asked.emergency.id)


@bp.post("/<int:emergency_id>/end")
@requires(Permission.END_EMERGENCY, on=emergency_of)
def end(asked: EmergencyNow) -> ResponseReturnValue:
    """Close it again."""
    operations.end(current_actor(), asked.emergency, now=now())
    flash("The case is closed to them again.")
    return see_other("emergencies.show", emergency_id=asked.emergency.id)


@bp.post("/<int:emergency_id>/note")
@requires(Permission.NOTE_EMERGENCY, on=emergency_of)
def note(asked: EmergencyNow) -> ResponseReturnValue:
    """Whoever chairs has looked at it."""
    operations.note(current_actor(), asked.emergency, now=now())
    flash("It is noted that you have looked at it.")
    return see_other("emergencies.show", emergency_id=asked.emergency.id)


@bp.get("/<int:emergency_id>/case")
@requires(Permission.READ_IN_EMERGENCY, on=emergency_of)
def read(asked: EmergencyNow) -> ResponseReturnValue:
    """The case, to read and nothing else. What its sources keep from others, they keep from this reader, too."""
    assert asked.case is not None
    case = cases.case_of(asked.case.id)
    disclose(
        "case.read",
        object=f"case:{case.id}",
        subjects=[part.person_id for part in case.people],
        purpose=operations.purpose_of(asked.emergency),
    )
    roles = list(PersonRole)
    return render(
        "emergencies/case.html",
        emergency=asked.emergency,
        case=case,
        people=[
            (
                part,
                age_on(part.person.date_of_birth, today()) if part.person.date_of_birth else None,
                childhood(part.person.date_of_birth, today()),
            )
            for part in sorted(case.people, key=lambda part: (roles.index(part.role), part.person.search_name))
        ],
        minded=minded_in([case.id], on=today()).get(case.id, ()),
        incidents=[(each, read_incident(current_actor(), each)) for each in cases.incidents_of(case.id)],
        timeline=[_entry(event) for event in cases.events_of(case.id)],
    )


def _entry(event: CaseEvent) -> dict[str, Any]:
    """A line of the timeline, leading nowhere."""
    return {
        "title": event.text,
        "at": moment(event.at),
        "datetime": event.at.isoformat(timespec="seconds"),
        "by": event.agency.name if event.agency is not None else "",
        "text": event.note,
        "href": "",
    }
