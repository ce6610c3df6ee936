"""Every route as five roles, asked for anything: hostile and odd values, missing fields, wrong and foreign ids.

The generator knows the addresses from the URL map and the fields from the forms on the pages. No answer is a fault of
ours (5xx), and none tells a name that the role may not read.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.integration.matrix.canaries import MAY_READ, Haul, all_of
from tests.integration.matrix.filling import Filled, every_form
from tests.integration.matrix.fixtures import snapshot, snapshots, world
from tests.integration.matrix.snapshot import Snapshot
from tests.integration.matrix.walking import MISSING, Route, browser_of, ids_for, own_copy, routes_of
from tests.integration.matrix.world import World
from tests.support.browser import Browser
from tests.support.forms import KEPT_BY_US, forms_of

__all__ = ["snapshot", "snapshots", "world"]  # fixtures, asked for by name

ROLES = ("chair", "member", "provider", "other group", "partnership admin")

ODD = (
    "",
    "   ",
    "\x00",
    "<script>alert(1)</script>{{7*7}}${7*7}",
    "' OR 1=1 --",
    "=1+1",
    "../../etc/passwd",
    "\r\n\r\nBcc: somebody@agency.example",
    "a\u0301\u202e\ufeff\U0001f600",
    "ß" * 300,
    "word " * 12_000,
    "-1",
    "0",
    "1.5",
    "²",
    "٣",
    "9" * 20,
    "9" * 5_000,
    "1e400",
    "nan",
    "0x10",
    "true",
    "2026-02-31",
    "31",
    "13",
    "0001",
    "9999",
    "24:60",
    "null",
    "[]",
    '{"a": 1}',
    "javascript:alert(1)",
    "c0ffee00-0000-4000-8000-000000000000",
)

ASKED = (
    "q",
    "name",
    "words",
    "status",
    "group",
    "after",
    "before",
    "case",
    "from",
    "to",
    "next",
    "count",
    "item",
    "part",
)
"""What an address is asked beside what its own page asks."""


@dataclass
class Seen:
    """What came of it all."""

    asked: int = 0
    by_status: dict[int, int] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)


@dataclass
class Walk:
    """The application, its world, and what each role is known to send."""

    app: Flask
    world: World
    snapshot: Snapshot
    forms: Mapping[str, Filled]
    seen: Seen = field(default_factory=Seen)
    browsers: dict[str, Browser] = field(default_factory=dict)

    def browser(self, role: str) -> Browser:
        """The role's, in which nobody has signed out."""
        if role not in self.browsers:
            self.browsers[role] = browser_of(self.app, self.world, role)
        return self.browsers[role]

    def ask(self, role: str, route: Route, path: str, fields: Mapping[str, list[str]]) -> str:
        """Send it; what is wrong with the answer. What was saved is undone."""
        browser = self.browser(role)
        answer = browser.get(path) if route.method == "GET" else browser.post(path, dict(fields))
        haul = Haul()
        haul.take(path, all_of(answer))
        self.seen.asked += 1
        self.seen.by_status[answer.status_code] = self.seen.by_status.get(answer.status_code, 0) + 1
        if route.method != "GET" and answer.status_code < 400:
            self.snapshot.put_back()
            self.browsers.clear()  # one of them may have signed out, or ended the others' sessions
        told = [word for word in haul.found if role not in MAY_READ.get(word, ())]
        if answer.status_code >= 500:
            return f"{answer.status_code}"
        return f"tells {told}" if told else ""


def addresses(walk: Walk, route: Route, role: str, data: st.DataObject) -> str:
    """The route's address, of things of ours as a rule, and now and then of others', of none, or of nonsense."""
    stages = [name for name in walk.world.stages if name != "extra"]
    stage = data.draw(st.sampled_from(["", "", "", *stages]), "stage")
    own = {
        **ids_for(walk.world, route),
        **ids_for(walk.world, route, stage),
        "copy_id": own_copy(walk.world, route, role),
    }
    foreign = walk.world.stages["foreign"]
    wrong = data.draw(st.sampled_from([None, None, None, *sorted(route.arguments)]), "wrong")
    values: dict[str, Any] = {name: own.get(name, MISSING) for name in route.arguments}
    if wrong is not None and wrong in route.ids:
        values[wrong] = data.draw(st.sampled_from((foreign.get(wrong, MISSING), MISSING, 0, 9**18, 10**30)), wrong)
    elif wrong is not None:
        values[wrong] = data.draw(st.text(st.characters(codec="utf-8", exclude_characters="/"), min_size=1), wrong)
    path = route.rule.rule
    for name, value in values.items():
        converter = next(part for part in path.split("<")[1:] if part.partition(">")[0].rpartition(":")[2] == name)
        path = path.replace(f"<{converter.partition('>')[0]}>", quote(str(value), safe=""))
    return path


