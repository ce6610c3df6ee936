"""Declared interests: whoever has one in a case takes no part in it."""
