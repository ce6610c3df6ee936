"""Plugins that break one rule each, and one that breaks none."""
