"""Reads of referrals. What a pathway said is read from where it was frozen at the last move."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, bindparam, case, exists, func, or_, select
from sqlalchemy.orm import joinedload, raiseload, selectinload
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.interfaces import ORMOption

from core import plugin_host
from core.accounts.models import User
from core.cases.models import Case, CaseAgency, CaseGroup, CasePerson
from core.clock import local_date
from core.errors import NotFound
from core.extensions import db
from core.facts import AT_WORK, Actor, ProviderStatus
from core.meetings.models import Meeting
from core.partnerships.belonging import belongs, has_signed
from core.partnerships.models import PartnershipAgency, Provider, Signature
from core.people.models import Person
from core.plugin_api.facts import HeardItem, MeetingFacts
from core.policy.referrals import referrals_seen_by
from core.referrals.facts import facts_of
from core.referrals.models import Referral, ReferralConsent, ReferralMove, ReferralPartner


@dataclass(frozen=True, slots=True)
class Places:
    """How many referrals a provider can work on at a time, as it registered, and how many it has.

    A capacity of 0 is none that it stated: the form asks for one at least.
    """

    capacity: int
    taken: int

    @property
    def full(self) -> bool:
        """Whether no place is free."""
        return 0 < self.capacity <= self.taken

    @property
    def words(self) -> str:
        """As a page and a refusal say it of a full provider."""
        return f"Full: {self.taken} open {'referral' if self.taken == 1 else 'referrals'}, room for {self.capacity}."


FOR_THE_GATE: tuple[ORMOption, ...] = (
    joinedload(Referral.case).options(selectinload(Case.groups), selectinload(Case.agencies)),
    joinedload(Referral.provider).joinedload(Provider.agency),
    joinedload(Referral.referrer_agency),
    selectinload(Referral.partners),
)
"""What policy needs to decide on a referral."""

_WHOLE: tuple[ORMOption, ...] = (
    *FOR_THE_GATE,
    joinedload(Referral.case).selectinload(Case.people).joinedload(CasePerson.person),
    joinedload(Referral.person),
    selectinload(Referral.moves),
    selectinload(Referral.consents),
    raiseload("*"),
)


# One referral is loaded before each of its pages and moves, so its statements are put together once: to have the
# session make one for every list that belongs to it takes as long again as to read them.
_NUMBER: BindParameter[int] = bindparam("number")
_ONE = (
    select(Referral)
    .where(Referral.id == _NUMBER)
    .options(
        joinedload(Referral.case),
        joinedload(Referral.provider).joinedload(Provider.agency),
        joinedload(Referral.referrer_agency),
        joinedload(Referral.person),
        raiseload("*"),
    )
)
_ITS_LISTS: Mapping[str, Select[Any]] = {
    "moves": select(ReferralMove).where(ReferralMove.referral_id == _NUMBER).order_by(ReferralMove.id),
    "consents": select(ReferralConsent).where(ReferralConsent.referral_id == _NUMBER).order_by(ReferralConsent.id),
    "partners": select(ReferralPartner).where(ReferralPartner.referral_id == _NUMBER).order_by(ReferralPartner.id),
}
_LISTS_OF_ITS_CASE: Mapping[str, Select[Any]] = {
    "people": select(CasePerson)
    .where(CasePerson.case_id == _NUMBER)
    .options(joinedload(CasePerson.person), raiseload("*", sql_only=True)),
    "agencies": select(CaseAgency).where(CaseAgency.case_id == _NUMBER).options(raiseload("*", sql_only=True)),
    "groups": select(CaseGroup).where(CaseGroup.case_id == _NUMBER).options(raiseload("*", sql_only=True)),
}


def referral_of(referral_id: int) -> Referral:
    """One referral whole: case, person, provider, referrer, moves, consents. Seven queries. Raises NotFound."""
    row = db.session.scalar(_ONE, {"number": referral_id})
    if row is None:
        raise NotFound
    _fill(row, _ITS_LISTS, row.id)
    _fill(row.case, _LISTS_OF_ITS_CASE, row.case_id)
    return row


def _fill(owner: Referral | Case, lists: Mapping[str, Select[Any]], number: int) -> None:
    for name, statement in lists.items():
        set_committed_value(owner, name, db.session.scalars(statement, {"number": number}).all())


def referrals_of_cases(case_ids: Iterable[int]) -> Mapping[int, Sequence[Referral]]:
    """Case id -> its referrals, newest first, whole. A fixed number of queries."""
    found: dict[int, list[Referral]] = {}
    for row in _whole(Referral.case_id.in_(list(case_ids))):
        found.setdefault(row.case_id, []).append(row)
    return found


def _whole(which: Any) -> Sequence[Referral]:
    return db.session.scalars(select(Referral).where(which).order_by(Referral.id.desc()).options(*_WHOLE)).all()


def open_referral(person_id: int, pathway_key: str) -> Referral | None:
    """The open referral of that person on that pathway, if there is one."""
    return db.session.scalar(
        select(Referral)
        .where(
            Referral.person_id == person_id,
            Referral.pathway_key == pathway_key,
            Referral.closed_at.is_(None),
        )
        .options(*FOR_THE_GATE)
    )


def hold(referral: Referral) -> None:
    """Lock a referral that `referral_of` loaded until the transaction ends, and read what somebody else saved since.

    Whoever comes second decides on what the first left: a move waits for the withdrawal of a consent, and is refused.
    """
    if db.session.get_bind().dialect.name == "sqlite":
        return  # whoever writes took the whole database before anything was read
    version = db.session.scalar(select(Referral.version).where(Referral.id == referral.id).with_for_update())
    # A consent changes without its referral. What is loaded already is the same objects, brought up to date.
    consents = db.session.scalars(
        select(ReferralConsent).where(ReferralConsent.referral_id == referral.id).execution_options(**_READ_AGAIN)
    ).all()
    if version != referral.version or len(consents) != len(referral.consents):
        whole = select(Referral).where(Referral.id == referral.id).options(*_WHOLE)
        db.session.scalar(whole.execution_options(**_READ_AGAIN))


_READ_AGAIN = {"populate_existing": True}


def hold_people(person_ids: Iterable[int]) -> None:
    """Lock people until the transaction ends: two who refer them at once must not both find that nobody did."""
    wanted = select(Person.id).where(Person.id.in_(list(person_ids)))
    # In one order everywhere, or two would wait for each other; rows that merely name a person wait for nobody.
    db.session.execute(wanted.order_by(Person.id).with_for_update(key_share=True))


def was_referred_since(referral: Referral) -> bool:
    """Whether the person was referred on that pathway once more, later than by this referral."""
    later = exists().where(
        Referral.person_id == referral.person_id,
        Referral.pathway_key == referral.pathway_key,
        Referral.id > referral.id,
    )
    return bool(db.session.scalar(select(later)))


def open_references(actor: Actor, person_ids: Iterable[int]) -> dict[tuple[int, str], str]:
    """(person id, pathway) -> reference of the referral that is open, empty when the actor may not read it. One query.

    It may come from a case that is closed to whoever asks: that there is one they are told, or they would refer twice.
    """
    rows = db.session.execute(
        select(
            Referral.person_id, Referral.pathway_key, case((referrals_seen_by(actor), Referral.ref), else_="")
        ).where(Referral.person_id.in_(list(person_ids)), Referral.closed_at.is_(None))
    )
    return {(person, pathway): ref for person, pathway, ref in rows}


def providers_in(partnership_id: int, *, on: date) -> Sequence[Provider]:
    """The providers to whom may be referred that day: approved, of an agency that belongs and has signed.

    Of pathways whose plugin runs and is on in the partnership, by pathway and agency.
    """
    return _approved(partnership_id, Provider.pathway_key.in_(plugin_host.pathways(partnership_id)), on=on)


def providers_away(partnership_id: int, *, on: date) -> Sequence[tuple[Provider, str]]:
    """Those whose plugin is gone or off, so that nobody can be referred there; with the pathway's title as kept."""
    away = _approved(partnership_id, Provider.pathway_key.not_in(plugin_host.pathways(partnership_id)), on=on)
    if not away:
        return ()
    kept = db.session.execute(
        select(Referral.pathway_key, func.max(Referral.pathway_title))
        .where(Referral.partnership_id == partnership_id, Referral.pathway_key.in_({row.pathway_key for row in away}))
        .group_by(Referral.pathway_key)
    )
    titles = {key: pathway.title for key, pathway in plugin_host.installed().items()} | dict(kept.all())
    return [(row, titles.get(row.pathway_key, row.pathway_key)) for row in away]


