"""Which migration a folder ends with, and whether a database has reached it; without loading Alembic."""

import ast
from pathlib import Path

from sqlalchemy import Connection, inspect, text


def heads_of(folder: Path) -> frozenset[str]:
    """Revisions that no other follows. Each file says `revision = "…"` and `down_revision = "…"` or None."""
    revisions, followed = set(), set()
    for path in folder.glob("*.py"):
        said = _said(path)
        if "revision" in said:
            revisions.add(said["revision"])
            followed.add(said.get("down_revision"))
    return frozenset(revision for revision in revisions - followed if revision is not None)


def are_reached(connection: Connection, folder: Path, version_table: str) -> bool:
    """Whether the tables are where the folder's migrations end."""
    if not inspect(connection).has_table(version_table):
        return False
    rows = connection.execute(text(f"SELECT version_num FROM {version_table}"))  # noqa: S608  our own table's name
    return {row[0] for row in rows} == heads_of(folder)


def _said(path: Path) -> dict[str, str | None]:
    """The plain assignments at the top of a migration."""
    said: dict[str, str | None] = {}
    for statement in ast.parse(path.read_text("utf-8")).body:
        if isinstance(statement, ast.Assign | ast.AnnAssign):
            target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
            value = statement.value.value if isinstance(statement.value, ast.Constant) else ...
            if isinstance(target, ast.Name) and (value is None or isinstance(value, str)):
                said[target.id] = value
    return said
