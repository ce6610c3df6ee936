"""Where a referral's life by chance begins: a case, its people and two providers; and forms filled in by chance."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import current_app
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, Field, HiddenField, IntegerField, SelectField, SelectMultipleField

from core.accounts.models import User
from core.accounts.queries import actor_as_of
from core.cases.models import CasePerson
from core.extensions import db
from core.facts import Actor, GroupRole, PersonRole
from core.partnerships.models import Agency, Partnership, Provider
from core.people.models import Person
from core.web.forms import DayField
from tests import builders

TEXTS = ("One plan for everybody", "Ωμέγα, “quoted” & <b>bold</b>", "Ƹ̵̡Ӝ̵̨̄Ʒ   twice", "x" * 150)
"""What is written where a form asks for words."""


@dataclass
class Setting:
    """A case with a family, a victim and a neighbour, and two providers of one pathway. Saved before the first life."""

    partnership: Partnership
    workers: dict[int, User]
    """Provider -> its worker."""
    referrer: User
    chair: User
    people: dict[str, Person]
    case_id: int
    providers: list[Provider]
    agencies: list[Agency]

    def actor(self, user: User, on: date) -> Actor:
        """Somebody as of that day."""
        return actor_as_of(user.id, self.partnership.id, on=on)


def a_setting(pathway_key: str) -> Setting:
    """Made in the database of the application in hand, and saved."""
    partnership = builders.a_partnership()
    council, police, homes, first, second = (
        builders.an_agency(partnership, name) for name in ("Council", "Police", "Homes", "Alongside", "Bridges")
    )
    group = builders.a_group(partnership)
    people = {
        name: builders.a_person(partnership, name.title(), "Example", born=_born(age))
        for name, age in (("child", 15), ("youth", 17), ("mother", 39), ("father", 41), ("lodger", None), ("hurt", 30))
    }
    case = builders.a_case(partnership, council, title="The Examples", group=group, subject=people["child"])
    family = dict.fromkeys(("mother", "father", "lodger"), PersonRole.FAMILY_MEMBER)
    for name, role in (family | {"youth": PersonRole.SUBJECT, "hurt": PersonRole.VICTIM}).items():
        db.session.add(CasePerson(case_id=case.id, person_id=people[name].id, role=role))
    staff = [builders.a_user(agency, f"Worker of {agency.name}") for agency in (first, second)]
    providers = [builders.a_provider(partnership, agency, pathway_key) for agency in (first, second)]
    made = Setting(
        partnership=partnership,
        workers={provider.id: user for provider, user in zip(providers, staff, strict=True)},
        referrer=builders.a_user(council, "Ruth Referrer"),
        chair=builders.a_user(police, "Carol Chair", group=group, role=GroupRole.CHAIR),
        people=people,
        case_id=case.id,
        providers=providers,
        agencies=[council, police, homes, first, second],
    )
    db.session.commit()
    return made


def _born(age: int | None) -> date | None:
    day = builders.today() - timedelta(days=200)
    return None if age is None else date(day.year - age, day.month, min(day.day, 28))


def filled_in(
    data: st.DataObject, kind: type[Any], facts: Any, on: date, answered: Mapping[str, Any] | None = None
) -> Any:
    """A pathway's form as somebody might send it; None where it will not do."""
    with current_app.test_request_context(method="POST"):
        offered = kind(formdata=None)
        offered.prepare(facts, on)
        sent: MultiDict[str, str] = MultiDict()
        for each in offered:
            if each.short_name in (answered or {}):
                sent.setlist(each.name, list((answered or {})[each.short_name]))
            elif not isinstance(each, HiddenField):
                _fill(data, each, on, facts, sent)
        form = kind(sent)
        form.prepare(facts, on)
        return form if form.validate() else None


def _fill(data: st.DataObject, each: Field, on: date, facts: Any, sent: "MultiDict[str, str]") -> None:
    name = each.name
    if isinstance(each, DayField):
        first = facts.progress.opened_on if facts.progress else on
        days = (on, on, first, on - timedelta(days=1), *((on + timedelta(days=9),) if facts.progress else ()))
        day = data.draw(st.sampled_from(days), name)
        sent.update({f"{name}-day": str(day.day), f"{name}-month": str(day.month), f"{name}-year": str(day.year)})
    elif isinstance(each, SelectField):  # radio buttons, too
        keys = [str(choice.value) for choice in each.choices or () if choice.value]
        if isinstance(each, SelectMultipleField):
            sent.setlist(name, data.draw(st.lists(st.sampled_from(keys), unique=True), name) if keys else [])
        elif keys:
            sent[name] = data.draw(st.sampled_from(keys), name)
    elif isinstance(each, BooleanField):
        if data.draw(st.integers(0, 9), name):
            sent[name] = "y"
    elif isinstance(each, IntegerField):
        sent[name] = str(data.draw(st.integers(0, 25), name))
    else:
        sent[name] = data.draw(st.sampled_from(TEXTS), name)
