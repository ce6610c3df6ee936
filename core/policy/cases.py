"""Who may open a case and the people in it: need to know, in code and as its SQL twin."""

from functools import lru_cache

from sqlalchemy import ColumnElement, and_, exists, false, not_, or_, select, true
from sqlalchemy.orm import QueryableAttribute

from core.cases.models import Case, CaseAgency, CaseGroup, CaseIncident, CasePerson
from core.facts import RECORDING_ROLES, Actor, Verdict
from core.people.models import Person
from core.policy.complaints import goes_to
from core.policy.permissions import Permission
from core.policy.standing import member_of_partnership, same_partnership, signatory

RECUSED = "You declared a conflict of interest in this case, so it is closed to you."
LEADERS_DECIDE = "Only the chair, deputy chair or coordinator of a group decides what it hears. Nominate the case."
ERASED = "What this case said was erased under the retention schedule: nothing is written in it any more."
RESTRICTED = "This case is restricted. Ask its lead agency or the chair."


def open_case(actor: Actor, case: Case) -> Verdict:
    """The lead agency, agencies that the case was opened to, and members of the groups that hear it.

    Whoever deputises at a meeting hears what is on its agenda, until it is over. A restricted case: of all those,
    only the agencies, and the members who chair or coordinate.
    """
    if not same_partnership(actor, case.partnership_id):
        return Verdict.hidden()
    part_in_it = _named(actor, case)
    hears_it = case.id in actor.deputy_cases or any(link.group_id in actor.groups for link in case.groups)
    if not (part_in_it or hears_it):
        return Verdict.hidden()
    if not actor.signatory:
        return Verdict.no(actor.standing)
    if case.id in actor.recused_cases:
        return Verdict.no(RECUSED)
    if case.restricted and not part_in_it and not _leads_a_group_of(actor, case):
        return Verdict.no(RESTRICTED)
    return Verdict.yes()


def open_to(actor: Actor) -> ColumnElement[bool]:
    """The SQL twin of `open_case`: cases that the actor may open."""
    if not (actor.in_partnership and actor.signatory):
        return false()
    return _open_to(
        actor.partnership_id,
        actor.agency_id,
        groups=frozenset(actor.groups),
        led=actor.led_groups,
        as_deputy=actor.deputy_cases,
        recused=actor.recused_cases,
    )


@lru_cache(maxsize=512)
def _open_to(
    partnership_id: int | None,
    agency_id: int | None,
    *,
    groups: frozenset[int],
    led: frozenset[int],
    as_deputy: frozenset[int],
    recused: frozenset[int],
) -> ColumnElement[bool]:
    """Of whoever has these rights. Kept, for almost every page asks it and to put it together takes longer than to
    find it: it holds rights, which are read anew for every request, and no answer.
    """
    named = or_(
        Case.lead_agency_id == agency_id,
        exists().where(CaseAgency.case_id == Case.id, CaseAgency.agency_id == agency_id),
    )
    return and_(
        Case.partnership_id == partnership_id,
        or_(
            named,
            and_(Case.restricted.is_(False), or_(_heard_by(groups), _heard_as_deputy(as_deputy))),
            _heard_by(led),
        ),
        Case.id.not_in(recused) if recused else true(),
    )


def known_to(actor: Actor) -> ColumnElement[bool]:
    """Cases whose reference the actor may see, whether or not they may open them."""
    if not actor.in_partnership:
        return false()
    return and_(
        Case.partnership_id == actor.partnership_id,
        or_(
            Case.lead_agency_id == actor.agency_id,
            exists().where(CaseAgency.case_id == Case.id, CaseAgency.agency_id == actor.agency_id),
            _heard_by(frozenset(actor.groups)),
            _heard_as_deputy(actor.deputy_cases),
        ),
    )


def edit_case(actor: Actor, case: Case) -> Verdict:
    """The lead agency's people, and those who lead a group that hears it."""
    verdict = open_case(actor, case)
    if not verdict:
        return verdict
    if case.erased_on is not None:
        return Verdict.no(ERASED)
    if case.lead_agency_id == actor.agency_id or _leads_a_group_of(actor, case):
        return Verdict.yes()
    return Verdict.no("Only the lead agency, the chair and the coordinator may change this case.")


def add_incident(actor: Actor, case: Case) -> Verdict:
    """Whoever may open the case and is not merely an observer: what happened is told to any agency."""
    verdict = open_case(actor, case)
    if verdict and case.erased_on is not None:
        return Verdict.no(ERASED)
    if verdict and actor.groups and not any(role in RECORDING_ROLES for role in actor.groups.values()):
        return Verdict.no("Observers cannot record an incident.")
    return verdict


