"""Asking for what one person is given of approved minutes, and reading it."""

import re
import zlib
from io import BytesIO

import pikepdf

from core.extensions import db
from core.minutes.models import SubjectAccessCopy
from tests.builders import today
from tests.support.papers import text_in

THIRD = "Xanthippe"
OTHER_CASE = "Zephyrine"
INFORMANT = "Quillfeather"
CONFIDED = f"{INFORMANT} told the officer of {THIRD}."


def asked(day) -> dict[str, object]:
    """The boxes of the day on which somebody asked."""
    return {"asked_on-day": day.day, "asked_on-month": day.month, "asked_on-year": day.year}


def begun(conference, browser, person=None, day=None) -> str:
    """Start a copy; the address of its page."""
    data = {"person": (person or conference.martin).id, **asked(day or today())}
    answer = browser.post(conference.path("minutes/access/new"), data)
    assert answer.status_code == 303, answer.text
    return answer.location


def the_copy() -> SubjectAccessCopy:
    """The only copy there is."""
    db.session.expire_all()
    return db.session.query(SubjectAccessCopy).one()


def issued(browser, path: str):
    """Issue it as it stands."""
    return browser.post(f"{path}/issue", {"version": the_copy().version, "read": "y"})


def words_of(answer) -> str:
    """What a PDF says, in one line."""
    return text_in(answer).replace("] ", "]")


def streams_of(content: bytes) -> bytes:
    """Everything that a PDF holds, unpacked: streams, strings, metadata, bookmarks, names of files."""
    held = [content]
    with pikepdf.open(BytesIO(content)) as pdf:
        for thing in pdf.objects:
            if isinstance(thing, pikepdf.Stream):
                held.append(thing.read_bytes())
            held.append(str(thing).encode(errors="replace"))
            if isinstance(thing, pikepdf.Dictionary | pikepdf.Array):
                held.append(thing.unparse(resolved=False))
    for packed in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", content, re.DOTALL):
        try:
            held.append(zlib.decompress(packed))
        except zlib.error:
            held.append(packed)
    return b"\0".join(held)


def forms_of(word: str) -> list[bytes]:
    """How a word may stand in a file."""
    return [word.encode(), word.encode("utf-16-be"), word.encode("utf-16-le"), word.encode().hex().encode()]
