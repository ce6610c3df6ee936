"""Drill: somebody with write access to the store tampers with the audit chain, 7 ways, 50 times each."""

import json
from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from core.audit.chain import ZERO, Anchor, linked, verify
from tests.drills.conftest import Report

Chain = list[dict[str, Any]]
ROUNDS = 50


def link(record: dict[str, Any], prev: str) -> dict[str, Any]:
    """The record as an export holds it, after the one whose hash is `prev`."""
    text, hash_ = linked({name: value for name, value in record.items() if name != "hash"}, prev)
    return {**json.loads(text), "hash": hash_}


def a_chain(length: int) -> Chain:
    chain: Chain = []
    for seq in range(1, length + 1):
        record = {
            "v": 1,
            "seq": seq,
            "ts": f"2026-11-21T09:{seq // 60:02}:{seq % 60:02}Z",
            "actor": f"u_{seq % 7}",
            "category": "disclosure",
            "action": "case.read",
            "object": f"case:{seq % 11}",
            "subjects": [f"p_{seq % 13}"],
            "outcome": "allow",
        }
        chain.append(link(record, chain[-1]["hash"] if chain else ZERO))
    return chain


def edit_a_field(chain: Chain, rng: Random) -> Chain:
    victim = rng.choice(chain)
    field = rng.choice(["ts", "actor", "object", "outcome"])
    victim[field] += "x"
    return chain


def delete_one(chain: Chain, rng: Random) -> Chain:
    del chain[rng.randrange(len(chain) - 1)]
    return chain


def cut_the_end(chain: Chain, rng: Random) -> Chain:
    return chain[: rng.randrange(len(chain))]


def swap_two(chain: Chain, rng: Random) -> Chain:
    first, second = rng.sample(range(len(chain)), 2)
    chain[first], chain[second] = chain[second], chain[first]
    return chain


def insert_one(chain: Chain, rng: Random) -> Chain:
    at = rng.randrange(1, len(chain))
    before = chain[at - 1]
    chain.insert(at, link({**before, "seq": before["seq"] + 1, "actor": "u_99"}, before["hash"]))
    return chain


def rehash_one(chain: Chain, rng: Random) -> Chain:
    """Edits a record and gives it a hash that matches; in every other round the last, which none links to."""
    at = rng.choice([rng.randrange(len(chain)), len(chain) - 1])
    chain[at] = link({**chain[at], "actor": "u_99"}, chain[at]["prev"])
    return chain


def rewrite_the_rest(chain: Chain, rng: Random) -> Chain:
    """Edits a record and links everything after it anew: a chain without a flaw of its own."""
    at = rng.randrange(len(chain))
    rewritten = [*chain[:at]]
    for record in chain[at:]:
        changed = {**record, "actor": "u_99"} if record["seq"] == at + 1 else record
        rewritten.append(link(changed, rewritten[-1]["hash"] if rewritten else ZERO))
    return rewritten


TAMPERING: list[Callable[[Chain, Random], Chain]] = [
    edit_a_field,
    delete_one,
    cut_the_end,
    swap_two,
    insert_one,
    rehash_one,
    rewrite_the_rest,
]


def test_every_tampering_with_what_anchors_witness_is_caught(figure: Report) -> None:
    caught: dict[str, int] = {}
    for tamper in TAMPERING:
        for seed in range(ROUNDS):
            rng = Random(f"{tamper.__name__} {seed}")
            chain = a_chain(rng.randrange(40, 120))
            # As minutes are approved now and then; the last of them has just been circulated.
            kept = {*rng.sample(range(len(chain)), 3), len(chain) - 1}
            anchors = [Anchor(chain[at]["seq"], chain[at]["hash"], f"minutes:{at}@1") for at in kept]
            assert verify(chain, anchors).intact
            report = verify(tamper(chain, rng), anchors)
            caught[tamper.__name__] = caught.get(tamper.__name__, 0) + (not report.intact)
    figure("audit tampering", f"{sum(caught.values())} of {ROUNDS * len(TAMPERING)} caught")
    assert caught == {tamper.__name__: ROUNDS for tamper in TAMPERING}


@pytest.mark.parametrize("tamper", [cut_the_end, rewrite_the_rest])
def test_a_cut_and_a_rewrite_are_caught_by_the_anchors_and_by_nothing_else(
    tamper: Callable[[Chain, Random], Chain], figure: Report
) -> None:
    unseen = sum(verify(tamper(a_chain(50), Random(seed)), []).intact for seed in range(ROUNDS))
    figure(f"audit without anchors: {tamper.__name__}", f"{ROUNDS - unseen} of {ROUNDS} caught: anchors are needed")
    assert unseen == ROUNDS
