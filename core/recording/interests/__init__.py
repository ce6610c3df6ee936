"""Declared interests: whoever has one in a case or a place takes no part in it."""
