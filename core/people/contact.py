"""What whoever plans contact in a case minds: who is a child that day, and what anybody in it asked for."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import and_, bindparam, or_, select
from sqlalchemy.orm import aliased

from core.cases.models import CasePerson
from core.extensions import directly
from core.facts import PersonRole
from core.people.adjustments.models import Adjustment, in_words
from core.people.ages import ADULT, childhood
from core.people.models import Person

CHILD = {"under 10": "under 10", "child": "a child, under 18", "": ""}
"""What `childhood` says, beside a name."""


@dataclass(slots=True)
class Minded:
    """Somebody in a case: who they are in it, whether they are a child on the day that matters, what they need."""

    name: str
    roles: list[PersonRole] = field(default_factory=list)
    child: str = ""
    needs: list[str] = field(default_factory=list)

    @property
    def named(self) -> str:
        """As a line: "Ada May, under 10: Interpreter: Urdu"."""
        who = ", ".join(filter(None, [self.name, self.child]))
        return f"{who}: {'; '.join(self.needs)}" if self.needs else who

    @property
    def nameless(self) -> str:
        """For paper, which names nobody whom its own text does not: "Victim, under 10: Interpreter: Urdu"."""
        who = ", ".join(filter(None, [*self.roles, self.child]))
        said = f"{who[0].upper()}{who[1:]}"
        return f"{said}: {'; '.join(self.needs)}" if self.needs else said


_RECORD = aliased(Person)
"""The person's own record, and those that were merged into it: what was asked for there is asked for still."""

# Hot pages ask it: put together once.
_MINDED = (
    select(
        CasePerson.case_id,
        CasePerson.person_id,
        CasePerson.role,
        Person.given_name,
        Person.family_name,
        Person.known_as,
        Person.date_of_birth,
        Adjustment.kind,
        Adjustment.detail,
    )
    .join(Person, Person.id == CasePerson.person_id)
    .join(_RECORD, or_(_RECORD.id == Person.id, _RECORD.merged_into_id == Person.id))
    .outerjoin(
        Adjustment,
        and_(
            Adjustment.person_id == _RECORD.id,
            or_(Adjustment.ended_on.is_(None), Adjustment.ended_on > bindparam("on")),
        ),
    )
    .where(
        CasePerson.case_id.in_(bindparam("cases", expanding=True)),
        Person.erased_on.is_(None),
        # Whoever turns eighteen that year is asked for, and left out by the day.
        or_(Adjustment.id.is_not(None), Person.date_of_birth >= bindparam("born_since")),
    )
    .order_by(CasePerson.case_id, CasePerson.id, Adjustment.since, Adjustment.id)
)


def minded_in(case_ids: Collection[int], *, on: date) -> Mapping[int, Sequence[Minded]]:
    """Case id -> whom to mind in it, as it lists them; a case with nobody such is left out. One query at most.

    `on`: the day that matters. `case_ids`: of cases that the reader may open, for it names the people in them.
    """
    if not case_ids:
        return {}
    asked = {"cases": list(case_ids), "on": on, "born_since": date(on.year - ADULT, 1, 1)}
    found: dict[int, dict[int, Minded]] = {}
    for case_id, person_id, role, given, family, known_as, born, kind, detail in directly(_MINDED, asked):
        child = CHILD[childhood(born, on)]
        if not (child or kind):
            continue
        name = f"{given} {family}".strip() or known_as
        each = found.setdefault(case_id, {}).setdefault(person_id, Minded(name, child=child))
        if role not in each.roles:
            each.roles.append(role)
        if kind is not None and (words := in_words(kind, detail)) not in each.needs:
            each.needs.append(words)
    return {case_id: list(people.values()) for case_id, people in found.items()}
