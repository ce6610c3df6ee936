"""Circulating approved minutes: a copy for each reader, a mail with a reference and a link, and the opening."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from core import __version__, audit
from core.accounts.models import User
from core.accounts.queries import actor_as_of
from core.audit import Category
from core.circulation.models import Circulation, Copy, Mail
from core.circulation.outbox import link_to, queue, wake_worker
from core.circulation.queries import Proposal, candidates_for
from core.clock import local_date
from core.dates import in_words
from core.documents.models import Document
from core.documents.operations import keep_document, paper_from, stamped_for
from core.documents.pdf import Paper
from core.documents.queries import paper_made_of
from core.documents.readers import reader_of
from core.errors import Refused
from core.extensions import db
from core.facts import Actor, MailState, MinutesStatus
from core.meetings.models import Meeting
from core.minutes.models import Minutes
from core.minutes.queries import frozen_record, persons_of
from core.minutes.record import MeetingRecord
from core.minutes.render import minutes_html
from core.policy.minutes import keep_copies


@dataclass(frozen=True, slots=True)
class Issue:
    """A reader's copy, ready to be kept."""

    part: MeetingRecord
    stamped: Paper
    made_of: str
    """What the paper under the stamp was made of, by which it is found again."""
    new: Paper | None
    """That paper, when nobody has kept it yet."""


def proposals_for(
    meeting: Meeting, record: MeetingRecord, *, now: datetime, granted: Mapping[int, frozenset[int]] | None = None
) -> Sequence[Proposal]:
    """What each candidate's copy would hold and lack, as of now. Nothing is written."""
    proposals = []
    for candidate in candidates_for(meeting, on=local_date(now)):
        actor = actor_as_of(candidate.user.id, meeting.group.partnership_id, on=local_date(now))
        grants = (granted or {}).get(candidate.user.id, frozenset())
        reader = reader_of(
            actor, group_id=meeting.group_id, cases=(item.case_id for item in record.items), granted=grants
        )
        part = record.only(reader)
        kept = {item.id for item in part.items}
        recused = {item.id for item in record.items if any(each.user_id == actor.user_id for each in item.recused)}
        proposals.append(
            Proposal(
                candidate=candidate,
                part=part,
                left_out=record.left_out(reader),
                withheld=tuple(
                    (item.id, item.number, item.case_ref or item.title)
                    for item in record.items
                    if item.id not in kept and item.id not in recused and item.case_id not in actor.recused_cases
                ),
                refusal=_refusal(actor, candidate.user, meeting),
            )
        )
    return proposals


def _refusal(actor: Actor, user: User, meeting: Meeting) -> str:
    if user.retired_at is not None:
        return "The account was retired."
    if not actor.signatory:
        return actor.standing
    return keep_copies(actor, meeting).reason


def circulate_minutes(
    actor: Actor,
    minutes: Minutes,
    *,
    readers: Mapping[int, frozenset[int]],
    now: datetime,
) -> Circulation:
    """Send approved minutes: `readers` maps account ids to the items granted to each although not attended.

    Raises Refused when they are not approved, nobody is chosen, or somebody may not be sent them.
    """
    meeting = minutes.meeting
    if minutes.status is not MinutesStatus.APPROVED:
        raise Refused("Minutes are circulated once the chair has approved them.")
    if not readers:
        raise Refused("Choose at least one person to send the minutes to")
    proposals = {
        proposal.candidate.user.id: proposal
        for proposal in proposals_for(meeting, frozen_record(minutes), now=now, granted=readers)
    }
    if any(user_id not in proposals or proposals[user_id].refusal for user_id in readers):
        raise Refused("Somebody you chose may not be sent these minutes any more. Look at the list again.")
    head = audit.anchor(f"circulation-of:minutes:{minutes.id}", now=now)
    circulation = Circulation(
        meeting_id=meeting.id,
        minutes_id=minutes.id,
        at=now,
        by_id=actor.user_id,
        audit_seq=head.seq,
        audit_hash=head.hash,
    )
    db.session.add(circulation)
    db.session.flush()
    for user_id, granted in readers.items():
        _send_copy(actor, circulation, meeting, proposals[user_id], granted, now=now)
    return circulation


