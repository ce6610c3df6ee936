"""Drill: two chairs approve the same minutes at once, then two coordinators circulate them at once, on a real server.

One approval, one PDF and one mailing each: one mail for each reader, whoever was first.
"""

import time
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import Select, func, select

from core.accounts.models import User
from core.accounts.operations import sign_in
from core.accounts.queries import actor_as_of
from core.audit.models import AuditAnchor
from core.circulation.models import Circulation, Copy, Mail
from core.clock import utc_now
from core.documents.models import Document
from core.extensions import db
from core.facts import Actor, EntryKind, GroupRole, ItemOutcome, MeetingStatus, MinutesStatus, Presence
from core.meetings.models import Meeting
from core.minutes import operations
from core.minutes.models import Minutes, MinutesStep
from core.recording.models import Attendance, Entry, ItemAttendance
from tests.builders import a_case, a_group, a_meeting, a_partnership, a_person, a_user, an_agency, today
from tests.support.server import Client, Server, at_once

SHORT, FULL = 8, 500
REFUSED = (403, 409, 422)
"""What whoever comes second is answered: nothing is done, and why."""


@dataclass
class Races:
    """A server with closed meetings whose minutes are all with the chair, and those who race."""

    meetings: list[int]
    chairs: list[Client]
    coordinators: list[Client]
    readers: list[int]


@pytest.fixture
def races(server: Server, full: bool) -> Iterator[Races]:
    """As many meetings as there are rounds, each with minutes of its own."""
    partnership = a_partnership()
    council, police = an_agency(partnership, "Council"), an_agency(partnership, "Police")
    group = a_group(partnership)
    roles = (GroupRole.CHAIR, GroupRole.DEPUTY_CHAIR, GroupRole.COORDINATOR, GroupRole.COORDINATOR)
    leaders = [a_user(council, group=group, role=role) for role in roles]
    officers = [a_user(police, group=group) for _ in range(2)]
    case = a_case(partnership, council, group=group, subject=a_person(partnership))
    taker = actor_as_of(leaders[2].id, partnership.id, on=today())
    meetings = [
        _with_the_chair(a_meeting(group, status=MeetingStatus.CLOSED, cases=[case]), leaders, officers, taker)
        for _ in range(FULL if full else SHORT)
    ]
    tokens = [sign_in(user.id, now=utc_now()) for user in leaders]
    readers = [user.id for user in (*leaders, *officers)]
    db.session.commit()
    db.session.remove()
    server.start()
    clients = [Client(server.port, token) for token in tokens]
    yield Races(meetings, clients[:2], clients[2:], readers)
    for client in clients:
        client.close()


def _with_the_chair(meeting: Meeting, leaders: list[User], officers: list[User], taker: Actor) -> int:
    """Held by all of them, minuted and submitted."""
    now = utc_now()
    meeting.starts_at, meeting.ends_at = now - timedelta(days=2), now - timedelta(days=2, hours=-2)
    meeting.opened_at, meeting.closed_at = meeting.starts_at, meeting.ends_at
    meeting.chair_id, meeting.minute_taker_id = leaders[0].id, leaders[2].id
    item = meeting.items[0]
    item.outcome = ItemOutcome.HEARD
    for user in (*leaders, *officers):
        line = Attendance(
            meeting_id=meeting.id,
            user_id=user.id,
            name=user.name,
            agency_id=user.agency_id,
            agency_name=user.agency.name,
            presence=Presence.PRESENT,
            accepted_at=now,
        )
        db.session.add(line)
        db.session.flush()
        db.session.add(ItemAttendance(item_id=item.id, attendance_id=line.id))
    db.session.add(
        Entry(
            meeting_id=meeting.id,
            item_id=item.id,
            kind=EntryKind.DECISION,
            text="Two more visits.",
            author_id=leaders[2].id,
            written_at=now,
        )
    )
    db.session.flush()
    made = operations.compose(taker, meeting, now=now)
    operations.submit(taker, made, now=now)
    db.session.flush()
    return int(meeting.id)


def test_of_two_who_approve_or_circulate_at_once_one_does_it(races, figure):
    began = time.monotonic()
    approvals, circulations, wrong = Counter[int](), Counter[int](), []
    for meeting_id in races.meetings:
        page = f"/meetings/{meeting_id}"
        version = _count(select(Minutes.version).where(Minutes.meeting_id == meeting_id))
        keys = [str(uuid.uuid4()) for _ in range(2)]
        answers = sorted(at_once(races.chairs, f"{page}/minutes/approve", {"version": version}, keys=keys))
        approvals.update(answers)
        if answers[0] != 303 or answers[1] not in REFUSED:
            wrong.append(f"meeting {meeting_id}: approving is answered {answers}")
        form = {"readers": races.readers}
        answers = sorted(at_once(races.coordinators, f"{page}/circulate", form, keys=keys))
        circulations.update(answers)
        if answers[0] != 303 or answers[1] not in REFUSED:
            wrong.append(f"meeting {meeting_id}: circulating is answered {answers}")
        again = [
            client.post(f"{page}/circulate", form, key=key)[0]
            for client, key in zip(races.coordinators, keys, strict=True)
        ]
        if sorted(again) != answers:
            wrong.append(f"meeting {meeting_id}: the same forms again are answered {again}, not {answers}")
    rounds = len(races.meetings)
    counts = {
        "approvals": _count(select(func.count()).where(MinutesStep.status == MinutesStatus.APPROVED)),
        "records": _count(select(func.count()).where(Minutes.record_sha256 != "")),
        "PDFs": _count(select(func.count()).where(Document.kind == "minutes")),
        "HTML": _count(select(func.count()).where(Document.kind == "html")),
        "anchors": _count(select(func.count()).where(AuditAnchor.object.like("minutes:%"))),
        "mailings": _count(select(func.count()).select_from(Circulation)),
    }
    mails = _count(select(func.count()).select_from(Copy)), _count(select(func.count()).select_from(Mail))
    figure(
        "approval races",
        f"{rounds} rounds, "
        + ", ".join(f"{number} {what}" for what, number in counts.items())
        + f", {mails[1]} mails to {len(races.readers)} readers each; answers {dict(approvals)} and "
        f"{dict(circulations)}, {time.monotonic() - began:.0f} s",
    )
    assert not wrong, "\n".join(wrong[:10])
    assert counts == dict.fromkeys(counts, rounds)
    assert mails == (rounds * len(races.readers),) * 2
    each = select(Mail.meeting_id, Mail.user_id).distinct().subquery()
    assert _count(select(func.count()).select_from(each)) == mails[1], (
        "somebody was told twice, and somebody not at all"
    )


def _count(query: Select[int]) -> int:
    """A number, in a transaction of its own."""
    found = db.session.scalar(query)
    db.session.rollback()
    return int(found or 0)
