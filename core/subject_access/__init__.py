"""Requests of people for a copy of what is held about them (UK GDPR, article 15): kept, answered, released by two."""
