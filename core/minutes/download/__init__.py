"""The reader’s own copy of a meeting’s minutes, as PDF."""
