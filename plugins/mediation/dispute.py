"""The words of a dispute: its two parties, what mediation is not for, and how mediators meet the parties. Pure."""

from collections.abc import Mapping
from enum import StrEnum


class Party(StrEnum):
    """A party to the dispute; also the key of their consent."""

    REFERRED = "referred"
    OTHER = "other"

    @property
    def opposite(self) -> "Party":
        """The party on the other side."""
        return Party.OTHER if self is Party.REFERRED else Party.REFERRED


class Against(StrEnum):
    """What mediation is not for."""

    ABUSE = "abuse"
    DRUGS = "drugs"
    HATE = "hate"
    VIOLENCE = "violence"
    LEGAL = "legal"


AGAINST: Mapping[Against, str] = {
    Against.ABUSE: "Domestic abuse",
    Against.DRUGS: "Drugs: dealing, or use that the dispute is about",
    Against.HATE: "Hate: somebody perceives hostility to who a party is",
    Against.VIOLENCE: "A risk of violence between the parties",
    Against.LEGAL: "Legal action between the parties, begun or threatened by letter",
}

INSTEAD: Mapping[Against, str] = {
    Against.ABUSE: "Mediation is not for domestic abuse: it puts the two in one room as equals. Instead, follow the "
    "domestic abuse procedure: assess the risk today, and refer to the domestic abuse service.",
    Against.DRUGS: "Mediation is not for disputes about drugs. Instead, pass what is known to the police, and offer "
    "the drug and alcohol service.",
    Against.HATE: "Mediation is not for hate. Instead, record it as a hate incident in the case, report it to the "
    "police, and offer the victim support.",
    Against.VIOLENCE: "Mediation is not possible while there is a risk of violence. Instead, tell the police, agree a "
    "safety plan for each party, and refer again when the risk has gone.",
    Against.LEGAL: "Mediation waits while legal action is pending. Instead, ask the solicitors whether both sides will "
    "suspend it for mediation; if they do, or when it has ended, refer again.",
}
"""Why a referral is refused, and what to do instead."""

MARKED_AS_HATE = (
    "This case is marked as a hate incident, and mediation is not for hate. Instead, report it to the police and offer "
    "the victim support."
)


class Kind(StrEnum):
    """How mediators met the parties."""

    VISIT = "visit"
    JOINT = "joint"
    SHUTTLE = "shuttle"


KINDS: Mapping[Kind, str] = {
    Kind.VISIT: "Visit to one party",
    Kind.JOINT: "Joint session, both in one room",
    Kind.SHUTTLE: "Shuttle session, the mediators going between them",
}
