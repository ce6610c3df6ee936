"""Closed lists of cases that are not the state of anything: why a case is closed."""

CLOSING_REASONS = (
    "The behaviour stopped",
    "The parties came to an agreement",
    "Enforcement is finished",
    "The person moved away",
    "Another body has taken it on",
    "Not enough to act on",
    "Opened in error",
)
"""Why a case is closed."""
