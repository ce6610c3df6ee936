"""Every form of the application, found on its page and filled in as somebody would."""

import json
from dataclasses import dataclass, replace
from datetime import timedelta

from flask import Flask, current_app
from webauthn.helpers import bytes_to_base64url
from werkzeug.test import TestResponse

from core.accounts.passkeys.challenges import new_challenge
from core.accounts.two_step.codes import code_at
from core.clock import utc_now
from core.working_days import add_working_days
from tests.builders import PASSWORD, today
from tests.integration.matrix.extras import APP_SEED
from tests.integration.matrix.walking import Route, address, browser_of, guarded_routes, ids_for
from tests.integration.matrix.world import World
from tests.support.browser import Browser
from tests.support.forms import FormField, PageForm, forms_of
from tests.support.passkeys import Device

_SERIES = (
    "frequency=monthly&nth=1&weekday=1&every=1&starts=08:00&length_minutes=60&venue=Hall"
    "&on_bank_holiday=skip+the+meeting&start-day={day}&start-month={month}&start-year={year}"
)

PAGES = {
    "accounts.choose_partnership": ("other group", "/account"),
    "accounts.countersign": ("not countersigned", "/account/protocol"),
    "accounts.confirm_two_step": ("coordinator", "/account/two-step/app"),
    "accounts.link_agency_account_submit": ("chair", "/account/agency/link"),
    "accounts.unlink_agency_account": ("member", "/account/agency"),
    "accounts.make_recovery_codes": ("newcomer", "/account/two-step"),
    "accounts.password_submit": ("member", "/account/password"),
    "accounts.end_session": ("member", "/account/sessions"),
    "accounts.end_sessions": ("member", "/account/sessions"),
    "accounts.remove_passkey": ("member", "/account/passkeys"),
    "accounts.start_two_step": ("member", "/account/two-step"),
    "accounts.start_daily_mail": ("newcomer", "/account"),
    "accounts.stop_daily_mail": ("member", "/account"),
    "accounts.sign_out": ("member", "/"),
    "actions.reopen": ("chair", "/actions/{settled_id}/reopen"),
    "admin.bring_back_account": ("partnership admin", "/admin/accounts/{retired_id}"),
    "admin.change_account": ("partnership admin", "/admin/accounts/{user_id}/edit"),
    "admin.create_account": ("partnership admin", "/admin/accounts/new"),
    "admin.change_agency_sign_in": ("partnership admin", "/admin/agency-sign-in/{agency_id}"),
    "admin.remove_agency_sign_in": ("partnership admin", "/admin/agency-sign-in/{agency_id}"),
    "admin.change_signing_in": ("partnership admin", "/admin/signing-in"),
    "admin.take_second_step_away": ("partnership admin", "/admin/accounts/{newcomer_id}"),
    "admin.invite": ("partnership admin", "/admin/accounts/{user_id}"),
    "admin.retire_account": ("partnership admin", "/admin/accounts/{user_id}"),
    "calendar.make": ("member", "/account/calendar"),
    "calendar.revoke": ("chair", "/account/calendar"),
    "cases.end_share": ("chair", "/cases/{case_id}"),
    "cases.hear_submit": ("coordinator", "/cases/{case_id}/groups/add"),
    "cases.name_person": ("chair", "/cases/{case_id}/people/add?name=Known"),
    "cases.reopen_submit": ("chair", "/cases/{closed_case_id}/reopen"),
    "cases.unhear": ("chair", "/cases/{case_id}"),
    "cases.unname_person": ("chair", "/cases/{case_id}"),
    "circulation.circulate": ("chair", "/meetings/{sent_id}/circulate"),
    "circulation.circulate_extracts": ("chair", "/meetings/{sent_id}/extracts"),
    "circulation.grant": ("chair", "/meetings/{sent_id}/readers/{newcomer_id}"),
    "circulation.take_back": ("chair", "/meetings/{sent_id}/readers/{reader_id}"),
    "circulation.chase": ("chair", "/meetings/{sent_id}/sent"),
    "circulation.send_actions": ("chair", "/meetings/{held_id}/actions/send"),
    "admin.queue_again": ("partnership admin", "/admin/queue"),
    "admin.switch": ("partnership admin", "/admin/plugins/mentoring/switch"),
    "circulation.queue_again": ("chair", "/mail"),
    "circulation.send_again": ("chair", "/meetings/{sent_id}/sent"),
    "circulation.send_all_again": ("chair", "/meetings/{sent_id}/sent"),
    "circulation.send_copy": ("chair", "/meetings/{sent_id}/sent"),
    "disclosures.answer_submit": ("member", "/disclosures/consents/{consent_id}/answer"),
    "disclosures.complaint_submit": ("chair", "/disclosures/cases/{case_id}/complaint"),
    "disclosures.tell": ("member", "/disclosures/consents/{withdrawn_id}"),
    "disclosures.withdraw_submit": ("member", "/disclosures/consents/{consent_id}/withdraw"),
    "disclosures.write_grounds_submit": ("data lead", "/disclosures/grounds/{way}"),
    "emergencies.ask_submit": ("other group", "/emergency/ask"),
    "emergencies.decline": ("chair", "/emergency/{emergency_id}"),
    "emergencies.end": ("chair", "/emergency/{open_emergency_id}"),
    "emergencies.grant": ("chair", "/emergency/{emergency_id}"),
    "emergencies.note": ("chair", "/emergency/{open_emergency_id}"),
    "hate.acknowledge": ("chair", "/hate/{report_id}"),
    "hate.done": ("chair", "/hate/{report_id}"),
    "hate.lead_submit": ("partnership admin", "/hate/lead"),
    "duplicates.take_back": ("chair", "/people/duplicates/{twin_id}/{brother_id}"),
    "history.answer": ("chair", "/rectifications/{rectification_id}"),
    "history.tell": ("chair", "/history/{version_id}"),
    "meetings.accept_nomination": ("chair", "/meetings/{meeting_id}/nominations/{nomination_id}"),
    "meetings.add_proposal": ("chair", "/meetings/{meeting_id}/agenda"),
    "meetings.add_submit": ("chair", "/meetings/{meeting_id}/agenda/add?case={spare_id}"),
    "meetings.change_series_submit": (
        "chair",
        "/meetings/series/{series_id}/change/preview?version=1&" + _SERIES,
    ),
    "meetings.circulate_submit": ("chair", "/meetings/{fresh_id}/agenda/circulate"),
    "meetings.decline_nomination": ("chair", "/meetings/{meeting_id}/nominations/{nomination_id}"),
    "meetings.end_series": ("chair", "/meetings/series/{series_id}"),
    "meetings.make_meetings": ("chair", "/meetings/series/{series_id}"),
    "meetings.nominate_submit": ("member", "/meetings/{meeting_id}/nominations/new?case={known_case_id}"),
    "meetings.reorder": ("chair", "/meetings/{meeting_id}/agenda"),
    "meetings.send_nomination_on": ("chair", "/meetings/{meeting_id}/nominations/{nomination_id}"),
    "meetings.start_series": (
        "chair",
        "/meetings/groups/{group_id}/series/preview?" + _SERIES,
    ),
    "mentoring.new_session": ("provider", "/pathways/mentoring/referrals/{mentored_id}/sessions/new"),
    "minutes.access_issue": ("chair", "/meetings/{sent_id}/minutes/access/{access_id}"),
    "minutes.access_look_again": ("chair", "/meetings/{sent_id}/minutes/access/{access_id}"),
    "minutes.approve": ("chair", "/meetings/{submitted_id}/minutes/review"),
    "minutes.compose": ("coordinator", "/meetings/{held_id}/minutes"),
    "minutes.propose_from_copy_submit": ("member", ""),
    "minutes.withdraw_correction": ("member", "/meetings/{sent_id}/minutes/corrections/{correction_id}"),
    "minutes.send_back": ("chair", "/meetings/{submitted_id}/minutes/review"),
    "minutes.submit": ("coordinator", "/meetings/{drafted_id}/minutes"),
    "minutes.unword": ("coordinator", "/meetings/{returned_id}/minutes/entries/{worded_id}/wording"),
    "partnerships.approve_provider": ("partnership admin", "/partnership/providers/{own_provider_id}"),
    "partnerships.close_group_submit": ("partnership admin", "/partnership/groups/{panel_id}/close"),
    "partnerships.end_membership": ("chair", "/partnership/groups/{group_id}/members/{member_id}"),
    "partnerships.record_return": ("partnership admin", "/partnership/agencies/{left_agency_id}"),
    "partnerships.register_provider_submit": ("homes admin", "/partnership/providers/new"),
    "partnerships.reopen_group": ("partnership admin", "/partnership/groups/{ended_id}"),
    "partnerships.end_provider_staff": ("agency admin", "/partnership/providers/{own_provider_id}/staff"),
    "recording.action_line": ("chair", "/meetings/{live_id}/live"),
    "recording.accept": ("newcomer", "/meetings/{live_id}/live"),
    "recording.mark": ("chair", "/meetings/{live_id}/live/attendance"),
    "recording.lift_conflict": ("chair", "/meetings/{live_id}/live"),
    "recording.restore_entry": ("chair", "/meetings/{live_id}/live"),
    "recording.restore_action": ("chair", "/meetings/{live_id}/live"),
    "recording.strike_action": ("chair", "/meetings/{live_id}/live"),
    "recording.strike_entry": ("chair", "/meetings/{live_id}/live"),
    "recording.take_up": ("chair", "/meetings/{live_id}/live"),
    "retention.approve": ("data lead", "/data-protection/retention/lists/{list_id}"),
    "retention.review": ("data lead", "/data-protection/retention"),
    "subject_access.draw": ("data lead", "/data-protection/requests/{undrawn_request_id}"),
    "subject_access.decide": ("data lead", "/data-protection/requests/{drawn_request_id}/masks"),
    "subject_access.ready": ("data lead", "/data-protection/requests/{decided_request_id}"),
    "referrals.consent": ("provider", "/referrals/{referral_id}/consents/young_person"),
    "referrals.hand_over": ("provider", "/referrals/{referral_id}/hand-over"),
    "referrals.pause": ("provider", "/referrals/{referral_id}/pause"),
    "referrals.reopen": ("provider", "/referrals/{declined_id}/reopen"),
    "referrals.take_back": ("provider", "/referrals/{unsupported_id}/safe-contact"),
    "referrals.resume": ("provider", "/referrals/{paused_id}/resume"),
    "referrals.move": ("provider", "/referrals/{referral_id}/moves/decline_referred"),
    "referrals.refer": ("chair", "/cases/{known_case_id}/refer/{known_id}/{provider_id}"),
    "referrals.refer_in_meeting": (
        "chair",
        "/meetings/{live_id}/live/items/{known_item_id}/refer/{known_id}/{provider_id}",
    ),
}
"""Where a form is and who sees it, unless it is the page at the form's own address."""

