"""Who answers somebody's request for what is held about them: the data protection lead, and never one person alone."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, exists, false, or_, select

from core.cases.models import Case, CaseGroup, CasePerson
from core.facts import CHAIRING_ROLES, Actor, AdminRole, Verdict
from core.people.models import Person
from core.policy.cases import open_case, open_to
from core.policy.permissions import Permission
from core.policy.standing import NOT_DATA_LEAD, data_lead, same_partnership, signatory
from core.subject_access.lists import ANSWERED, OVER, PREPARED, AccessState
from core.subject_access.models import AccessRequest, AccessScheme

RECUSED = (
    "You declared a conflict of interest in a case that names this person. Another data protection lead answers this "
    "request."
)
NOT_DRAWN = "Nothing has been put together for this request yet."
NOT_SHOWN = "Nothing is put together before whoever asks has shown who they are."
NOT_HELD = "Nobody of that name is held, so there is nothing to put together."
IS_PAUSED = "The request waits for what the person was asked."
IS_READY = "The pack waits for its release. Take it back first, to change anything."
IS_ANSWERED = "This request was answered. What was given never changes."
NOT_READY = "The pack is not ready for release yet."
PREPARED_IT = (
    "You worked on this pack yourself. Somebody else releases it: another data protection lead, or a chair of a group "
    "that hears one of the cases, to whom every case of it is open."
)
NOT_THEIR_SCHEME = "What a scheme keeps for its own staff is read by them alone, until they have answered for it."
NOT_RELEASED = "Nothing has been released yet."


@dataclass(frozen=True, slots=True)
class RequestAbout:
    """A request, and every case that names its person; of its pack an agency's part where it is about that."""

    request: AccessRequest
    cases: Sequence[Case] = ()
    agency_id: int = 0
    scheme: AccessScheme | None = None
    """What a scheme keeps for its own staff, where it is about that."""


def keep(actor: Actor) -> Verdict:
    """Enter a request, and look for whom it is about."""
    return data_lead(actor)


def list_requests(actor: Actor) -> Verdict:
    """Data leads; and those who chair a group, who release what is before them."""
    if not actor.signatory or AdminRole.DATA_LEAD in actor.roles:
        return data_lead(actor)
    return Verdict.yes() if _chaired(actor) else Verdict.no(NOT_DATA_LEAD)


def see(actor: Actor, about: RequestAbout) -> Verdict:
    """Who asked for what, and what became of it: the partnership's data leads, and whoever could release it."""
    if not same_partnership(actor, about.request.partnership_id):
        return Verdict.hidden()
    if AdminRole.DATA_LEAD in actor.roles:
        return signatory(actor)
    return Verdict.yes() if _chair_of_it(actor, about) else Verdict.hidden()


def seen_by(actor: Actor) -> ColumnElement[bool]:
    """The SQL twin of `see`."""
    if not (actor.in_partnership and actor.signatory):
        return false()
    here = AccessRequest.partnership_id == actor.partnership_id
    if AdminRole.DATA_LEAD in actor.roles:
        return here
    chaired = _chaired(actor)
    if not chaired:
        return false()
    ids = select(Person.id).where(
        or_(Person.id == AccessRequest.person_id, Person.merged_into_id == AccessRequest.person_id)
    )
    naming = (
        select(Case.id)
        .join(CasePerson, CasePerson.case_id == Case.id)
        .where(CasePerson.person_id.in_(ids.correlate(AccessRequest)))
        .correlate(AccessRequest)
    )
    heard = exists().where(CaseGroup.case_id.in_(naming), CaseGroup.group_id.in_(chaired))
    closed = naming.where(~open_to(actor)).exists()
    return and_(here, AccessRequest.ready_at.is_not(None), AccessRequest.ending.is_(None), heard, ~closed)


def work_on(actor: Actor, about: RequestAbout) -> Verdict:
    """Record what happened to the request: a data lead, until it is answered."""
    verdict = _lead(actor, about)
    return Verdict.no(IS_ANSWERED) if verdict and about.request.state in ANSWERED else verdict


def read_pack(actor: Actor, about: RequestAbout) -> Verdict:
    """What is held: nobody who declared an interest in one of the cases."""
    verdict = see(actor, about)
    if not verdict:
        return verdict
    if any(case.id in actor.recused_cases for case in about.cases):
        return Verdict.no(RECUSED)
    return Verdict.yes() if about.request.drawn_at is not None else Verdict.no(NOT_DRAWN)


def prepare(actor: Actor, about: RequestAbout) -> Verdict:
    """Put the pack together and decide on its masks: a data lead, once they showed who they are."""
    verdict = work_on(actor, about)
    if not verdict:
        return verdict
    if any(case.id in actor.recused_cases for case in about.cases):
        return Verdict.no(RECUSED)
    if about.request.person_id is None:
        return Verdict.no(NOT_HELD)
    match about.request.state:
        case AccessState.IDENTITY:
            return Verdict.no(NOT_SHOWN)
        case AccessState.PAUSED:
            return Verdict.no(IS_PAUSED)
        case AccessState.READY:
            return Verdict.no(IS_READY)
        case _:
            return Verdict.yes()


