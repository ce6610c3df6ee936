"""The audit chain's first head, and the indexes that names are found by."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SEARCHED = (("person", "search_name"), ("case_file", "search_title"))


def upgrade() -> None:
    op.execute(
        sa.text("INSERT INTO audit_head (id, seq, hash) VALUES (1, 0, :zero)").bindparams(zero="0" * 64)
    )
    for table, column in SEARCHED:
        if op.get_bind().dialect.name == "sqlite":
            _index_with_fts5(table, column)
        else:
            _index_with_trigrams(table, column)


def _index_with_fts5(table: str, column: str) -> None:
    """SQLite: an external-content FTS5 table of trigrams, kept by triggers."""
    fts = f"{table}_names"
    op.execute(
        f"CREATE VIRTUAL TABLE {fts} USING fts5({column}, content='{table}', content_rowid='id', "
        "tokenize='trigram')"
    )
    add = f"INSERT INTO {fts} (rowid, {column}) VALUES (new.id, new.{column});"  # nosec B608
    take = f"INSERT INTO {fts} ({fts}, rowid, {column}) VALUES ('delete', old.id, old.{column});"  # nosec B608
    op.execute(f"CREATE TRIGGER {fts}_added AFTER INSERT ON {table} BEGIN {add} END")
    op.execute(f"CREATE TRIGGER {fts}_taken AFTER DELETE ON {table} BEGIN {take} END")
    op.execute(f"CREATE TRIGGER {fts}_changed AFTER UPDATE OF {column} ON {table} BEGIN {take} {add} END")


def _index_with_trigrams(table: str, column: str) -> None:
    """PostgreSQL: pg_trgm, a trusted extension: the database's owner may create it."""
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    op.execute(f"CREATE INDEX ix_{table}_{column}_trigrams ON {table} USING gin ({column} gin_trgm_ops)")