def _send_copy(
    actor: Actor,
    circulation: Circulation,
    meeting: Meeting,
    proposal: Proposal,
    granted: frozenset[int],
    *,
    now: datetime,
) -> None:
    user = proposal.candidate.user
    copy = Copy(
        circulation_id=circulation.id, user_id=user.id, granted_items=",".join(str(item) for item in sorted(granted))
    )
    db.session.add(copy)
    db.session.flush()
    day = in_words(meeting.starts_at)
    queue(
        user,
        kind="minutes",
        subject=f"Minutes of the {meeting.group.name}, {day} ({meeting.ref})",
        body=(
            f"The minutes of the {meeting.group.name} of {day} are ready for you.\n\n"
            f"Reference: {meeting.ref}\n"
            f"Open your copy: {link_to(f'/copies/{copy.id}')}\n\n"
            "You will be asked to sign in. The copy holds what you may see; do not pass it on.\n"
        ),
        now=now,
        partnership_id=meeting.group.partnership_id,
        meeting=meeting,
        copy=copy,
    )
    audit.record(
        actor,
        Category.DISCLOSURE,
        "minutes.circulate",
        object=f"copy:{copy.id}",
        subjects=persons_of(proposal.part),
        purpose=f"meeting:{meeting.id}",
        recipient=f"u_{user.id}",
        payload={"granted": sorted(granted)},
    )


def part_for(copy: Copy, *, now: datetime) -> MeetingRecord:
    """The record as this copy's reader may have it, rights asked anew."""
    minutes, meeting = copy.circulation.minutes, copy.circulation.meeting
    if minutes is None:
        raise Refused("This copy is not of minutes.")
    record = frozen_record(minutes)
    actor = actor_as_of(copy.user_id, meeting.group.partnership_id, on=local_date(now))
    granted = frozenset(int(item) for item in copy.granted_items.split(",") if item)
    reader = reader_of(actor, group_id=meeting.group_id, cases=(item.case_id for item in record.items), granted=granted)
    return record.only(reader)


def paper_for(copy: Copy, part: MeetingRecord) -> Issue:
    """The copy as PDF, watermarked with its reader's name. Slow: not under the write lock.

    Laying a document out is what is slow. It is done once for all readers who may have the same: the paper is found
    by the whole of the text that the renderer would be given, in this release, and only the stamp is each reader's.
    """
    html = minutes_html(part)
    made_of = sha256(f"{__version__}\n{html}".encode()).hexdigest()
    kept = paper_made_of(made_of)
    paper = kept or paper_from(html)
    agency = copy.user.agency.name if copy.user.agency is not None else ""
    stamped = stamped_for(paper, name=copy.user.name, agency=agency)
    return Issue(part, stamped, made_of, new=None if kept else paper)


def keep_copy(copy: Copy, issue: Issue, *, now: datetime) -> Document:
    """Keep what was issued. A later copy of the same reader, after their rights changed, is kept beside it.

    The paper under the stamp is kept too, for the readers who come after. Two who open theirs at the same moment may
    both keep one: it is the same.
    """
    ref = copy.circulation.meeting.ref
    if issue.new is not None:
        keep_document(issue.new, "paper", "minutes", ref, now=now, made_of=issue.made_of)
    document = keep_document(issue.stamped, "copy", "minutes", ref, f"copy {copy.id}", now=now)
    copy.document_id = document.id
    copy.part_sha256 = issue.part.sha256()
    return document


def note_opening(actor: Actor, copy: Copy, part: MeetingRecord, *, now: datetime) -> None:
    """The reader opened their copy: when, how often, and whom it is about."""
    copy.opened_at = copy.opened_at or now
    copy.times_opened += 1
    audit.record(
        actor,
        Category.DISCLOSURE,
        "minutes.open",
        object=f"copy:{copy.id}",
        subjects=persons_of(part),
        purpose=f"meeting:{copy.circulation.meeting_id}",
        recipient=actor.opaque,
    )


def send_again(actor: Actor, mail: Mail, *, now: datetime) -> None:
    """Try a mail that failed once more. Raises Refused for one that is on its way or was taken."""
    if mail.state not in (MailState.FAILED, MailState.WAITING, MailState.WITHDRAWN):
        raise Refused("This mail was sent already, or is being sent now.")
    mail.state, mail.next_attempt_at, mail.attempts, mail.failure = MailState.WAITING, now, 0, ""
    wake_worker()
    audit.record(actor, Category.ADMIN, "mail.send_again", object=f"mail:{mail.id}")