def fields_of(walk: Walk, route: Route, data: st.DataObject) -> dict[str, list[str]]:
    """What its form is sent: what stands there, with some of it missing, chosen otherwise, odd or of somebody else."""
    form = walk.forms.get(route.name)
    names = {name: list(values) for name, values in form.data.items()} if form is not None else {}
    sent: dict[str, list[str]] = {}
    options = {each.name: each.options for each in form.form.fields.values()} if form is not None else {}
    foreign = [str(value) for value in walk.world.stages["foreign"].values()]
    for name in sorted({*names, *options} - {*KEPT_BY_US}):
        choices = [
            st.just(names.get(name, [])),
            st.just(names.get(name, [])),
            st.just([]),
            st.sampled_from(ODD).map(lambda value: [value]),
            st.text(max_size=40).map(lambda value: [value]),
            st.sampled_from(foreign).map(lambda value: [value]),
        ]
        if options.get(name):
            choices.append(st.lists(st.sampled_from(options[name]), min_size=1, max_size=3))
        sent[name] = data.draw(st.one_of(choices), name)
    return {name: values for name, values in sent.items() if values}


def query_of(data: st.DataObject) -> str:
    """What an address that is read is asked."""
    asked = data.draw(st.lists(st.sampled_from(ASKED), max_size=4, unique=True), "asked")
    words = {
        name: data.draw(st.one_of(st.sampled_from(ODD[:-1]), st.text(max_size=30)), name)[:4_000] for name in asked
    }
    return f"?{urlencode(words)}" if words else ""


def try_out(walk: Walk, route: Route, role: str, times: int) -> None:
    """Ask a route as a role so many times; what is wrong is noted."""

    @settings(
        max_examples=times,
        database=None,
        deadline=None,
        derandomize=times < 10,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def ask(data: st.DataObject) -> None:
        path = addresses(walk, route, role, data)
        if route.method == "GET":
            path += query_of(data)
        fields = fields_of(walk, route, data) if route.method != "GET" else {}
        wrong = walk.ask(role, route, path, fields)
        if wrong:
            walk.seen.wrong.append(f"{route.name} as {role}: {wrong}; {path[:300]} {str(fields)[:600]}")

    ask()


def public_forms(app: Flask, routes: list[Route]) -> dict[str, Filled]:
    """The forms that somebody sees who is not signed in."""
    browser, found = Browser(app), {}
    for route in routes:
        if route.method == "POST" and route.permission == "public" and not route.arguments:
            page = browser.get(route.rule.rule)
            forms = forms_of(page.get_data(as_text=True)) if page.status_code == 200 else []
            for form in forms:
                if form.method == "post":
                    found[route.name] = Filled(route, browser, form, route.rule.rule, form.data())
    return found


@pytest.mark.sqlite_alone
def test_no_route_breaks_or_tells_whatever_it_is_asked(app, world, snapshot, full, figure):
    routes = [route for route in routes_of(app) if route.endpoint != "static"]
    forms = {form.route.name: form for form in every_form(app, world)} | public_forms(app, routes)
    walk = Walk(app, world, snapshot, forms)
    for number, route in enumerate(routes):
        # In short each route is asked as one of the roles, another one next to it.
        for role in ROLES if full else (ROLES[number % len(ROLES)],):
            try_out(walk, route, role, 50 if full else 1)
    seen = walk.seen
    assert not seen.wrong, f"{len(seen.wrong)} answers\n" + "\n".join(seen.wrong[:40])
    kinds = ", ".join(f"{count:,} of {status}" for status, count in sorted(seen.by_status.items()))
    assert {200, 303, 404, 422} <= seen.by_status.keys(), f"the generator does not reach far: {kinds}"
    figure("every route x 5 roles", f"{seen.asked:,} requests to {len(routes)} routes: 5xx 0, canaries 0 ({kinds})")
