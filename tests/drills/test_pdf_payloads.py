"""Drill: sixty payloads that reach for files and hosts, in every text field of every record; and PDF bombs."""

import os
import resource
import threading
import time
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from inspect import signature
from pathlib import Path
from typing import Any

import pytest

from core.actions.paper import log_html
from core.documents.pdf import Renderer, RenderFailed
from core.documents.render import copy_html, full_copy_html, made_for_html, preview_html
from core.meetings.agenda_document import agenda_html
from core.meetings.pack.document import pack_html
from core.minutes.access.document import access_html
from core.minutes.render import minutes_html
from tests.drills.conftest import Report
from tests.records import a_pack, a_record, an_agenda
from tests.records_taken import a_correction, a_log, an_access_copy
from tests.support.papers import faults
from tests.support.reaching import REACHING, a_host

RECORDS = {
    "minutes": lambda: (minutes_html, a_record(2, people=3)),
    "agenda": lambda: (agenda_html, an_agenda(3)),
    "research": lambda: (pack_html, a_pack(3)),
    "actions": lambda: (log_html, a_log(3)),
    "access": lambda: (lambda both: access_html(*both), (an_access_copy(3), a_record(1, people=3))),
    "correction": lambda: (lambda both: minutes_html(*both), (a_record(2, people=3), (a_correction(),))),
}
STAMPS = {"copy": copy_html, "made for": made_for_html, "preview": preview_html, "full copy": full_copy_html}
"""What is put on a finished document, with the names and agencies that somebody typed."""
KEPT = {"marking"}
"""Fields that nobody types and that every page is checked for."""
DEEP = 30
BOMBS = {
    "a table of a million cells": "<table>" + ("<tr>" + "<td>x" * 1_000) * 1_000,
    "boxes in boxes": "<div style='display:flex'><p>x" * DEEP,
    "ten megabytes of one word": "<p>" + "x" * 10_000_000,
    "an image of a light year": "<svg width='9e15' height='9e15' viewBox='0 0 1 1'><rect width='1' height='1'/></svg>",
    "a page of a light year": "<style>@page{size:9e15px 9e15px}</style><p>x",
    "a million paragraphs": "<p>word " * 1_000_000,
    "columns in columns": "<div style='columns:9'>x" * DEEP,
    "ten million pages": "<style>p{break-after:page;height:999999999cm}</style>" + "<p>x" * 20_000,
}
QUICK = ("boxes in boxes", "ten megabytes of one word")
"""Those of the short form."""
SECONDS = 20
"""For one document, the start of the child that makes it counted."""


@pytest.fixture
def renderer() -> Iterator[Renderer]:
    shared = Renderer(seconds=120)
    yield shared
    shared.close()


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """A file that says when it was read."""
    file = tmp_path / "secret.txt"
    file.write_text("canary-in-a-file")
    os.utime(file, (1, 1))
    return file


def test_no_payload_in_any_text_field_reaches_anything(
    renderer: Renderer, secret: Path, full: bool, figure: Report
) -> None:
    made = typed = 0
    with a_host() as (address, asked):
        urls = (f"{address}/x", secret.as_uri())
        payloads = [how.format(url=urls[number % 2]) for number, how in enumerate(REACHING.values())]
        for name, of in RECORDS.items():
            page, record = of()
            for first in range(len(payloads) if full else 1):
                filled = Filled(payloads[first:] + payloads[:first])
                paper = renderer.pdf(page(filled.of(record))).content
                assert faults(paper) == [], (name, first)
                made, typed = made + 1, max(typed, filled.count)
        plain = renderer.pdf(agenda_html(an_agenda(1))).content
        for name, stamp in STAMPS.items():
            texts = len(signature(stamp).parameters)
            for first in range(0, len(payloads) if full else 1, texts):
                words = (payloads[first:] + payloads[:first])[:texts]
                assert faults(renderer.stamped(plain, stamp(*words)).content) == [], (name, first)
                made += 1
        assert asked == []
    assert secret.stat().st_atime == 1, "the file was opened"
    figure("PDF payloads", f"{len(payloads)} in up to {typed} text fields, {made} documents: 0 fetched, 0 files opened")


class Filled:
    """A record with a payload, the next of the list, in each of its texts."""

    def __init__(self, payloads: list[str]) -> None:
        self._payloads = payloads
        self.count = 0

    def of(self, value: Any, name: str = "") -> Any:
        """The same with payloads for texts, all the way down."""
        if type(value) is str and name not in KEPT:
            self.count += 1
            return self._payloads[self.count % len(self._payloads)]
        if is_dataclass(value) and not isinstance(value, type):
            return replace(
                value, **{each.name: self.of(getattr(value, each.name), each.name) for each in fields(value)}
            )
        return tuple(self.of(each) for each in value) if type(value) is tuple else value


def test_a_bomb_costs_the_web_process_nothing(full: bool, figure: Report) -> None:
    """Each is given up with a reason, or made within the limits; meanwhile this process does its work."""
    hasty = Renderer(seconds=SECONDS, megabytes=600)
    try:
        for bomb in BOMBS if full else QUICK:
            assert hasty.pdf("<title>x</title><p>x").pages == 1, "the next document is made"
            explode(hasty, bomb, figure)
    finally:
        hasty.close()


def explode(hasty: Renderer, bomb: str, figure: Report) -> None:
    """One bomb, while this thread counts how long it waits for its turn."""
    outcome: list[str] = []
    waits: list[float] = []

    def render() -> None:
        try:
            outcome.append(f"{hasty.pdf(f'<title>x</title>{BOMBS[bomb]}').pages} pages")
        except RenderFailed as failed:
            outcome.append(failed.reason)

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    thread, start = threading.Thread(target=render), time.monotonic()
    thread.start()
    while thread.is_alive():
        tick = time.monotonic()
        time.sleep(0.01)
        waits.append(time.monotonic() - tick)
    took = time.monotonic() - start
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    waited = sorted(waits)[len(waits) * 95 // 100] * 1000
    figure(
        f"PDF bomb, {bomb}",
        f"“{outcome[0]}” after {took:.1f} s; {grown:.0f} MB more here, p95 of a turn {waited:.0f} ms",
    )
    assert took < SECONDS + 4
    assert grown < 60, "a few times the ten megabytes that were sent, and no more"
    assert waited < 1000, "the others have their turn while a bomb is laid out"
