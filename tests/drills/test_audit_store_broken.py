"""The trail cannot be written: every page that names somebody is refused with 503, and names nobody."""

import pytest
from sqlalchemy.exc import OperationalError

from core.audit import trail
from tests.integration.matrix.canaries import EVERY_WORD, Haul, all_of
from tests.integration.matrix.fixtures import snapshot, snapshots, world
from tests.integration.matrix.walking import address, browser_of, guarded_routes, ids_for, own_copy
from tests.integration.matrix.world import ACTORS

__all__ = ["snapshot", "snapshots", "world"]  # fixtures, asked for by name


def breaks(*_arguments: object) -> None:
    """What the database says when the table cannot be written."""
    raise OperationalError("INSERT INTO audit_record", {}, Exception("disk I/O error"))


@pytest.mark.sqlite_alone
def test_what_cannot_be_recorded_is_not_shown(app, world, full, figure, monkeypatch):
    monkeypatch.setitem(app.config, "TESTING", False)  # as in an installation, no fault comes through
    named = refused = told = 0
    wrong: list[str] = []
    for actor in ACTORS if full else ("chair",):
        browser = browser_of(app, world, actor)
        for route in guarded_routes(app):
            if route.method != "GET" or route.endpoint == "recording.stream":
                continue
            path = address(app, route, {**ids_for(world, route), "copy_id": own_copy(world, route, actor)})
            usual, broken = Haul(), Haul()
            usual.take(path, all_of(browser.get(path)))
            with monkeypatch.context() as patched:
                patched.setattr(trail, "_append", breaks)
                answer = browser.get(path)
            broken.take(path, all_of(answer))
            named += bool(usual.found)
            refused += answer.status_code == 503
            told += bool(broken.found)
            if broken.found:
                wrong.append(f"{actor}, {path}: {answer.status_code} tells {sorted(broken.found)}")
            elif answer.status_code != 503 and (usual.found or answer.status_code >= 500):
                wrong.append(f"{actor}, {path}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)
    assert named > 20 and set(EVERY_WORD), "the walk finds no page that names anybody"
    figure("audit store broken", f"{named} pages with names: 503 on each ({refused} in all), pages with a name {told}")
