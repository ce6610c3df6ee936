"""The way in and out: where a request comes from, and the answers that begin and end a session."""

import re

from flask import flash, redirect, request, session, url_for
from werkzeug.wrappers import Response

from core.accounts.browsers import browser_in_words
from core.accounts.identity import cookie_name, give_cookie, take_cookie
from core.accounts.operations import Place
from core.web.requests import network_of_client

CAME_WITH = "came_with"
"""Where the browser keeps with which agency's account its owner came in: they are signed in there, too."""
ASK_AGAIN = "ask_again"
"""Where the browser keeps that somebody signed out: whoever sits there next shows their agency anew who they are."""

_OWN_ADDRESS = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")
"""A path of this site. A browser drops tabs and line breaks, and takes a backslash for a slash, before it reads one."""


def place_of_request() -> Place:
    """Network and browser of the request in hand."""
    return Place(network=network_of_client(), browser=browser_in_words(request.user_agent.string))


def token_in_cookie() -> str:
    """What the browser shows of a session; empty where it shows nothing."""
    return request.cookies.get(cookie_name(), "")


def enter(token: str, *, onward: str | None = None) -> Response:
    """To where they wanted to go, with the session's cookie. `onward`: where that does not stand in the address."""
    came_with = session.get(CAME_WITH)
    session.clear()  # a new token against forged requests with each session
    if came_with:
        session[CAME_WITH] = came_with
    response = redirect(own_address(request.args.get("next", "") if onward is None else onward), 303)
    give_cookie(response, token)
    return response


def leave() -> Response:
    """To the way in, without the session's cookie."""
    came_with = session.get(CAME_WITH)
    session.clear()
    if came_with:
        session[ASK_AGAIN] = True
        flash(
            f"You are signed out of Roundtable. You are still signed in to {came_with}: on a computer that others use, "
            "sign out there, too.",
            "important",
        )
    response = redirect(url_for("accounts.sign_in"), 303)
    take_cookie(response)
    return response


def own_address(target: str) -> str:
    """Where to go afterwards: an address of this site, else home."""
    return target if _OWN_ADDRESS.fullmatch(target) else url_for("home.index")
