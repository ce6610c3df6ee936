"""The way in: where a request comes from, and the answer that begins a session."""

import re

from flask import redirect, request, session, url_for
from werkzeug.wrappers import Response

from core.accounts.browsers import browser_in_words
from core.accounts.identity import cookie_name, give_cookie
from core.accounts.operations import Place
from core.web.requests import network_of_client

_OWN_ADDRESS = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")
"""A path of this site. A browser drops tabs and line breaks, and takes a backslash for a slash, before it reads one."""


def place_of_request() -> Place:
    """Network and browser of the request in hand."""
    return Place(network=network_of_client(), browser=browser_in_words(request.user_agent.string))


def token_in_cookie() -> str:
    """What the browser shows of a session; empty where it shows nothing."""
    return request.cookies.get(cookie_name(), "")


def enter(token: str) -> Response:
    """To where they wanted to go, with the session's cookie."""
    session.clear()  # a new token against forged requests with each session
    response = redirect(own_address(request.args.get("next", "")), 303)
    give_cookie(response, token)
    return response


def own_address(target: str) -> str:
    """Where to go afterwards: an address of this site, else home."""
    return target if _OWN_ADDRESS.fullmatch(target) else url_for("home.index")
