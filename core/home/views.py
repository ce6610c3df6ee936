"""The home page: what waits for me. And the address that says whether the service is well."""

from typing import Any

from flask import Blueprint, Response, current_app, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from core import __version__, plugin_host
from core.actions.departing import left_behind_in
from core.actions.log import handed_over_to
from core.admin.queries import accounts_without_password
from core.cases.quiet import quiet_cases
from core.circulation.queue.queries import failed_of_groups
from core.clock import local_date
from core.emergencies.queries import waiting_for
from core.errors import NotFound
from core.facts import Actor, AdminRole
from core.hate.queries import waiting_for as hate_waiting_for
from core.home import duties, queries
from core.home.figures import figures_of
from core.home.stranded import stranded_for
from core.minutes.corrections.queries import waiting_for_leaders
from core.partnerships.agencies.queries import agencies_in
from core.partnerships.clocks import agenda_due
from core.partnerships.signatures import SignatureState
from core.partnerships.terms.queries import clocks_in
from core.people.history.waiting import waiting_for as rectifications_waiting_for
from core.policy import Permission
from core.policy.partnerships import partnership_admin
from core.referrals.listing import open_by_stage
from core.referrals.stages import place_of_stage
from core.retention.queries import waiting_for as lists_waiting_for
from core.schema import what_is_behind
from core.standards.queries import due_to_people
from core.subject_access.queries import waiting_for as requests_waiting_for
from core.web import current_actor, disclose, now, public, render, requires, today
from core.web.figures import EXTENSION as FIGURES
from core.web.figures import Figures, may_read_figures
from core.working_days import add_working_days

bp = Blueprint("home", __name__)


@bp.get("/")
@requires(Permission.SEE_HOME)
def index() -> ResponseReturnValue:
    """What waits for the person who is signed in."""
    actor = current_actor()
    if not actor.in_partnership:
        return render("home/outside.html")
    assert actor.partnership_id is not None
    actions = queries.actions_of_agency(actor, on=today())
    subjects = queries.subjects_of(actions)
    if subjects:
        disclose("home.read", object=f"agency:{actor.agency_id}", subjects=subjects)
    return render(
        "home/index.html",
        today=today(),
        meetings=queries.next_meetings(actor, now=now()),
        actions=actions,
        handed=handed_over_to(actor) if actor.led_groups else [],
        **_named_work(actor),
        **_administration(actor),
    )


def _named_work(actor: Actor) -> dict[str, Any]:
    """What needs a signature, since it is done with names before one."""
    if not actor.signatory:
        return {}
    assert actor.partnership_id is not None
    clocks = clocks_in(actor.partnership_id)
    known = plugin_host.installed()
    referrals = sorted(open_by_stage(actor, on=today()), key=lambda row: place_of_stage(row, known))
    return {
        "research": queries.research_to_answer(actor, now=now(), on=today()),
        "to_us": [row for row in referrals if row.to_us],
        "by_us": [row for row in referrals if not row.to_us],
        "nominations": [
            (row, agenda_due(local_date(row.starts_at), clocks.of(row.group_id)))
            for row in queries.nominations_to_decide(actor, now=now())
        ],
        "stranded": stranded_for(actor, clocks, now=now()),
        "duties": duties.due_soon(duties.duties_of(actor, clocks, now=now()), on=today()),
        "quiet": quiet_cases(actor, clocks, on=today()),
        "to_people": due_to_people(actor, until=add_working_days(today(), duties.SOON), on=today()),
        "copies": queries.unread_copies(actor),
        "hate": hate_waiting_for(actor, on=today()),
        "emergencies": waiting_for(actor, at=now()) if actor.led_groups else [],
        "to_set_right": rectifications_waiting_for(actor),
        "requests": requests_waiting_for(actor, today=today()),
        "to_erase": lists_waiting_for(actor),
        "mails_failed": failed_of_groups(actor) if actor.led_groups else 0,
        "corrections": waiting_for_leaders(actor, now=now()) if actor.led_groups else [],
    }


def _administration(actor: Actor) -> dict[str, Any]:
    """What waits for the partnership's administrators, and for those of an agency."""
    assert actor.partnership_id is not None
    if partnership_admin(actor):
        wanted = (SignatureState.RUNS_OUT_SOON, SignatureState.LAPSED)
        agencies = agencies_in(actor.partnership_id, on=today())
        return {
            "signatures": [line for line in agencies if line.signature.state in wanted],
            "left_behind": left_behind_in(actor.partnership_id, on=today()),
            "providers_waiting": queries.providers_waiting(actor.partnership_id),
            "without_password": accounts_without_password(actor.partnership_id),
        }
    if AdminRole.AGENCY_ADMIN in actor.roles:
        return {"without_password": accounts_without_password(actor.partnership_id, actor.agency_id)}
    return {}


@bp.get("/healthz")
@public
def health() -> ResponseReturnValue:
    """200 with the version once the database is reachable and migrated, else 503 with the reason."""
    try:
        behind = what_is_behind(current_app)
    except SQLAlchemyError:
        return jsonify(status="unavailable", reason="the database cannot be reached"), 503
    if behind:
        return jsonify(status="unavailable", reason=f"the tables of {', '.join(behind)} are not up to date"), 503
    return jsonify(status="ok", version=__version__)


@bp.get("/metrics")
@public
def metrics() -> ResponseReturnValue:
    """Figures for Prometheus, to this machine itself or to whoever bears the token; to others there is no such page."""
    figures: Figures | None = current_app.extensions.get(FIGURES)
    if figures is None or not may_read_figures(current_app.config["ROUNDTABLE"].metrics_token):
        raise NotFound
    text, kind = figures.text(figures_of(now=now()))
    return Response(text, content_type=kind)


@bp.get("/accessibility")
@public
def accessibility() -> ResponseReturnValue:
    """The accessibility statement."""
    return render("accessibility.html")
