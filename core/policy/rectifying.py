"""Who sees what was held before, records that somebody wants it set right, and answers them (UK GDPR, article 16)."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, exists, false, or_, select, true

from core.cases.models import Case, CaseGroup, CasePerson
from core.facts import RECORDING_ROLES, Actor, AdminRole, Verdict
from core.people.history.models import HeldVersion, Rectification, Why
from core.people.models import Person
from core.policy.cases import RECUSED, all_cases_open, edit_case, open_case, open_person, open_to, person_changed_by
from core.policy.permissions import Permission
from core.policy.standing import data_lead, same_partnership, signatory

OBSERVES = "Observers cannot record this."
ANSWERED = "This request was answered."
NOT_TO_ANSWER = "Only the data protection lead and those who may change what it is about may answer this."
NO_MISTAKE = "This was right until it changed, so there is no mistake to tell of."


@dataclass(frozen=True, slots=True)
class VersionOf:
    """What was held before, of a person with every case that names them, or of a case."""

    version: HeldVersion
    person: Person | None
    cases: Sequence[Case]


@dataclass(frozen=True, slots=True)
class RequestOf:
    """A request, and whom it is about with every case that names them."""

    request: Rectification
    person: Person
    cases: Sequence[Case]


def see_readers(actor: Actor, target: VersionOf) -> Verdict:
    """Whoever may change what it is about; of a record that is gone, who sees every case of the one kept."""
    if target.person is not None:
        of_another = target.version.person_id != target.person.id
        if of_another and not all_cases_open(actor, list(target.cases)):
            return Verdict.hidden()
        return person_changed_by(actor, (target.person, list(target.cases)))
    return edit_case(actor, target.cases[0])


def tell_readers(actor: Actor, target: VersionOf) -> Verdict:
    """The same, of a mistake."""
    verdict = see_readers(actor, target)
    return Verdict.no(NO_MISTAKE) if verdict and target.version.why is Why.CHANGED else verdict


def ask(actor: Actor, named: tuple[Person, list[Case]]) -> Verdict:
    """Whoever may open the person and is not merely an observer: people tell any agency what is wrong."""
    verdict = open_person(actor, *named)
    if verdict and actor.groups and not any(role in RECORDING_ROLES for role in actor.groups.values()):
        return Verdict.no(OBSERVES)
    return verdict


def keep_adjustments(actor: Actor, target: object) -> Verdict:
    """The same: whoever hears what somebody needs says so. `target`: the person with their cases, or one of theirs."""
    person, cases = target if isinstance(target, tuple) else (target.person, target.cases)  # type: ignore[attr-defined]
    return ask(actor, (person, list(cases)))


def see_request(actor: Actor, target: RequestOf) -> Verdict:
    """The data protection lead, those who may change what it is about, and whoever recorded it and may open it still.

    But for the lead it takes the case that it is about: that another case of the person is open tells nothing of it.
    """
    request = target.request
    if not same_partnership(actor, request.partnership_id):
        return Verdict.hidden()
    leads = AdminRole.DATA_LEAD in actor.roles
    verdict = open_person(actor, target.person, list(target.cases))
    if verdict and request.case is not None:
        verdict = open_case(actor, request.case)
    if not leads and not verdict:
        return verdict
    if not actor.signatory:
        return Verdict.no(actor.standing)
    if request.case_id is not None and request.case_id in actor.recused_cases:
        return Verdict.no(RECUSED)
    if leads or request.recorded_by_id == actor.user_id:
        return Verdict.yes()
    return _changes(actor, target)


def requests_seen_by(actor: Actor) -> ColumnElement[bool]:
    """The SQL twin of `see_request`."""
    if not (actor.in_partnership and actor.signatory):
        return false()
    own = and_(Rectification.recorded_by_id == actor.user_id, _named_in(open_to(actor)), _of(open_to(actor)))
    return and_(_not_recused(actor), true() if AdminRole.DATA_LEAD in actor.roles else or_(own, _changed_by(actor)))


def requests_to_answer(actor: Actor) -> ColumnElement[bool]:
    """The SQL twin of `answer`."""
    if not (actor.in_partnership and actor.signatory):
        return false()
    return and_(
        Rectification.answered_at.is_(None),
        _not_recused(actor),
        true() if AdminRole.DATA_LEAD in actor.roles else _changed_by(actor),
    )


def answer(actor: Actor, target: RequestOf) -> Verdict:
    """The data protection lead and those who may change what it is about, until it is answered."""
    verdict = see_request(actor, target)
    if not verdict:
        return verdict
    if not (data_lead(actor) or _changes(actor, target)):
        return Verdict.no(NOT_TO_ANSWER)
    return Verdict.yes() if target.request.answered_at is None else Verdict.no(ANSWERED)


def _changes(actor: Actor, target: RequestOf) -> Verdict:
    """Whoever may change the person, and the case where it is about one."""
    verdict = person_changed_by(actor, (target.person, list(target.cases)))
    if verdict and target.request.case is not None:
        return edit_case(actor, target.request.case)
    return verdict


def _changed_by(actor: Actor) -> ColumnElement[bool]:
    """The SQL twin of `_changes`."""
    led = exists().where(CaseGroup.case_id == Case.id, CaseGroup.group_id.in_(actor.led_groups))
    changed = and_(open_to(actor), Case.erased_on.is_(None), or_(Case.lead_agency_id == actor.agency_id, led))
    return and_(_named_in(changed), _of(changed))


def _not_recused(actor: Actor) -> ColumnElement[bool]:
    recused = actor.recused_cases
    return and_(
        Rectification.partnership_id == actor.partnership_id,
        or_(Rectification.case_id.is_(None), Rectification.case_id.not_in(recused)) if recused else true(),
    )


def _of(cases: ColumnElement[bool]) -> ColumnElement[bool]:
    """It is about no case, or about one of those."""
    return or_(Rectification.case_id.is_(None), exists().where(Case.id == Rectification.case_id, cases))


def _named_in(cases: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists(
        select(CasePerson.id)
        .join(Case, Case.id == CasePerson.case_id)
        .where(CasePerson.person_id == Rectification.person_id, cases)
    )


RULES = {
    Permission.SEE_PERSON_HISTORY: person_changed_by,
    Permission.SEE_CASE_HISTORY: edit_case,
    Permission.SEE_READERS: see_readers,
    Permission.TELL_OF_MISTAKE: tell_readers,
    Permission.LIST_RECTIFICATIONS: signatory,
    Permission.ASK_RECTIFICATION: ask,
    Permission.SEE_RECTIFICATION: see_request,
    Permission.ANSWER_RECTIFICATION: answer,
    Permission.KEEP_ADJUSTMENTS: keep_adjustments,
}
