"""From what is held to what is released: as many queries for many mentions as for few, and others looked for once."""

from core.clock import utc_now
from core.extensions import db
from core.facts import MaskReason
from core.masking.proposing import proposals
from core.subject_access import packing, queries, releasing
from core.subject_access.gathering import gather
from tests.support.much_held import much_held


def released(held):
    """Drawn, decided on, put before a second person, made and released."""
    packing.draw(held.lead, held.target, now=utc_now())
    masks = {mask.id for mask in queries.masks_of(held.request_id)}
    packing.decide(held.lead, held.target, masks=masks, decision=MaskReason.THIRD_PARTY, why="", now=utc_now())
    packing.put_before(held.lead, held.target, now=utc_now())
    made = releasing.ready(held.target, now=utc_now())
    releasing.release(held.second, held.target, made, version=made.version, now=utc_now())
    db.session.commit()


def test_many_mentions_cost_no_more_queries_than_few(app, count_queries):
    few, many = much_held(20), much_held(60)
    db.session.expunge_all()
    costs = []
    for held in (few, many):
        costs.append(count_queries(lambda held=held: released(held)))
        db.session.expunge_all()
    assert costs[0] == costs[1]


def test_others_are_looked_for_once_while_nothing_changes(app, monkeypatch):
    looked = []

    def counted(texts, subject, others):
        every = list(texts)
        looked.append(len(every))
        return proposals(every, subject, others)

    monkeypatch.setattr(gather, "proposals", counted)
    released(much_held(20))
    assert len(looked) == 1, "what is held is compared twice more, and is the same"
