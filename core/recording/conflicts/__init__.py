"""Declared conflicts of interest."""
