"""Putting a pack together: drawn from what is held, masked, decided on mask by mask, and put before a second person."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm.attributes import flag_modified

from core.audit import Category
from core.audit.models import AuditHead
from core.errors import Refused
from core.extensions import db
from core.facts import Actor, MaskReason
from core.masking.passages import Span, covered
from core.masking.proposing import Passage, occurrences
from core.partnerships.models import Partnership
from core.policy import Permission
from core.policy.subject_access import RequestAbout
from core.subject_access import queries
from core.subject_access.gathering.gather import Gathered, gather
from core.subject_access.lists import Did, LiftReason
from core.subject_access.models import AccessMask, AccessPack, AccessRequest
from core.subject_access.operations import held, note, record
from core.subject_access.pack import Held

NOT_THERE = "These words are not in what is held. Copy them as they stand there"
MASKED_ALREADY = "These words are masked already"
NEVER_LIFTED = "A protected address is given to nobody but the person themself. Its mask stays."
NONE_CHOSEN = "Choose at least one passage"
UNDECIDED = "Nobody has decided on {number} of the masks yet. Decide on each of them first."
TOGETHER = "{partnership}: the agencies together"


def gathered(request: AccessRequest, *, until: int | None, now: datetime) -> Gathered:
    """What is held now, with the trail up to that record or up to its end."""
    if until is None:
        until = db.session.execute(select(AuditHead.seq).where(AuditHead.id == 1)).scalar_one()
    name = db.session.execute(select(Partnership.name).where(Partnership.id == request.partnership_id)).scalar_one()
    return gather(request, until=until, now=now, together=TOGETHER.format(partnership=name))


def draw(actor: Actor, target: RequestAbout, *, now: datetime) -> int:
    """Put together what is held, with everything masked that Roundtable proposes; how many masks nobody has decided on.

    Drawn again, what was decided stays wherever the text is still the same; of a text that changed, what was kept
    masked stays so.
    """
    request = held(actor, target, Permission.PREPARE_ACCESS_PACK)
    until = db.session.execute(select(AuditHead.seq).where(AuditHead.id == 1)).scalar_one()
    found = gathered(request, until=until, now=now)
    if request.drawn_at is None:
        stored = AccessPack(request_id=request.id)
        db.session.add(stored)
        before: Mapping[str, str] = {}
        masks: list[AccessMask] = []
    else:
        stored = queries.stored_pack(request.id)
        before = {text.place: text.text for text in queries.pack_in(stored).texts()}
        masks = list(queries.masks_of(request.id))
    stored.content = found.pack.to_plain()
    stored.sha256, stored.trail_seq, stored.subjects = found.sha256, until, list(found.subjects)
    request.drawn_at, request.drawn_by_id = now, actor.user_id
    _propose(request, found, before, masks, now=now)
    note(actor, request, Did.DREW, now=now)
    record(
        actor,
        request,
        Category.CONSULTATION,
        "access_request.draw",
        {"sha256": found.sha256, "texts": found.pack.size},
        subjects=tuple(found.subjects),
    )
    return queries.undecided(request.id)


def _propose(
    request: AccessRequest, found: Gathered, before: Mapping[str, str], masks: list[AccessMask], *, now: datetime
) -> None:
    texts = {text.place: text for text in found.pack.texts()}
    kept: dict[tuple[str, str], AccessMask] = {}
    for mask in masks:
        text = texts.get(mask.place)
        if text is not None and before.get(mask.place) == text.text and mask.fixed == text.fixed:
            continue
        if mask.kept:
            kept[mask.place, before.get(mask.place, "")[mask.starts : mask.ends].casefold()] = mask
        mask.outdated_at = now
    for each in missing(found, [mask for mask in masks if mask.outdated_at is None]):
        text = texts[each.place]
        new = _mask(request, each, now=now, fixed=text.fixed)
        words = text.text[each.span.starts : each.span.ends].casefold()
        if (old := kept.get((each.place, words))) is not None:
            new.kept, new.reason, new.note = True, old.reason, old.note
            new.decided_at, new.decided_by_id = old.decided_at, old.decided_by_id
    db.session.flush()


def unseen(request: AccessRequest, *, now: datetime) -> str:
    """Why the pack is not what is held now; empty while it is: nothing new has come, and nobody new to mask."""
    stored = queries.stored_pack(request.id)
    found = gathered(request, until=stored.trail_seq, now=now)
    if found.sha256 != stored.sha256:
        return "Something that is held about the person was added or changed since the pack was drawn"
    if missing(found, queries.masks_of(request.id)):
        return "There is more that Roundtable would mask: somebody may have been named in a case since"
    return ""


def mask_words(actor: Actor, target: RequestAbout, *, words: str, reason: MaskReason, why: str, now: datetime) -> int:
    """Mask those words wherever they stand in the pack; how many passages that were. It is decided by that."""
    request = held(actor, target, Permission.MASK_ACCESS_PACK)
    pack = queries.pack_in(queries.stored_pack(request.id))
    texts = {text.place: text for text in pack.texts()}
    found = [
        Passage(place, Span(starts, ends, reason))
        for place, starts, ends in occurrences((text.masked for text in texts.values()), words)
    ]
    if not found:
        raise Refused(NOT_THERE, field="words")
    masked = queries.spans_in_force(queries.masks_of(request.id))
    new = [each for each in found if not covered(texts[each.place].text, each.span, masked.get(each.place, ()))]
    if not new:
        raise Refused(MASKED_ALREADY, field="words")
    for each in new:
        row = _mask(request, each, now=now, by=actor)
        row.kept, row.note, row.decided_at, row.decided_by_id = True, why, now, actor.user_id
    _touched(request)
    note(actor, request, Did.MASKED, now=now)
    record(
        actor, request, Category.ALTERATION, "access_request.mask", {"reason": reason, "why": why, "masks": len(new)}
    )
    return len(new)


def decide(
    actor: Actor, target: RequestAbout, *, masks: Collection[int], decision: MaskReason | LiftReason, why: str,
    now: datetime,
) -> int:  # fmt: skip
    """Decide on those masks alike: kept, with the reason in law, or lifted, with why. How many new ones came of it.

    Where a text was masked whole and that is lifted, what it holds of others is proposed by itself.
    """
    request = held(actor, target, Permission.MASK_ACCESS_PACK)
    standing = queries.masks_of(request.id)
    chosen = [mask for mask in standing if mask.id in masks]
    if not chosen:
        raise Refused(NONE_CHOSEN, field="masks")
    lifts = isinstance(decision, LiftReason)
    if lifts and any(mask.fixed for mask in chosen):
        raise Refused(NEVER_LIFTED, field="decision")
    for mask in chosen:
        mask.kept, mask.note, mask.decided_at, mask.decided_by_id = not lifts, why, now, actor.user_id
        mask.lifted_because = decision if isinstance(decision, LiftReason) else None
        if isinstance(decision, MaskReason):
            mask.reason = decision
    new = 0
    if lifts and any(mask.starts == 0 for mask in chosen):
        stored = queries.stored_pack(request.id)
        found = gathered(request, until=stored.trail_seq, now=now)
        for each in missing(found, standing) if found.sha256 == stored.sha256 else ():
            _mask(request, each, now=now)
            new += 1
    _touched(request)
    note(actor, request, Did.DECIDED, now=now)
    record(
        actor,
        request,
        Category.ALTERATION,
        "access_request.lift" if lifts else "access_request.keep",
        {"decision": decision, "why": why, "masks": sorted(mask.id for mask in chosen)},
    )
    return new


def missing(found: Gathered, masks: Sequence[AccessMask]) -> list[Passage]:
    """What Roundtable proposes and nobody has masked or lifted. Of a text that was masked whole, and is not any more,
    each part is decided on for itself.
    """
    texts = {text.place: text for text in found.pack.texts()}
    by_place: defaultdict[str, list[AccessMask]] = defaultdict(list)
    for mask in masks:
        by_place[mask.place].append(mask)
    apart = {
        place
        for place, over in by_place.items()
        if any(mask.kept is False and _is_whole(mask, texts.get(place)) for mask in over)
    }
    proposed = [
        *(each for each in found.proposed if each.place not in apart),
        *found.in_texts([replace(texts[place].masked, whole=None) for place in sorted(apart)]),
    ]
    spans = {
        place: [
            Span(mask.starts, mask.ends, mask.reason)
            for mask in over
            if not (place in apart and _is_whole(mask, texts[place]))
        ]
        for place, over in by_place.items()
    }
    return [each for each in proposed if not covered(texts[each.place].text, each.span, spans.get(each.place, ()))]


def _is_whole(mask: AccessMask, text: Held | None) -> bool:
    return text is not None and text.whole is not None and (mask.starts, mask.ends) == (0, len(text.text))


def put_before(actor: Actor, target: RequestAbout, *, now: datetime) -> None:
    """Every mask is decided on: put the pack before a second person."""
    request = held(actor, target, Permission.MASK_ACCESS_PACK)
    number = queries.undecided(request.id)
    if number:
        raise Refused(UNDECIDED.format(number=number))
    if why := unseen(request, now=now):
        raise Refused(f"{why}. Put it together again, and decide on what is new.")
    request.ready_at, request.ready_by_id = now, actor.user_id
    note(actor, request, Did.READY, now=now)
    record(actor, request, Category.ALTERATION, "access_request.ready", {})


def take_back(actor: Actor, target: RequestAbout, *, reason: str, now: datetime) -> None:
    """Have something changed before it is released."""
    request = held(actor, target, Permission.TAKE_ACCESS_PACK_BACK)
    request.ready_at, request.ready_by_id = None, None
    note(actor, request, Did.SENT_BACK, reason, now=now)
    record(actor, request, Category.ALTERATION, "access_request.take_back", {"reason": reason})


def _mask(
    request: AccessRequest, passage: Passage, *, now: datetime, by: Actor | None = None, fixed: bool = False
) -> AccessMask:
    row = AccessMask(
        request_id=request.id,
        place=passage.place,
        starts=passage.span.starts,
        ends=passage.span.ends,
        reason=passage.span.reason,
        fixed=fixed,
        by_id=by.user_id if by is not None else None,
        at=now,
    )
    db.session.add(row)
    return row


def _touched(request: AccessRequest) -> None:
    """The request's version rises with its masks: who releases it read what is released."""
    flag_modified(request, "drawn_at")
    db.session.flush()
