"""The words that only some may read, and finding them in what somebody was given."""

from dataclasses import dataclass, field
from functools import lru_cache
from io import BytesIO
from zipfile import ZipFile

from pypdf import PdfReader
from werkzeug.test import TestResponse

from tests.integration.matrix.walking import Route, content_of
from tests.integration.matrix.world import FOREIGN, WORDS, World
from tests.support.papers import text_of

EVERY_WORD = (*WORDS.values(), FOREIGN)

FOR_ITSELF = {"sent back": "minutes."}
"""Minutes that were sent back differ in their own pages alone from minutes before the chair."""


def stages_of(world: World, route: Route) -> list[str]:
    """The states of our own partnership's meeting in which that route is looked at."""
    ours = (name for name in world.stages if name not in ("foreign", "extra"))
    return [name for name in ours if route.endpoint.startswith(FOR_ITSELF.get(name, ""))]


IN_THE_CASE = {"member", "chair", "coordinator", "observer", "named agency", "let in", "provider", "agency admin"}
"""By the group, by name, in an emergency, as provider of a referral, and as the agency that owns an action.

The data protection lead reads what is about a person, for a request of theirs."""

MAY_READ = {
    WORDS["case"]: IN_THE_CASE | {"data lead"},
    WORDS["victim"]: (IN_THE_CASE | {"data lead"}) - {"provider", "agency admin"},
    WORDS["secret"]: {"chair", "coordinator"},
    WORDS["staff"]: {"provider"},
    WORDS["return"]: {"member", "chair", "coordinator", "data lead"},
    WORDS["chair"]: {"member", "chair", "coordinator", "data lead"},
    WORDS["named"]: {"member", "chair", "coordinator", "observer", "data lead"},
    WORDS["nominated"]: {"member", "recused", "agency admin"},
    WORDS["nomination"]: {"member", "chair", "coordinator", "recused"},
    WORDS["reach"]: {"chair", "coordinator"},
    WORDS["shelter"]: {"chair", "coordinator"},
    WORDS["plan"]: {"provider", "named agency"},
    WORDS["place"]: {"member", "chair", "coordinator", "observer", "recused"},
}
"""Who may read what carries that word, and does somewhere: see things.py."""


@dataclass
class Haul:
    """Everything that somebody was given: what each word was found in."""

    found: dict[str, list[str]] = field(default_factory=dict)

    def take(self, where: str, text: str) -> None:
        """Note the words that are in it."""
        folded = text.casefold()
        for word in EVERY_WORD:
            if word.casefold() in folded:
                self.found.setdefault(word, []).append(where)


def all_of(answer: TestResponse) -> str:
    """All that an answer says: its headers, and its body, read back where it is a file."""
    head = "\n".join(f"{name}: {value}" for name, value in answer.headers)
    return f"{head}\n{read_back(content_of(answer))}"


def read_back(content: bytes) -> str:
    """All that a page or a file says: of a PDF its outline and what it tells of itself, too, of a book every sheet."""
    if content.startswith(b"%PDF-"):
        return _paper_read_back(content)
    if content.startswith(b"PK"):
        with ZipFile(BytesIO(content)) as book:
            return "\n".join(book.read(name).decode(errors="replace") for name in book.namelist())
    return content.decode(errors="replace")


@lru_cache(maxsize=500)
def _paper_read_back(paper: bytes) -> str:
    reader = PdfReader(BytesIO(paper))
    outline = " ".join(str(entry) for entry in reader.outline)
    told = reader.xmp_metadata.stream.get_data().decode() if reader.xmp_metadata is not None else ""
    return "\n".join((text_of(paper), outline, str(reader.metadata), told))
