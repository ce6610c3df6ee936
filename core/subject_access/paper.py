"""The pack as it is given: as HTML for paper, and as JSON. No session, no clock, no user, nothing of what is masked."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from core.documents.record import AuditHead
from core.documents.render import environment
from core.facts import MARKING, MaskReason
from core.masking.reasons import REASONS
from core.subject_access.shown import ShownPart

SCHEMA = "https://roundtable.example/schemas/subject-access/1"
"""Names the shape of the JSON (docs/using/data-protection-lead.md); a change of it is another number."""


@dataclass(frozen=True, slots=True)
class Given:
    """All that is printed. `parts` and `masked` come from core.subject_access.shown.printed and counts."""

    partnership: str
    reference: str
    person: str
    record: str
    for_whom: str
    received_on: date
    drawn_at: datetime
    released_at: datetime | None
    parts: tuple[ShownPart, ...]
    masked: Mapping[MaskReason, int]
    audit_head: AuditHead | None = None
    marking: str = MARKING


def given_html(given: Given) -> str:
    """Ready for core.documents.pdf. The foot has the SHA-256 of the JSON: it shows that the two belong together."""
    sha256 = hashlib.sha256(given_json(given).encode()).hexdigest()
    template = environment().get_template("subject_access.html")
    return template.render(record=given, sha256=sha256, reasons=REASONS, MaskReason=MaskReason)


def given_json(given: Given) -> str:
    """The same content for a program: indented, in the order of the paper, ending with a line break."""
    plain: dict[str, Any] = {
        "schema": SCHEMA,
        "marking": given.marking,
        "partnership": given.partnership,
        "request": {
            "reference": given.reference,
            "for": given.for_whom,
            "received_on": given.received_on.isoformat(),
            "released_at": given.released_at.isoformat() if given.released_at is not None else None,
        },
        "person": {"name": given.person, "record": given.record},
        "as_of": given.drawn_at.isoformat(),
        "held_by": [_part(part) for part in given.parts],
        "masked": [
            {"reason": reason.value, "law": REASONS[reason], "passages": number}
            for reason, number in given.masked.items()
            if number
        ],
        "audit": {"record": given.audit_head.seq, "hash": given.audit_head.hash} if given.audit_head else None,
    }
    return json.dumps(plain, ensure_ascii=False, indent=2) + "\n"


def _part(part: ShownPart) -> dict[str, Any]:
    return {
        "agency": part.agency,
        "sections": [
            {
                "heading": section.heading,
                "entries": [
                    {
                        "title": entry.title,
                        "facts": [{"label": fact.label, "value": fact.value} for fact in entry.facts],
                        "texts": [
                            {
                                "label": text.label,
                                "pieces": [
                                    {"masked": piece.reason.value} if piece.reason is not None else {"text": piece.text}
                                    for piece in text.pieces
                                ],
                            }
                            for text in entry.texts
                        ],
                    }
                    for entry in section.entries
                ],
            }
            for section in part.sections
        ],
    }
