"""The audit chain."""

import json
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.audit.chain import (
    ZERO,
    Anchor,
    Fault,
    canonical,
    digest,
    export_line,
    linked,
    read_export,
    verify,
)

TEXT = st.text(st.characters(codec="utf-8"), max_size=20)


def link(record: dict[str, Any], prev: str) -> dict[str, Any]:
    """The record as a reader of the trail gets it."""
    text, own = linked({key: value for key, value in record.items() if key != "hash"}, prev)
    return {**json.loads(text), "hash": own}


def a_chain(length: int) -> list[dict[str, Any]]:
    chain: list[dict[str, Any]] = []
    for seq in range(1, length + 1):
        record = {
            "v": 1,
            "seq": seq,
            "actor": f"u_{seq % 5}",
            "object": f"case:{seq}",
            "subjects": ["p_1", "p_é"],
        }
        chain.append(link(record, chain[-1]["hash"] if chain else ZERO))
    return chain


def anchor_at(record: dict[str, Any]) -> Anchor:
    return Anchor(record["seq"], record["hash"], "minutes:7@1")


def test_canonical_json_is_sorted_without_spaces_in_utf_8() -> None:
    assert canonical({"b": [1, "é"], "a": None}) == '{"a":null,"b":[1,"é"]}'.encode()


def test_the_hash_is_the_one_that_the_design_describes() -> None:
    text, own = linked({"seq": 1, "actor": "u_1"}, ZERO)
    described = b"roundtable-audit-v1\0" + b'{"actor":"u_1","prev":"' + b"0" * 64 + b'","seq":1}'
    assert own == sha256(described).hexdigest()
    assert f"roundtable-audit-v1\0{text}".encode() == described


def test_a_chain_left_alone_is_intact_and_says_how_far_it_is_witnessed() -> None:
    chain = a_chain(30)
    report = verify(chain, [anchor_at(chain[9]), anchor_at(chain[19])])
    assert report.intact
    assert (report.records, report.seq, report.hash, report.witnessed) == (30, 30, chain[-1]["hash"], 20)


def test_a_chain_without_records_is_intact_until_an_anchor_says_that_there_were_some() -> None:
    assert verify([], []).intact
    assert not verify([], [Anchor(4, "f" * 64, "minutes:7@1")]).intact


def test_an_anchor_taken_before_the_first_record_holds() -> None:
    assert verify(a_chain(2), [Anchor(0, ZERO, "minutes:1@1")]).intact
    assert not verify(a_chain(2), [Anchor(0, "f" * 64, "minutes:1@1")]).intact


def test_a_fault_is_reported_at_its_record_and_the_check_goes_on() -> None:
    chain = a_chain(10)
    chain[3]["actor"] = chain[7]["actor"] = "u_9"
    faults = verify(chain, []).faults
    assert [fault.seq for fault in faults] == [4, 8]
    assert all("altered" in fault.what for fault in faults)


def test_each_fault_is_told_in_its_own_words() -> None:
    chain = a_chain(8)
    chain[1]["actor"] = "u_9"
    del chain[3]
    chain[5] = link({**chain[5], "actor": "u_9"}, "e" * 64)
    anchors = [Anchor(1, "f" * 64, "minutes:7@1"), Anchor(99, "f" * 64, "minutes:8@1")]
    assert verify(chain, anchors).faults == (
        Fault(1, "the hash is not the one kept with minutes:7@1: rewritten"),
        Fault(2, "its content does not match its hash: altered"),
        Fault(5, "the record before it is 3: records are missing, repeated or out of order"),
        Fault(5, "it does not link to the record before it"),
        Fault(7, "it does not link to the record before it"),
        Fault(8, "it does not link to the record before it"),
        Fault(99, "there is no such record, but minutes:8@1 keeps its hash: cut off or removed"),
    )


@pytest.mark.parametrize("content", [float("nan"), "\ud800", {1, 2}])
def test_a_linked_record_that_holds_what_json_cannot_say_is_altered(content: object) -> None:
    chain = a_chain(3)
    chain[2]["actor"] = content
    assert verify(chain, []).faults == (Fault(3, "its content does not match its hash: altered"),)


def test_a_chain_cut_short_is_seen_through_an_anchor_alone() -> None:
    chain = a_chain(10)
    assert verify(chain[:6], []).intact
    (fault,) = verify(chain[:6], [anchor_at(chain[8])]).faults
    assert fault.seq == 9
    assert "minutes:7@1" in fault.what


def test_what_is_rewritten_after_the_last_anchor_leaves_no_trace_and_the_report_says_so() -> None:
    chain = a_chain(10)
    anchors = [anchor_at(chain[4])]
    rewritten = chain[:7]
    for record in chain[7:]:
        rewritten.append(link({**record, "actor": "u_9"}, rewritten[-1]["hash"]))
    report = verify(rewritten, anchors)
    assert report.intact
    assert report.witnessed == 5


@pytest.mark.parametrize("seq", ["4", 4.0, True, None])
def test_a_record_whose_number_is_no_whole_number_cannot_be_read(seq: object) -> None:
    chain = a_chain(5)
    chain[3] = link({**chain[3], "seq": seq}, chain[2]["hash"])
    assert Fault(4, "the record cannot be read") in verify(chain, []).faults


def test_an_exported_file_is_verified_like_the_store() -> None:
    chain = a_chain(20)
    lines = [export_line(record) + "\n" for record in chain]
    assert verify(read_export(lines), [anchor_at(chain[-1])]).intact


def test_a_blank_line_ends_no_exported_file() -> None:
    lines = [export_line(record) for record in a_chain(3)]
    assert verify(read_export(["", *lines[:1], "  \n", *lines[1:], ""]), []).records == 3


@pytest.mark.parametrize(
    "line",
    [
        "not json",
        "[1]",
        "null",
        '{"seq":3,"seq":3}',
        "[" * 100_000,
        '{"seq":3,"prev":"x","hash":"y","actor":"\\ud800"}',
        '{"seq":3,"prev":"x","hash":"y","actor":NaN}',
    ],
)
def test_a_line_that_is_no_record_is_a_fault_not_a_crash(line: str) -> None:
    chain = a_chain(5)
    lines = [export_line(record) for record in chain]
    lines[2] = line
    report = verify(read_export(lines), [])
    assert report.faults[0].seq == 3


def test_a_key_given_twice_is_not_read_as_the_innocent_one() -> None:
    (line,) = [export_line(record) for record in a_chain(1)]
    doubled = line.replace('"actor":"u_1"', '"actor":"u_9","actor":"u_1"')
    assert json.loads(doubled) == json.loads(line)
    assert not verify(read_export([doubled]), []).intact


@given(st.dictionaries(TEXT, st.one_of(st.none(), st.integers(), TEXT, st.lists(TEXT))), TEXT)
def test_any_change_of_a_field_changes_the_hash(record: dict[str, Any], more: str) -> None:
    before = digest(record)
    assert digest(dict(reversed(record.items()))) == before
    for key in set(record) - {"hash"}:
        assert digest({**record, key: [record[key], more]}) != before
