"""Reads of requests for one's own data: whom they are about, what was decided on, what was given."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload, raiseload, selectinload

from core.accounts.models import User
from core.cases.models import Case, CasePerson
from core.clock import local_date
from core.errors import Refused
from core.extensions import db
from core.facts import Actor, AdminRole
from core.masking.passages import Span
from core.people.merging.queries import ids_of
from core.people.models import Person, ProtectedAddress
from core.people.search import PEOPLE, name_matches
from core.policy.protecting import AddressOf
from core.policy.subject_access import RequestAbout, awaits_answer_of, seen_by
from core.subject_access import due
from core.subject_access.answered import with_schemes
from core.subject_access.lists import ANSWERED, AccessState
from core.subject_access.models import AccessEvent, AccessMask, AccessPack, AccessPaper, AccessRequest, AccessScheme
from core.subject_access.pack import OF_SCHEME, Pack

MOST_FOUND = 20
"""People that a search shows at most."""

LATEST = 100
"""Requests that the list shows."""

_WITH_ITS_LINES = (
    joinedload(AccessRequest.person),
    selectinload(AccessRequest.pauses),
    selectinload(AccessRequest.events).joinedload(AccessEvent.by),
    raiseload("*"),
)


def request_of(request_id: int) -> AccessRequest | None:
    """That request with its person, pauses and history."""
    return db.session.scalars(
        select(AccessRequest).where(AccessRequest.id == request_id).options(*_WITH_ITS_LINES)
    ).first()


def about(request: AccessRequest) -> RequestAbout:
    """The request with every case that names its person, each with who may open it."""
    if request.person_id is None:
        return RequestAbout(request)
    cases = db.session.scalars(
        select(Case)
        .where(Case.id.in_(select(CasePerson.case_id).where(CasePerson.person_id.in_(ids_of(request.person_id)))))
        .options(selectinload(Case.agencies), selectinload(Case.groups), raiseload("*"))
    ).all()
    return RequestAbout(request, cases)


def requests_for(actor: Actor) -> Sequence[AccessRequest]:
    """Those that the actor may see, the last received first."""
    return db.session.scalars(
        select(AccessRequest)
        .where(seen_by(actor))
        .order_by(AccessRequest.received_on.desc(), AccessRequest.id.desc())
        .limit(LATEST)
        .options(joinedload(AccessRequest.person), selectinload(AccessRequest.pauses), raiseload("*"))
    ).all()


@dataclass(frozen=True, slots=True)
class Waiting:
    """A request that somebody has to go on with."""

    request: AccessRequest
    due: date | None
    release: bool
    """Whether it waits for a second person."""
    scheme: AccessScheme | None = None
    """What of it waits for the actor, as one of a scheme's own staff."""

    @property
    def what(self) -> str:
        """What it waits for."""
        return f"waits for what {self.scheme.title} holds" if self.scheme is not None else str(self.request.state)

    @property
    def path(self) -> str:
        """Where somebody goes on with it."""
        own = f"/data-protection/requests/{self.request.id}"
        return f"{own}/schemes/{self.scheme.id}" if self.scheme is not None else own

    @property
    def since(self) -> date:
        """Since when."""
        moment = self.request.drawn_at if self.scheme is not None else self.request.ready_at
        return local_date(moment) if moment is not None else self.request.received_on


def waiting_for(actor: Actor, *, today: date) -> Sequence[Waiting]:
    """Those that are not answered and that the actor may see, the first due first. Four queries.

    Those without a day come first: nobody has shown who they are yet. Of a chair, those that wait for a release; of a
    scheme's own staff, those that wait for what it holds.
    """
    found = _schemes_waiting_for(actor, today=today) if actor.staff_of else []
    if AdminRole.DATA_LEAD in actor.roles or any(map(actor.chairs, actor.groups)):
        found += _seen_waiting(actor, today=today)
    return sorted(found, key=lambda each: (each.due or date.min, each.request.id))


def _seen_waiting(actor: Actor, *, today: date) -> list[Waiting]:
    rows = db.session.scalars(
        select(AccessRequest)
        .where(seen_by(actor), AccessRequest.released_at.is_(None), AccessRequest.ending.is_(None))
        .order_by(AccessRequest.received_on, AccessRequest.id)
        .limit(LATEST)
        .options(selectinload(AccessRequest.pauses), raiseload("*"))
    ).all()
    return [Waiting(each, due_of(each, today=today), each.state is AccessState.READY) for each in rows]


def _schemes_waiting_for(actor: Actor, *, today: date) -> list[Waiting]:
    rows = db.session.execute(
        select(AccessRequest, AccessScheme)
        .join(AccessScheme, AccessScheme.request_id == AccessRequest.id)
        .where(awaits_answer_of(actor))
        .order_by(AccessRequest.received_on, AccessScheme.id)
        .limit(LATEST)
        .options(selectinload(AccessRequest.pauses), raiseload("*"))
    ).all()
    return [Waiting(request, due_of(request, today=today), False, scheme) for request, scheme in rows]


def due_of(request: AccessRequest, *, today: date) -> date | None:
    """By when it is to be answered; None before they showed who they are."""
    start = due.runs_from(request.received_on, request.identity_on)
    if start is None:
        return None
    paused = due.days_paused([(each.asked_on, each.answered_on) for each in request.pauses], since=start, today=today)
    return due.due_on(start, paused=paused, extended=request.extended_at is not None)


