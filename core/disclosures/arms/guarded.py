"""What is guarded most: cases opened in an emergency, and who is named for a protected address."""

from sqlalchemy import Date, String, cast, exists, func, literal
from sqlalchemy.orm import aliased

from core.accounts.models import User
from core.cases.models import Case, CasePerson
from core.disclosures.arms.line import BY, Line, Scope, Wanted, line, narrowed
from core.emergencies.models import Emergency
from core.partnerships.models import Agency
from core.people.models import AddressReader, Person, ProtectedAddress
from core.policy.emergencies import seen_by


def in_emergencies(scope: Scope, wanted: Wanted) -> Line:
    """Cases that were opened in an emergency."""
    query = (
        line(
            at=Emergency.decided_at,
            number=Emergency.id,
            what=Case.ref,
            on=Emergency,
            agency=Agency.name,
            by=func.coalesce(BY.name, ""),
            ended=func.date(func.coalesce(Emergency.ended_at, Emergency.ends_at), type_=Date),
            link=literal("emergency:") + cast(Emergency.id, String),
        )
        .select_from(Emergency)
        .join(Case, Case.id == Emergency.case_id)
        .join(Agency, Agency.id == Emergency.agency_id)
        .outerjoin(User, User.id == Emergency.decided_by_id)
        .outerjoin(BY, BY.id == User.agency_id)
        .where(scope.case, Emergency.ends_at.is_not(None), scope.told(seen_by))
    )
    return narrowed(query, wanted, on=Emergency, agency=Emergency.agency_id == wanted.agency_id)


def addresses(scope: Scope, wanted: Wanted) -> Line:
    """Agencies that are named for a protected address, of the people in scope; to those that are named for it."""
    mine = aliased(AddressReader)
    in_scope = exists().where(CasePerson.person_id == Person.id, CasePerson.case_id == Case.id, scope.case)
    query = (
        line(
            at=ProtectedAddress.changed_at,
            number=Person.id * 10_000_000 + Agency.id,
            what=Person.ref,
            on=None,
            agency=Agency.name,
            by="",
            of_case=False,
        )
        .select_from(AddressReader)
        .join(ProtectedAddress, ProtectedAddress.person_id == AddressReader.person_id)
        .join(Person, Person.id == AddressReader.person_id)
        .join(Agency, Agency.id == AddressReader.agency_id)
        .where(in_scope)
    )
    if scope.people is not None:
        query = query.where(Person.id.in_(scope.people))
    if not scope.whole:
        query = query.where(exists().where(mine.person_id == Person.id, mine.agency_id == scope.actor.agency_id))
    return narrowed(query, wanted, on=None, agency=AddressReader.agency_id == wanted.agency_id)
