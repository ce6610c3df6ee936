"""Walking the matrix: every route as every actor, and what came of it as one sign."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import Flask
from sqlalchemy import select
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from core.accounts.agency_sign_in.queries import provider_of
from core.accounts.agency_sign_in.views import SHOWN
from core.accounts.models import UserSession
from core.accounts.passwords import token_hash
from core.clock import utc_now
from core.extensions import db
from core.web import policy_of
from tests.integration.matrix.world import World
from tests.support.browser import Browser

ALLOWED, FORBIDDEN, HIDDEN, SIGN_IN = "yes", "no", "hidden", "sign in"

MISSING = 987_654_321
"""An id that nothing has."""


@dataclass(frozen=True)
class Route:
    """One method of one address."""

    method: str
    rule: Rule
    permission: str

    @property
    def name(self) -> str:
        """`GET /cases/<int:case_id>`, as the reviewed table has it."""
        return f"{self.method} {self.rule.rule}"

    @property
    def endpoint(self) -> str:
        """The view's name."""
        return self.rule.endpoint

    @property
    def arguments(self) -> frozenset[str]:
        """The names of what its address holds."""
        return frozenset(self.rule.arguments)

    @property
    def ids(self) -> frozenset[str]:
        """Those of them that are ids of rows."""
        return frozenset(name for name in self.arguments if name.endswith("_id") or name == "number")


def routes_of(app: Flask) -> list[Route]:
    """Every route x method, from the URL map; HEAD and OPTIONS follow GET."""
    found = [
        Route(method, rule, str(policy_of(app.view_functions[rule.endpoint])))
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    ]
    return sorted(found, key=lambda route: (route.rule.rule, route.method))


def guarded_routes(app: Flask) -> Iterator[Route]:
    """All that are not for everybody."""
    return (route for route in routes_of(app) if route.permission != "public")


_STAGES = {
    "recording": "session",
    "minutes": "closed",
    "circulation": "sent",
    "mediation": "mediated",
    "victim_support": "supported",
    "family_intervention": "helped",
    "standards": "promised",
    "protected": "promised",
}
_OTHER_STAGES = {
    "recording.open": "own",
    "recording.reopen": "closed",
    "recording.reopen_submit": "closed",
    "recording.open_submit": "own",
    "recording.correct_action": "closed",
    "recording.correct_action_submit": "closed",
    "recording.strike_action": "closed",
    "recording.restore_action": "closed",
    "minutes.access_begin": "sent",
    "minutes.access_day": "sent",
    "minutes.access_day_submit": "sent",
    "minutes.access_extend": "sent",
    "minutes.access_extend_submit": "sent",
    "minutes.access_find": "sent",
    "minutes.access_issue": "sent",
    "minutes.access_lift": "sent",
    "minutes.access_lift_submit": "sent",
    "minutes.access_look_again": "sent",
    "minutes.access_mask": "sent",
    "minutes.access_mask_submit": "sent",
    "minutes.access_new": "sent",
    "minutes.access_pdf": "sent",
    "minutes.access_show": "sent",
    "minutes.access_withdraw": "sent",
    "minutes.access_withdraw_submit": "sent",
    "minutes.pdf": "sent",
    "minutes.corrected_pdf": "sent",
    "minutes.correction": "sent",
    "minutes.decide_correction": "session",
    "minutes.decide_correction_submit": "session",
    "minutes.propose_correction": "sent",
    "minutes.propose_correction_submit": "sent",
    "minutes.propose_from_copy": "sent",
    "minutes.propose_from_copy_submit": "sent",
    "minutes.withdraw_correction": "sent",
    "minutes.settle": "sent back",
    "minutes.settle_submit": "sent back",
    "minutes.unword": "sent back",
    "minutes.word": "sent back",
    "minutes.word_submit": "sent back",
    "minutes.wording_history": "sent back",
    "referrals.choose_in_meeting": "session",
    "referrals.refer_in_meeting": "session",
}
_OTHER_IDS = {
    "cases.end_share": {"agency_id": "school_id"},
    "disclosures.tell": {"consent_id": "withdrawn_id"},
    "emergencies.end": {"emergency_id": "open_emergency_id"},
    "emergencies.note": {"emergency_id": "open_emergency_id"},
    "emergencies.read": {"emergency_id": "open_emergency_id"},
    "circulation.copy_agenda": {"copy_id": "agenda_copy_id"},
    "circulation.copy_actions": {"copy_id": "actions_copy_id"},
    "minutes.decide_correction": {"item_id": "standing_id"},
    "minutes.decide_correction_submit": {"item_id": "standing_id"},
    "circulation.reader": {"user_id": "reader_id"},
    "circulation.grant": {"user_id": "reader_id"},
    "circulation.take_back": {"user_id": "reader_id"},
    "circulation.preview": {"user_id": "reader_id"},
    "circulation.preview_pdf": {"user_id": "reader_id"},
    "circulation.preview_extract": {"user_id": "at_provider_id"},
    "partnerships.edit_provider": {"provider_id": "own_provider_id"},
    "partnerships.change_provider": {"provider_id": "own_provider_id"},
    "partnerships.change_provider_settings": {"provider_id": "own_provider_id"},
    "partnerships.provider_settings": {"provider_id": "own_provider_id"},
    "partnerships.provider_staff": {"provider_id": "own_provider_id"},
    "partnerships.add_provider_staff": {"provider_id": "own_provider_id"},
    "partnerships.end_provider_staff": {"provider_id": "own_provider_id"},
    "partnerships.approve_provider": {"provider_id": "own_provider_id"},
    "partnerships.decline_provider": {"provider_id": "own_provider_id"},
    "partnerships.decline_provider_submit": {"provider_id": "own_provider_id"},
    "subject_access.back": {"request_id": "waiting_request_id"},
    "subject_access.back_submit": {"request_id": "waiting_request_id"},
    "subject_access.data": {"request_id": "released_request_id"},
    "subject_access.decide": {"request_id": "drawn_request_id"},
    "subject_access.draw": {"request_id": "undrawn_request_id"},
    "subject_access.end": {"request_id": "ending_request_id"},
    "subject_access.end_submit": {"request_id": "ending_request_id"},
    "subject_access.extend": {"request_id": "identified_request_id"},
    "subject_access.extend_submit": {"request_id": "identified_request_id"},
    "subject_access.give": {"request_id": "released_request_id"},
    "subject_access.give_submit": {"request_id": "released_request_id"},
    "subject_access.mask": {"request_id": "drawn_request_id"},
    "subject_access.mask_submit": {"request_id": "drawn_request_id"},
    "subject_access.masks": {"request_id": "drawn_request_id"},
    "subject_access.pack": {"request_id": "drawn_request_id"},
    "subject_access.part": {"request_id": "drawn_request_id"},
    "subject_access.pause": {"request_id": "identified_request_id"},
    "subject_access.pause_submit": {"request_id": "identified_request_id"},
    "subject_access.pdf": {"request_id": "released_request_id"},
    "subject_access.preview": {"request_id": "drawn_request_id"},
    "subject_access.ready": {"request_id": "decided_request_id"},
    "subject_access.release": {"request_id": "ready_request_id"},
    "subject_access.release_submit": {"request_id": "ready_request_id"},
    "subject_access.scheme": {"request_id": "drawn_request_id"},
    "subject_access.scheme_submit": {"request_id": "drawn_request_id"},
    "subject_access.settle": {"request_id": "drawn_request_id"},
    "subject_access.settle_submit": {"request_id": "drawn_request_id"},
    "subject_access.resume": {"request_id": "paused_request_id"},
    "subject_access.resume_submit": {"request_id": "paused_request_id"},
}
_QUERIES = {
    "meetings.calendar": "?group={group_id}",
    "meetings.nominate_submit": "?case={spare_id}",
    "meetings.add_submit": "?case={spare_id}",
}
"""What an address asks besides, where it means nothing without."""


