"""The world of the authorization matrix, for tests that go through the whole application."""

import pytest

from tests import without_plugins

if without_plugins.ASKED:

    @pytest.fixture
    def snapshots() -> None:
        """Stands for the world of the matrix, which has every scheme in it: who asks for it is left out."""

    @pytest.fixture
    def world(snapshots: None) -> None:
        """The same."""

else:
    from tests.integration.matrix.fixtures import snapshot, snapshots, world

    __all__ = ["snapshot", "snapshots", "world"]
