"""Every address that code or a page leads to exists: a renamed endpoint would be a 500 for whoever follows it."""

import re
from pathlib import Path

from core.app import create_app
from core.config import Config
from tests import without_plugins

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("core", "templates") if without_plugins.ASKED else ("core", "templates", "plugins")
NAMED = re.compile(r"""(?:url_for|see_other)\(\s*["']([a-z_]+\.[a-z_]+)["']""")


def test_every_endpoint_that_is_named_exists(tmp_path):
    there = set(create_app(Config(data=tmp_path, testing=True)).view_functions)
    sources = [
        path
        for folder in FOLDERS
        for path in (ROOT / folder).rglob("*")
        if path.suffix in (".py", ".html") and "/static/" not in path.as_posix()
    ]
    named = {(path.name, endpoint) for path in sources for endpoint in NAMED.findall(path.read_text("utf-8"))}
    assert len(named) > 100, "the pages name no addresses: the pattern is out of date"
    assert [(name, endpoint) for name, endpoint in sorted(named) if endpoint not in there] == []
