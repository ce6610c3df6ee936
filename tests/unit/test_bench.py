"""The benchmarks end well only if every one of them ran and met its target."""

import json
from typing import Any

import pytest

from bench import __main__ as bench

LINES: dict[str, list[dict[str, Any]] | None] = {
    "agenda": [{"job": "agenda page", "met": True}, {"job": "agenda PDF", "met": True}],
    "lists": [{"job": "a list", "met": False}, {"job": "a search", "met": True}],
    "figures": [{"ratio": 2}],
    "broken": None,
}


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["agenda", "figures"], None),
        (["agenda", "lists"], "target missed: a list"),
        (["broken", "agenda"], "failed: broken"),
        (["broken", "lists"], "failed: broken; target missed: a list"),
    ],
)
def test_it_ends_with_what_failed_and_what_missed(monkeypatch, names, said) -> None:
    monkeypatch.setattr(bench.sys, "argv", ["bench", *names])
    monkeypatch.setattr(bench, "run", lambda name: json.loads(json.dumps(LINES[name])))
    if said is None:
        bench.main()
        return
    with pytest.raises(SystemExit) as ended:
        bench.main()
    assert ended.value.code == said  # a sentence: the exit status is 1