SECRET_WORDS = "correct-horse-battery-staple-94"

FILLED = {
    ("disclosures.answer_submit", "answered_on"): "today",
    ("disclosures.complaint_submit", "answered_on"): "today",
    ("disclosures.complaint_submit", "provider"): "complainant",
    ("disclosures.complaint_submit", "answer"): "given",
    ("disclosures.complaint_submit", "scope"): "this partnership’s meetings",
    ("disclosures.complaint_submit", "how"): "spoken",
    ("disclosures.withdraw_submit", "withdrawn_on"): "today",
    ("emergencies.ask_submit", "reference"): "CAL-2026-9999",
    ("actions.due", "due"): "soon",
    ("minutes.access_begin", "asked_on"): "today",
    ("minutes.access_day_submit", "asked_on"): "today",
    ("minutes.access_extend_submit", "told_on"): "today",
    ("minutes.access_issue", "read"): "y",
    ("minutes.access_mask_submit", "words"): "Isolde",
    ("accounts.choose_partnership", "partnership"): "2",
    ("accounts.confirm_two_step", "code"): "code of an app",
    ("accounts.countersign", "accepted"): "y",
    ("accounts.password_submit", "current"): PASSWORD,
    ("accounts.password_submit", "password"): SECRET_WORDS,
    ("accounts.password_submit", "again"): SECRET_WORDS,
    ("actions.owner", "owner"): "1",
    ("actions.owner", "person"): "",
    ("admin.create_account", "email"): "somebody.new@agency.example",
    ("cases.add_incident", "happened_on"): "today",
    ("cases.close_submit", "closed_on"): "today",
    ("cases.create_person", "date_of_birth"): "past",
    ("cases.create_person", "postcode"): "AB1 2CD",
    ("checking.check_submit", "sha256"): "0" * 64,
    ("circulation.circulate_extracts", "readers"): "{at_provider_too_id}",
    ("circulation.grant", "items"): "{sent_item_id}",
    ("meetings.answer_research", "text"): "Two calls in June",
    ("meetings.correct_nomination_submit", "reason"): "Two calls in June",
    ("meetings.schedule", "day"): "soon",
    ("meetings.schedule", "starts"): "10:00",
    ("meetings.schedule", "ends"): "11:00",
    ("meetings.schedule", "online_link"): "https://meet.example/room",
    ("meetings.move_submit", "online_link"): "https://meet.example/room",
    ("meetings.reorder", "move"): "{item_id}:down",
    ("partnerships.add_agency", "key"): "new-agency",
    ("partnerships.add_agency", "email"): "team@agency.example",
    ("partnerships.change_agency", "email"): "team@agency.example",
    ("partnerships.change_area", "source"): "district",
    ("partnerships.create_group", "key"): "new-group",
    ("mentoring.new_mentor", "certificate_until"): "soon",
    ("mentoring.new_mentor", "check_until"): "soon",
    ("mentoring.new_mentor", "training_hours"): "20",
    ("mentoring.new_mentor", "capacity"): "2",
    ("mentoring.new_session", "held_on"): "today",
    ("mediation.new_session", "held_on"): "today",
    ("mediation.new_term", "agreed_on"): "today",
    ("partnerships.register_provider_submit", "capacity"): "5",
    ("history.answer", "answer"): "refused",
    ("history.ask_submit", "asked_on"): "today",
    ("history.tell", "readers"): "{misled_id}",
    ("people.edit_submit", "postcode"): "AB1 2CD",
    ("protected.protect_submit", "postcode"): "AB1 2CD",
    ("recording.accept", "accepted"): "y",
    ("recording.action_submit", "due"): "soon",
    ("recording.correct_action_submit", "person"): "",
    ("recording.line_submit", "arrived_at"): "10:00",
    ("recording.line_submit", "left_at"): "",
    ("minutes.propose_correction_submit", "passage"): "",
    ("minutes.propose_from_copy_submit", "passage"): "",
    ("recording.open_submit", "chair"): "2",
    ("recording.open_submit", "minute_taker"): "3",
    ("recording.open_submit", "early"): "y",
    ("recording.urgent_submit", "ref"): "ref of spare_id",
    ("recording.adjourn_submit", "day"): "soon",
    ("recording.adjourn_submit", "starts"): "10:00",
    ("recording.adjourn_submit", "ends"): "11:00",
    ("recording.adjourn_submit", "online_link"): "https://meet.example/room",
    ("subject_access.enter_submit", "received_on"): "today",
    ("subject_access.identity_submit", "on"): "today",
    ("subject_access.pause_submit", "on"): "today",
    ("subject_access.resume_submit", "on"): "today",
    ("subject_access.extend_submit", "told_on"): "today",
    ("subject_access.end_submit", "told_on"): "today",
    ("subject_access.give_submit", "on"): "today",
    ("subject_access.decide", "masks"): "{access_mask_id}",
    ("subject_access.mask_submit", "words"): "Isolde",
    ("subject_access.release_submit", "read"): "y",
    ("subject_access.scheme_submit", "read"): "y",
    ("subject_access.scheme_submit", "words"): "",
    ("subject_access.scheme_submit", "reason"): "",
    ("subject_access.scheme_submit", "because"): "",
    ("referrals.consent", "on"): "today",
    ("retention.entry_submit", "keep_until"): "soon",
    ("standards.agree_submit", "agreed_on"): "today",
    ("standards.complaint_submit", "complaint_given_on"): "today",
    ("standards.log_submit", "made_on"): "today",
    ("standards.support_submit", "support_offered_on"): "today",
    ("referrals.hand_over", "agreed_on"): "today",
    ("referrals.pause", "back_on"): "soon",
}
"""What to write where not anything will do: (endpoint, field) -> value; of a day "today", "past" or "soon"."""


