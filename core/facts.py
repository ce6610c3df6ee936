"""Frozen facts and closed lists: what policy, plugins, minutes and templates get instead of rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

MARKING = "OFFICIAL-SENSITIVE"
"""First on every page, document and mail."""


class GroupKind(StrEnum):
    """Kinds of standing forum (docs/domain.md, "Who sits at the table")."""

    CST = "CST"
    JAG = "JAG"
    STEERING = "steering group"
    WORKING = "working group"
    DELIVERY = "delivery group"
    PANEL = "ad-hoc panel"


class GroupRole(StrEnum):
    """What somebody is in a group."""

    CHAIR = "chair"
    DEPUTY_CHAIR = "deputy chair"
    COORDINATOR = "coordinator"
    MEMBER = "member"
    OBSERVER = "observer"


LEADING_ROLES = frozenset({GroupRole.CHAIR, GroupRole.DEPUTY_CHAIR, GroupRole.COORDINATOR})
CHAIRING_ROLES = frozenset({GroupRole.CHAIR, GroupRole.DEPUTY_CHAIR})
RECORDING_ROLES = LEADING_ROLES | {GroupRole.MEMBER}


class AdminRole(StrEnum):
    """Roles outside the groups."""

    PARTNERSHIP_ADMIN = "partnership administrator"
    AGENCY_ADMIN = "agency administrator"
    AUDITOR = "auditor"
    DATA_LEAD = "data protection lead"
    """Answers for what is held of people: their requests, mistakes in it, how long it is kept. Opens no case."""
    PLATFORM_ADMIN = "platform administrator"


class CaseKind(StrEnum):
    """What a case is about."""

    INDIVIDUAL = "individual"
    FAMILY = "family"
    DISPUTE = "neighbour dispute"
    LOCATION = "location"


class CaseStatus(StrEnum):
    """Where a case stands. A closed case that is opened again is open."""

    OPEN = "open"
    MONITORING = "monitoring"
    CLOSED = "closed"


class Risk(StrEnum):
    """The partnership's three levels."""

    STANDARD = "standard"
    MEDIUM = "medium"
    HIGH = "high"


class PersonRole(StrEnum):
    """Who somebody is in a case. Never "perpetrator": "subject" until proven."""

    SUBJECT = "subject"
    COMPLAINANT = "complainant"
    VICTIM = "victim"
    WITNESS = "witness"
    PARTY = "party"
    FAMILY_MEMBER = "family member"


class MeetingStatus(StrEnum):
    """A meeting's life."""

    SCHEDULED = "scheduled"
    IN_SESSION = "in session"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class ItemKind(StrEnum):
    """Kinds of agenda item."""

    STANDING = "standing"
    CASE = "case"
    LOCATION = "location"


class ItemOutcome(StrEnum):
    """What became of an agenda item."""

    PENDING = "not yet heard"
    HEARD = "heard"
    CARRIED_FORWARD = "carried forward"
    REMOVED = "removed"
    NOT_HEARD = "not heard"
    ADJOURNED = "adjourned"
    """Goes on at the day to which the meeting was adjourned."""


class NominationStatus(StrEnum):
    """What became of a nomination."""

    PROPOSED = "waiting for the chair"
    ACCEPTED = "on the agenda"
    DECLINED = "declined"
    SENT_ON = "sent to another group"


class Presence(StrEnum):
    """Somebody's line in the attendance."""

    EXPECTED = "expected"
    PRESENT = "present"
    APOLOGIES = "apologies"
    LEFT = "left"


CAME = frozenset({Presence.PRESENT, Presence.LEFT})
"""Whoever was there, though they may have left before the end."""


class BreakKind(StrEnum):
    """Why a meeting stood still."""

    PAUSED = "paused"
    REOPENED = "closed and opened again"


class Step(StrEnum):
    """What a line of a referral's history tells."""

    MOVE = "move"
    PAUSE = "pause"
    RESUME = "resume"
    REOPEN = "re-open"
    ENTRY = "entry"


class EntryKind(StrEnum):
    """What is written under an item."""

    INFORMATION = "information shared"
    DISCUSSION = "discussion"
    DECISION = "decision"


