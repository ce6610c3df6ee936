"""Every table is in the registry of what we hold, with whose its rows are: none escapes an erasure by being new."""

from importlib import import_module
from pathlib import Path

import pytest
from sqlalchemy import MetaData

import core.models  # noqa: F401  all of core's tables
from core.config import Config
from core.database import Base
from core.retention.emptying import holds_words
from core.retention.holdings import HELD, held_by_plugin
from core.retention.kinds import RULES, Goes, Kind

STAYS = {
    # What leads back to another row of the same kind, which goes by itself
    "agenda_item.carried_from_id",
    "agenda_item.nomination_id",
    "nomination.sent_on_to_id",
    "referral.continues_id",
    "referral.item_id",
    "person.merged_into_id",
    # Who was there for what stays: "which controllers were present?" is answered years later
    "item_attendance.item_id",
    "item_chair.item_id",
    # The item of a later meeting, under which it was decided
    "minutes_correction.decided_item_id",
}
"""Columns that refer to a row that is reached, and by which nothing more is reached."""


def test_every_table_says_what_it_holds_and_why() -> None:
    assert set(Base.metadata.tables) - set(HELD) == set(), "put it in core/retention/holdings.py"
    assert set(HELD) - set(Base.metadata.tables) == set(), "there is no such table"
    assert {held.kind for held in HELD.values()} | {Kind.PROVIDER} == set(Kind)


def test_whatever_refers_to_a_case_or_a_person_is_reached_with_it() -> None:
    reached = {name for name, held in HELD.items() if held.by} | {"case_file", "person"}
    missed = [
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for column in table.columns
        for key in column.foreign_keys
        if key.column.table.name in reached and column.name not in HELD[table.name].by
    ]
    assert sorted(missed) == sorted(STAYS)


def test_the_registry_names_columns_that_there_are() -> None:
    for held in HELD.values():
        table = Base.metadata.tables[held.table]
        for name in (*held.by, *held.keeps, *held.erases, *held.listed):
            assert name in table.columns, f"{held.table}.{name}"
        assert all(table.columns[name].nullable for name in held.erases), held.table
        assert all(table.columns[name].foreign_keys for name in held.by), held.table
        assert all(holds_words(table.columns[name]) for name in held.keeps), f"{held.table} keeps what is kept anyway"


def _plugins() -> list[str]:
    return list(Config(data=Path(), testing=True).plugins)


@pytest.mark.parametrize("name", _plugins())
def test_every_table_of_a_plugin_leads_to_a_referral_or_is_a_providers_own(name: str) -> None:
    metadata: MetaData = import_module(f"{name}.models").Base.metadata
    found = held_by_plugin(metadata)
    assert [table for table, held in found.items() if held is None] == []
    for table, held in found.items():
        assert held is not None
        kept = [metadata.tables[table].columns[column] for column in held.keeps]
        assert all(getattr(column.type, "length", None) == 20 for column in kept), f"{table} keeps more than a code"


def test_every_kind_that_goes_has_a_period_within_bounds_and_says_where_it_comes_from() -> None:
    assert set(RULES) == set(Kind)
    for rule in RULES.values():
        assert rule.what and rule.why and rule.source, rule.kind
        if rule.goes not in (Goes.KEPT, Goes.WITH_CASE):
            assert rule.runs_from and 1 <= rule.least <= rule.default <= rule.most, rule.kind