@dataclass(frozen=True)
class Filled:
    """A form that was found, and what is to be sent with it."""

    route: Route
    browser: Browser
    form: PageForm
    path: str
    data: dict[str, list[str]]

    def send(self, data: dict[str, list[str]] | None = None, **more: str) -> TestResponse:
        """Send what is filled in, or this."""
        return self.browser.post(self.path, {**(self.data if data is None else data), **more})


_found: dict[int, tuple[World, dict[str, Browser], list[Filled]]] = {}
"""The forms of a world that were found: the world is put back for each test, so their pages are the same."""


def every_form(app: Flask, world: World) -> list[Filled]:
    """One for every guarded write of the application. Fails for a write that no page has a form for.

    Each in a browser of its own, in which nobody has signed out or changed a password yet.
    """
    if id(world) not in _found:
        browsers: dict[str, Browser] = {}
        routes = [route for route in guarded_routes(app) if route.method == "POST"]
        _found[id(world)] = (world, browsers, [found_form(app, world, route, browsers) for route in routes])
    _, opened, forms = _found[id(world)]
    actors = {id(browser): actor for actor, browser in opened.items()}
    return [
        replace(f, browser=browser_of(app, world, actors[id(f.browser)]), data=_fill(f.route, f.form, world))
        for f in forms
    ]


