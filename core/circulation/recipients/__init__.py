"""Before anything goes: every recipient of a meeting's minutes, what they get and lack and why, previews, grants."""
