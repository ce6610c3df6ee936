"""The queue's pages: what waits, how long, what failed and may be tried again, and whether a worker is there."""

import re
import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from core.circulation.letters import Letter
from core.circulation.models import Mail, Worker
from core.circulation.outbox import queue
from core.circulation.queue.queries import REMEMBERED, SILENT_AFTER, is_at_work, queue_of_groups
from core.circulation.queue.workers import at_work
from core.clock import utc_now
from core.extensions import db
from core.facts import Actor, AdminRole, GroupRole, MailKind, MailState
from tests.builders import a_group, a_meeting, a_partnership, a_user, an_agency


def text_of(answer) -> str:
    """A page's words, without its mark-up."""
    assert answer.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)).split())


@pytest.fixture
def scene(app):
    """Two partnerships; in the first two groups with a coordinator each, and a mail about a meeting of each."""
    return Scene()


class Scene:
    """Who and what there is."""

    def __init__(self) -> None:
        self.partnership = a_partnership()
        self.agency = an_agency(self.partnership)
        self.group, self.other = a_group(self.partnership), a_group(self.partnership)
        self.coordinator = a_user(self.agency, group=self.group, role=GroupRole.COORDINATOR)
        self.administrator = a_user(self.agency, admin=AdminRole.PARTNERSHIP_ADMIN, partnership=self.partnership)
        self.reader = a_user(self.agency, name="Zebedee Quillfeather", group=self.group)
        self.meeting, self.others_meeting = a_meeting(self.group), a_meeting(self.other)
        self.mail = self.a_mail(self.meeting)
        self.others_mail = self.a_mail(self.others_meeting)

    def a_mail(self, meeting) -> Mail:
        letter = Letter("OFFICIAL-SENSITIVE: agenda", "A line and a link.", "<p>A line and a link.</p>")
        return queue(
            self.reader,
            kind=MailKind.AGENDA,
            letter=letter,
            now=utc_now() - timedelta(hours=5),
            partnership_id=meeting.group.partnership_id,
            meeting=meeting,
        )


def test_a_coordinator_sees_what_waits_of_their_own_groups_and_for_how_long(scene, visitor):
    page = text_of(visitor(scene.coordinator).get("/mail"))
    assert scene.meeting.ref in page
    assert scene.others_meeting.ref not in page
    assert "Zebedee Quillfeather" in page
    assert "5 hours" in page
    assert "No worker is running" in page


def test_what_failed_is_tried_again_all_at_once_and_what_is_not_theirs_is_left(scene, visitor):
    for mail in (scene.mail, scene.others_mail):
        mail.state, mail.failure, mail.attempts = MailState.FAILED, "The mail server refused the address.", 7
    browser = visitor(scene.coordinator)
    assert "1 mail has failed" in text_of(browser.get("/mail"))
    answer = browser.post("/mail/again", follow_redirects=True)
    assert "1 mail is tried again." in text_of(answer)
    assert (scene.mail.state, scene.mail.attempts, scene.mail.failure) == (MailState.WAITING, 0, "")
    assert scene.others_mail.state is MailState.FAILED
    assert "No mail has failed." in text_of(browser.post("/mail/again", follow_redirects=True))


def test_the_home_page_says_that_mail_of_ones_groups_could_not_be_sent(scene, visitor):
    browser = visitor(scene.coordinator)
    assert "could not be sent" not in text_of(browser.get("/"))
    for mail in (scene.mail, scene.others_mail):
        mail.state = MailState.FAILED
    assert "1 mail about your groups’ meetings could not be sent" in text_of(browser.get("/"))
    assert "could not be sent" not in text_of(visitor(scene.reader).get("/"))


def test_an_administrator_sees_the_partnerships_queue_and_the_workers(scene, visitor):
    db.session.add(Worker(name="north, process 7", started_at=utc_now(), seen_at=utc_now()))
    db.session.add(
        Worker(name="south, process 8", started_at=utc_now(), seen_at=utc_now() - SILENT_AFTER - timedelta(seconds=9))
    )
    elsewhere = a_meeting(a_group(a_partnership()))
    scene.a_mail(elsewhere)
    page = text_of(visitor(scene.administrator).get("/admin/queue"))
    assert scene.meeting.ref in page
    assert scene.others_meeting.ref in page
    assert elsewhere.ref not in page
    assert "north, process 7 At work" in page
    assert "south, process 8 Silent" in page
    assert "No worker is running" not in page


def test_whoever_runs_the_machine_sees_every_queue_and_no_name(scene, visitor):
    somebody = a_user(None, admin=AdminRole.PLATFORM_ADMIN)
    page = text_of(visitor(somebody).get("/admin/queue"))
    assert scene.meeting.ref in page
    assert "Zebedee" not in page


def test_a_worker_is_seen_while_it_works_and_stopped_after_it(app):
    db.session.add(Worker(name="long gone", started_at=utc_now(), seen_at=utc_now() - REMEMBERED - timedelta(days=1)))
    db.session.commit()
    with at_work(app, now=utc_now):
        (worker,) = db.session.scalars(select(Worker)).all()
        assert is_at_work(worker, now=utc_now())
        assert [thread for thread in threading.enumerate() if thread.name == "worker-beat"]
        db.session.rollback()
    db.session.expire_all()
    assert worker.stopped_at is not None
    assert not is_at_work(worker, now=utc_now())
    assert not [thread for thread in threading.enumerate() if thread.name == "worker-beat"]


def test_a_longer_queue_costs_no_more_queries(scene, count_queries):
    leader = Actor(scene.coordinator.id, "C", groups={scene.group.id: GroupRole.COORDINATOR})
    db.session.commit()
    short = count_queries(queue_of_groups, leader)
    for _ in range(8):
        scene.a_mail(scene.meeting)
    db.session.commit()
    db.session.expire_all()
    assert count_queries(queue_of_groups, leader) == short
