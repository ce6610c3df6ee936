"""Corrected minutes: told to whoever holds a copy, and given to each as their own document."""
