"""A meeting of two cases, as the tests of recording have it."""

from tests.integration.recording.conftest import opened, scene

__all__ = ["opened", "scene"]
