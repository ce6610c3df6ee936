"""Builds the front end into a wheel, so that an installation needs no node."""

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class FrontEnd(BuildHookInterface[Any]):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        from_sdist = (root / "PKG-INFO").is_file() and (root / "core/static/manifest.json").is_file()
        if version == "editable" or from_sdist:
            return  # `make setup` builds for a checkout; a source distribution carries the built files
        sys.path.insert(0, str(root / "tools"))
        import build_assets

        build_assets.build()
