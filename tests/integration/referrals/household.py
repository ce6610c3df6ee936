"""A household that several agencies help, and what they do with its referral."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from core.accounts.models import User
from core.accounts.queries import actor_as_of
from core.clock import local_date
from core.extensions import db
from core.partnerships.models import Agency, Group, Provider
from core.people.models import Person
from core.referrals import consents, operations, queries
from core.referrals.models import Referral
from plugins.family_intervention.family import Change, Criterion, Domain, Level
from plugins.family_intervention.family import Member as OfHousehold
from plugins.family_intervention.payload import FamilyPayload

from .conftest import NOW, TODAY

NEED = "Three agencies write three letters a week"
FOUND = {domain.value: Level.SOME.value for domain in Domain}
IMPROVED = {domain.value: Change.IMPROVED.value for domain in Domain}
HELD = IMPROVED | {"housing": Change.HELD.value}


@dataclass
class Place:
    """A case with a family of four, a service for families, and the agencies around them."""

    referrer: User
    worker: User
    landlord: User
    chair: User
    member: User
    council: Agency
    homes: Agency
    mother: Person
    father: Person
    lodger: Person
    child: Person
    case_id: int
    service: Provider
    partnership_id: int
    group: Group

    def actor(self, user: User, on: date = TODAY) -> Any:
        return actor_as_of(user.id, self.partnership_id, on=on)

    @property
    def payload(self) -> FamilyPayload:
        """The mother, the father and the child; two of the five criteria."""
        household = tuple(
            OfHousehold(each.id, each.name, each.date_of_birth) for each in (self.mother, self.father, self.child)
        )
        return FamilyPayload(household, (Criterion.EVICTION, Criterion.CHILD_AT_RISK), (), NEED)

    def refer(self, payload: FamilyPayload | None = None, person: Person | None = None) -> Referral:
        made = operations.refer(
            self.actor(self.referrer),
            case=queries.case_to_refer_from(self.case_id),
            person=person or self.mother,
            provider=self.service,
            payload=payload or self.payload,
            now=NOW,
        )
        return self.read(made.id)

    def read(self, referral_id: int) -> Referral:
        db.session.flush()
        db.session.expire_all()
        return queries.referral_of(referral_id)

    def agree(self, referral: Referral, *people: Person) -> Referral:
        """They consent today."""
        for person in people:
            key = f"adult_{person.id}"
            consents.give_consent(self.actor(self.worker), referral=referral, key=key, given_on=TODAY, now=NOW)
        return self.read(referral.id)

    def move(
        self, referral: Referral, transition: str, *, at: datetime = NOW, measures: Any = None, **answers: Any
    ) -> Referral:
        operations.move(
            self.actor(self.worker, local_date(at)),
            referral=referral,
            transition=transition,
            now=at,
            version=referral.version,
            answers=answers,
            measures=measures or {},
        )
        return self.read(referral.id)

    def agreed(self, referral: Referral | None = None, *, at: datetime = NOW) -> Referral:
        """As far as the contract: the landlord has a part in the plan."""
        day = local_date(at).isoformat()
        referral = referral or self.agree(self.refer(), self.mother, self.father)
        referral = self.move(referral, "panel", at=at, done_on=day, panel_said="One plan")
        referral = self.move(referral, "allocate", at=at, key_worker="Kim Keyworker")
        referral = self.move(referral, "visit_allocated", at=at, done_on=day, found="Tea")
        referral = self.move(
            referral, "assess", at=at, done_on=day, **FOUND | {"housing": "high", "housing_note": "Damp"}
        )
        return self.move(
            referral,
            "agree",
            at=at,
            done_on=day,
            plan="The rent is paid and everybody is at school by nine.",
            goals=["The rent is paid", "School by nine"],
            partners=[{"agency_id": self.homes.id, "name": self.homes.name}],
        )

    def review(self, referral: Referral, *, at: datetime = NOW, next_lead: str = "") -> Referral:
        key = {"contract": "review", "reviewed": "review_again"}[referral.stage]
        day = local_date(at).isoformat()
        return self.move(referral, key, at=at, done_on=day, told="The rent is paid.", next_lead=next_lead, **FOUND)
