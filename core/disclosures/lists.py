"""Closed lists of disclosures: the grounds on which somebody is told, kinds of telling, and what a provider agrees to.

Each ground has its citation: docs/data-protection.md says more of each.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

NOT_RECORDED = "not recorded"
"""Of what was disclosed before its basis was kept: none is made up."""

SECTION_115 = "Crime and Disorder Act 1998, section 115"
SECTION_17A = "Crime and Disorder Act 1998, section 17A (depersonalised)"
CONSENT = "Consent"
SAFEGUARDING = "Safeguarding"
PUBLIC_TASK = "Public task"
LEGAL_OBLIGATION = "Legal obligation"
VITAL_INTERESTS = "Vital interests"
LAW_ENFORCEMENT = "Law enforcement purpose"

BASES: Mapping[str, str] = {
    SECTION_115: "A power to disclose to relevant authorities, not a duty",
    CONSENT: "UK GDPR, article 6(1)(a)",
    SAFEGUARDING: "Children Act 2004, section 11; Care Act 2014, sections 42 to 45",
    PUBLIC_TASK: "UK GDPR, article 6(1)(e); Data Protection Act 2018, section 8",
    LEGAL_OBLIGATION: "UK GDPR, article 6(1)(c)",
    VITAL_INTERESTS: "UK GDPR, article 6(1)(d)",
    LAW_ENFORCEMENT: "Data Protection Act 2018, Part 3, sections 31 and 35: competent authorities only",
    SECTION_17A: "A duty of named bodies; no person can be told from it",
}
"""Lawful basis -> its citation, or what it is."""

NO_CONDITION = "No special-category or criminal-offence data"

CONDITIONS: Mapping[str, str] = {
    NO_CONDITION: "",
    "Statutory and government purposes": "UK GDPR, article 9(2)(g); Data Protection Act 2018, Schedule 1, paragraph 6",
    "Preventing or detecting unlawful acts": (
        "UK GDPR, articles 9(2)(g) and 10; Data Protection Act 2018, Schedule 1, paragraph 10"
    ),
    "Safeguarding of children and of individuals at risk": (
        "UK GDPR, article 9(2)(g); Data Protection Act 2018, Schedule 1, paragraph 18"
    ),
    "Explicit consent": "UK GDPR, article 9(2)(a)",
    "Vital interests of somebody who cannot consent": "UK GDPR, article 9(2)(c)",
    "Strictly necessary for a law enforcement purpose": "Data Protection Act 2018, section 35(5) and Schedule 8",
}
"""Condition for special-category and criminal-offence data -> its citation."""


class Kind(StrEnum):
    """What was done by which somebody was told."""

    CASE = "case opened to an agency"
    GROUP = "case heard by a group"
    ASKED = "research asked for"
    RETURNED = "research returned"
    SHARED = "information shared at a meeting"
    REFERRAL = "referral"
    PART = "part in a referral’s plan"
    PAPERS = "papers circulated"
    EMERGENCY = "case opened in an emergency"
    ADDRESS = "protected address shown to an agency"
    EXPORT = "list or document downloaded"


@dataclass(frozen=True, slots=True)
class Grounds:
    """On what something is disclosed, and what for."""

    basis: str
    condition: str
    purpose: str


_UNLAWFUL_ACTS = "Preventing or detecting unlawful acts"

USUAL: Mapping[Kind, Grounds] = {
    Kind.GROUP: Grounds(SECTION_115, _UNLAWFUL_ACTS, "Hearing the case and agreeing what is done"),
    Kind.ASKED: Grounds(SECTION_115, _UNLAWFUL_ACTS, "Preparing the meeting: what each agency holds"),
    Kind.REFERRAL: Grounds(CONSENT, "Explicit consent", "Support of the person by the provider"),
    Kind.PAPERS: Grounds(SECTION_115, _UNLAWFUL_ACTS, "Preparing the meeting, and keeping to what it agreed"),
    Kind.EMERGENCY: Grounds(VITAL_INTERESTS, "Vital interests of somebody who cannot consent", "The danger it told of"),
    Kind.EXPORT: Grounds(PUBLIC_TASK, _UNLAWFUL_ACTS, "Work on what was agreed"),
}
"""What a partnership begins with, and may change. A return stands on what was asked, what is shared at a meeting on
what its group hears the case, a part in a plan on its referral. Of a case that is opened to an agency somebody decides
each time.
"""


class Answer(StrEnum):
    """What somebody who told of something in a complaint said to its use beyond that."""

    GIVEN = "given"
    REFUSED = "refused"
    NOT_ASKED = "not asked yet"
    NOT_NEEDED = "not needed"


class Scope(StrEnum):
    """What a consent is for."""

    MEETINGS = "this partnership’s meetings"
    MEETING = "this meeting only"
    AGENCIES = "these agencies only"


class How(StrEnum):
    """How somebody gave their consent."""

    WRITTEN = "in writing"
    SPOKEN = "spoken"


LAWS = (
    "Safeguarding: Children Act 2004, section 11; Care Act 2014, sections 42 to 45",
    "Somebody’s life or health is in danger: UK GDPR, article 6(1)(d)",
    "A law or a court requires it: UK GDPR, article 6(1)(c)",
    "Prevention or detection of crime: Crime and Disorder Act 1998, section 115, as the protocol allows",
)
"""On what information of a complaint is used without its provider's consent: "in accordance with law and [the]
Information Sharing Protocol" [Salford 15]."""

PART_OF = 1_000
"""Characters of a limit in words."""
