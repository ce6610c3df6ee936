"""Names as they are searched for: without case, accents and double blanks. What is shown keeps its spelling."""

import unicodedata

_ONE_PIECE = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "þ": "th", "æ": "ae", "œ": "oe", "’": "'", "‘": "'"}
)
"""Letters that Unicode does not take apart into a plain one and its mark, and the typographic apostrophes."""


def folded(text: str) -> str:
    """The text without case and accents, blanks evened out: Zoë and ZOE, Łukasz and Lukasz find each other."""
    apart = unicodedata.normalize("NFKD", text)
    bare = "".join(character for character in apart if not unicodedata.combining(character))
    return " ".join(bare.casefold().translate(_ONE_PIECE).split())


def search_name(given_name: str, family_name: str, known_as: str = "") -> str:
    """A person's name for finding it, family name first, at most 650 characters."""
    return folded(f"{family_name} {given_name} {known_as}")[:650]


def search_title(title: str) -> str:
    """A case's title for finding it, at most 300 characters."""
    return folded(title)[:300]
