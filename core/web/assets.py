"""Addresses of the built front end: plain name -> hashed file in core/static/."""

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from core.paths import static_root

_HASHED = re.compile(r"\.[0-9a-f]{12}\.[a-z0-9]+$")
_A_YEAR = 365 * 24 * 3600


def _manifest() -> Mapping[str, str]:
    """Raises RuntimeError, saying what to do, when the front end was not built."""
    path = static_root() / "manifest.json"
    try:
        return _read(path, path.stat().st_mtime_ns)
    except FileNotFoundError:
        raise RuntimeError("the front end has not been built: run `make setup`") from None


@lru_cache(maxsize=1)
def _read(path: Path, _changed: int) -> Mapping[str, str]:
    """Read again when it has changed: built anew under a running server, the files have other names."""
    manifest: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return manifest


def asset_url(name: str) -> str:
    """The address of an asset by its plain name ("app.css"). Raises KeyError for one that does not exist."""
    return f"/static/{_manifest()[name]}"


def static_max_age(filename: str | None) -> int:
    """Seconds that a browser may keep a static file: a year if its name changes with its content, else 0."""
    return _A_YEAR if filename and _HASHED.search(filename) else 0
