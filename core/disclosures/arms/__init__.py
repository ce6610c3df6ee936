"""The facts of disclosures where they are made, each kind read as one and the same line.

A disclosure is kept where it happens: the case that is opened, the request, the copy. Nothing is written twice for the
register. Every kind gives a select of the same columns: `line.line`.
"""

from collections.abc import Callable
from typing import Any

from core.circulation.models import Circulation
from core.disclosures.arms.cases import heard, opened, was_heard, was_open
from core.disclosures.arms.guarded import addresses, in_emergencies
from core.disclosures.arms.line import HEARD, OPENED, Line, Scope, Wanted
from core.disclosures.arms.meetings import asked, returned, shared
from core.disclosures.arms.papers import circulated
from core.disclosures.arms.referrals import given_part, referred
from core.disclosures.lists import Kind
from core.disclosures.models import EndedDisclosure
from core.emergencies.models import Emergency
from core.meetings.models import Research
from core.people.models import ProtectedAddress
from core.recording.models import Entry
from core.referrals.models import Referral, ReferralPartner

ARMS: tuple[tuple[Kind, Callable[[Scope, Wanted], Line], Any], ...] = (
    (Kind.CASE, opened, OPENED.since),
    (Kind.CASE, was_open, EndedDisclosure.since),
    (Kind.GROUP, heard, HEARD.since),
    (Kind.GROUP, was_heard, EndedDisclosure.since),
    (Kind.ASKED, asked, Research.asked_at),
    (Kind.RETURNED, returned, Research.answered_at),
    (Kind.SHARED, shared, Entry.written_at),
    (Kind.REFERRAL, referred, Referral.opened_at),
    (Kind.PART, given_part, ReferralPartner.since),
    (Kind.PAPERS, circulated, Circulation.at),
    (Kind.EMERGENCY, in_emergencies, Emergency.decided_at),
    (Kind.ADDRESS, addresses, ProtectedAddress.changed_at),
)
"""Kind, its lines, and when each of them was: of case and group a day, else a moment."""
