"""Reads of the register."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, bindparam, func, select
from sqlalchemy.orm import InstrumentedAttribute

from core.plugin_api import Period, add_working_days, plain_rows, session
from plugins.victim_support.contact import Kind, Way, instruction_in_full
from plugins.victim_support.models import Assessment, Contact, Entry


def entry_of(referral_id: int) -> Entry | None:
    """The referral's entry, whoever provides; None before it is made."""
    return session().scalar(select(Entry).where(Entry.referral_id == referral_id))


def entries_of(referral_ids: Iterable[int]) -> Mapping[int, Entry]:
    """Referral id -> its entry. One query."""
    found = session().scalars(select(Entry).where(Entry.referral_id.in_(list(referral_ids))))
    return {entry.referral_id: entry for entry in found}


def contacts_of(entry_id: int) -> Sequence[Contact]:
    """The contact log, the latest first."""
    return (
        session()
        .scalars(
            select(Contact).where(Contact.entry_id == entry_id).order_by(Contact.made_on.desc(), Contact.id.desc())
        )
        .all()
    )


def assessments_of(entry_id: int) -> Sequence[Assessment]:
    """What was found of the needs, the first assessment first."""
    return (
        session()
        .scalars(select(Assessment).where(Assessment.entry_id == entry_id).order_by(Assessment.made_on, Assessment.id))
        .all()
    )


@dataclass(frozen=True, slots=True)
class Told:
    """What everybody at an item hears of a referral: the instruction, and whether the offer was accepted."""

    instruction: str
    accepted: bool

    @property
    def words(self) -> str:
        """Both, as an agenda says them."""
        return f"{self.instruction.rstrip('.')}. Support: {'accepted' if self.accepted else 'offered'}."


# Made once, and of columns without entities: every agenda waits for it.
_OF = Entry.__table__.c
_TOLD = select(_OF.referral_id, _OF.way, _OF.instruction, _OF.contacted_on).where(
    _OF.referral_id.in_(bindparam("referrals", expanding=True))
)


def told_of(referral_ids: Iterable[int]) -> Mapping[int, Told]:
    """Referral id -> what its item is told. One query; none where there is nothing to ask."""
    wanted = list(referral_ids)
    if not wanted:
        return {}
    rows = plain_rows(_TOLD, {"referrals": wanted})
    return {
        referral_id: Told(instruction_in_full(Way(way), instruction), contacted_on is not None)
        for referral_id, way, instruction, contacted_on in rows
    }


def failed_attempts(referral_id: int) -> int:
    """How often they were not reached since they last were."""
    entry = entry_of(referral_id)
    if entry is None:
        return 0
    count = 0
    for contact in contacts_of(entry.id):
        if contact.kind != Kind.NOT_REACHED:
            break
        count += 1
    return count


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts of one partnership and period. `in_time`: first contacts within the days of the partnership's terms."""

    referred: int
    contacted: int
    in_time: int
    updates: int
    assessed: int
    supported_now: int
    ended: int
    coped: int
    heard: int
    safer: int


def figures(partnership_id: int, period: Period, *, within: int) -> Figures:
    """How many were referred, contacted, told and assessed in the period, and how many were open on its last day.

    `within`: working days in which a first contact is in time.
    """
    here = Entry.partnership_id == partnership_id
    ended = Entry.closed_on.between(period.start, period.end)
    contacts = session().execute(
        select(Entry.opened_on, Entry.contacted_on).where(here, Entry.contacted_on.between(period.start, period.end))
    )
    in_time = [made <= add_working_days(opened, within) for opened, made in contacts if made is not None]
    return Figures(
        referred=_count(here, Entry.opened_on.between(period.start, period.end)),
        contacted=len(in_time),
        in_time=sum(in_time),
        updates=_entries(Contact, here, Contact.kind == Kind.UPDATE, Contact.made_on.between(period.start, period.end)),
        assessed=_entries(
            Assessment, here, Assessment.at_start.is_(True), Assessment.made_on.between(period.start, period.end)
        ),
        supported_now=_count(
            here, Entry.opened_on <= period.end, Entry.closed_on.is_(None) | (Entry.closed_on > period.end)
        ),
        ended=_count(here, ended, Entry.coped != ""),
        coped=_count(here, ended, Entry.coped == "yes"),
        heard=_count(here, ended, Entry.heard == "yes"),
        safer=_count(here, ended, Entry.safer == "yes"),
    )


def _count(*which: ColumnElement[bool]) -> int:
    return session().scalar(select(func.count(Entry.id)).where(*which)) or 0


def _entries(kind: type[Contact] | type[Assessment], *which: ColumnElement[bool] | InstrumentedAttribute[bool]) -> int:
    return session().scalar(select(func.count(kind.id)).join(kind.entry).where(*which)) or 0
