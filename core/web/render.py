"""Making pages: what every template is given, and how an answer is sent."""

from typing import Any

from flask import make_response, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from core.web.gate import current_actor, signed_in
from core.web.navigation import navigation


def render(template: str, **context: Any) -> str:
    """A page, or with htmx the fragment that its template renders."""
    if signed_in():
        actor = current_actor()
        context.setdefault("actor", actor)
        comes_first = current_user.second_step_due or actor.to_countersign is not None
        context.setdefault("nav", [] if comes_first else navigation(actor, request.path))
    return render_template(template, **context)


def invalid(template: str, **context: Any) -> Response:
    """A form's page again, with what was typed and what is wrong: 422."""
    return make_response(render(template, **context), 422)


def see_other(endpoint: str, **values: Any) -> Response:
    """After a write: go and look (303)."""
    return redirect(url_for(endpoint, **values), 303)
