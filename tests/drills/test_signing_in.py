"""Signing in tells nobody which addresses have an account, and of many guesses no more than ten are looked at."""

import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from sqlalchemy import delete

from core.accounts import operations
from core.accounts.models import SignInAttempt
from core.accounts.operations import TRIES
from core.app import create_app
from core.extensions import db
from tests.builders import PASSWORD, a_partnership, a_user, an_agency
from tests.support.browser import Browser
from tests.support.databases import let_go

SHORT, FULL = 40, 200
GUESSES = 100
WITHIN = 0.05
"""Of each other's median."""


def test_an_unknown_address_and_a_wrong_password_are_answered_alike(app, full, visitor, figure):
    user = a_user(an_agency(a_partnership()), password=PASSWORD)
    browser = visitor()
    addresses = {"known": user.email, "unknown": "u" + user.email[1:].replace("user", "nobo")}
    assert len(set(map(len, addresses.values()))) == 1
    took: dict[str, list[float]] = {name: [] for name in addresses}
    bodies: dict[str, set[str]] = {name: set() for name in addresses}
    for number in range((FULL if full else SHORT) + 2):
        for name in sorted(addresses, reverse=bool(number % 2)):
            db.session.execute(delete(SignInAttempt))
            db.session.commit()
            # The work that it makes, not the neighbours' on this machine; in full, what somebody outside would see.
            clock = time.perf_counter if full else time.process_time
            began = clock()
            answer = browser.post("/sign-in", {"email": addresses[name], "password": "not-the-password"})
            if number >= 2:  # the first ones load what the others find loaded
                took[name].append(clock() - began)
            assert answer.status_code == 422
            lines = answer.text.replace(addresses[name], "ADDRESS").splitlines()
            bodies[name].add("\n".join(line for line in lines if 'type="hidden"' not in line))
    medians = {name: statistics.median(times) for name, times in took.items()}
    apart = abs(medians["known"] - medians["unknown"]) / min(medians.values())
    figure(
        "unknown user against wrong password",
        f"{len(took['known'])} tries each, interleaved; medians "
        f"{medians['known'] * 1000:.1f} ms with a wrong password, {medians['unknown'] * 1000:.1f} ms of nobody, "
        f"{apart:.1%} apart; {len(set.union(*bodies.values()))} kind of answer",
    )
    assert len(set.union(*bodies.values())) == 1
    assert apart <= WITHIN


def test_of_a_hundred_guesses_at_once_ten_are_looked_at_and_a_restart_forgets_none(app, visitor, monkeypatch, figure):
    user = a_user(an_agency(a_partnership()), password=PASSWORD)
    looked_at: list[str] = []
    monkeypatch.setattr(operations, "matches", lambda password, _stored: bool(looked_at.append(password)))
    guessers = [visitor() for _ in range(20)]
    forms = [(guesser, guesser.csrf()) for guesser in guessers]
    together = Barrier(len(guessers))

    def guess(number: int) -> None:
        guesser, token = forms[number]
        together.wait(60)
        for turn in range(GUESSES // len(guessers)):
            form = {"email": user.email, "password": f"guess {number} {turn}", "csrf_token": token}
            assert guesser.client.post("/sign-in", data=form).status_code == 422

    with ThreadPoolExecutor(len(guessers)) as pool:
        list(pool.map(guess, range(len(guessers))))
    monkeypatch.undo()
    restarted = create_app(app.config["ROUNDTABLE"])
    after = Browser(restarted).post("/sign-in", {"email": user.email, "password": PASSWORD})
    with restarted.app_context():
        let_go(db.engine)
    figure("guesses at one moment", f"{len(looked_at)} of {GUESSES} looked at, and none after a restart")
    assert 0 < len(looked_at) <= TRIES
    assert "Too many tries" in after.text