def answer_scheme(actor: Actor, about: RequestAbout) -> Verdict:
    """Read what a scheme keeps for its own staff and decide what of it is given: they alone, and until it is ready.

    It may hold what the other party to a dispute said: neither a data lead nor a chair reads it before.
    """
    if not same_partnership(actor, about.request.partnership_id) or about.scheme is None:
        return Verdict.hidden()
    if about.scheme.provider_id not in actor.staff_of:
        return Verdict.no(NOT_THEIR_SCHEME) if (verdict := see(actor, about)) else verdict
    if not actor.signatory:
        return signatory(actor)
    if any(case.id in actor.recused_cases for case in about.cases):
        return Verdict.no(RECUSED)
    match about.request.state:
        case AccessState.READY:
            return Verdict.no(IS_READY)
        case state if state in ANSWERED:
            return Verdict.no(IS_ANSWERED)
        case _:
            return Verdict.yes()


def awaits_answer_of(actor: Actor) -> ColumnElement[bool]:
    """What waits for the actor by `answer_scheme`; joined with its request."""
    if not (actor.in_partnership and actor.signatory and actor.staff_of):
        return false()
    return and_(
        AccessRequest.partnership_id == actor.partnership_id,
        AccessRequest.ready_at.is_(None),
        AccessRequest.released_at.is_(None),
        AccessRequest.ending.is_(None),
        AccessScheme.provider_id.in_(actor.staff_of),
        AccessScheme.answer.is_(None),
        AccessScheme.gone_at.is_(None),
    )


def settle_scheme(actor: Actor, about: RequestAbout) -> Verdict:
    """Leave out what a scheme has not answered for, or have it look again: whoever prepares the pack."""
    verdict = decide_masks(actor, about)
    return Verdict.hidden() if verdict and about.scheme is None else verdict


def decide_masks(actor: Actor, about: RequestAbout) -> Verdict:
    """The same, of a pack that was put together."""
    verdict = prepare(actor, about)
    return read_pack(actor, about) if verdict else verdict


def release(actor: Actor, about: RequestAbout) -> Verdict:
    """A second person: whoever may read the pack, and had no hand in it.

    Whoever has released it may, too: a form that is sent twice is answered as it was, and changes nothing.
    """
    verdict = read_pack(actor, about)
    if not verdict or about.request.released_by_id == actor.user_id:
        return verdict
    if about.request.state is not AccessState.READY:
        return Verdict.no(IS_ANSWERED if about.request.state in ANSWERED else NOT_READY)
    return Verdict.no(PREPARED_IT) if actor.user_id in hands_of(about.request) else Verdict.yes()


def take_back(actor: Actor, about: RequestAbout) -> Verdict:
    """Have it prepared again: whoever may read it while it waits."""
    verdict = read_pack(actor, about)
    if verdict and about.request.state is not AccessState.READY:
        return Verdict.no(IS_ANSWERED if about.request.state in ANSWERED else NOT_READY)
    return verdict


def download(actor: Actor, about: RequestAbout) -> Verdict:
    """What was released."""
    verdict = read_pack(actor, about)
    return verdict if not verdict or about.request.released_at is not None else Verdict.no(NOT_RELEASED)


def give(actor: Actor, about: RequestAbout) -> Verdict:
    """Record how it was given to the person."""
    verdict = _lead(actor, about)
    if not verdict:
        return verdict
    if about.request.state in OVER:
        return Verdict.no(IS_ANSWERED)
    return Verdict.yes() if about.request.released_at is not None else Verdict.no(NOT_RELEASED)


def hands_of(request: AccessRequest) -> frozenset[int]:
    """Accounts of those who drew the pack, masked something or decided on a mask."""
    return frozenset(event.by_id for event in request.events if event.did in PREPARED)


def _lead(actor: Actor, about: RequestAbout) -> Verdict:
    verdict = see(actor, about)
    return data_lead(actor) if verdict else verdict


def _chair_of_it(actor: Actor, about: RequestAbout) -> bool:
    """Whether they chair a group that hears one of the cases, every case is open to them, and it is before them."""
    request = about.request
    if not actor.signatory or request.ready_at is None or request.ending is not None:
        return False
    hears = any(actor.chairs(link.group_id) for case in about.cases for link in case.groups)
    return hears and all(open_case(actor, case) for case in about.cases)


def _chaired(actor: Actor) -> list[int]:
    return [group_id for group_id, role in actor.groups.items() if role in CHAIRING_ROLES]


RULES = {
    Permission.LIST_ACCESS_REQUESTS: list_requests,
    Permission.KEEP_ACCESS_REQUESTS: keep,
    Permission.SEE_ACCESS_REQUEST: see,
    Permission.WORK_ACCESS_REQUEST: work_on,
    Permission.PREPARE_ACCESS_PACK: prepare,
    Permission.READ_ACCESS_PACK: read_pack,
    Permission.MASK_ACCESS_PACK: decide_masks,
    Permission.ANSWER_ACCESS_SCHEME: answer_scheme,
    Permission.SETTLE_ACCESS_SCHEME: settle_scheme,
    Permission.TAKE_ACCESS_PACK_BACK: take_back,
    Permission.RELEASE_ACCESS_PACK: release,
    Permission.DOWNLOAD_ACCESS_PACK: download,
    Permission.GIVE_ACCESS_PACK: give,
}
