"""Drill: what is held about somebody with 200 mentions, with somebody else named in every text, is released.

Not a word of anybody else is in what is given: on paper with its outline and metadata, as JSON, or in a file's name.
"""

import json
from io import BytesIO

import pikepdf
import pytest

from core.clock import utc_now
from core.extensions import db
from core.facts import MaskReason
from core.subject_access import packing, queries, releasing
from tests.support.much_held import MuchHeld, much_held
from tests.support.papers import text_of

SHORT, FULL = 60, 200
ROUNDS = {False: 1, True: 3}


def release(held: MuchHeld) -> dict[str, str]:
    """Put together, each proposal kept, and released by the second: everything that is given, by what it is."""
    packing.draw(held.lead, held.target, now=utc_now())
    masks = {mask.id for mask in queries.masks_of(held.request_id)}
    packing.decide(held.lead, held.target, masks=masks, decision=MaskReason.THIRD_PARTY, why="", now=utc_now())
    packing.put_before(held.lead, held.target, now=utc_now())
    made = releasing.ready(held.target, now=utc_now())
    releasing.release(held.second, held.target, made, version=made.version, now=utc_now())
    db.session.commit()
    papers = {paper.kind: paper for paper in queries.papers_of(held.request_id)}
    with pikepdf.open(BytesIO(papers["pdf"].content)) as pdf:
        told = f"{pdf.docinfo} {pdf.open_metadata()} {[entry.title for entry in pdf.open_outline().root]}"
    return {
        "paper": text_of(papers["pdf"].content),
        "metadata and outline": told,
        "JSON": papers["json"].content.decode(),
        "file names": " ".join(paper.file_name for paper in papers.values()),
    }


@pytest.mark.sqlite_alone
def test_no_word_of_anybody_else_is_in_what_is_released(place, full, figure):
    hits, packs, mentions = [], 0, 0
    for _ in range(ROUNDS[full]):
        held = much_held(FULL if full else SHORT)
        for where, text in release(held).items():
            folded = text.casefold()
            hits += [f"{word} in {where}" for word in sorted(held.others) if word in folded]
        given = json.loads(queries.paper_of(held.request_id, "json").content)
        texts = [
            "".join(piece.get("text", "[masked]") for piece in text["pieces"])
            for part in given["held_by"]
            for section in part["sections"]
            for entry in section["entries"]
            for text in entry["texts"]
        ]
        packs, mentions = packs + 1, mentions + len(texts)
        assert sum("Martin" in text for text in texts) > held.mentions * 0.6, "what is theirs is given"
        assert len(texts) >= held.mentions
    figure("subject access", f"{packs} packs released, {mentions} texts, each with somebody else: {len(hits)} named")
    assert not hits, "\n".join(hits[:40])