def read_incident(actor: Actor, incident: CaseIncident) -> Verdict:
    """What happened in a case that is open to the actor: told in a complaint, it goes to whom was agreed to."""
    return Verdict.yes() if incident.consent is None else goes_to(incident.consent, actor.agency_id)


def change_incident(actor: Actor, incident: CaseIncident) -> Verdict:
    """The agency that it was reported to, for what it was told stays its own; and whoever may change the case."""
    verdict = add_incident(actor, incident.case)
    if verdict:
        verdict = read_incident(actor, incident)
    if not verdict or incident.reported_to_id == actor.agency_id or edit_case(actor, incident.case):
        return verdict
    return Verdict.no(
        "Only the agency that it was reported to, the lead agency, the chair and the coordinator may change it."
    )


def open_person(actor: Actor, person: Person, cases: list[Case]) -> Verdict:
    """Somebody who may open one of the cases that name the person. `cases` are all that do."""
    if not same_partnership(actor, person.partnership_id):
        return Verdict.hidden()
    verdicts = [open_case(actor, case) for case in cases]
    if any(verdicts):
        return Verdict.yes()
    known = [verdict for verdict in verdicts if verdict.known]
    return known[0] if known else Verdict.hidden()


def people_open_to(actor: Actor) -> ColumnElement[bool]:
    """The SQL twin of `open_person`."""
    return exists(
        select(CasePerson.id)
        .join(Case, Case.id == CasePerson.case_id)
        .where(CasePerson.person_id == Person.id, open_to(actor))
    )


def all_cases_open(actor: Actor, cases: list[Case]) -> bool:
    """Whether every case that names somebody is open to the actor: what another record of theirs said may come from
    any of them.
    """
    return all(open_case(actor, case) for case in cases)


def wholly_open_to(actor: Actor, person_id: QueryableAttribute[int | None]) -> ColumnElement[bool]:
    """The SQL twin of `all_cases_open`."""
    closed = (
        select(CasePerson.id)
        .join(Case, Case.id == CasePerson.case_id)
        .where(CasePerson.person_id == person_id, not_(open_to(actor)))
    )
    return ~exists(closed)


def open_case_for(actor: Actor, lead_agency_id: int, group_id: int | None) -> Verdict:
    """Whoever could open the case's page afterwards: its lead agency, and those who lead the group that hears it."""
    if lead_agency_id == actor.agency_id or (group_id is not None and actor.leads(group_id)):
        return Verdict.yes()
    return Verdict.no("Choose your own agency as lead, or a group that you chair or coordinate to hear the case.")


def choose_hearing(actor: Actor, group_id: int) -> Verdict:
    """Those who lead a group decide what it hears."""
    return Verdict.yes() if actor.leads(group_id) else Verdict.no(LEADERS_DECIDE)


def _named(actor: Actor, case: Case) -> bool:
    if actor.agency_id is None:
        return False
    return case.lead_agency_id == actor.agency_id or any(link.agency_id == actor.agency_id for link in case.agencies)


def _leads_a_group_of(actor: Actor, case: Case) -> bool:
    return any(actor.leads(link.group_id) for link in case.groups)


def _heard_by(groups: frozenset[int]) -> ColumnElement[bool]:
    if not groups:
        return false()
    return exists().where(CaseGroup.case_id == Case.id, CaseGroup.group_id.in_(groups))


def _heard_as_deputy(cases: frozenset[int]) -> ColumnElement[bool]:
    return Case.id.in_(cases) if cases else false()


def _open_person_of(actor: Actor, named: tuple[Person, list[Case]]) -> Verdict:
    return open_person(actor, *named)


def person_changed_by(actor: Actor, named: tuple[Person, list[Case]]) -> Verdict:
    """Somebody who may change one of the cases that name the person."""
    seen = _open_person_of(actor, named)
    if not seen:
        return seen
    if any(edit_case(actor, case) for case in named[1]):
        return Verdict.yes()
    return Verdict.no("Only the lead agency of one of this person’s cases, its chair or coordinator may do this.")


RULES = {
    Permission.LIST_CASES: member_of_partnership,
    Permission.CREATE_CASE: signatory,
    Permission.OPEN_CASE: open_case,
    Permission.EDIT_CASE: edit_case,
    Permission.CHOOSE_HEARING: choose_hearing,
    Permission.ADD_INCIDENT: add_incident,
    Permission.CHANGE_INCIDENT: change_incident,
    Permission.OPEN_PERSON: _open_person_of,
    Permission.EDIT_PERSON: person_changed_by,
    Permission.SEE_INCIDENTS: member_of_partnership,
}
