"""What is built once for the tests that install it: the product's wheel, in an environment outside the checkout."""

import pytest

from tests.support.outside import Outside, wheel_of
from tools.build_assets import ROOT


@pytest.fixture(scope="session")
def outside(tmp_path_factory: pytest.TempPathFactory) -> Outside:
    """An environment in which Roundtable is installed from its wheel, and nothing of the checkout can be imported."""
    made = Outside(tmp_path_factory.mktemp("outside"))
    made.install(wheel_of(ROOT, tmp_path_factory.mktemp("wheel")))
    return made
