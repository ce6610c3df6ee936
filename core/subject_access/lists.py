"""The closed lists of a request for one's own data."""

from enum import StrEnum


class AccessState(StrEnum):
    """Where a request stands. It follows from what was recorded of it."""

    IDENTITY = "identity to be shown"
    PREPARING = "in preparation"
    PAUSED = "waiting for clarification"
    READY = "waiting for release"
    RELEASED = "to be given"
    GIVEN = "given"
    NOTHING_HELD = "nothing held"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


OVER = frozenset({AccessState.GIVEN, AccessState.NOTHING_HELD, AccessState.REFUSED, AccessState.WITHDRAWN})
"""Nothing more is to be done."""

ANSWERED = OVER | {AccessState.RELEASED}
"""Nothing of what is given changes any more."""


class AskedBy(StrEnum):
    """Who asks."""

    THEMSELF = "the person themself"
    PARENT = "a parent or guardian of a child"
    SOLICITOR = "a solicitor"
    SOMEBODY = "somebody else on their behalf"


class Arrived(StrEnum):
    """How the request came. It need not be written, and need not say that it is one."""

    POST = "by post"
    EMAIL = "by e-mail"
    IN_PERSON = "in person"
    TELEPHONE = "by telephone"
    AGENCY = "through an agency"


class Ending(StrEnum):
    """Why there is no pack."""

    NOTHING_HELD = "nothing held"
    UNFOUNDED = "manifestly unfounded"
    EXCESSIVE = "manifestly excessive"
    NOT_IDENTIFIED = "identity or authority not shown"
    WITHDRAWN = "withdrawn"


REFUSALS = (Ending.UNFOUNDED, Ending.EXCESSIVE, Ending.NOT_IDENTIFIED)
"""UK GDPR, article 12(5) and (2): whoever refuses shows why."""


class SchemeAnswer(StrEnum):
    """What became of the part that a scheme keeps for its own staff."""

    GIVEN = "given"
    LEFT_OUT = "left out"


class LiftReason(StrEnum):
    """Why words are shown that were proposed to be masked."""

    CONSENT = "they agreed that it is shown"
    REASONABLE = "reasonable to show without asking them"
    KNOWN = "the person knows it already"
    PROFESSIONAL = "somebody in their work for an agency"
    OWN = "about the person themself"
    NOBODY = "tells of nobody"


class Did(StrEnum):
    """What somebody did about a request: a line of its history."""

    RECEIVED = "received"
    IDENTITY = "identity shown"
    PAUSED = "clarification asked for"
    RESUMED = "clarification received"
    EXTENDED = "two months more"
    DREW = "pack drawn"
    MASKED = "words masked"
    DECIDED = "masks decided"
    ANSWERED = "scheme answered for its part"
    ASKED_AGAIN = "scheme asked to look again"
    LEFT_OUT = "scheme left out"
    READY = "ready for release"
    SENT_BACK = "back in preparation"
    RELEASED = "released"
    GIVEN = "given to the person"
    ENDED = "closed without a pack"


PREPARED = frozenset({Did.DREW, Did.MASKED, Did.DECIDED, Did.ANSWERED, Did.ASKED_AGAIN, Did.LEFT_OUT, Did.READY})
"""Whoever did any of these does not release it: two people see each pack."""