def found_form(app: Flask, world: World, route: Route, browsers: dict[str, Browser]) -> Filled:
    """The form of that write on the page that has it, filled in."""
    actor, page = PAGES.get(route.endpoint, ("", ""))
    actor = actor or _who(route)
    ids = _ids(world)
    path = page.format(**ids) if page else address(app, route, ids_for(world, route))
    browser = browsers.setdefault(actor, browser_of(app, world, actor))
    answer = browser.get(path)
    assert answer.status_code == 200, f"{route.name}: {path} answers {answer.status_code} to the {actor}"
    adapter = app.url_map.bind("localhost")
    for form in forms_of(answer.get_data(as_text=True)):
        action = (form.action or path).partition("?")
        if form.method == "post" and adapter.match(action[0], method="POST")[0] == route.endpoint:
            return Filled(route, browser, form, "".join(action), _fill(route, form, world))
    raise AssertionError(f"{route.name}: {path} has no form for it")


def _who(route: Route) -> str:
    """Who does it by default."""
    if route.endpoint.startswith(
        (
            "partnerships.change_provider",
            "partnerships.edit_provider",
            "partnerships.provider_settings",
            "partnerships.add_provider_staff",
            "partnerships.end_provider_staff",
        )
    ):
        return "agency admin"
    by_subject = {
        "partnerships": "partnership admin",
        "complaints": "partnership admin",
        "subject_access": "data lead",
        "subject_access.scheme_submit": "provider",
        "retention": "data lead",
        "mentoring": "provider",
        "mediation": "provider",
        "family_intervention": "provider",
        "meetings.answer_research": "member",
    }
    return by_subject.get(route.endpoint) or by_subject.get(route.endpoint.partition(".")[0], "chair")


