"""What a plugin's own tables hold about somebody, for the copy that they are given of it (UK GDPR, article 15)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class HeldText:
    """Something that somebody typed. `label`: what it is. An empty one is left out.

    Names, addresses and numbers of others are looked for in it. `of_others`: it tells what somebody else said, or of
    somebody else alone, and is masked from end to end until the provider's own staff decide that it is shown.
    """

    label: str
    text: str
    of_others: bool = False


@dataclass(frozen=True, slots=True)
class HeldRecord:
    """One thing that is held about somebody: a session, an assessment, an entry in a log.

    `referral_id` says under which referral, and so whose provider answers for it. `key` is its name among all that the
    plugin holds, "session:12", the same each time: what is decided about its texts is found again by that. `facts` are
    days, and values of closed lists, that name nobody: labels with what they are, empty ones left out. `people`: ids of
    everybody else whom it is about, to be looked for in every text.
    """

    referral_id: int
    key: str
    title: str
    facts: tuple[tuple[str, str | date | bool | None], ...] = ()
    texts: tuple[HeldText, ...] = ()
    people: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        """Plain text and days alone: it is frozen as it is. Raises TypeError for anything else."""
        words = (self.key, self.title, *(label for label, _ in self.facts), *_words(self.texts))
        if not all(type(each) is str for each in words) or not self.key:
            raise TypeError("a held record has a key, and plain text")
        if not all(value is None or isinstance(value, str | date | bool) for _, value in self.facts):
            raise TypeError("the facts of a held record are text, days, or yes and no")


def in_its_words(words: Mapping[Any, str], key: str) -> str:
    """What a value of a closed list is called; the value itself where the list does not have it any more."""
    return words.get(key, key)


def _words(texts: Iterable[HeldText]) -> Iterable[str]:
    for each in texts:
        yield from (each.label, each.text)
