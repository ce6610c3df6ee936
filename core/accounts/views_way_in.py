"""The page where one signs in: by password, by passkey, or with an account that one has at one's agency."""

from typing import Any

from flask import current_app, make_response
from werkzeug.wrappers import Response

from core.accounts.agency_sign_in.queries import ways_in
from core.accounts.passkeys import operations as passkeys
from core.accounts.passkeys.challenges import new_challenge
from core.accounts.passkeys.site import options_to_sign_in, site
from core.web import now, render


def way_in(form: Any, status: int = 200) -> Response:
    """The page, with the form of password and address."""
    return make_response(render("accounts/sign_in.html", form=form, passkeys=question(), agencies=ways_in()), status)


def question() -> str:
    """What a sign-in page asks the browser's passkeys; empty where there are none."""
    at, key = site(), current_app.config["SECRET_KEY"]
    return options_to_sign_in(at, new_challenge(key, passkeys.SIGN_IN, now=now())) if at else ""
