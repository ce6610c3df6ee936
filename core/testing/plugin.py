"""The contract of a plugin as a whole: loading, tables, pages, hooks."""

import importlib
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, ClassVar

import pytest
from flask import Flask
from sqlalchemy import event

from core.app import create_app
from core.config import Config
from core.extensions import db
from core.facts import Actor, MinutesSection
from core.plugin_api.facts import (
    AgendaEntry,
    Annotation,
    HeardItem,
    MeetingFacts,
    PartnershipFacts,
    Period,
    ReferralFacts,
)
from core.plugin_host import Answer, PluginReport, Unavailable, host_of
from core.plugin_host.checking import faults_in
from core.schema import bring_up_to_date
from core.testing.facts import glimpse_of

UNESCAPED = re.compile(r"\|\s*safe\b|\bautoescape\b|\bMarkup\b")
INLINE = re.compile(r"<script|<style|\son[a-z]+=|\sstyle=", re.IGNORECASE)

VIEWER = Actor(user_id=1, name="Somebody", agency_id=1, partnership_id=1, in_partnership=True, signatory=True)


class PluginContract:
    """Subclass it, call the subclass `Test…`, and name the `plugin` as it is imported.

    `heard`: referrals of yours, with payload and progress, as a meeting would have heard them; your minutes section is
    tried on them. `on`: the day of it.
    """

    plugin: ClassVar[str]
    heard: ClassVar[tuple[ReferralFacts[Any], ...]] = ()
    on: ClassVar[date] = date(2026, 3, 2)

    @pytest.fixture(scope="class")
    @classmethod
    def app(cls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
        """Roundtable with this plugin alone, on a database of its own."""
        made = create_app(Config(data=tmp_path_factory.mktemp("kit"), plugins=(cls.plugin,), testing=True))
        bring_up_to_date(made)
        with made.app_context():
            yield made
            db.session.remove()
            db.engine.dispose()

    def test_it_is_taken_in(self, app: Flask) -> None:
        """Import, hooks, name, interface, pathways, tables with its prefix, templates, a policy for each page."""
        report = self._report(app)
        assert not report.stage, f"It is refused at the stage “{report.stage}”: {report.reason}"

    def test_it_is_sound(self, app: Flask) -> None:
        """What `roundtable plugins check` finds: migrations against models, hooks and pathways asked about nothing."""
        report = self._report(app)
        faults = faults_in(app, host_of(app), on=self.on).get(report.name, [])
        assert not faults, " ".join(faults)

    def test_an_agenda_costs_the_same_for_one_item_and_for_thirty(self, app: Flask) -> None:
        """The whole agenda comes at once, so that nobody asks the database once per item."""
        one, thirty = self._queries(app, 1), self._queries(app, 30)
        assert one == thirty, f"{one} queries for one item, {thirty} for thirty: ask for all of them in one query."

    def test_annotations_are_about_the_entries_and_name_their_audiences(self, app: Flask) -> None:
        """Each is under an item that was asked about, and for somebody."""
        for answer in self._annotated(app, 3):
            note: Annotation = answer
            assert note.item_id in (1, 2, 3), f"An annotation is under item {note.item_id}, which was not asked about."
            assert note.audiences, f"“{note.text}” names no audience, so nobody would read it."
            assert type(note.text) is str, f"“{note.text}” is a {type(note.text).__name__}: give plain text."

    def test_what_minutes_keep_of_it_reads_the_same_without_it(self, app: Flask) -> None:
        """Sections hold plain text alone: nothing of the plugin is needed to read them again."""
        pathways = host_of(app).pathways
        heard = tuple((key, facts) for key in pathways for facts in self.heard)
        record = MeetingFacts(1, 1, "Kit", self.on, (HeardItem(1, 1, "KIT-2026-0001", heard),))
        for answer in host_of(app).ask(app, "roundtable_minutes_sections", {"record": record}):
            section: MinutesSection
            for section in self._values(answer):
                for row in section.rows:
                    assert row.audiences, f"Row “{row.label}” names no audience, so nobody would read it."
                    for text in (section.title, row.label, row.value):
                        assert type(text) is str, f"“{text}” is a {type(text).__name__}: minutes keep plain text."

    def test_statistics_are_counts_without_a_name(self, app: Flask) -> None:
        """Whole numbers with a label, also of a partnership that has none."""
        asked = {"period": Period(self.on, self.on), "partnership": PartnershipFacts(1, "Kit")}
        for answer in host_of(app).ask(app, "roundtable_statistics", asked):
            for each in self._values(answer):
                assert type(each.value) is int, f"Statistic “{each.label}” is a {type(each.value).__name__}: count."
                assert each.label.strip(), "A statistic has no label."

    def test_its_templates_escape_and_hold_no_script_or_style(self, app: Flask) -> None:
        """What somebody typed is never mark-up, and the pages' policy lets nothing inline run."""
        for path in self._templates(app):
            text = path.read_text("utf-8")
            found = [*UNESCAPED.findall(text), *INLINE.findall(text)]
            assert not found, f"{path.name} holds {found[0].strip()!r}: leave the escaping, scripts and styles alone."

    # What the rules are tried on

    def _report(self, app: Flask) -> PluginReport:
        return next(report for report in host_of(app).reports if report.origin == self.plugin)

    def _templates(self, app: Flask) -> list[Path]:
        beside = Path(str(importlib.import_module(self.plugin).__file__)).parent
        named = [info.templates for info in host_of(app).plugins if info.templates is not None]
        folders = named or [beside / "templates"]
        return [path for folder in folders for path in sorted(folder.rglob("*.html"))]

    def _annotated(self, app: Flask, number: int) -> list[Any]:
        pathways = list(host_of(app).pathways.values())
        entries = tuple(
            AgendaEntry(each, each, each, tuple(glimpse_of(pathway, each, self.on) for pathway in pathways))
            for each in range(1, number + 1)
        )
        asked = {"entries": entries, "viewer": VIEWER}
        answers = host_of(app).ask(app, "roundtable_agenda_annotations", asked)
        return [value for answer in answers for value in self._values(answer)]

    def _values(self, answer: Answer | Unavailable) -> tuple[Any, ...]:
        assert isinstance(answer, Answer), f"It did not answer: {answer.text}"
        return answer.values

    def _queries(self, app: Flask, number: int) -> int:
        """How many statements the database is sent for an agenda of so many items."""
        statements: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            statements.append(statement)

        event.listen(db.engine, "before_cursor_execute", note)
        try:
            self._annotated(app, number)
        finally:
            event.remove(db.engine, "before_cursor_execute", note)
        return len([each for each in statements if not each.startswith(("BEGIN", "PRAGMA"))])
