"""`--no-plugins`: the core's own tests with every scheme taken away, as if the folder `plugins` were not there.

A test that needs a pathway, and not a scheme, takes the neutral one of tests/support/errands.py. What needs a scheme is
listed here, file by file and test by test, and is left out; everything else must pass, and a test that imports a
scheme without being listed fails.
"""

import importlib.abc
import os
import sys
from pathlib import Path
from typing import Any

from core import config
from core.config import BUILT_IN_PLUGINS, Config

ROOT = Path(__file__).parents[1]

_TOLD = "ROUNDTABLE_TESTS_WITHOUT_PLUGINS"

ASKED = "--no-plugins" in sys.argv or os.environ.get(_TOLD) == "1"
"""Read before pytest reads its options: a conftest that imports a scheme is imported before."""

WORLD_OF_THE_SCHEMES = {"snapshot", "snapshots"}
"""Fixtures of the authorization matrix's world, in which people are referred to every scheme."""

FOLDERS_OF_SCHEMES = (
    "tests/integration/matrix/",
    "tests/integration/referrals/",
    "tests/unit/plugins_",
)
"""The schemes' own tests, and those of the world in which there is somebody at each of them."""

FILES_OF_SCHEMES = (
    "tests/architecture/test_core_knows_no_plugin.py",
    "tests/architecture/test_hooks_page.py",
    "tests/drills/test_audit_store_broken.py",
    "tests/drills/test_every_route.py",
    "tests/drills/test_merging.py",
    "tests/drills/test_patterns.py",
    "tests/drills/test_stored_scripts.py",
    "tests/drills/test_two_at_a_referral.py",
    "tests/drills/test_without_any_scheme.py",
    "tests/e2e/test_a_family_is_helped.py",
    "tests/e2e/test_a_mentor_is_found.py",
    "tests/e2e/test_a_victim_is_supported.py",
    "tests/e2e/test_neighbours_are_mediated.py",
    "tests/integration/encryption/test_at_rest.py",
    "tests/integration/people/test_merging_follows.py",
    "tests/integration/plugin_host/test_checking.py",
    "tests/integration/plugin_host/test_contracts.py",
    "tests/integration/recording/test_usual_actions.py",
    "tests/integration/reminders/test_names_nobody.py",
    "tests/integration/subject_access/test_what_schemes_hold.py",
    "tests/integration/test_bad_input.py",
    "tests/integration/test_canaries.py",
    "tests/integration/test_canaries_sent.py",
    "tests/integration/test_hostile_text.py",
    "tests/integration/test_named_pages_are_recorded.py",
    "tests/integration/test_repeated_writes.py",
    "tests/integration/test_saved_first.py",
    "tests/integration/test_wheel.py",
    "tests/integration/test_without_plugins.py",
    "tests/support/merging.py",
    "tests/support/referred.py",
    "tests/unit/referrals/test_machine.py",
)
"""About a scheme, or walking through every page, those of the schemes included."""

TESTS_OF_SCHEMES = (
    (
        "tests/e2e/test_an_agency_answers_and_refers.py"
        "::test_an_agency_refers_a_young_person_to_mentoring_and_sees_stage_and_dates_alone"
    ),
    "tests/integration/plugin_host/test_loading.py::test_a_plugin_cannot_shadow_a_template_of_core",
    "tests/integration/test_schema.py::test_a_new_database_is_behind_and_comes_up_to_date",
)
"""Single tests of files that are the core's otherwise."""


class _Gone(importlib.abc.MetaPathFinder):
    """Nothing of the schemes can be imported."""

    def find_spec(self, name: str, *_where: Any) -> None:
        if name.partition(".")[0] == "plugins":
            raise ModuleNotFoundError(f"No module named {name!r}: the schemes are taken away", name=name)
        return None


def take_away() -> None:
    """From here on there is no scheme: not by import, not by default or setting, not in a process a test starts."""
    os.environ[_TOLD], os.environ["ROUNDTABLE_PLUGINS"] = "1", ""
    sys.meta_path.insert(0, _Gone())
    defaults = Config.__init__.__defaults__ or ()
    Config.__init__.__defaults__ = tuple(() if value is BUILT_IN_PLUGINS else value for value in defaults)
    config.BUILT_IN_PLUGINS = ()


def is_of_a_scheme(path: Path) -> bool:
    """Whether a file of tests is about a scheme, as a whole."""
    name = path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else ""
    return name in FILES_OF_SCHEMES or f"{name}/".startswith(FOLDERS_OF_SCHEMES)


def needs_a_scheme(nodeid: str, fixtures: list[str]) -> bool:
    """Whether one test of an otherwise neutral file needs a scheme."""
    return nodeid.partition("[")[0] in TESTS_OF_SCHEMES or not WORLD_OF_THE_SCHEMES.isdisjoint(fixtures)
