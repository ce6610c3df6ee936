"""The contract of a plugin as a whole: loading, tables, pages, hooks."""

import ast
import importlib
import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, ClassVar

import pytest
from flask import Flask
from jinja2 import TemplateSyntaxError
from sqlalchemy import event

from core.app import create_app
from core.config import Config
from core.extensions import db
from core.facts import MinutesSection
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
from core.testing.facts import VIEWER, glimpse_of
from core.testing.held import HeldContract

UNESCAPED = re.compile(r"\|\s*safe\b|\bautoescape\b|\bMarkup\b")
INLINE = re.compile(r"<script|<style|\son[a-z]+=|\sstyle=", re.IGNORECASE)

INTERFACE = "core.plugin_api"


class PluginContract(HeldContract):
    """Subclass it, call the subclass `Test…`, and name the `plugin` as it is imported.

    `heard`: referrals of yours, with payload and progress, as a meeting would have heard them; your minutes section is
    tried on them, so with pathways and minutes of your own you must give some. `on`: the day of it.
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

    def test_it_imports_the_plugin_interface_alone(self) -> None:
        """Everything else of Roundtable may change from one release to the next."""
        for path in self._modules():
            for line, name in _imports(path):
                inside = name == "core" or name.startswith("core.")
                allowed = name == INTERFACE or name.startswith(f"{INTERFACE}.")
                assert allowed or not inside, f"{path.name}, line {line}, imports {name}: import {INTERFACE} alone."

    def test_an_agenda_costs_the_same_for_one_item_and_for_thirty(self, app: Flask) -> None:
        """The whole agenda comes at once, so that nobody asks the database once per item."""
        one, thirty = (self._queries(app, self._annotated, number) for number in (1, 30))
        assert one == thirty, f"{one} queries for one item, {thirty} for thirty: ask for all of them in one query."

    def test_minutes_cost_the_same_for_one_item_and_for_thirty(self, app: Flask) -> None:
        """So does the whole meeting."""
        one, thirty = (self._queries(app, self._minuted, number) for number in (1, 30))
        assert one == thirty, (
            f"{one} queries for the minutes of one item, {thirty} for thirty: ask for all in one query."
        )

    def test_what_it_holds_costs_the_same_for_one_referral_and_for_thirty(self, app: Flask) -> None:
        """All referrals of a person come at once."""
        one, thirty = (self._queries(app, self._told_about, number) for number in (1, 30))
        assert one == thirty, f"{one} queries for one referral, {thirty} for thirty: ask for all of them in one query."

    def test_annotations_are_about_the_entries_and_name_their_audiences(self, app: Flask) -> None:
        """Each is under an item that was asked about, and for somebody."""
        for answer in self._annotated(app, 3):
            note: Annotation = answer
            assert note.item_id in (1, 2, 3), f"An annotation is under item {note.item_id}, which was not asked about."
            assert note.audiences, f"“{note.text}” names no audience, so nobody would read it."
            assert type(note.text) is str, f"“{note.text}” is a {type(note.text).__name__}: give plain text."

    def test_its_minutes_are_tried_on_what_a_meeting_heard(self, app: Flask) -> None:
        """The rules for minutes would hold of nothing at all: of `heard` they have something to say."""
        host = host_of(app)
        asked = host.ask(app, "roundtable_minutes_sections", {"record": MeetingFacts(1, 1, "Kit", self.on, ())})
        if host.pathways and asked:
            assert self.heard, "It adds to the minutes, and `heard` is empty: give referrals to try that on."
            assert self._minuted(app, 1), "It adds nothing to the minutes of a meeting that heard all of `heard`."

    def test_what_minutes_keep_of_it_reads_the_same_without_it(self, app: Flask) -> None:
        """Sections hold plain text alone: nothing of the plugin is needed to read them again."""
        for section in self._minuted(app, 1):
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
        for path, text in self._templates(app):
            found = [*UNESCAPED.findall(text), *INLINE.findall(text)]
            assert not found, f"{path.name} holds {found[0].strip()!r}: leave the escaping, scripts and styles alone."

    def test_its_templates_can_be_read(self, app: Flask) -> None:
        """A mistake in a page is found here, and not by whoever opens it first."""
        for path, text in self._templates(app):
            try:
                app.jinja_env.compile(text)
            except TemplateSyntaxError as fault:
                raise AssertionError(f"{path.name}, line {fault.lineno}: {fault.message}") from fault

    # What the rules are tried on

    def _report(self, app: Flask) -> PluginReport:
        return next(report for report in host_of(app).reports if report.origin == self.plugin)

    def _module(self) -> Path:
        return Path(str(importlib.import_module(self.plugin).__file__))

    def _modules(self) -> list[Path]:
        """Its files: of a package, all that lie in its folder."""
        module = self._module()
        return sorted(module.parent.rglob("*.py")) if module.name == "__init__.py" else [module]

    def _templates(self, app: Flask) -> list[tuple[Path, str]]:
        """Its pages, each with what it holds."""
        named = [info.templates for info in host_of(app).plugins if info.templates is not None]
        folders = named or [self._module().parent / "templates"]
        return [(path, path.read_text("utf-8")) for folder in folders for path in sorted(folder.rglob("*.html"))]

    def _annotated(self, app: Flask, number: int) -> list[Any]:
        pathways = list(host_of(app).pathways.values())
        entries = tuple(
            AgendaEntry(each, each, each, tuple(glimpse_of(pathway, each, self.on) for pathway in pathways))
            for each in range(1, number + 1)
        )
        asked = {"entries": entries, "viewer": VIEWER}
        answers = host_of(app).ask(app, "roundtable_agenda_annotations", asked)
        return [value for answer in answers for value in self._values(answer)]

    def _minuted(self, app: Flask, number: int) -> list[MinutesSection]:
        """What it adds to the minutes of a meeting that heard so many items, with `heard` under each."""
        heard = tuple((key, facts) for key in host_of(app).pathways for facts in self.heard)
        items = tuple(HeardItem(each, each, f"KIT-2026-{each:04}", heard) for each in range(1, number + 1))
        record = MeetingFacts(1, 1, "Kit", self.on, items)
        answers = host_of(app).ask(app, "roundtable_minutes_sections", {"record": record})
        return [section for answer in answers for section in self._values(answer)]

    def _values(self, answer: Answer | Unavailable) -> tuple[Any, ...]:
        assert isinstance(answer, Answer), f"It did not answer: {answer.text}"
        return answer.values

    def _told_about(self, app: Flask, number: int) -> object:
        """What it holds of somebody with so many referrals."""
        asked = {"people": (1,), "referrals": tuple(range(1, number + 1))}
        return [self._values(answer) for answer in host_of(app).ask(app, "roundtable_held_about", asked)]

    def _queries(self, app: Flask, ask: Callable[[Flask, int], object], number: int) -> int:
        """How many statements the database is sent while something is asked about so many items."""
        statements: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            statements.append(statement)

        event.listen(db.engine, "before_cursor_execute", note)
        try:
            ask(app, number)
        finally:
            event.remove(db.engine, "before_cursor_execute", note)
        return len([each for each in statements if not each.startswith(("BEGIN", "PRAGMA"))])


def _imports(path: Path) -> Iterator[tuple[int, str]]:
    """The line and the module of every import of a file."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            # `from core import x` brings core.x
            names = (alias.name for alias in node.names) if node.module == "core" else ("",)
            yield from ((node.lineno, f"{node.module}.{name}".rstrip(".")) for name in names)
