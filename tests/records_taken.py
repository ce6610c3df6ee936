"""What is taken from the record afterwards, for tests: an action log, what somebody is given of it, a correction."""

from datetime import UTC, date, datetime

from core.actions.paper import PaperLine, PaperLog, PaperPart
from core.actions.summaries import EDGES
from core.facts import ActionStatus, MaskReason
from core.masking.passages import Piece
from core.minutes.access.document import AccessDocument
from core.minutes.access.shown import ShownBlock, ShownItem, ShownLine
from core.minutes.corrections.recorded import CorrectionNote
from core.subject_access.pack import Fact
from core.subject_access.paper import Given
from core.subject_access.shown import ShownEntry, ShownPart, ShownSection, ShownText
from tests.records import AGENCIES, HEAD, PEOPLE


def a_log(actions: int = 8) -> PaperLog:
    """An action log of so many actions for each of three agencies."""
    lines = tuple(
        PaperLine(
            ref=f"A-2026-{number:03d}",
            case_ref="NB-2026-0001",
            group="Riverside",
            text="Visit the household. " * 6,
            person=PEOPLE[number % len(PEOPLE)],
            due_on=date(2026, 3, 3),
            status=ActionStatus.OPEN,
            overdue=number or None,
        )
        for number in range(actions)
    )
    parts = tuple(PaperPart(agency=each.name, lines=lines) for each in AGENCIES[:3])
    return PaperLog(
        partnership="Northbridge Community Safety Partnership",
        heading="Every action",
        filters=("Open",),
        made_for=PEOPLE[2],
        made_for_agency=AGENCIES[2].name,
        made_at=datetime(2026, 4, 1, 9, tzinfo=UTC),
        edges=EDGES,
        parts=parts if actions else (),
        audit_head=HEAD,
    )


def an_access_copy(lines: int = 30) -> AccessDocument:
    """A subject-access copy with masks: four items of so many lines each."""
    masked = (Piece("She said that "), Piece("", MaskReason.THIRD_PARTY), Piece(" had called."))
    said = tuple(ShownLine((Piece("", MaskReason.SOURCE),), masked, "", ()) for _ in range(lines))
    blocks = (ShownBlock("Said", "", said),)
    item = ShownItem(4, 4, (Piece(PEOPLE[4]),), "Heard", ("Calder NHS Trust",), "", blocks, about_them=True)
    return AccessDocument(
        person=PEOPLE[4],
        asked_on=date(2026, 4, 1),
        due_on=date(2026, 5, 1),
        issued_at=datetime(2026, 5, 1, 9, tzinfo=UTC),
        items=(item,) * 4,
        masked={MaskReason.THIRD_PARTY: 4 * lines, MaskReason.SOURCE: 4 * lines},
    )


def what_is_held(things: int = 40) -> Given:
    """The answer to somebody's request for their data: two agencies, so many things of each, with masks."""
    told = (Piece("She said that "), Piece("", MaskReason.THIRD_PARTY), Piece(" had called."))
    facts = (Fact(label="When", value="3 April 2026"), Fact(label="Role", value="Subject"))
    texts = (ShownText("What was said", "", told), ShownText("From", "", (Piece("", MaskReason.SOURCE),)))
    section = ShownSection("Information shared", (ShownEntry(f"At a meeting: {PEOPLE[4]}", facts, texts),) * things)
    look = ShownEntry("4 April 2026", (Fact(label="", value="Opened the case"),), ())
    looked = ShownSection("Who looked at it", (look,) * things)
    return Given(
        partnership="Calder Community Safety Partnership",
        reference="CAL-S-2026-0004",
        person=PEOPLE[4],
        record="CAL-P-2026-0091",
        for_whom=PEOPLE[4],
        received_on=date(2026, 4, 1),
        drawn_at=datetime(2026, 4, 20, 9, tzinfo=UTC),
        released_at=datetime(2026, 4, 21, 9, tzinfo=UTC),
        audit_head=HEAD,
        parts=(ShownPart("Calder NHS Trust", (section,)), ShownPart("Calder Council", (section, looked))),
        masked={MaskReason.THIRD_PARTY: 2 * things, MaskReason.SOURCE: 2 * things},
    )


def a_correction() -> CorrectionNote:
    """A correction of what the fourth item says, agreed at a later meeting."""
    return CorrectionNote(
        item_number=4,
        on=date(2026, 4, 7),
        reference="M-2026-019",
        agreed_under=3,
        was="Fourteen calls.",
        now="Four calls.",
    )
