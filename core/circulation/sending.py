"""Sending out: one circulation, a copy and a mail for each recipient, and nothing to anybody twice."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from core import audit
from core.accounts.models import User
from core.audit import Category
from core.circulation.letters import Letter
from core.circulation.models import Circulation, Copy, Mail
from core.circulation.outbox import queue
from core.disclosures.lists import Kind
from core.disclosures.usual import grounds_of
from core.errors import Refused
from core.extensions import db
from core.facts import Actor, CirculationKind, MailKind, MailState
from core.meetings.models import AgendaVersion, Meeting
from core.minutes.models import Minutes

ATTACHED = frozenset({CirculationKind.AGENDA, CirculationKind.MINUTES, CirculationKind.EXTRACT})
"""What is a document of each reader's own, and can go with its mail where a partnership wants that."""

TOLD_AS = {CirculationKind.CORRECTED_EXTRACT: MailKind.CORRECTION}
"""What a mail is about, where it is not called as what it tells of."""

STILL_ON_ITS_WAY = "This is still on its way. It can be sent again once it has gone, or has failed."


@dataclass(frozen=True, slots=True)
class Addressee:
    """Somebody to whom something is sent.

    `thing` is what they get, as opaque words: the same thing goes to the same person once. `subjects`: the persons whom
    their copy is about, for the trail.
    """

    user: User
    thing: str
    granted: frozenset[int] = frozenset()
    subjects: tuple[int, ...] = ()

    @property
    def once_key(self) -> str:
        """Under which the outbox keeps it."""
        return f"{self.thing}:u_{self.user.id}"


@dataclass(frozen=True, slots=True)
class What:
    """What is sent out, and the letter that says so to each recipient's copy."""

    kind: CirculationKind
    meeting: Meeting
    letter: Callable[[Copy, Addressee], Letter]
    agenda_version: AgendaVersion | None = None
    minutes: Minutes | None = None


def told_already(addressees: Collection[Addressee]) -> frozenset[int]:
    """Ids of those who were sent that very thing before, whatever became of the mail."""
    keys = {each.once_key: each.user.id for each in addressees}
    found = db.session.scalars(select(Mail.once_key).where(Mail.once_key.in_(keys)))
    return frozenset(keys[key] for key in found if key is not None)


def send_out(actor: Actor, what: What, addressees: Sequence[Addressee], *, now: datetime) -> Circulation | None:
    """Circulate to whoever has not been sent that thing before; None when all of them have.

    The head of the trail is anchored and kept with the circulation. Of two who send at once the second finds what the
    first sent: they take turns at the meeting's row, and the outbox's unique key holds where somebody passes it by.
    """
    meeting = what.meeting
    db.session.execute(select(Meeting.id).where(Meeting.id == meeting.id).with_for_update())
    before = told_already(addressees)
    new = [each for each in addressees if each.user.id not in before]
    if not new:
        return None
    seq, digest = _head_of(what, now=now)
    circulation = Circulation(
        meeting_id=meeting.id,
        kind=what.kind,
        agenda_version_id=what.agenda_version.id if what.agenda_version is not None else None,
        minutes_id=what.minutes.id if what.minutes is not None else None,
        at=now,
        by_id=actor.user_id,
        audit_seq=seq,
        audit_hash=digest,
    )
    circulation.stand_on(grounds_of(meeting.group.partnership_id, Kind.PAPERS))
    db.session.add(circulation)
    db.session.flush()
    for each in new:
        _send(actor, circulation, what, each, now=now)
    return circulation


def _head_of(what: What, *, now: datetime) -> tuple[int, str]:
    """The trail's head that every copy witnesses: an agenda version has its own."""
    if what.agenda_version is not None:
        return what.agenda_version.audit_seq, what.agenda_version.audit_hash
    of = f"minutes:{what.minutes.id}" if what.minutes is not None else f"{what.kind}:{what.meeting.id}"
    head = audit.anchor(f"circulation-of:{of}", now=now)
    return head.seq, head.hash


def _send(actor: Actor, circulation: Circulation, what: What, each: Addressee, *, now: datetime) -> None:
    copy = Copy(
        circulation_id=circulation.id,
        user_id=each.user.id,
        granted_items=",".join(str(item) for item in sorted(each.granted)),
    )
    db.session.add(copy)
    db.session.flush()
    group = what.meeting.group
    mail = queue(
        each.user,
        kind=TOLD_AS.get(what.kind) or MailKind(what.kind),
        letter=what.letter(copy, each),
        now=now,
        partnership_id=group.partnership_id,
        meeting=what.meeting,
        copy=copy,
        once_key=each.once_key,
        attaches=group.partnership.attach_copies and what.kind in ATTACHED,
    )
    if mail.copy_id != copy.id:  # somebody else's, a moment ago
        db.session.delete(copy)
        return
    audit.record(
        actor,
        Category.DISCLOSURE,
        f"{what.kind}.circulate".replace(" ", "_"),
        object=f"copy:{copy.id}",
        subjects=each.subjects,
        purpose=f"meeting:{what.meeting.id}",
        recipient=f"u_{each.user.id}",
        payload={"granted": sorted(each.granted)},
    )


def send_copy_again(actor: Actor, copy: Copy, *, now: datetime) -> Mail:
    """Tell the reader of their copy once more, because somebody says so. The copy stays the same.

    `copy` with its circulation, meeting, group and partnership, and its user. Raises Refused while a mail about it is
    on its way: one that somebody else sends at this moment, too.
    """
    db.session.execute(select(Copy.id).where(Copy.id == copy.id).with_for_update())
    mails = db.session.scalars(select(Mail).where(Mail.copy_id == copy.id).order_by(Mail.id)).all()
    if any(mail.state in (MailState.WAITING, MailState.SENDING) for mail in mails):
        raise Refused(STILL_ON_ITS_WAY)
    first = mails[0]
    circulation = copy.circulation
    group = circulation.meeting.group
    mail = queue(
        copy.user,
        kind=first.kind,
        letter=Letter(first.subject, first.body, first.body_html),
        now=now,
        partnership_id=group.partnership_id,
        meeting=circulation.meeting,
        copy=copy,
        once_key=f"again:{copy.id}:{len(mails)}",
        attaches=group.partnership.attach_copies and circulation.kind in ATTACHED,
    )
    audit.record(
        actor,
        Category.DISCLOSURE,
        f"{circulation.kind}.circulate_again".replace(" ", "_"),
        object=f"copy:{copy.id}",
        purpose=f"meeting:{circulation.meeting_id}",
        recipient=f"u_{copy.user_id}",
    )
    return mail
