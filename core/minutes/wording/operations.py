"""Wording an entry anew in the minutes. Every version stays; the record is never touched."""

from datetime import datetime

from core import audit
from core.errors import Stale
from core.extensions import db
from core.facts import Actor
from core.minutes.models import FOLLOWS_RECORD, Wording
from core.minutes.operations import hold
from core.minutes.wording.queries import newest_of, record_changed, version_of_words, words_of
from core.policy import Permission, require
from core.policy.composing import EntryInMinutes
from core.recording.items.operations import subjects_of
from core.recording.models import Entry
from core.recording.numbers import Part, take_number_to_mend

THE_RECORD = "What was recorded"


def word_entry(actor: Actor, target: EntryInMinutes, *, version: int, text: str, now: datetime) -> None:
    """Have the minutes say it in these words. The same words again make no version, unless the record was changed.

    `version` is `version_of_words` as it was read. Raises Stale with what is stored when somebody else chose words
    first, or the record was changed meanwhile; and Refused when the minutes are not with those who write them.
    """
    entry = target.entry
    newest = _newest_after_others(actor, target, version)
    if text == words_of(entry, newest) and not record_changed(entry, newest):
        return
    _keep(actor, target, newest, "minutes.word", text=text, entry_version=entry.version, now=now)


def take_record_words(actor: Actor, target: EntryInMinutes, *, version: int, now: datetime) -> None:
    """Have the minutes say it as it was recorded again, and follow the record from now on: a version like the others.

    Raises as `word_entry` does.
    """
    newest = _newest_after_others(actor, target, version)
    if newest is None or newest.follows_record:
        return
    text = target.entry.text
    _keep(actor, target, newest, "minutes.unword", text=text, entry_version=FOLLOWS_RECORD, now=now)


def _newest_after_others(actor: Actor, target: EntryInMinutes, version: int) -> Wording | None:
    entry: Entry = target.entry
    hold(target.here.minutes)
    require(actor, Permission.WORD_ENTRY, target)
    db.session.refresh(entry, ["text", "version"])
    newest = newest_of(entry.id)
    if version != version_of_words(entry, newest):
        changed = newest is None or record_changed(entry, newest)
        raise Stale({"text": words_of(entry, newest)}, told={THE_RECORD: entry.text} if changed else {})
    return newest


def _keep(
    actor: Actor,
    target: EntryInMinutes,
    newest: Wording | None,
    operation: str,
    *,
    text: str,
    entry_version: int,
    now: datetime,
) -> None:
    entry, item = target.entry, target.here.item
    assert item is not None
    db.session.add(
        Wording(
            entry_id=entry.id,
            number=newest.number + 1 if newest is not None else 1,
            text=text,
            entry_version=entry_version,
            at=now,
            by_id=actor.user_id,
        )
    )
    take_number_to_mend(target.here.minutes.meeting, Part.ITEM, item=item)
    audit.record(
        actor,
        audit.Category.ALTERATION,
        operation,
        object=f"entry:{entry.id}",
        subjects=subjects_of(item),
        purpose=f"meeting:{item.meeting_id}",
        payload={"text": text},
    )
