"""Tests here meet in the small partnership of tests.support.partners."""

from tests.support.partners import chair, constable, officer, partners

__all__ = ["chair", "constable", "officer", "partners"]
