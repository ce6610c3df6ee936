"""The witness of tests/drills/test_without_any_scheme.py, run last and only when it is asked for."""

import importlib
import sys

import pytest


def test_no_scheme_is_there(app, figure):
    figure("no scheme is there", f"{len(sys.modules)} modules loaded")
    assert [name for name in sys.modules if name.partition(".")[0] == "plugins"] == []
    assert app.config["PLUGINS"] == ()
    with pytest.raises(ModuleNotFoundError, match="taken away"):
        importlib.import_module("plugins.mentoring")
