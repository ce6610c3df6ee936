"""A partnership with a mentoring scheme, a case of a young person of 15, and the people who deal with it."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from flask import Flask

from core.accounts.models import User
from core.accounts.queries import actor_as_of
from core.cases.models import Case
from core.clock import at_local, utc_now
from core.extensions import db
from core.facts import Actor, GroupRole
from core.partnerships.models import Agency, Group, Partnership, Provider
from core.people.models import Person
from core.referrals import consents, operations, queries
from core.referrals.models import Referral
from plugins.mentoring.models import Mentor
from plugins.mentoring.pathway import Behaviour, MentoringPayload
from tests import builders

TODAY = builders.today()
NOW = utc_now()
PAYLOAD = MentoringPayload(
    behaviour=Behaviour.LIKELY,
    one_to_one_safe=True,
    on_abc=False,
    need="Somebody to cook with",
    safety="Two dogs",
)
SECRETS = ("Somebody to cook with", "Two dogs", "Priya Shah")
"""What the provider's staff alone may read."""


@dataclass
class World:
    """Who and what there is."""

    partnership: Partnership
    council: Agency
    scheme: Agency
    police: Agency
    group: Group
    referrer: User
    worker: User
    member: User
    chair: User
    person: Person
    case_id: int
    provider: Provider

    def actor(self, user: User) -> Actor:
        """The user as of today."""
        return actor_as_of(user.id, self.partnership.id, on=TODAY)

    @property
    def case(self) -> Case:
        """The case as the operations want it."""
        return queries.case_to_refer_from(self.case_id)

    def refer(self, **changes: Any) -> Referral:
        """Refer the young person, as the council's worker."""
        told: dict[str, Any] = {"person": self.person, "provider": self.provider, "payload": PAYLOAD, "now": NOW}
        made = operations.refer(self.actor(self.referrer), case=self.case, **(told | changes))
        return self.read(made.id)

    def read(self, referral_id: int) -> Referral:
        """The referral as a page loads it."""
        db.session.flush()
        db.session.expire_all()
        return queries.referral_of(referral_id)

    def consent(self, referral: Referral, *keys: str) -> Referral:
        """Those named consent today."""
        for key in keys:
            consents.give_consent(self.actor(self.worker), referral=referral, key=key, given_on=TODAY, now=NOW)
        return self.read(referral.id)

    def move(self, referral: Referral, transition: str, **more: Any) -> Referral:
        """The scheme's worker makes a move."""
        told: dict[str, Any] = {"version": referral.version, "now": NOW, "transition": transition}
        operations.move(self.actor(self.worker), referral=referral, **(told | more))
        return self.read(referral.id)

    def mentor(self, name: str = "Priya Shah", **changes: Any) -> Mentor:
        """A mentor who can be matched."""
        told: dict[str, Any] = {
            "provider_id": self.provider.id,
            "partnership_id": self.partnership.id,
            "agency_id": self.scheme.id,
            "name": name,
            "training_hours": 20,
            "certificate_until": TODAY,
            "check_until": TODAY,
            "capacity": 1,
        }
        mentor = Mentor(**(told | changes))
        db.session.add(mentor)
        db.session.flush()
        return mentor

    def visited(self) -> Referral:
        """A referral that has come as far as the home visit."""
        referral = self.consent(self.refer(), "young_person", "parent")
        referral = self.move(referral, "accept")
        return self.move(referral, "visit", answers={"visited_on": TODAY.isoformat(), "one_to_one": "safe"})

    def matched(self, mentor: Mentor) -> Referral:
        """A referral that has been matched with that mentor."""
        return self.match(self.visited(), mentor)

    def match(self, referral: Referral, mentor: Mentor, transition: str = "match") -> Referral:
        """Match it."""
        return self.move(referral, transition, answers={"mentor": str(mentor.id), "mentor_name": mentor.name})


@pytest.fixture
def world(app: Flask) -> World:
    partnership = builders.a_partnership()
    council = builders.an_agency(partnership, "Northbridge Council")
    scheme = builders.an_agency(partnership, "Alongside")
    police = builders.an_agency(partnership, "County Police")
    group = builders.a_group(partnership)
    person = builders.a_person(partnership, "Jayden", "Whitworth", born=years_ago(15))
    case = builders.a_case(partnership, council, title="Jayden Whitworth", group=group, subject=person)
    made = World(
        partnership=partnership,
        council=council,
        scheme=scheme,
        police=police,
        group=group,
        referrer=builders.a_user(council, "Ruth Referrer"),
        worker=builders.a_user(scheme, "Wendy Worker"),
        member=builders.a_user(police, "Mo Member", group=group),
        chair=builders.a_user(police, "Carol Chair", group=group, role=GroupRole.CHAIR),
        person=person,
        case_id=case.id,
        provider=builders.a_provider(partnership, scheme, "mentoring"),
    )
    db.session.commit()
    return made


def years_ago(years: int, days: int = 30) -> date:
    """The birthday of somebody who turned that age so many days ago."""
    day = TODAY - timedelta(days=days)
    return date(day.year - years, day.month, min(day.day, 28))


def moment(day: date) -> datetime:
    """Ten in the morning of that day."""
    return at_local(day, time(10))
