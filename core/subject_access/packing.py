"""Putting a pack together: drawn from what is held, masked, decided on mask by mask, and put before a second person."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import insert, select
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
from core.subject_access.pack import OF_SCHEME, Held
from core.subject_access.schemes_kept import keep_schemes

NOT_THERE = "These words are not in what is held. Copy them as they stand there"
MASKED_ALREADY = "These words are masked already"
NEVER_LIFTED = "A protected address is given to nobody but the person themself. Its mask stays."
NONE_CHOSEN = "Choose at least one passage"
UNDECIDED = "Nobody has decided on {number} of the masks yet. Decide on each of them first."
WAITS = (
    "What these keep for their own staff is not settled: {schemes}. Their staff answer for it, or you leave it out and "
    "say why."
)
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
        before: Mapping[str, Held] = {}
        masks: list[AccessMask] = []
    else:
        stored = queries.stored_pack(request.id)
        before = {text.place: text for text in queries.pack_in(stored).texts()}
        masks = list(queries.masks_of(request.id))
    stored.content = found.pack.to_plain()
    stored.sha256, stored.known_sha256 = found.sha256, found.known_sha256
    stored.trail_seq, stored.subjects = until, list(found.subjects)
    request.drawn_at, request.drawn_by_id = now, actor.user_id
    fresh = _propose(request, found, before, masks, now=now)
    keep_schemes(request, found.pack, fresh, now=now)
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
    request: AccessRequest, found: Gathered, before: Mapping[str, Held], masks: list[AccessMask], *, now: datetime
) -> Collection[str]:
    """Propose what is not masked yet; the places of what nobody has decided on.

    A decision stands while its text and what that was given under are the same. Of a text that changed, words that
    were masked are masked again where Roundtable proposes the same; wherever else they stand now is decided on anew.
    """
    texts = {text.place: text for text in found.pack.texts()}
    standing, lost = [], []
    for mask in masks:
        if _still_stands(mask, before.get(mask.place), texts.get(mask.place)):
            standing.append(mask)
            continue
        mask.outdated_at = now
        if mask.kept:
            lost.append(mask)
    kept = {(mask.place, _words(mask, before)): mask for mask in lost}
    fresh, added = set(), []
    for each in missing(found, standing):
        text = texts[each.place]
        new = mask_over(request, each, now=now, fixed=text.fixed)
        standing.append(new)
        added.append(new)
        words = text.text[each.span.starts : each.span.ends].casefold()
        if (old := kept.get((each.place, words))) is not None:
            new.kept, new.reason, new.note = True, old.reason, old.note
            new.decided_at, new.decided_by_id = old.decided_at, old.decided_by_id
        else:
            fresh.add(each.place)
    for mask in lost:
        for each in _uncovered(_where_now(mask, _words(mask, before), texts), texts, standing):
            again = mask_over(request, each, now=now, fixed=texts[each.place].fixed)
            again.by_id = mask.by_id
            standing.append(again)
            added.append(again)
            fresh.add(each.place)
    keep_masks(added)
    return fresh


def _still_stands(mask: AccessMask, before: Held | None, text: Held | None) -> bool:
    """Whether the text is as it was, and what it was given under where all of it was lifted."""
    if before is None or text is None or before.text != text.text or mask.fixed != text.fixed:
        return False
    lifted_whole = mask.kept is False and (mask.starts, mask.ends) == (0, len(text.text))
    return not lifted_whole or (before.whole, before.limit) == (text.whole, text.limit)


def _words(mask: AccessMask, before: Mapping[str, Held]) -> str:
    """What it masked, in lower case."""
    held = before.get(mask.place)
    return held.text[mask.starts : mask.ends].casefold() if held is not None else ""


def _where_now(mask: AccessMask, words: str, texts: Mapping[str, Held]) -> list[Passage]:
    """Wherever in the pack words stand that were masked in a text of before; of what somebody masked by hand, where the
    words stand nowhere, all of the text that took its place: it may say the same in other words.
    """
    found = [
        Passage(place, Span(starts, ends, mask.reason))
        for place, starts, ends in occurrences((text.masked for text in texts.values()), words)
    ]
    instead = texts.get(mask.place)
    if found or instead is None or mask.by_id is None:
        return found
    return [Passage(mask.place, Span(0, len(instead.text), mask.reason))]


def _uncovered(found: Sequence[Passage], texts: Mapping[str, Held], masks: Sequence[AccessMask]) -> list[Passage]:
    """Those of which some of it is not masked. What was lifted, somebody decided to show."""
    over: defaultdict[str, list[Span]] = defaultdict(list)
    for mask in masks:
        over[mask.place].append(Span(mask.starts, mask.ends, mask.reason))
    return [each for each in found if not covered(texts[each.place].text, each.span, over[each.place])]


def unseen(request: AccessRequest, *, now: datetime) -> str:
    """Why the pack is not what is held now; empty while it is: nothing new has come, and nobody new to mask."""
    stored = queries.stored_pack(request.id)
    found = gathered(request, until=stored.trail_seq, now=now)
    if found.sha256 != stored.sha256:
        return "Something that is held about the person was added or changed since the pack was drawn"
    masks = queries.masks_of(request.id)
    apart = any(mask.kept is False and mask.starts == 0 for mask in masks)
    if (apart or found.known_sha256 != stored.known_sha256) and missing(found, masks):
        return "There is more that Roundtable would mask: somebody may have been named in a case since"
    return ""


def mask_words(actor: Actor, target: RequestAbout, *, words: str, reason: MaskReason, why: str, now: datetime) -> int:
    """Mask those words wherever they stand in the pack; how many passages that were. It is decided by that."""
    request = held(actor, target, Permission.MASK_ACCESS_PACK)
    pack = queries.pack_in(queries.stored_pack(request.id))
    texts = {text.place: text for text in pack.open_texts()}
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
    rows = [mask_over(request, each, now=now, by=actor) for each in new]
    for row in rows:
        row.kept, row.note, row.decided_at, row.decided_by_id = True, why, now, actor.user_id
    keep_masks(rows)
    touched(request)
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
    chosen = [mask for mask in standing if mask.id in masks and not mask.place.startswith(OF_SCHEME)]
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
    new: list[AccessMask] = []
    if lifts and any(mask.starts == 0 for mask in chosen):
        stored = queries.stored_pack(request.id)
        found = gathered(request, until=stored.trail_seq, now=now)
        if found.sha256 == stored.sha256:
            new = [mask_over(request, each, now=now) for each in missing(found, standing)]
            keep_masks(new)
    touched(request)
    note(actor, request, Did.DECIDED, now=now)
    record(
        actor,
        request,
        Category.ALTERATION,
        "access_request.lift" if lifts else "access_request.keep",
        {"decision": decision, "why": why, "masks": sorted(mask.id for mask in chosen)},
    )
    return len(new)


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
        *(each for each in found.proposed() if each.place not in apart),
        *(found.in_texts([replace(texts[place].masked, whole=None) for place in sorted(apart)]) if apart else ()),
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
    settled(request)
    if why := unseen(request, now=now):
        raise Refused(f"{why}. Put it together again, and decide on what is new.")
    request.ready_at, request.ready_by_id = now, actor.user_id
    note(actor, request, Did.READY, now=now)
    record(actor, request, Category.ALTERATION, "access_request.ready", {})


def settled(request: AccessRequest) -> None:
    """Raises Refused while a mask waits for a decision, or a scheme has not answered for what it holds."""
    if number := queries.undecided(request.id):
        raise Refused(UNDECIDED.format(number=number))
    waiting = [scheme.title for scheme in queries.schemes_of(request.id) if scheme.answer is None]
    if waiting:
        raise Refused(WAITS.format(schemes="; ".join(waiting)))


def take_back(actor: Actor, target: RequestAbout, *, reason: str, now: datetime) -> None:
    """Have something changed before it is released."""
    request = held(actor, target, Permission.TAKE_ACCESS_PACK_BACK)
    request.ready_at, request.ready_by_id = None, None
    note(actor, request, Did.SENT_BACK, reason, now=now)
    record(actor, request, Category.ALTERATION, "access_request.take_back", {"reason": reason})


def mask_over(
    request: AccessRequest, passage: Passage, *, now: datetime, by: Actor | None = None, fixed: bool = False
) -> AccessMask:
    """A mask over that passage, on which nobody has decided yet. It is not kept before `keep_masks`."""
    return AccessMask(
        request_id=request.id,
        place=passage.place,
        starts=passage.span.starts,
        ends=passage.span.ends,
        reason=passage.span.reason,
        fixed=fixed,
        by_id=by.user_id if by is not None else None,
        at=now,
        note="",
    )


_KEPT = (
    "request_id", "place", "starts", "ends", "reason", "fixed", "at", "by_id", "decided_at", "decided_by_id", "kept",
    "lifted_because", "note",
)  # fmt: skip


def keep_masks(masks: Sequence[AccessMask]) -> None:
    """Keep them: one statement, however many there are."""
    if masks:
        rows = [{name: getattr(mask, name) for name in _KEPT} for mask in masks]
        db.session.execute(insert(AccessMask), rows)


def touched(request: AccessRequest) -> None:
    """The request's version rises with its masks: who releases it read what is released."""
    flag_modified(request, "drawn_at")
    db.session.flush()
