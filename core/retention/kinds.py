"""The schedule: every kind of record, how long it is kept, from when, and why. Pure.

The periods are the partnership's own choice within bounds; where a law or guidance gives a reason, it is cited, and
where none does, the schedule says so (UK GDPR, article 5(1)(e): no longer than is necessary, and able to show why).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Kind(StrEnum):
    """Kinds of record. Every table is of one of them: core.retention.holdings."""

    CASE = "case"
    PERSON = "person"
    REFERRAL = "referral"
    MEETING = "meeting"
    ACCESS = "access"
    DISCLOSURE = "disclosure"
    EMERGENCY = "emergency"
    ACCOUNT = "account"
    SIGNING_IN = "signing in"
    CALENDAR = "calendar"
    MAIL = "mail"
    ANSWER = "answer"
    PROVIDER = "provider"
    TRAIL = "trail"
    INCIDENT = "incident"
    PARTNERSHIP = "partnership"
    RETENTION = "retention"
    MACHINE = "machine"


class Goes(StrEnum):
    """How records of a kind go."""

    BY_LIST = "on the monthly list, once two people have approved it"
    WITH_CASE = "with the case that they belong to"
    WITH_CASE_OR_BY_LIST = "with the case that they belong to; what belongs to none, on the monthly list"
    BY_ITSELF = "by itself, every day"
    KEPT = "kept"


class Unit(StrEnum):
    """What a period is counted in."""

    YEARS = "years"
    DAYS = "days"


@dataclass(frozen=True, slots=True)
class Rule:
    """How long one kind is kept. `default`, `least` and `most` are in `unit`; none where nothing runs."""

    kind: Kind
    title: str
    what: str
    """What it holds, in a sentence."""
    why: str
    """What it is needed for."""
    goes: Goes
    runs_from: str = ""
    source: str = ""
    one: str = ""
    """What a line of a monthly list of it is."""
    unit: Unit = Unit.YEARS
    default: int = 0
    least: int = 0
    most: int = 0

    @property
    def is_set(self) -> bool:
        """Whether a partnership may choose the period."""
        return self.most > self.least

    def in_words(self, period: int) -> str:
        """The period as the page has it."""
        if self.goes is Goes.WITH_CASE:
            return "As long as the case"
        if self.goes is Goes.KEPT:
            return "Kept"
        unit = self.unit.value if period != 1 else self.unit.value[:-1]
        after = f"{period} {unit} after {self.runs_from}"
        return f"As long as the case, or {after}" if self.goes is Goes.WITH_CASE_OR_BY_LIST else after


LIMITATION = "Limitation Act 1980, sections 2 and 5: a claim may be brought for six years"
ARTICLE_5 = "UK GDPR, article 5(1)(e); the period is the product’s own choice"

_RULES = (
    Rule(
        Kind.CASE,
        "Cases",
        "What is reported, said, decided and done about somebody or a place: incidents, timeline, nominations, "
        "research, what was recorded at meetings, actions, contact with complainants and victims.",
        "To agree what agencies do about anti-social behaviour (Crime and Disorder Act 1998, sections 6 and 115).",
        Goes.BY_LIST,
        "the case was closed",
        LIMITATION,
        "A case",
        default=6,
        least=1,
        most=25,
    ),
    Rule(
        Kind.PERSON,
        "People named in cases",
        "Name, date of birth, address, tenure, support needs; what was held before; who was merged into whom.",
        "To know who is spoken of, and to keep them apart from others.",
        Goes.WITH_CASE_OR_BY_LIST,
        "the trail last named them, where no case does",
        f"Erased with the last case that names them; of people whom no case names: {ARTICLE_5}",
        one="A person whom no case names",
        default=1,
        least=1,
        most=25,
    ),
    Rule(
        Kind.REFERRAL,
        "Referrals and the registers of the schemes",
        "What a scheme was told and wrote down: payload, consents, moves, sessions, plans, contact.",
        "To help the person referred.",
        Goes.WITH_CASE,
        source="Erased with the case that they were made in",
    ),
    Rule(
        Kind.MEETING,
        "Meetings: agendas, minutes, their documents and attendance",
        "Who was there for which item, and the record as it was approved. What it says of a case is erased with the "
        "case: a tombstone stands in its place. What belongs to no case (headings, notes, places, actions) goes by the "
        "list. Who was there stays.",
        "To show which controllers were present and what was decided, years later.",
        Goes.WITH_CASE_OR_BY_LIST,
        "the meeting, for what belongs to no case",
        LIMITATION,
        "What a meeting wrote down of no case",
        default=6,
        least=1,
        most=25,
    ),
    Rule(
        Kind.ACCESS,
        "Requests of people about their data",
        "Requests, what was given and what was masked, and why.",
        "To show that the request was answered (UK GDPR, articles 5(2), 12 and 15).",
        Goes.WITH_CASE_OR_BY_LIST,
        "the request was answered or closed",
        LIMITATION,
        "Somebody’s request about their data",
        default=6,
        least=1,
        most=25,
    ),
    Rule(
        Kind.DISCLOSURE,
        "Disclosures and consent",
        "To whom what was disclosed, on which basis and for which purpose; consent and its limits.",
        "To account for each disclosure (UK GDPR, article 5(2)).",
        Goes.WITH_CASE,
        source=ARTICLE_5,
    ),
    Rule(
        Kind.EMERGENCY,
        "Cases opened in an emergency",
        "Who asked for which case, why, and who let them.",
        "To look at it afterwards.",
        Goes.WITH_CASE_OR_BY_LIST,
        "it was asked for, where there was no such case",
        f"That it was asked for stays in the audit trail. Where there was no such case: {ARTICLE_5}",
        one="An emergency for a case that there was not",
        default=1,
        least=1,
        most=25,
    ),
    Rule(
        Kind.ACCOUNT,
        "Accounts",
        "Name, mail address, agency and roles of those who use Roundtable; that they signed the protocol.",
        "To say who did what.",
        Goes.BY_LIST,
        "the account was retired",
        LIMITATION,
        "An account",
        default=6,
        least=1,
        most=25,
    ),
    Rule(
        Kind.SIGNING_IN,
        "Sessions, tries to sign in, invitations",
        "When and from which network somebody signed in, or tried to.",
        "To keep accounts safe.",
        Goes.BY_ITSELF,
        "they ended",
        "National Cyber Security Centre, logging for security purposes: six months or more",
        unit=Unit.DAYS,
        default=180,
        least=180,
        most=180,
    ),
    Rule(
        Kind.CALENDAR,
        "Calendar feeds",
        "That somebody subscribed to their meetings; no name is in a feed.",
        "To show meetings in their own calendar.",
        Goes.BY_ITSELF,
        "the feed was revoked",
        ARTICLE_5,
        unit=Unit.DAYS,
        default=30,
        least=30,
        most=30,
    ),
    Rule(
        Kind.MAIL,
        "Mails",
        "Words of mails that went out: a reference and a link, no name. That they went stays with the meeting.",
        "To send them, and to see what somebody was sent.",
        Goes.BY_ITSELF,
        "the mail went, or was given up",
        ARTICLE_5,
        unit=Unit.DAYS,
        default=90,
        least=7,
        most=730,
    ),
    Rule(
        Kind.ANSWER,
        "Answers to forms",
        "What a browser was answered, so that a repeat changes nothing.",
        "To save nothing twice.",
        Goes.BY_ITSELF,
        "they were given",
        ARTICLE_5,
        unit=Unit.DAYS,
        default=1,
        least=1,
        most=1,
    ),
    Rule(
        Kind.PROVIDER,
        "Registers of volunteers and workers that a scheme keeps",
        "Name, training and checks of a provider’s own people.",
        "To match somebody with a person who may do the work.",
        Goes.KEPT,
        source="The provider is their controller, and takes them out itself",
    ),
    Rule(
        Kind.TRAIL,
        "The audit trail",
        "Who read, wrote, sent and erased what, and when: numbers and references, never a name, never free text.",
        "To show it (DPA 2018, section 62; UK GDPR, article 5(2)).",
        Goes.KEPT,
        source="A chain of which nothing may be missing; it holds opaque numbers alone",
    ),
    Rule(
        Kind.INCIDENT,
        "The incident register",
        "Month, place and street as the police publish them: nobody is named.",
        "To see where things happen (Crime and Disorder Act 1998, section 17A).",
        Goes.KEPT,
        source="Depersonalised: not personal data",
    ),
    Rule(
        Kind.PARTNERSHIP,
        "The partnership: agencies, signatures, groups, providers and settings",
        "Who its agencies are, what they signed and who sits in which group.",
        "To know who may see what.",
        Goes.KEPT,
        source=LIMITATION,
    ),
    Rule(
        Kind.RETENTION,
        "The schedule, lists, holds and the register of erasures",
        "What was erased, when and by whose approval: numbers and references.",
        "To show it, and to erase it again after a restore.",
        Goes.KEPT,
        source="UK GDPR, article 5(2)",
    ),
    Rule(
        Kind.MACHINE,
        "What the machine needs",
        "Which keys and workers there are, and what was imported from where.",
        "To run.",
        Goes.KEPT,
        source="Names nobody",
    ),
)

RULES: Mapping[Kind, Rule] = MappingProxyType({rule.kind: rule for rule in _RULES})

CHOSEN = tuple(rule for rule in _RULES if rule.is_set)
"""Those whose period a partnership chooses."""

NOT_OURS = (
    (
        "Logs of the web server and of the machine",
        "Roundtable writes no name into them; who runs the machine says how long they are kept.",
    ),
    (
        "Backups",
        "Encrypted, made and deleted by who runs the machine. What was erased since is erased again after a restore.",
    ),
    (
        "Papers, downloads and mails that have left",
        "Kept by the agency that has them, as its own controller.",
    ),
)
"""What Roundtable does not erase, and who does."""
