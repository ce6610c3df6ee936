"""The rules of a contract that need neither web nor database: ages, lengths, and the words in which it is told."""

from core.plugin_api import Audience, OutcomeMeasure, PersonRole

YOUNGEST, OLDEST = 10, 17
"""Ages at which a contract can be made, both included."""

PARENT_UNDER = 16
"""Below this age a parent or carer signs, too."""

MONTHS, REVIEW_AFTER = 6, 3
"""How long a contract runs, and when it is reviewed, in months from its first day."""

OUR_CHOICE = "This scheme's own choice; no statute or guidance sets it."
"""Where the lengths of its clocks come from."""

AS_SIGNED = "As long as the contract runs that was signed."
"""Where the end of a contract comes from: nobody else sets it."""

EXTENSIONS = (3, 6)
"""Months by which a contract can be extended."""

UNDER_WAY = ("in_force", "reviewed", "extended")
"""The stages at which a contract binds."""

NOT_SIGNED = ("referred", "drafting")

STAFF = frozenset({Audience.PROVIDER})
DRAFTERS = frozenset({Audience.PROVIDER, Audience.REFERRER, Audience.PLAN, Audience.CHAIR})
"""Who knows what it is about and what was agreed: both agencies that draft it, the provider, and the chair."""
EVERYBODY = DRAFTERS | {Audience.ATTENDEES}

WRONGED = (PersonRole.COMPLAINANT, PersonRole.VICTIM, PersonRole.WITNESS)
"""To whom neither is offered: it was done to them."""

ANTI_SOCIAL = OutcomeMeasure(
    "asb",
    "Anti-social behaviour",
    (("ceased", "Ceased"), ("reduced", "Reduced"), ("same", "The same"), ("more", "More"), ("unknown", "Not known")),
)

EVIDENCE = (
    "A breach is not an offence. It is kept as evidence, and the meeting decides the next step of the "
    "incremental approach."
)

INSTEAD_UNDER_10 = (
    "Under 10 is below the age of criminal responsibility: propose a parental agreement to the parents instead."
)
INSTEAD_OVER_17 = (
    "A contract is for people of 10 to 17. For an adult, take the next step of the incremental approach instead: a "
    "warning letter, then a community protection warning."
)
