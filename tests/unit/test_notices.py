"""Notices of what was done, in the cookie, until a page shows them."""

from flask import Flask, flash, get_flashed_messages

from core.web.requests import MOST_NOTICES, FewNotices


def test_writes_whose_page_nobody_looks_at_leave_the_newest_notices_and_a_short_cookie() -> None:
    app = Flask(__name__)
    app.config["SECRET_KEY"] = b"lantern" * 5
    app.session_interface = FewNotices(app)

    @app.get("/write/<int:number>")
    def write(number: int) -> str:
        flash(f"Action {number} is recorded.")
        return ""

    @app.get("/look")
    def look() -> list[object]:
        return list(get_flashed_messages())

    client = app.test_client()

    lengths = [len(client.get(f"/write/{number}").headers["Set-Cookie"]) for number in range(100, 200)]

    assert max(lengths) < 1.1 * lengths[MOST_NOTICES - 1]
    newest = [f"Action {number} is recorded." for number in range(200 - MOST_NOTICES, 200)]
    assert client.get("/look").json == newest
    assert client.get("/look").json == []
