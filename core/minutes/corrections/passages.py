"""For whom a correction is: whoever may read the words that it quotes, as the record of the minutes has them."""

from collections.abc import Iterable
from dataclasses import dataclass

from core.facts import Visibility
from core.minutes.record import RecordedAction, RecordedEntry, RecordedItem


@dataclass(frozen=True, slots=True)
class ForWhom:
    """Who may read a passage of an item: as an entry has it."""

    visibility: Visibility
    source_id: int | None = None
    named: frozenset[int] = frozenset()


EVERYBODY = ForWhom(Visibility.EVERYONE)


def for_whom(item: RecordedItem, passage: str, *, agency_id: int) -> ForWhom:
    """Who of those that have the item may read a correction of that passage, proposed by that agency.

    Words that are quoted are for whom they were written for. Where nothing is quoted word for word, nobody can say
    what the correction gives away: if anything in the item is not for everybody, it is for the chair, the coordinator
    and the agency that proposed it.
    """
    if not item.moves and not any(entry.visibility is not Visibility.EVERYONE for entry in item.entries):
        return EVERYBODY
    wanted = _plain(passage)
    if wanted and any(wanted in _plain(text) for text in _for_all_at(item)):
        return EVERYBODY
    quoted = [entry for entry in item.entries if wanted and wanted in _plain(entry.text)]
    return _narrowest(quoted) if quoted else ForWhom(Visibility.CHAIR, agency_id)


def texts_with(item: RecordedItem, passage: str) -> frozenset[str]:
    """The texts of the item in which these words stand, less what a pathway added; none where no words are quoted."""
    wanted = _plain(passage)
    texts = (*_for_all_at(item), *(entry.text for entry in item.entries))
    return frozenset(text for text in texts if wanted and wanted in _plain(text))


def is_of_a_referral(item: RecordedItem, passage: str) -> bool:
    """Whether these words are of a pathway alone: its provider puts them right, not the meeting."""
    wanted = _plain(passage)
    if not wanted or texts_with(item, passage):
        return False
    rows = [row for referral in item.referrals for row in referral.rows]
    rows += [row for section in item.sections for row in section.rows]
    return any(wanted in _plain(f"{row.label}: {row.value}") for row in rows)


def given_in_a_complaint(item: RecordedItem, passage: str) -> frozenset[int]:
    """Ids of the entries, of those for agencies that were agreed to, in which these words stand."""
    wanted = _plain(passage)
    agreed = (entry for entry in item.entries if entry.visibility is Visibility.AGREED)
    return frozenset(entry.id for entry in agreed if wanted and wanted in _plain(entry.text))


_STRICTEST_FIRST = (Visibility.AGREED, Visibility.CHAIR, Visibility.NAMED, Visibility.EVERYONE)


def _narrowest(entries: list[RecordedEntry]) -> ForWhom:
    """The same words in several entries, none of them for all: those who may read the first of the strictest."""
    entries.sort(key=lambda entry: _STRICTEST_FIRST.index(entry.visibility))
    found = entries[0]
    return ForWhom(
        found.visibility,
        found.source.id if found.source is not None else None,
        frozenset(each.id for each in found.named),
    )


def _for_all_at(item: RecordedItem) -> Iterable[str]:
    yield from (item.title, item.reason, item.late_reason, item.presenter, item.risk, item.outcome_reason)
    yield from (entry.text for entry in item.entries if entry.visibility is Visibility.EVERYONE)
    for action in (*item.actions, *item.earlier_actions):
        yield from _words_of(action)


def _words_of(action: RecordedAction) -> Iterable[str]:
    yield from (action.ref, action.text, action.owner.name, action.person, action.outcome)


def _plain(text: str) -> str:
    """As it reads: whatever the blanks and the capitals."""
    return " ".join(text.split()).casefold()
