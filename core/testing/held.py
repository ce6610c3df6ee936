"""The contract of what a plugin holds about somebody: whatever is erased with a person, they are given a copy of."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any, ClassVar

from flask import Flask
from sqlalchemy import Boolean, Column, Date, DateTime, MetaData, Table, Text, inspect
from sqlalchemy import String as Textual
from sqlalchemy.orm import Mapper

from core.extensions import db
from core.plugin_api.holding import HeldRecord
from core.plugin_api.tables import KEPT_WHEN_ERASED, PluginTables, columns_of_people
from core.plugin_host import Answer, host_of
from core.retention.holdings import held_by_plugin

HOOK = "roundtable_held_about"

REFERRAL, CASE, PERSON, SOMEBODY_ELSE = 9_001, 9_002, 9_003, 9_004
"""Ids that nothing else of the kit has."""


class HeldContract:
    """Rules that need the plugin's own tables, with a row in each."""

    on: ClassVar[date]

    def test_what_it_keeps_of_somebody_they_are_given_a_copy_of(self, app: Flask) -> None:
        """Every text that an erasure empties is in the answer about the person whom it is kept of."""
        for metadata in _tables_of(app):
            with _a_row_in_each(metadata, self.on) as written:
                answers = _asked(app, people=(PERSON,), referrals=(REFERRAL,))
                assert answers is not None, f"It keeps something of people, and does not answer {HOOK}."
                said = "\n".join(_everything_in(record) for record in answers)
                for column, words in written.items():
                    assert words in said, f"{column} is kept of a person, and not in what they are given: see {HOOK}."

    def test_what_it_holds_is_about_whoever_was_asked_about(self, app: Flask) -> None:
        """Of nobody it holds nothing; and each thing has a key of its own, by which decisions about it are found."""
        for metadata in _tables_of(app):
            with _a_row_in_each(metadata, self.on):
                assert not _asked(app, people=(), referrals=()), f"Asked about nobody, {HOOK} tells of somebody."
                found = _asked(app, people=(PERSON,), referrals=(REFERRAL,)) or ()
                keys = [record.key for record in found]
                assert len(keys) == len(set(keys)), f"{HOOK} gives two things one key: {sorted(keys)}."
                assert all(record.referral_id == REFERRAL for record in found), f"{HOOK} tells of another referral."


def _tables_of(app: Flask) -> list[MetaData]:
    """The tables of the plugin, where some of them hold something of people. Those that no migration makes are found
    by another rule.
    """
    found = [info.metadata for info in host_of(app).plugins if info.metadata is not None and _are_there(info.metadata)]
    return [each for each in found if any(held is not None and held.by for held in held_by_plugin(each).values())]


def _are_there(metadata: MetaData) -> bool:
    there = inspect(db.engine)
    return all(
        there.has_table(table.name)
        and {column.name for column in table.columns} <= {column["name"] for column in there.get_columns(table.name)}
        for table in metadata.sorted_tables
    )


def _asked(app: Flask, **arguments: object) -> tuple[HeldRecord, ...] | None:
    """What it answered; None where it has no such hook."""
    answers = host_of(app).ask(app, HOOK, arguments)
    for answer in answers:
        assert isinstance(answer, Answer), f"It did not answer: {answer.text}"
        return answer.values
    return None


def _everything_in(record: HeldRecord) -> str:
    told = (*(value for _, value in record.facts), *(text.text for text in record.texts))
    return "\n".join((record.title, *map(str, told)))


@contextmanager
def _a_row_in_each(metadata: MetaData, on: date) -> Iterator[Mapping[str, str]]:
    """Fill in every table; `table.column` -> the words that were written there, of those that hold somebody's."""
    held, mappers = held_by_plugin(metadata), _mappers_of(metadata)
    made: dict[str, Mapping[str, object]] = {}
    words: dict[str, str] = {}
    for table in metadata.sorted_tables:
        of_somebody = held[table.name]
        values: dict[str, object] = {}
        for column in table.columns:
            if _is_text(column) and not column.foreign_keys:
                kept = column.info.items() >= KEPT_WHEN_ERASED.items()
                values[column.name] = "" if kept else f"canary {table.name} {column.name}"
                if not kept and of_somebody is not None and of_somebody.by:
                    words[f"{table.name}.{column.name}"] = f"canary {table.name} {column.name}"
            elif (other := _value_of(column, made, on)) is not None:
                values[column.name] = other
        made[table.name] = _written(table, mappers.get(table.name), values)
    db.session.commit()
    try:
        yield words
    finally:
        for table in reversed(metadata.sorted_tables):
            db.session.execute(table.delete())
        db.session.commit()


def _written(table: Table, mapper: Mapper[Any] | None, values: Mapping[str, object]) -> Mapping[str, object]:
    """A row with those values, by its class where it has one: what is encrypted is sealed there. Its key."""
    if mapper is None:
        keys = [column.name for column in table.primary_key]
        found = db.session.execute(table.insert().values(**values).returning(*table.primary_key)).one()
        return dict(zip(keys, found, strict=True))
    row = mapper.class_()
    for name, value in values.items():
        setattr(row, name, value)
    db.session.add(row)
    db.session.flush()
    return {column.name: getattr(row, column.name) for column in table.primary_key}


def _mappers_of(metadata: MetaData) -> Mapping[str, Mapper[Any]]:
    bases = [base for base in _subclasses(PluginTables) if base.__dict__.get("metadata") is metadata]
    mappers: set[Mapper[Any]] = {mapper for base in bases for mapper in base.registry.mappers}
    return {str(mapper.persist_selectable.description): mapper for mapper in mappers}


def _subclasses(kind: Any) -> Iterator[Any]:
    for each in kind.__subclasses__():
        yield each
        yield from _subclasses(each)


def _is_text(column: Column[Any]) -> bool:
    return isinstance(column.type, Textual | Text)


def _value_of(column: Column[Any], made: Mapping[str, Mapping[str, object]], on: date) -> object:
    """What stands there: whose it is, a row that was made before, or anything. None where the database says."""
    if column.foreign_keys:
        key = next(iter(column.foreign_keys)).column
        return made[key.table.name][key.name]
    named = {"referral_id": REFERRAL, "case_id": CASE}
    if column.name in named:
        return named[column.name]
    people = [each for each in columns_of_people(column.table.metadata) if each.table is column.table]
    if column in people:
        return PERSON if column is people[0] else SOMEBODY_ELSE
    if column.primary_key or column.default is not None:
        return None
    kinds: tuple[tuple[type, object], ...] = (
        (Boolean, True),
        (DateTime, datetime(on.year, on.month, on.day, tzinfo=UTC)),
        (Date, on),
    )
    return next((value for kind, value in kinds if isinstance(column.type, kind)), 1)
