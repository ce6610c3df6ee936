"""A meeting of two cases: opened by its coordinator, entered by whoever a test lets in."""

from dataclasses import dataclass

import pytest
from sqlalchemy import select

from core.accounts.models import User
from core.extensions import db
from core.facts import GroupRole
from core.meetings.models import AgendaItem, Meeting
from core.partnerships.models import Group, Partnership
from tests.builders import a_case, a_group, a_meeting, a_partnership, a_person, a_user, an_agency


@dataclass
class Scene:
    """A group of three agencies with a meeting of two cases."""

    partnership: Partnership
    group: Group
    chair: User
    coordinator: User
    police: User
    housing: User
    observer: User
    unsigned: User
    meeting: Meeting

    @property
    def live(self) -> str:
        return f"/meetings/{self.meeting.id}/live"

    @property
    def items(self) -> list[AgendaItem]:
        return list(
            db.session.scalars(
                select(AgendaItem)
                .where(AgendaItem.meeting_id == self.meeting.id)
                .order_by(AgendaItem.position, AgendaItem.id)
            )
        )


@pytest.fixture
def scene(app):
    partnership = a_partnership()
    council, police, homes = (an_agency(partnership, name) for name in ("Council", "Police", "Homes"))
    group = a_group(partnership)
    ashdown = a_case(
        partnership, council, title="Martin Ashdown", group=group, subject=a_person(partnership, "Martin", "Ashdown")
    )
    kettle = a_case(
        partnership, council, title="Joan Kettle", group=group, subject=a_person(partnership, "Joan", "Kettle")
    )
    return Scene(
        partnership=partnership,
        group=group,
        chair=a_user(council, "Cheryl Chair", group=group, role=GroupRole.CHAIR),
        coordinator=a_user(council, "Colin Coordinator", group=group, role=GroupRole.COORDINATOR),
        police=a_user(police, "Pauline Police", group=group),
        housing=a_user(homes, "Harriet Homes", group=group),
        observer=a_user(homes, "Oscar Observer", group=group, role=GroupRole.OBSERVER),
        unsigned=a_user(an_agency(partnership, "Newcomers", signed_on=None), "Ursula Unsigned", group=group),
        meeting=a_meeting(group, cases=[ashdown, kettle]),
    )


@pytest.fixture
def opened(scene, visitor):
    """The meeting is in session; `enter(user)` is that person's browser, the statement accepted."""
    visitor(scene.coordinator).post(
        f"{scene.live}/open", {"chair": scene.chair.id, "minute_taker": scene.coordinator.id, "early": "y"}
    )

    def enter(user):
        browser = visitor(user)
        assert browser.post(f"{scene.live}/accept", {"accepted": "y"}).status_code == 303
        return browser

    return enter
