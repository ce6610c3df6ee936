"""Roundtable: multi-agency case conferences for community safety partnerships."""

__version__ = "0.1.0"