def first_due_of(request: AccessRequest, *, today: date) -> date | None:
    """The same without two months more: by then they must be told of those."""
    start = due.runs_from(request.received_on, request.identity_on)
    if start is None:
        return None
    paused = due.days_paused([(each.asked_on, each.answered_on) for each in request.pauses], since=start, today=today)
    return due.due_on(start, paused=paused)


def is_overdue(request: AccessRequest, *, today: date) -> bool:
    """Whether they wait and that day is over."""
    day = due_of(request, today=today)
    return day is not None and day < today and request.state not in ANSWERED


def people_found(partnership_id: int | None, query: str) -> Sequence[Person]:
    """The first people of the partnership, by family name, whose name holds every word, or whose reference it is.

    A record that was merged into another is found under that one.
    """
    return db.session.scalars(
        select(Person)
        .where(
            Person.partnership_id == partnership_id,
            Person.merged_into_id.is_(None),
            or_(name_matches(PEOPLE, query), Person.ref == query.strip().upper()),
        )
        .order_by(Person.search_name, Person.id)
        .limit(MOST_FOUND)
        .options(raiseload("*"))
    ).all()


def person_held(partnership_id: int | None, person_id: int | None) -> Person | None:
    """That person of the partnership, if they are held under a record of their own."""
    return db.session.scalar(
        select(Person)
        .where(Person.id == person_id, Person.partnership_id == partnership_id, Person.merged_into_id.is_(None))
        .options(raiseload("*"))
    )


def kept_addresses(about: RequestAbout) -> Sequence[AddressOf]:
    """Their protected addresses, of every record that is theirs, each with what decides who reads it. Two queries."""
    request = about.request
    if request.person is None:
        return ()
    rows = db.session.scalars(
        select(ProtectedAddress)
        .where(ProtectedAddress.person_id.in_(ids_of(request.person.id)))
        .options(selectinload(ProtectedAddress.readers), raiseload("*"))
    )
    return [AddressOf(request.person, list(about.cases), each) for each in rows]


def schemes_of(request_id: int) -> Sequence[AccessScheme]:
    """What schemes keep for their own staff of the pack as it was drawn last, and what became of it."""
    return db.session.scalars(
        select(AccessScheme)
        .where(AccessScheme.request_id == request_id, AccessScheme.gone_at.is_(None))
        .order_by(AccessScheme.title, AccessScheme.id)
    ).all()


def scheme_of(request_id: int, scheme_id: int) -> AccessScheme | None:
    """One of them."""
    return next((each for each in schemes_of(request_id) if each.id == scheme_id), None)


ERASED = (
    "What was put together was erased under the retention schedule, with a case that it told of. That the request was "
    "answered is kept."
)


def stored_pack(request_id: int) -> AccessPack:
    """What was drawn. There is one as soon as `drawn_at` says so."""
    return db.session.scalars(select(AccessPack).where(AccessPack.request_id == request_id)).one()


def pack_in(stored: AccessPack) -> Pack:
    """The pack, read. Raises Refused for one that went with a case that it told of."""
    if not stored.content:
        raise Refused(ERASED)
    return Pack.from_plain(stored.content)


def answered_pack(stored: AccessPack) -> Pack:
    """The pack as whoever puts it together may read it: of what schemes keep, what their own staff answered for."""
    return with_schemes(pack_in(stored), schemes_of(stored.request_id))


def masks_of(request_id: int) -> Sequence[AccessMask]:
    """Those over the pack as it was drawn last, lifted ones included."""
    return db.session.scalars(
        select(AccessMask)
        .where(AccessMask.request_id == request_id, AccessMask.outdated_at.is_(None))
        .order_by(AccessMask.id)
    ).all()


def undecided(request_id: int) -> int:
    """Masks on which nobody has decided, but for those on which a scheme's own staff do."""
    return (
        db.session.scalar(
            select(func.count()).where(
                AccessMask.request_id == request_id,
                AccessMask.outdated_at.is_(None),
                AccessMask.kept.is_(None),
                AccessMask.place.not_like(f"{OF_SCHEME}%"),
            )
        )
        or 0
    )


def spans_in_force(masks: Collection[AccessMask]) -> Mapping[str, Sequence[Span]]:
    """Place -> what is masked there: all but what was lifted."""
    by_place: defaultdict[str, list[Span]] = defaultdict(list)
    for mask in masks:
        if mask.kept is not False:
            by_place[mask.place].append(Span(mask.starts, mask.ends, mask.reason, mask.id))
    return by_place


def paper_of(request_id: int, kind: str) -> AccessPaper:
    """What was released, as "pdf" or as "json". Raises Refused for what went with a case that it told of."""
    found = db.session.scalars(
        select(AccessPaper).where(AccessPaper.request_id == request_id, AccessPaper.kind == kind)
    ).one()
    if not found.content:
        raise Refused(ERASED)
    return found


def papers_of(request_id: int) -> Sequence[AccessPaper]:
    """Both, without their content."""
    return db.session.scalars(
        select(AccessPaper).where(AccessPaper.request_id == request_id).order_by(AccessPaper.kind.desc())
    ).all()


def names_of(user_ids: Collection[int | None]) -> Mapping[int, str]:
    """Account id -> name."""
    rows = db.session.execute(select(User.id, User.name).where(User.id.in_({each for each in user_ids if each})))
    return dict(rows.all())
