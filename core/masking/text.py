"""A text that is masked in parts."""

from dataclasses import dataclass

from core.facts import MaskReason


@dataclass(frozen=True, slots=True)
class Text:
    """A text, at a place of its own. `whole`: it is masked from end to end unless somebody lifts that, and why.

    `sources` are names of agencies, `speakers` of people, that would show in it who gave the information. `limit` is
    what it was given under, in words, for those who decide.
    """

    place: str
    text: str
    whole: MaskReason | None = None
    sources: tuple[str, ...] = ()
    speakers: tuple[str, ...] = ()
    limit: str = ""
