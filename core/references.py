"""Reference numbers, by which people speak of cases, meetings, actions and referrals, and names of files."""

import re
import unicodedata
from enum import StrEnum


class Numbered(StrEnum):
    """What carries a reference, with the letter that tells it from a case: CAL-2026-0053, CAL-M-2026-0012."""

    CASE = ""
    PERSON = "P"
    MEETING = "M"
    ACTION = "A"
    REFERRAL = "R"
    ACCESS = "S"


def reference(prefix: str, kind: Numbered, year: int, number: int) -> str:
    """The reference with that number: `prefix` is the partnership's, `number` counts from 1 in each year."""
    return "-".join(part for part in (prefix, kind.value, str(year), f"{number:04}") if part)


LONGEST_FILE_NAME = 100


def file_name(*parts: str, suffix: str) -> str:
    """A name that every file system and mail system takes: `minutes-cal-m-2026-0012-v1.pdf`.

    Lower-case ASCII letters, digits and single hyphens, however the parts are written. File names travel
    further than files: give references and words of the document, never a person's or a case's name.
    """
    plain = unicodedata.normalize("NFKD", "-".join(parts)).encode("ascii", "ignore").decode("ascii")
    stem = re.sub(r"[^a-z0-9]+", "-", plain.lower())[:LONGEST_FILE_NAME].strip("-")
    return f"{stem or 'document'}.{suffix}"