def _ids(world: World) -> dict[str, int | str]:
    """All that the addresses of PAGES name."""
    day = today() + timedelta(days=40)
    return {
        **world.stages["extra"],
        "live_id": world.stages["session"]["meeting_id"],
        "submitted_id": world.stages["closed"]["meeting_id"],
        "returned_id": world.stages["sent back"]["meeting_id"],
        "worded_id": world.stages["sent back"]["entry_id"],
        "sent_id": world.stages["sent"]["meeting_id"],
        "correction_id": world.stages["sent"]["correction_id"],
        "access_id": world.stages["sent"]["access_id"],
        "sent_item_id": world.stages["sent"]["item_id"],
        "reader_id": world.stages["sent"]["reader_id"],
        "day": day.day,
        "month": day.month,
        "year": day.year,
    }


def _fill(route: Route, form: PageForm, world: World) -> dict[str, list[str]]:
    """What somebody would send: what stands there, and something in every box that is empty."""
    data = form.data()
    for field in form.fields.values():
        if field.kind == "hidden":
            continue
        of_day = field.name.endswith(("-day", "-month", "-year"))
        given = FILLED.get((route.endpoint, field.name.rpartition("-")[0] if of_day else field.name))
        if of_day:
            if not any(field.values) and given is not None:
                data[field.name] = [_box(field.name, given)]
        elif given is not None:
            data[field.name] = [_meant(given, world)] if given else []
        elif not any(field.values) and "terms" not in route.endpoint:  # a clock's empty box follows the one above
            data[field.name] = _anything(field)
    if route.endpoint == "accounts.add_passkey":
        data["credential"] = [_answer_of_a_device(world)]
    return {name: values for name, values in data.items() if values}


def _answer_of_a_device(world: World) -> str:
    """A new passkey of the chair's, whom the page asks for it."""
    purpose = f"register u_{world.people['chair'].user_id}"
    challenge = new_challenge(current_app.config["SECRET_KEY"], purpose, now=utc_now())
    return Device().created(json.dumps({"challenge": bytes_to_base64url(challenge)}))


def _box(name: str, which: str) -> str:
    """Day, month or year of a day."""
    soon = add_working_days(today(), 24)  # a meeting on a bank holiday is asked about
    day = {"today": today(), "past": today() - timedelta(days=5000), "soon": soon}[which]
    return str(getattr(day, name.rpartition("-")[2]))


def _meant(given: str, world: World) -> str:
    """The value, with the ids that it names in braces, or the reference of the thing of that name."""
    if "{" in given:
        return given.format_map(_ids(world))
    if given == "code of an app":
        return code_at(APP_SEED, utc_now())
    name = given.removeprefix("ref of ")
    return world.marks["case_id", world.stages["extra"][name]][0] if name != given else given


def _anything(field: FormField) -> list[str]:
    """Something that such a field takes."""
    if field.kind in ("select-one", "radio"):
        return [next((option for option in field.options if option), "")]
    if field.kind in ("checkbox", "select-multiple", "submit", "file"):
        return []
    return ["12" if field.kind == "number" else "Something plain"]
