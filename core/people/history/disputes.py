"""What is disputed of a case and of whom it names: shown wherever the statement is, to those who may open the case."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import joinedload, raiseload

from core.cases.models import CasePerson
from core.extensions import db
from core.people.history.models import Rectification, Statement


def disputed_in(case_ids: Collection[int], *, returns: Collection[int] = ()) -> Mapping[int, Sequence[Rectification]]:
    """Case id -> what stands beside its statements, and beside the details of the people in it. One query at most.

    `case_ids`: of cases that the reader may open. `returns`: ids of the research returns whose words they may read; of
    any other it is not said that it is disputed.
    """
    if not case_ids:
        return {}
    named = and_(CasePerson.person_id == Rectification.person_id, CasePerson.case_id.in_(case_ids))
    rows = db.session.execute(
        select(Rectification, CasePerson.case_id)
        .outerjoin(CasePerson, and_(named, Rectification.about == Statement.PERSON))
        .where(
            or_(CasePerson.case_id.is_not(None), Rectification.case_id.in_(case_ids)),
            or_(Rectification.about != Statement.RETURN, Rectification.thing_id.in_(returns)),
        )
        .order_by(Rectification.id)
        .options(joinedload(Rectification.person), raiseload("*"))
    )
    found: dict[int, dict[int, Rectification]] = {}
    for request, named_in in rows:
        if (request.answered_at is None and request.restricted) or request.own_statement:
            found.setdefault(named_in or request.case_id or 0, {})[request.id] = request
    return {case_id: list(requests.values()) for case_id, requests in found.items()}


def disputed_of(case_id: int | None, *, returns: Collection[int] = ()) -> Sequence[Rectification]:
    """The same of one case; nothing where there is none."""
    return disputed_in([case_id], returns=returns).get(case_id, ()) if case_id is not None else ()


def in_a_line(request: Rectification) -> str:
    """For paper: whose statement, what it is about, and their own words beside one that stayed."""
    if request.answered_at is None:
        return f"Disputed: {request.person.name}, {request.about}. An answer is due."
    return f"What {request.person.name} says of {request.about}: {request.own_statement}"
