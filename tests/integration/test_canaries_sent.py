"""What goes out: mails, their calendars and locked files, subject-access copies, and the trail of them.

None of it names anybody to somebody who may not read of them.
"""

from datetime import time, timedelta
from email import message_from_bytes, policy
from io import BytesIO

import pikepdf
import pytest
from sqlalchemy import select, update

from core import audit
from core.accounts.models import User
from core.accounts.queries import actor_as_of
from core.actions.models import Action
from core.admin.operations import mail_invitation
from core.audit.models import AuditRecord
from core.circulation.attaching import KIND as LOCKED
from core.circulation.corrected.operations import tell_holders
from core.circulation.mailing import message_of
from core.circulation.models import Circulation, Copy, Mail
from core.circulation.sent.operations import chase
from core.circulation.sent.queries import sent_about
from core.clock import at_local, utc_now
from core.disclosures.consents import tell_readers
from core.disclosures.readers import consent_of
from core.documents.models import Document
from core.emergencies import operations as emergencies
from core.emergencies.models import Emergency
from core.extensions import db
from core.facts import MailKind, MailState
from core.meetings.diary import notices
from core.meetings.models import Meeting, Research
from core.minutes.models import Correction
from core.partnerships.models import Partnership
from core.people.history import operations as rectifying
from core.people.history.versions import version_of
from core.referrals.models import Referral
from core.reminders.operations import make_digests
from core.working_days import add_working_days, next_working_day
from tests.builders import today
from tests.integration.matrix.canaries import EVERY_WORD, MAY_READ, Haul, all_of, read_back
from tests.integration.matrix.walking import browser_of
from tests.integration.matrix.world import ACTORS, WORDS, World
from tests.support.browser import Browser
from tests.support.forms import forms_of
from tests.support.mail import configured, deliver, mail_server
from tests.support.papers import unlocked


def every_kind_of_mail(world: World) -> None:
    """Write what the world has not written yet: the time of meetings, chasers, corrections, the day's mail, a link, an
    emergency.
    """
    chair = actor_as_of(world.people["chair"].user_id, our_partnership(), on=today())
    for stage in ("own", "sent"):
        meeting = db.session.get_one(Meeting, world.stages[stage]["meeting_id"])
        notices.invite(meeting, now=utc_now())
        meeting.sequence += 1
        notices.tell_of_move(meeting, was=utc_now(), now=utc_now())
        notices.tell_of_cancellation(meeting, now=utc_now())
        notices.announce([meeting], now=utc_now())
    for each in sent_about(meeting.id):
        if each.unopened:
            chase(chair, meeting, each, days=1, now=utc_now())
    agreed = db.session.scalars(
        select(Correction).where(Correction.decided_item_id.is_not(None), Correction.minutes.has(meeting_id=meeting.id))
    ).all()
    assert tell_holders(chair, agreed, by=agreed[0].decided_item.meeting, now=utc_now())
    the_days_mail()
    asked = db.session.get_one(Emergency, world.stages["own"]["emergency_id"])
    emergencies.grant(chair, asked, now=utc_now(), on=today())
    mistake = version_of(int(world.stages["own"]["version_id"]))
    assert rectifying.tell(chair, target=mistake, user_ids=[int(world.stages["own"]["misled_id"])], now=utc_now())
    member = actor_as_of(world.people["member"].user_id, asked.partnership_id, on=today())
    withdrawn = consent_of(int(world.stages["own"]["withdrawn_id"]))
    audit.record(chair, audit.Category.CONSULTATION, "case.read", object=f"case:{withdrawn.case_id}")
    db.session.commit()  # the trail says who had it
    assert tell_readers(member, consent=withdrawn, now=utc_now())
    mail_invitation(chair, db.session.get_one(User, world.people["observer"].user_id), now=utc_now())
    db.session.commit()


def the_days_mail() -> None:
    """Remind everybody of all that there is, as if it were due in three working days."""
    day = next_working_day(today() + timedelta(days=1))
    for row in (Action, Research):
        db.session.execute(update(row).values(due_on=add_working_days(day, 3)))
    db.session.execute(update(Referral).values(stage_due=add_working_days(day, -1)))
    db.session.commit()
    assert make_digests(now=at_local(day, time(8)), hour=time(7, 30)) > 5


def our_partnership() -> int:
    """The id of the partnership whose names are the canaries."""
    return db.session.scalars(select(Partnership.id).order_by(Partnership.id)).first() or 0


def as_it_arrives(mail: Mail) -> str:
    """All of a mail: its headers, and each of its parts with its own headers, decoded."""
    raw = message_of(mail, sender="rt@council.example", at=utc_now()).as_bytes()
    message = message_from_bytes(raw, policy=policy.default)
    parts = [part.get_payload(decode=True) or b"" for part in message.walk() if not part.is_multipart()]
    heads = [f"{name}: {value}" for part in message.walk() for name, value in part.items()]
    return "\n".join((*heads, *(part.decode() for part in parts)))


