"""Nominations of cases for a meeting."""
