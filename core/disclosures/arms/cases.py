"""Cases that are, or were, open to an agency or heard by a group."""

from typing import Any

from sqlalchemy import ColumnElement, exists

from core.accounts.models import User
from core.cases.models import Case
from core.disclosures.arms.line import BY, HEARD, OPENED, Line, Scope, Wanted, line, narrowed
from core.disclosures.models import EndedDisclosure
from core.partnerships.models import Agency, Group, GroupMember


def opened(scope: Scope, wanted: Wanted) -> Line:
    """Cases that are open to an agency."""
    return _to_agency(scope, wanted, OPENED, number=Agency.id)


def was_open(scope: Scope, wanted: Wanted) -> Line:
    """Cases that were open to an agency once."""
    return _to_agency(scope, wanted, EndedDisclosure, number=EndedDisclosure.id, ended=EndedDisclosure.ended_on)


def heard(scope: Scope, wanted: Wanted) -> Line:
    """Cases that a group hears."""
    return _to_group(scope, wanted, HEARD, number=Group.id)


def was_heard(scope: Scope, wanted: Wanted) -> Line:
    """Cases that a group heard once."""
    return _to_group(scope, wanted, EndedDisclosure, number=EndedDisclosure.id, ended=EndedDisclosure.ended_on)


def _to_agency(scope: Scope, wanted: Wanted, on: Any, **columns: Any) -> Line:
    query = _of_case(scope, on, Agency, on.agency_id, **columns)
    return narrowed(query, wanted, on=on, agency=on.agency_id == wanted.agency_id)


def _to_group(scope: Scope, wanted: Wanted, on: Any, **columns: Any) -> Line:
    query = _of_case(scope, on, Group, on.group_id, **columns)
    return narrowed(query, wanted, on=on, agency=_sits_in(on.group_id, wanted))


def _of_case(scope: Scope, on: Any, to: type[Agency] | type[Group], to_id: Any, **columns: Any) -> Line:
    """The case's own lines to an agency or a group, given by the agency that leads it."""
    return (
        line(at=on.since, what=Case.ref, on=on, agency=to.name, by=BY.name, **columns)
        .select_from(on)
        .join(Case, Case.id == on.case_id)
        .join(to, to.id == to_id)
        .join(BY, BY.id == Case.lead_agency_id)
        .where(scope.case)
    )


def _sits_in(group: Any, wanted: Wanted) -> ColumnElement[bool]:
    """Somebody of the agency is, or was, in the group."""
    return exists().where(
        GroupMember.group_id == group, GroupMember.user_id == User.id, User.agency_id == wanted.agency_id
    )
