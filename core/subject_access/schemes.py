"""What schemes keep for their own staff: gathered with the pack, answered for by that staff, or left out and why.

Why, and who reads what: docs/adr/0018-what-a-scheme-holds-about-somebody.md.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.audit import Category
from core.errors import Refused
from core.extensions import db
from core.facts import Actor, MaskReason
from core.masking.passages import Span
from core.masking.proposing import Passage, occurrences
from core.policy import Permission
from core.policy.subject_access import RequestAbout
from core.subject_access import queries
from core.subject_access.lists import Did, LiftReason, SchemeAnswer
from core.subject_access.models import AccessMask, AccessRequest, AccessScheme
from core.subject_access.operations import held, note, record
from core.subject_access.pack import Scheme
from core.subject_access.packing import NEVER_LIFTED, NOT_THERE, gathered, keep_masks, mask_over, missing, touched

GONE = "This is not what it holds any more: it was put together again. Read it again."
NOT_WHY = "Say why it can be shown"


@dataclass(frozen=True, slots=True)
class Decided:
    """What a scheme's own staff made of what is masked, and what they masked besides, a passage each."""

    shown: Collection[int]
    because: LiftReason | None
    why: str
    words: Sequence[str]
    reason: MaskReason | None


def answer(actor: Actor, target: RequestAbout, decided: Decided, *, sha: str, now: datetime) -> int:
    """Give what the scheme holds, less what stays masked; how many passages those are.

    What is not shown stays masked. Where a whole text is shown, what it holds of others is masked by itself. Raises
    Refused for what was put together again since it was read (`sha`).
    """
    request, row = held(actor, target, Permission.ANSWER_ACCESS_SCHEME), _row(target)
    stored = queries.stored_pack(request.id)
    scheme = next((each for each in queries.pack_in(stored).schemes if each.provider_id == row.provider_id), None)
    if scheme is None or sha != row.sha256:
        raise Refused(GONE)
    texts = {text.place: text for text in scheme.texts()}
    masks = [mask for mask in queries.masks_of(request.id) if mask.place in texts]
    if not {mask.id for mask in masks}.issuperset(decided.shown):
        raise Refused(GONE)
    if any(mask.fixed for mask in masks if mask.id in decided.shown):
        raise Refused(NEVER_LIFTED, field="shown")
    lifted = [mask for mask in masks if _decide(actor, mask, decided, now=now)]
    for words in decided.words:
        _mask_besides(actor, request, scheme, words, decided, now=now)
    if any(mask.starts == 0 and texts[mask.place].whole is not None for mask in lifted):
        found = gathered(request, until=stored.trail_seq, now=now)
        within = [each for each in missing(found, queries.masks_of(request.id)) if each.place in texts]
        _mask(actor, request, within, "", by=None, now=now)
    row.answer, row.answered_at, row.answered_by_id, row.reason = SchemeAnswer.GIVEN, now, actor.user_id, ""
    touched(request)
    note(actor, request, Did.ANSWERED, row.title, now=now)
    kept = [mask for mask in queries.masks_of(request.id) if mask.place in texts and mask.kept]
    record(
        actor,
        request,
        Category.ALTERATION,
        "access_request.answer_scheme",
        {"provider": row.provider_id, "shown": sorted(mask.id for mask in lifted), "masked": len(kept)},
    )
    return len(kept)


def leave_out(actor: Actor, target: RequestAbout, *, reason: str, now: datetime) -> None:
    """Go on without it. The person reads that it is not there, and why."""
    request, row = held(actor, target, Permission.SETTLE_ACCESS_SCHEME), _row(target)
    row.answer, row.answered_at, row.answered_by_id, row.reason = SchemeAnswer.LEFT_OUT, now, actor.user_id, reason
    touched(request)
    note(actor, request, Did.LEFT_OUT, f"{row.title}. {reason}", now=now)
    record(
        actor,
        request,
        Category.ALTERATION,
        "access_request.leave_out",
        {"provider": row.provider_id, "plugin": row.plugin, "reason": reason},
    )


def look_again(actor: Actor, target: RequestAbout, *, reason: str, now: datetime) -> None:
    """Have the scheme's own staff look at it again."""
    request, row = held(actor, target, Permission.SETTLE_ACCESS_SCHEME), _row(target)
    row.answer, row.answered_at, row.answered_by_id, row.reason = None, None, None, ""
    touched(request)
    note(actor, request, Did.ASKED_AGAIN, f"{row.title}. {reason}", now=now)
    record(
        actor,
        request,
        Category.ALTERATION,
        "access_request.look_again",
        {"provider": row.provider_id, "plugin": row.plugin, "reason": reason},
    )


def _row(target: RequestAbout) -> AccessScheme:
    assert target.scheme is not None, "asked of an address that names none"
    db.session.refresh(target.scheme, with_for_update=True)
    return target.scheme


def _decide(actor: Actor, mask: AccessMask, decided: Decided, *, now: datetime) -> bool:
    """Whether it is shown now and was not before."""
    if mask.id not in decided.shown:
        if mask.kept is not True:
            _keep(actor, mask, "", now=now)
        return False
    if mask.kept is False:
        return False
    if decided.because is None or not decided.why:
        raise Refused(NOT_WHY, field="why")
    mask.kept, mask.lifted_because, mask.note = False, decided.because, decided.why
    mask.decided_at, mask.decided_by_id = now, actor.user_id
    return True


def _keep(actor: Actor, mask: AccessMask, why: str, *, now: datetime) -> None:
    mask.kept, mask.lifted_because, mask.note = True, None, why
    mask.decided_at, mask.decided_by_id = now, actor.user_id


def _mask_besides(
    actor: Actor, request: AccessRequest, scheme: Scheme, words: str, decided: Decided, *, now: datetime
) -> None:
    found = list(occurrences((text.masked for text in scheme.texts()), words))
    if not found:
        raise Refused(NOT_THERE, field="words")
    ground = decided.reason or MaskReason.THIRD_PARTY
    passages = [Passage(place, Span(starts, ends, ground)) for place, starts, ends in found]
    _mask(actor, request, passages, decided.why, by=actor, now=now)


def _mask(
    actor: Actor, request: AccessRequest, passages: Sequence[Passage], why: str, *, by: Actor | None, now: datetime
) -> None:
    rows = [mask_over(request, each, now=now, by=by) for each in passages]
    for row in rows:
        _keep(actor, row, why, now=now)
    keep_masks(rows)