def ids_for(world: World, route: Route, stage: str = "") -> dict[str, int | str]:
    """The ids of the partnership's own things that a route is about: of the meeting in the state that it is for."""
    subject = route.endpoint.partition(".")[0]
    ids = world.stages[stage or _OTHER_STAGES.get(route.endpoint, _STAGES.get(subject, "own"))]
    return {**ids, **{name: ids[other] for name, other in _OTHER_IDS.get(route.endpoint, {}).items() if other in ids}}


_COPIES = {"circulation.copy_agenda": "agenda copy", "circulation.copy_actions": "actions copy"}


def own_copy(world: World, route: Route, actor: str) -> int | str:
    """The actor's own copy of what that route shows; somebody else's, where they have none."""
    sent, kind = world.stages["sent"], _COPIES.get(route.endpoint, "copy")
    return sent.get(f"{kind} of {actor}", sent[f"{kind.replace(' ', '_')}_id"])


def address(app: Flask, route: Route, ids: dict[str, int | str]) -> str:
    """The route's address with these ids."""
    with app.test_request_context():
        built = route.rule.build({name: ids[name] for name in route.arguments}, append_unknown=False)
    assert built is not None, route.name
    return str(built[1]) + _QUERIES.get(route.endpoint, "").format(**ids)


def browser_of(app: Flask, world: World, actor: str) -> Browser:
    """The actor's browser, with the session that they began before anything was taken from them."""
    browser = Browser(app)
    if actor != "anonymous":
        browser.client.set_cookie("roundtable", world.people[actor].token)
    if actor == "chair":
        come_back(browser, world)
    return browser


def come_back(browser: Browser, world: World) -> None:
    """As from the agency's own sign-in, with an account there that is to be linked."""
    chair = world.people["chair"]
    session = db.session.scalars(select(UserSession).where(UserSession.token_hash == token_hash(chair.token))).one()
    provider = provider_of(session.user.agency_id)
    shown = {"issuer": "http://127.0.0.1:9", "subject": "chair", "called": "Cher Chair"}
    with browser.client.session_transaction() as kept:
        kept[SHOWN] = {
            **shown,
            "provider": provider.id if provider else 0,
            "session": session.id,
            "at": int(utc_now().timestamp()),
        }
    db.session.rollback()


def send(browser: Browser, route: Route, path: str, **fields: Any) -> TestResponse:
    """The request, as a form would send it, with nothing filled in."""
    if route.method == "GET":
        return browser.get(path)
    return browser.post(path, fields)


def content_of(answer: TestResponse) -> bytes:
    """All of an answer; of one that never ends, the first piece."""
    if answer.mimetype == "text/event-stream":
        first = next(iter(answer.response))
        answer.close()
        return first.encode() if isinstance(first, str) else first
    return answer.get_data()


def verdict_of(answer: TestResponse) -> str:
    """The answer as one sign. Anything but these is no answer to be had."""
    location = answer.headers.get("Location", "")
    if answer.status_code == 401 or (answer.status_code in (302, 303) and location.startswith("/sign-in?next")):
        return SIGN_IN
    if answer.status_code == 403:
        return FORBIDDEN
    if answer.status_code == 404:
        return HIDDEN
    if answer.status_code < 400 or answer.status_code in (409, 422):
        return ALLOWED
    return f"status {answer.status_code}"
