"""The full copy of approved minutes: who may have it, and what is kept and noted when somebody takes it."""

from dataclasses import dataclass
from datetime import datetime

from core import audit
from core.audit import Category
from core.circulation.sight import Sight
from core.documents.operations import (
    Layout,
    Subject,
    keep_html_once,
    keep_layout,
    keep_once,
    laid_out,
    stamped_as_full,
)
from core.documents.pdf import Paper
from core.documents.queries import document_bytes
from core.facts import Actor, Verdict
from core.minutes.models import Minutes
from core.minutes.queries import frozen_record, persons_of
from core.minutes.record import MeetingRecord
from core.minutes.render import minutes_html
from core.policy import Permission, decide
from core.policy.minutes import PART_IS_CLOSED

HTML = "full html"


@dataclass(frozen=True, slots=True)
class FullCopy:
    """A full copy as PDF, stamped with the name of whoever takes it, and what it was laid out from."""

    part: MeetingRecord
    paper: Paper
    layout: Layout


@dataclass(frozen=True, slots=True)
class FullText:
    """A full copy as HTML. `made_now` holds what has yet to be kept: none where it is what was kept at approval."""

    part: MeetingRecord
    content: bytes
    made_now: Layout | None = None


def full_copy_open_to(actor: Actor, minutes: Minutes, part: MeetingRecord) -> Verdict:
    """Whether the actor may take the full copy, `part` being theirs of the minutes: by the rule, and as no item is
    closed to them. Lines that a pathway keeps from them are no reason: the full copy is without them.

    `minutes` approved or not, with the items of their meeting.
    """
    verdict = decide(actor, Permission.TAKE_FULL_COPY, minutes)
    if not verdict:
        return verdict
    theirs = {item.id for item in part.items if not item.by_reference}
    closed = any(item.id not in theirs for item in frozen_record(minutes).items)
    return Verdict.no(PART_IS_CLOSED) if closed else verdict


def full_copy(actor: Actor, sight: Sight) -> FullCopy:
    """All that the actor may read, with their name on every page. Slow where it is new: not under the write lock."""
    layout = laid_out(minutes_html(sight.mine))
    return FullCopy(sight.mine, stamped_as_full(layout.paper, name=actor.name, agency=actor.agency_name), layout)


def full_text(sight: Sight) -> FullText:
    """The HTML as it was frozen, byte for byte; the same without what a pathway keeps from the actor, where it does."""
    if sight.mine == sight.record and sight.minutes.html_id is not None:
        return FullText(sight.mine, document_bytes(sight.minutes.html_id).content)
    html = minutes_html(sight.mine)
    return FullText(sight.mine, html.encode(), made_now=laid_out(html))


def keep_full_copy(actor: Actor, minutes: Minutes, copy: FullCopy, *, now: datetime) -> None:
    """Keep what was issued, once, and note who took it."""
    ref, of = minutes.meeting.ref, Subject(minutes.meeting_id, actor.user_id)
    keep_layout(copy.layout, "minutes", ref, now=now)
    keep_once(copy.paper, "full", "minutes", ref, f"full {actor.user_id}", now=now, of=of)
    _note(actor, minutes, copy.part, "minutes.full_copy")


def keep_full_text(actor: Actor, minutes: Minutes, text: FullText, *, now: datetime) -> None:
    """The same of the HTML."""
    if text.made_now is not None:
        ref, of = minutes.meeting.ref, Subject(minutes.meeting_id, actor.user_id)
        keep_layout(text.made_now, "minutes", ref, now=now)
        html, paper = text.content.decode(), text.made_now.paper
        keep_html_once(html, paper, HTML, "minutes", ref, f"full {actor.user_id}", now=now, of=of)
    _note(actor, minutes, text.part, "minutes.full_html")


def _note(actor: Actor, minutes: Minutes, part: MeetingRecord, verb: str) -> None:
    audit.record(
        actor,
        Category.DISCLOSURE,
        verb,
        object=f"minutes:{minutes.id}",
        subjects=persons_of(part),
        purpose=f"meeting:{minutes.meeting_id}",
        recipient=actor.opaque,
    )