class Visibility(StrEnum):
    """Who may read what was shared; the source agency always sees its own (docs/domain.md, step 6)."""

    EVERYONE = "everyone at this item"
    NAMED = "named agencies"
    CHAIR = "chair and coordinator"
    AGREED = "agencies that were agreed to"
    """By whoever gave it in a complaint: for nobody else, not for the chair either [Salford 15]."""


FOR_NAMED = frozenset({Visibility.NAMED, Visibility.AGREED})
"""For the agencies that an entry names."""


def visible(
    visibility: Visibility,
    *,
    source_agency_id: int | None,
    named: set[int],
    agency_id: int | None,
    leads: bool,
) -> bool:
    """The one rule of an entry's visibility, for pages and for documents."""
    if visibility is Visibility.EVERYONE or (leads and visibility is not Visibility.AGREED):
        return True
    if agency_id is None:
        return False
    return agency_id == source_agency_id or (visibility in FOR_NAMED and agency_id in named)


class ActionStatus(StrEnum):
    """Where an action stands. Overdue is not a status: it follows from the day."""

    OPEN = "open"
    DONE = "done"
    NOT_DONE = "not done"
    STRUCK = "struck out"
    """Recorded by mistake: it never was agreed, and nobody is to do it. Only an open one is struck out."""


class NotDoneReason(StrEnum):
    """Why an action was missed (docs/domain.md, step 9). The third is for imported books alone."""

    NOT_POSSIBLE = "not possible, circumstances changed"
    NOT_DONE_BY_AGENCY = "not done by the agency"
    NOT_RECORDED = "reason not recorded"


class ProviderStatus(StrEnum):
    """An agency's standing as provider of a pathway."""

    REGISTERED = "waiting for approval"
    APPROVED = "approved"
    DECLINED = "declined"
    SUSPENDED = "suspended"


AT_WORK = (ProviderStatus.APPROVED, ProviderStatus.SUSPENDED)
"""A suspended provider takes on nobody new, and goes on with the referrals that it has."""


class Audience(StrEnum):
    """Who reads what a pathway shows. Closed: every row names its own from this list (docs/domain.md, "Pathways")."""

    PROVIDER = "provider's own staff"
    REFERRER = "referrer"
    ATTENDEES = "attendees of an item that hears it"
    PLAN = "agencies with a part in the plan"
    CHAIR = "chair and coordinator"
    STATISTICS = "statistics"


class MinutesStatus(StrEnum):
    """Minutes' way to approval."""

    DRAFT = "draft"
    SUBMITTED = "with the chair"
    SENT_BACK = "sent back"
    APPROVED = "approved"


class CorrectionStatus(StrEnum):
    """Where a proposed correction of approved minutes stands: the next meeting decides (docs/domain.md, step 7)."""

    PROPOSED = "proposed"
    AGREED = "agreed"
    NOT_AGREED = "not agreed"
    WITHDRAWN = "withdrawn"


class MaskReason(StrEnum):
    """Why something is masked in what one person is given of what is held about them (docs/domain.md, "The law")."""

    THIRD_PARTY = "about somebody else"
    SOURCE = "would show who gave the information"
    CRIME = "would hinder dealing with crime"
    LEGAL_ADVICE = "legal advice"
    SERIOUS_HARM = "could cause serious harm"
    CHILD_ABUSE = "about a child at risk of abuse"


class CirculationKind(StrEnum):
    """What was sent out."""

    AGENDA = "agenda"
    ACTIONS = "actions"
    MINUTES = "minutes"
    EXTRACT = "extract"
    CORRECTION = "correction"
    CORRECTED_EXTRACT = "corrected extract"


EXTRACTS = frozenset({CirculationKind.EXTRACT, CirculationKind.CORRECTED_EXTRACT})
"""What a provider is sent of minutes, instead of a copy of them."""


class MailKind(StrEnum):
    """What a mail is about."""

    INVITATION = "invitation"
    CHANGE = "change"
    CANCELLATION = "cancellation"
    AGENDA = "agenda"
    RESEARCH = "research"
    ACTIONS = "actions"
    MINUTES = "minutes"
    EXTRACT = "extract"
    CORRECTION = "correction"
    CHASE = "not opened yet"
    REMINDER = "reminder"
    EMERGENCY = "emergency"
    WITHDRAWAL = "withdrawal of a consent"
    MISTAKE = "mistake corrected"
    ACCOUNT = "account"
    """With a link that sets a password: the outbox forgets what it says once it has gone, or will never go."""


