"""Making a subject-access copy: begun with what Roundtable proposes, masked and lifted by hand, issued or withdrawn.

Nothing is deleted: a mask that was lifted, and a copy that was withdrawn, stay with who did it, when and why. The
record is never touched.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType

from sqlalchemy.orm.attributes import flag_modified

from core import audit
from core.answer_by import due_after
from core.dates import in_words
from core.documents.operations import Subject, keep_document, paper_from
from core.documents.pdf import Paper
from core.errors import Refused, Stale
from core.extensions import db
from core.facts import Actor, MaskReason
from core.masking.passages import Span, covered
from core.masking.proposing import Passage, occurrences
from core.minutes.access.document import AccessDocument, access_html
from core.minutes.access.due import due_on
from core.minutes.access.queries import Contents, contents_of, draft_for, in_force, spans_by_place
from core.minutes.access.shown import counts, printed
from core.minutes.access.texts import ItemTexts
from core.minutes.models import SubjectAccessCopy, SubjectAccessMask
from core.minutes.operations import hold
from core.minutes.queries import frozen_record
from core.policy import Permission, require
from core.policy.access import About, CopyAbout

BEGUN = "A copy for this person has been begun and is not issued yet. Go on with that one, or withdraw it"
NOT_THERE = "These words are not in this item. Copy them as they stand there"
MASKED_ALREADY = "These words are masked already"
A_DECISION = "A decision stays in the copy. Mask the words in it that are about somebody else"
LIFTED_ALREADY = "This mask was lifted already."
EXTENDED_ALREADY = "This copy was given two months more already. The law gives no further time."
TOLD_IN_TIME = "They must have been told between the day on which they asked and {day}, when the first month ends"
TOLD_OTHERWISE = (
    "They were told on {day} that they have to wait longer. The day on which they asked must be that day or earlier, "
    "and not more than a month before it"
)
CHANGED = "Somebody else worked on it after you opened this page"
UNSEEN = (
    "There is more that Roundtable would mask, and nobody has decided on it: somebody may have been named in a case "
    "meanwhile. Have it masked, look at it, and then issue the copy."
)


def begin(actor: Actor, about: About, *, asked_on: date, now: datetime) -> SubjectAccessCopy:
    """Begin the copy for somebody, with everything masked that Roundtable proposes.

    Raises Refused when one that was begun for them is not issued yet.
    """
    hold(about.minutes)
    require(actor, Permission.MAKE_ACCESS_COPY, about)
    if draft_for(about.minutes.id, about.person_id) is not None:
        raise Refused(BEGUN, field="person")
    copy = SubjectAccessCopy(
        minutes_id=about.minutes.id,
        person_id=about.person_id,
        asked_on=asked_on,
        made_at=now,
        made_by_id=actor.user_id,
    )
    db.session.add(copy)
    db.session.flush()
    contents = contents_of(about.minutes, about.person_id)
    _keep(copy, contents.proposed(), now=now, limits=contents.limits())
    _record(actor, copy, about, contents, "access.begin", {"asked_on": asked_on.isoformat()})
    return copy


def mask_words(actor: Actor, target: CopyAbout, *, words: str, reason: MaskReason, note: str, now: datetime) -> int:
    """Mask those words wherever they stand in the target's item; how many passages that were.

    Raises Refused when they are not there, are masked already, or are a whole decision.
    """
    copy, contents = _held(actor, target)
    item = next(each for each in contents.items if each.id == target.item_id)
    texts = {text.place: text.text for text in item.texts()}
    found = [Passage(place, Span(starts, ends, reason)) for place, starts, ends in occurrences(item.texts(), words)]
    if not found:
        raise Refused(NOT_THERE, field="words")
    masked = spans_by_place(in_force(copy.masks))
    new = [each for each in found if not covered(texts[each.place], each.span, masked.get(each.place, ()))]
    if not new:
        raise Refused(MASKED_ALREADY, field="words")
    if any(_is_all(texts[each.place], each.span) for each in new if each.place in _decisions(item)):
        raise Refused(A_DECISION, field="words")
    _keep(copy, new, now=now, by=actor, note=note)
    _record(actor, copy, target.about, contents, "access.mask", {"note": note, "reason": reason})
    return len(new)


def lift(actor: Actor, target: CopyAbout, *, reason: str, now: datetime) -> int:
    """Show again what the target's mask hides, and say why: with every mask that lies over some of it.

    Where a text was masked as a whole, what it holds of other people stays masked: returns how many passages that
    are. Raises Refused when it was lifted already.
    """
    copy, contents = _held(actor, target)
    chosen = target.mask
    assert chosen is not None
    if chosen.lifted_at is not None:
        raise Refused(LIFTED_ALREADY)
    together = [mask for mask in in_force(copy.masks) if _overlap(mask, chosen)]
    for mask in together:
        mask.lifted_at, mask.lifted_by_id, mask.lifted_reason = now, actor.user_id, reason
    still = [each for each in contents.unseen(copy.masks) if each.place == chosen.place]
    _keep(copy, still, now=now, limits=contents.limits())
    _record(actor, copy, target.about, contents, "access.lift", {"reason": reason, "masks": len(together)})
    return len(still)


def look_again(actor: Actor, target: CopyAbout, *, now: datetime) -> int:
    """Mask what Roundtable would mask and nobody has decided on; how many passages that were."""
    copy, contents = _held(actor, target)
    new = contents.unseen(copy.masks)
    if new:
        _keep(copy, new, now=now, limits=contents.limits())
        _record(actor, copy, target.about, contents, "access.look_again", {"masks": len(new)})
    return len(new)


def change_day(actor: Actor, target: CopyAbout, *, version: int, asked_on: date) -> None:
    """Put right when the request was received: the day on which it is due follows.

    Raises Stale when somebody worked on the copy after it was read; and Refused when the day on which the person was
    told of an extension would not lie in the first month any more.
    """
    copy, contents = _held(actor, target)
    if version != copy.version:
        raise Stale({"asked_on": copy.asked_on}, told={"The copy": CHANGED})
    if copy.told_on is not None and not asked_on <= copy.told_on <= due_after(asked_on):
        raise Refused(TOLD_OTHERWISE.format(day=in_words(copy.told_on)), field="asked_on")
    before, copy.asked_on = copy.asked_on, asked_on
    db.session.flush()
    _record(
        actor,
        copy,
        target.about,
        contents,
        "access.change_day",
        {"was": before.isoformat(), "asked_on": asked_on.isoformat()},
    )


def extend(actor: Actor, target: CopyAbout, *, reason: str, told_on: date, now: datetime) -> None:
    """Record that the request is complex, and that the person was told, with the reason, to wait two months longer.

    Raises Refused when that was recorded before, or when they were not told within the first month (UK GDPR, article
    12(3)).
    """
    copy, contents = _held(actor, target)
    if copy.extended_at is not None:
        raise Refused(EXTENDED_ALREADY)
    if not copy.asked_on <= told_on <= due_after(copy.asked_on):
        raise Refused(TOLD_IN_TIME.format(day=in_words(due_after(copy.asked_on))), field="told_on")
    copy.extended_at, copy.extended_by_id, copy.extended_reason = now, actor.user_id, reason
    copy.told_on = told_on
    db.session.flush()
    _record(
        actor,
        copy,
        target.about,
        contents,
        "access.extend",
        {"reason": reason, "told_on": told_on.isoformat(), "due_on": due_on(copy).isoformat()},
    )


def withdraw(actor: Actor, target: CopyAbout, *, reason: str, now: datetime) -> None:
    """Give a draft up, and say why. It stays as it is, and another one can be begun for the person."""
    copy, contents = _held(actor, target)
    copy.withdrawn_at, copy.withdrawn_by_id, copy.withdrawn_reason = now, actor.user_id, reason
    db.session.flush()
    _record(actor, copy, target.about, contents, "access.withdraw", {"reason": reason})


@dataclass(frozen=True, slots=True)
class Ready:
    """The document that is to be issued, and of which version of the copy."""

    paper: Paper
    version: int


def ready(target: CopyAbout, *, now: datetime) -> Ready:
    """Make the document. Slow, so it is done before the write lock. Raises Refused when it cannot be made."""
    return Ready(paper_of(target, issued_at=now), target.copy.version)


def issue(actor: Actor, target: CopyAbout, made: Ready, *, version: int, now: datetime) -> None:
    """Issue the copy as it was read: its document is kept, and it never changes again. It is mailed to nobody.

    Raises Stale when somebody masked or lifted something after it was read; and Refused when there is something to
    mask that nobody has decided on.
    """
    copy, contents = _held(actor, target)
    if not version == made.version == copy.version:
        raise Stale(told={"Masks": "Somebody else masked or lifted something after you read the copy"})
    if contents.unseen(copy.masks):
        raise Refused(UNSEEN)
    meeting = target.about.minutes.meeting
    copy.issued_at, copy.issued_by_id = now, actor.user_id
    copy.document_id = keep_document(
        made.paper, "access", "subject access copy", meeting.ref, str(copy.id), now=now, of=Subject(meeting.id)
    ).id
    _record(actor, copy, target.about, contents, "access.issue", {"pages": made.paper.pages})


def paper_of(target: CopyAbout, *, issued_at: datetime | None) -> Paper:
    """The copy as PDF: as it stands, or as it is issued. Raises Refused, with the reason, when it cannot be made."""
    copy = target.copy
    items = printed(contents_of(target.about.minutes, copy.person_id).items, spans_by_place(in_force(copy.masks)))
    document = AccessDocument(
        person=copy.person.name,
        asked_on=copy.asked_on,
        due_on=due_on(copy),
        issued_at=issued_at,
        items=items,
        masked=counts(items),
    )
    return paper_from(access_html(document, frozen_record(target.about.minutes)))


_READ_AGAIN = ["version", "asked_on", "extended_at", "told_on", "issued_at", "withdrawn_at"]


def _held(actor: Actor, target: CopyAbout) -> tuple[SubjectAccessCopy, Contents]:
    """Wait for whoever is masking this copy, read it again, and ask the gate again."""
    copy = target.copy
    db.session.flush()
    db.session.refresh(copy, _READ_AGAIN, with_for_update=True)
    db.session.refresh(copy, ["masks"])
    require(actor, Permission.MASK_ACCESS_COPY, target)
    return copy, contents_of(target.about.minutes, copy.person_id)


def _keep(
    copy: SubjectAccessCopy,
    passages: Iterable[Passage],
    *,
    now: datetime,
    by: Actor | None = None,
    note: str = "",
    limits: Mapping[str, str] = MappingProxyType({}),
) -> None:
    copy.masks.extend(
        SubjectAccessMask(
            place=each.place,
            starts=each.span.starts,
            ends=each.span.ends,
            reason=each.span.reason,
            note=note or limits.get(each.place, ""),
            by_id=by.user_id if by is not None else None,
            at=now,
        )
        for each in passages
    )
    flag_modified(copy, "asked_on")  # the copy's version rises with its masks
    db.session.flush()


def _overlap(one: SubjectAccessMask, other: SubjectAccessMask) -> bool:
    return one.place == other.place and one.starts < other.ends and other.starts < one.ends


def _is_all(text: str, span: Span) -> bool:
    return not (text[: span.starts] + text[span.ends :]).strip(" \t\r\n.")


def _decisions(item: ItemTexts) -> set[str]:
    """Places of the decisions about the person."""
    if not item.about_them:
        return set()
    return {line.text.place for block in item.blocks if block.kind == "decision" for line in block.lines}


def _record(
    actor: Actor,
    copy: SubjectAccessCopy,
    about: About,
    contents: Contents,
    operation: str,
    payload: dict[str, object],
) -> None:
    subjects: Sequence[int] = contents.person_ids
    audit.record(
        actor,
        audit.Category.DISCLOSURE if operation == "access.issue" else audit.Category.ALTERATION,
        operation,
        object=f"access:{copy.id}",
        subjects=subjects,
        purpose=f"meeting:{about.minutes.meeting_id}",
        recipient=f"p_{copy.person_id}" if operation == "access.issue" else None,
        payload=payload,
    )