def _approved(partnership_id: int, which: ColumnElement[bool], *, on: date) -> Sequence[Provider]:
    signed = select(Signature.agency_id).where(Signature.partnership_id == partnership_id, has_signed(on))
    inside = select(PartnershipAgency.agency_id).where(PartnershipAgency.partnership_id == partnership_id, belongs(on))
    return db.session.scalars(
        select(Provider)
        .where(
            Provider.partnership_id == partnership_id,
            Provider.status == ProviderStatus.APPROVED,
            which,
            Provider.agency_id.in_(signed),
            Provider.agency_id.in_(inside),
        )
        .order_by(Provider.pathway_key, Provider.id)
        .options(joinedload(Provider.agency), raiseload("*"))
    ).all()


def places_of(providers: Iterable[Provider]) -> Mapping[int, Places]:
    """Provider id -> how many places it has, and how many are taken by open referrals. One query."""
    capacity = {provider.id: provider.capacity for provider in providers}
    rows = db.session.execute(
        select(Referral.provider_id, func.count())
        .where(Referral.provider_id.in_(capacity), Referral.closed_at.is_(None))
        .group_by(Referral.provider_id)
    )
    taken = dict(rows.all())
    return {provider_id: Places(places, taken.get(provider_id, 0)) for provider_id, places in capacity.items()}