def test_no_mail_calendar_entry_trail_or_file_name_carries_any_of_them(world):
    every_kind_of_mail(world)
    mails = db.session.scalars(select(Mail)).all()
    assert {mail.kind for mail in mails} == set(MailKind)
    rows = [
        *(as_it_arrives(mail) for mail in mails),
        *(f"{mail.subject} {mail.message_id} {mail.once_key} {mail.failure} {mail.to_address}" for mail in mails),
        *(row.body for row in db.session.scalars(select(AuditRecord))),
        *(f"{row.file_name} {row.kind}" for row in db.session.scalars(select(Document))),
    ]
    # The other partnership's group is called by its word, and so may its mails.
    everything = "\n".join(rows).casefold()
    assert not [word for word in WORDS.values() if word.casefold() in everything]
    assert len(rows) > 100


def of_ours(world: World) -> dict[str, str]:
    """Address of each of our people -> what the tables call them."""
    return {db.session.get_one(User, person.user_id).email: name for name, person in world.people.items()}


@pytest.mark.sqlite_alone
def test_a_file_that_goes_with_a_mail_says_what_its_readers_copy_says_and_only_to_them(app, world):
    """Minutes, extracts and two of the agendas: locked, under names that name nobody."""
    db.session.get_one(Partnership, our_partnership()).attach_copies = True
    people, now = of_ours(world), utc_now()
    for mail in db.session.scalars(select(Mail)):
        reader = people.get(mail.to_address, "")
        goes = mail.kind in (MailKind.MINUTES, MailKind.EXTRACT) and reader != ""
        goes |= mail.kind is MailKind.AGENDA and reader in ("member", "observer")
        mail.attaches, mail.next_attempt_at = goes, now
        mail.state = MailState.WAITING if goes else MailState.SENT
    with mail_server() as server, configured(app, server.port):
        deliver()
    seen = {}
    for message in server.taken:
        actor, (part,) = people[str(message["To"])], message.iter_attachments()
        name, content = str(part.get_filename()), part.get_content()
        with pytest.raises(pikepdf.PasswordError):
            pikepdf.open(BytesIO(content))
        copy = copy_of(world, actor, name.partition("-")[0])
        inside, opened, outside = Haul(), Haul(), Haul()
        inside.take(name, read_back(unlocked(content, copy.password)))
        paper = "agenda.pdf" if copy.circulation.agenda_version_id else "minutes.pdf"
        opened.take(name, all_of(browser_of(app, world, actor).get(f"/copies/{copy.id}/{paper}")))
        outside.take("mail", f"{message.as_string()} {content!r}")
        assert inside.found == opened.found, (actor, name)
        assert not outside.found and copy.password not in message.as_string()
        assert not [word for word in inside.found if actor not in MAY_READ.get(word, ())], (actor, name)
        seen[actor, str(copy.circulation.kind)] = set(inside.found)
    readers = {who for (who, _), words in seen.items() if WORDS["case"] in words}
    assert readers == {"member", "chair", "observer", "provider"}, "the provider's own household is named in the case"
    of_the_referrals = {WORDS[name] for name in ("staff", "plan", "case")}
    assert seen["provider", "extract"] == of_the_referrals, "nothing of what else was said"
    names = db.session.scalars(select(Document.file_name).where(Document.kind == LOCKED)).all()
    assert len(names) == len(seen) and not [word for word in EVERY_WORD if word.casefold() in " ".join(names)]


def copy_of(world: World, actor: str, kind: str) -> Copy:
    """Somebody's copy of what a file of that name is."""
    copies = select(Copy).join(Circulation).where(Copy.user_id == world.people[actor].user_id, Circulation.kind == kind)
    return db.session.scalars(copies.order_by(Copy.id)).one()


@pytest.mark.sqlite_alone
def test_a_subject_access_copy_that_was_issued_names_nobody_but_its_person(app, world):
    """Whoever leads hands it over; to everybody else it is as if there were none."""
    at = "/meetings/{meeting_id}/minutes/access/{access_id}".format(**world.stages["sent"])
    coordinator, handed_over = browser_of(app, world, "coordinator"), Haul()
    assert coordinator.post(f"{at}/issue", {"version": version_on(coordinator, at), "read": "y"}).status_code == 303
    handed_over.take("copy", all_of(coordinator.get(f"{at}/copy.pdf")))
    assert set(handed_over.found) == {WORDS["case"]}, "her own name; the victim’s is masked"
    for actor in ACTORS:
        haul, browser = Haul(), browser_of(app, world, actor)
        for path in (at, f"{at}/copy.pdf"):
            haul.take(path, all_of(browser.get(path)))
        leads = actor in ("chair", "coordinator")
        assert bool(haul.found) is leads, (actor, haul.found)
        assert leads <= all(actor in MAY_READ[word] for word in haul.found)
    kept = db.session.scalars(select(Document.file_name).where(Document.kind == "access")).one()
    trail = db.session.scalars(select(AuditRecord.body).where(AuditRecord.action.like("access.%"))).all()
    assert trail and not [word for word in EVERY_WORD if word.casefold() in f"{kept} {' '.join(trail)}".casefold()]


def version_on(browser: Browser, path: str) -> str:
    """The version that the form at that address would send."""
    forms = forms_of(browser.get(path).get_data(as_text=True))
    return next(form.fields["version"].values[0] for form in forms if "read" in form.fields)
