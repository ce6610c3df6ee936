"""The world of the authorization matrix, for tests that go through the whole application."""

from tests.integration.matrix.fixtures import snapshot, snapshots, world

__all__ = ["snapshot", "snapshots", "world"]