def places_to_take(provider: Provider) -> Places:
    """The same of one provider, which is locked until the transaction ends: two referrals must not share one place."""
    db.session.execute(select(Provider.id).where(Provider.id == provider.id).with_for_update())
    return places_of([provider])[provider.id]


def provider_in(partnership_id: int, provider_id: int, *, on: date) -> Provider:
    """One of `providers_in`. Raises NotFound."""
    for row in providers_in(partnership_id, on=on):
        if row.id == provider_id:
            return row
    raise NotFound


def own_providers(actor: Actor) -> Sequence[Provider]:
    """The schemes whose staff the actor is in this partnership, a suspended one with its open referrals included."""
    return db.session.scalars(
        select(Provider)
        .where(
            Provider.partnership_id == actor.partnership_id,
            Provider.id.in_(actor.staff_of),
            Provider.status.in_(AT_WORK),
        )
        .order_by(Provider.pathway_key)
        .options(joinedload(Provider.agency), raiseload("*"))
    ).all()


def case_to_refer_from(case_id: int) -> Case:
    """A case with what the gate and the pathways ask of it: groups, agencies and people. Raises NotFound."""
    row = db.session.scalar(
        select(Case)
        .where(Case.id == case_id)
        .options(
            selectinload(Case.groups),
            selectinload(Case.agencies),
            selectinload(Case.people).joinedload(CasePerson.person),
            raiseload("*"),
        )
    )
    if row is None:
        raise NotFound
    return row


def person_in(case: Case, person_id: int) -> Person:
    """A person named in the case. Raises NotFound."""
    row = db.session.scalar(
        select(Person)
        .join(CasePerson, CasePerson.person_id == Person.id)
        .where(CasePerson.case_id == case.id, Person.id == person_id)
        .distinct()
    )
    if row is None:
        raise NotFound
    return row


def people_in(case: Case) -> Sequence[tuple[Person, str]]:
    """The people named in the case with their roles, in the order in which they were added."""
    rows = db.session.execute(
        select(Person, CasePerson.role)
        .join(CasePerson, CasePerson.person_id == Person.id)
        .where(CasePerson.case_id == case.id)
        .order_by(CasePerson.id)
    )
    roles: dict[int, tuple[Person, list[str]]] = {}
    for person, role in rows:
        roles.setdefault(person.id, (person, []))[1].append(role)
    return [(person, ", ".join(found)) for person, found in roles.values()]


@dataclass(frozen=True, slots=True)
class Linked:
    """The same referral at another provider: before it was handed over, or after. `words` begin a sentence."""

    id: int
    ref: str
    agency: str
    words: str


def handed_over(actor: Actor, referral: Referral) -> Sequence[Linked]:
    """From whom this referral was taken over, and who took it over, as far as the actor may see those. One query."""
    rows = db.session.scalars(
        select(Referral)
        .where(
            referrals_seen_by(actor),
            or_(Referral.continues_id == referral.id, Referral.id == referral.continues_id),
        )
        .order_by(Referral.id)
        .options(joinedload(Referral.provider).joinedload(Provider.agency), raiseload("*"))
    )
    return [
        Linked(
            row.id,
            row.ref,
            row.provider.agency.name,
            "Taken over from" if row.id == referral.continues_id else "Handed over to",
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class Hand:
    """Who did something: their name, and the agency for which they are here."""

    name: str
    agency_id: int | None


def hands_of(user_ids: Iterable[int]) -> Mapping[int, Hand]:
    """User id -> who that is."""
    rows = db.session.execute(select(User.id, User.name, User.agency_id).where(User.id.in_(set(user_ids))))
    return {user_id: Hand(name, agency_id) for user_id, name, agency_id in rows}


def meeting_facts(meeting: Meeting, *, until: datetime) -> MeetingFacts:
    """The meeting as plugins see it when minutes are composed: its items with the referrals of their cases.

    Each as far as it had come by `until`. `meeting.items`, each with its case, and `meeting.group` must be loaded. A
    referral whose pathway does not run is left out: nobody can tell its payload; so is one of a case that was erased.
    """
    items = [item for item in meeting.items if item.taken_off_at is None]
    of_case = referrals_of_cases(item.case_id for item in items if item.case_id is not None)
    running = plugin_host.pathways(meeting.group.partnership_id)
    return MeetingFacts(
        id=meeting.id,
        partnership_id=meeting.group.partnership_id,
        group=meeting.group.name,
        on=local_date(meeting.starts_at),
        items=tuple(
            HeardItem(
                item_id=item.id,
                number=item.position,
                case_ref=item.case.ref if item.case is not None else "",
                referrals=tuple(
                    (row.pathway_key, facts_of(row, running[row.pathway_key], until=until))
                    for row in of_case.get(item.case_id or 0, ())
                    if row.pathway_key in running and row.opened_at <= until and row.case.erased_on is None
                ),
            )
            for item in items
        ),
    )