class MailState(StrEnum):
    """Where a mail of the outbox stands."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A decision with its reason. `known` is False when the actor may not even know that the thing exists."""

    allowed: bool
    reason: str = ""
    known: bool = True

    @classmethod
    def yes(cls) -> "Verdict":
        """Allowed."""
        return _YES

    @classmethod
    def no(cls, reason: str) -> "Verdict":
        """Known, but not allowed: 403 with the reason, in the user's words."""
        return cls(False, reason)

    @classmethod
    def hidden(cls) -> "Verdict":
        """Not even known: 404, the same as for a thing that does not exist."""
        return _HIDDEN

    def __bool__(self) -> bool:
        return self.allowed


_YES = Verdict(True)
_HIDDEN = Verdict(False, "", known=False)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks, in one partnership, as of now. Built anew for each request, so that a change acts on the next.

    `signatory` is True only while the agency's signature of the Information Sharing Protocol holds, the agency has
    not left and they have countersigned what it signed; `standing` says in plain words why not. `groups` holds
    current memberships.
    """

    user_id: int
    name: str
    email: str = ""
    agency_id: int | None = None
    agency_name: str = ""
    partnership_id: int | None = None
    partnership_name: str = ""
    session_id: int | None = None
    in_partnership: bool = False
    signatory: bool = False
    standing: str = ""
    to_countersign: str | None = None
    """The version of the protocol that their agency has signed and they have not; empty where it is not recorded."""
    groups: Mapping[int, GroupRole] = field(default_factory=dict)
    left_groups: frozenset[int] = frozenset()
    """Groups in which their membership ended, and has not begun again."""
    roles: frozenset[AdminRole] = frozenset()
    recused_cases: frozenset[int] = frozenset()
    recused_items: frozenset[int] = frozenset()
    """Items of no case in which they declared an interest."""
    deputises_at: frozenset[int] = frozenset()
    """Meetings, not over yet, at which they sit for somebody else without being in the group."""
    deputised_at: frozenset[int] = frozenset()
    """Meetings to which they came for somebody else on a day on which they were not in the group."""
    deputy_cases: frozenset[int] = frozenset()
    """Cases on the agendas of those meetings."""
    staff_of: frozenset[int] = frozenset()
    """Providers of whose own staff they are: what a colleague of the same agency reads is not what they read."""

    def leads(self, group_id: int) -> bool:
        """Chair, deputy chair or coordinator of that group."""
        return self.groups.get(group_id) in LEADING_ROLES

    def chairs(self, group_id: int) -> bool:
        """Chair or deputy chair of that group."""
        return self.groups.get(group_id) in CHAIRING_ROLES

    def coordinates(self, group_id: int) -> bool:
        """Coordinator of that group."""
        return self.groups.get(group_id) is GroupRole.COORDINATOR

    @property
    def led_groups(self) -> frozenset[int]:
        """Groups that the actor chairs, deputises in or coordinates."""
        return frozenset(g for g, role in self.groups.items() if role in LEADING_ROLES)

    @property
    def opaque(self) -> str:
        """The actor in the audit trail: an id, never a name."""
        return f"u_{self.user_id}"


SYSTEM = Actor(user_id=0, name="Roundtable")
"""The software itself: imports, jobs, migrations."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of what a pathway shows: plain text, never mark-up, and who may read it."""

    label: str
    value: str
    audiences: frozenset[Audience]


@dataclass(frozen=True, slots=True)
class MinutesSection:
    """What a plugin adds to a meeting's minutes, under an item or, without one, after the last item.

    With `referral_id` the audiences are those of that referral: its provider, its referrer. Core drops the
    rows that a recipient may not read, and a section left without rows.
    """

    title: str
    rows: tuple[Row, ...]
    item_id: int | None = None
    referral_id: int | None = None

    @property
    def audiences(self) -> frozenset[Audience]:
        """Everybody who may read at least one of the rows, and so the title."""
        return frozenset().union(*(row.audiences for row in self.rows))
