"""Closed lists of cases that are not the state of anything: why a case is shared, and why it is closed."""

LAWFUL_BASES = (
    "Crime and Disorder Act 1998, section 115",
    "Consent",
    "Safeguarding",
    "Public task",
    "Legal obligation",
    "Vital interests",
)
"""On what a case is opened to an agency (docs/domain.md, "The law and the marking")."""

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
