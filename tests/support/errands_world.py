"""Partnerships that use the neutral plugin: a case, a provider, a meeting, and who works with them."""

from typing import Any

from core.accounts.queries import actor_as_of
from core.cases.models import CasePerson
from core.clock import utc_now
from core.extensions import db
from core.facts import Actor, AdminRole, GroupRole, PersonRole
from core.referrals import operations
from core.referrals.models import Referral
from core.referrals.queries import case_to_refer_from, referral_of
from tests.broken_plugins.errand import ErrandPayload
from tests.builders import (
    a_case,
    a_group,
    a_meeting,
    a_partnership,
    a_person,
    a_provider,
    a_user,
    an_agency,
    today,
)


class Errands:
    """A partnership whose council refers people to a provider of errands. Within the context of its application."""

    def __init__(self, name: str = "Northbridge") -> None:
        self.partnership = a_partnership(f"{name} Community Safety Partnership")
        self.council = an_agency(self.partnership, f"{name} Council")
        self.runners = an_agency(self.partnership, f"{name} Runners")
        self.group = a_group(self.partnership)
        self.person = a_person(self.partnership, "Jayden", "Whitworth")
        self.case = a_case(self.partnership, self.council, group=self.group, subject=self.person)
        self.neighbour = a_person(self.partnership, "Ada", "Ferris")
        db.session.add(CasePerson(case_id=self.case.id, person_id=self.neighbour.id, role=PersonRole.WITNESS))
        self.provider = a_provider(self.partnership, self.runners, "errand")
        role, admin = GroupRole.COORDINATOR, AdminRole.PARTNERSHIP_ADMIN
        self.coordinator = a_user(self.council, f"{name} Coordinator", group=self.group, role=role)
        self.admin = a_user(self.council, f"{name} Admin", admin=admin, partnership=self.partnership)
        self.worker = a_user(self.runners, f"{name} Worker", admin=AdminRole.AGENCY_ADMIN, partnership=self.partnership)
        self.meeting = a_meeting(self.group, cases=[self.case])
        db.session.commit()

    def actor(self, user: Any) -> Actor:
        """As what somebody acts in this partnership."""
        return actor_as_of(user.id, self.partnership.id, on=today())

    def refer(self, provider: Any = None) -> Referral:
        """Refer the case's subject."""
        made = operations.refer(
            self.actor(self.coordinator),
            case=case_to_refer_from(self.case.id),
            person=self.person,
            provider=provider or self.provider,
            payload=ErrandPayload("a parcel"),
            now=utc_now(),
        )
        db.session.commit()
        return referral_of(made.id)
