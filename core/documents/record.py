"""What the records of minutes and of agendas share: whom a copy is for, what it lacks, and the trail's head."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Who a copy is for, as of now: rights are asked again for every copy.

    `granted_items` are ids of items that the chair granted; `open_cases` ids of the cases that they may open
    today (core.policy.cases decides; it counts for restricted cases); `recused_cases` those closed to them.
    """

    user_id: int
    agency_id: int | None
    agency_name: str = ""
    name: str = ""
    is_chair_or_coordinator: bool = False
    signatory: bool = False
    granted_items: frozenset[int] = frozenset()
    open_cases: frozenset[int] = frozenset()
    recused_cases: frozenset[int] = frozenset()
    recused_items: frozenset[int] = frozenset()
    """Items without a case in which they declared an interest."""
    restricted_cases: frozenset[int] = frozenset()
    """Those that are restricted today, be it since the meeting."""
    staff_of: frozenset[int] = frozenset()
    """Providers of whose own staff they are today."""
    withheld: frozenset[int] = frozenset()
    """Entries given in a complaint that are not for their agency today, be it since the meeting."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """Something that a reader's copy lacks, and why. It names nobody."""

    item: int | None
    what: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditHead:
    """The audit trail's last entry when minutes were approved, an agenda sent out, or a list made for somebody: every
    copy is its witness.
    """

    seq: int
    hash: str
