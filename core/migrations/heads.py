"""Which migration a folder ends with, and whether a database has reached it; without loading Alembic."""

import ast
from pathlib import Path

from sqlalchemy import Connection, String, column, inspect, select, table


class NotPlain(ValueError):
    """A file among migrations whose place in their order cannot be read; the message says which and why."""


def heads_of(folder: Path) -> frozenset[str]:
    """Revisions that no other follows.

    Each file says `revision = "…"` and `down_revision = "…"`, None or several. Raises NotPlain where one does not:
    left out of the order, it would be run by nobody and missed by nobody.
    """
    revisions: set[str] = set()
    followed: set[str] = set()
    for path in sorted(folder.glob("*.py")):
        if path.name == "__init__.py":
            continue
        said = _said(path)
        revision = said.get("revision")
        if not isinstance(revision, str):
            raise NotPlain(f'{path.name} among its migrations does not say `revision = "…"`, in so many words.')
        if "down_revision" not in said:
            raise NotPlain(f'{path.name} among its migrations does not say `down_revision = "…"`, or None.')
        if revision in revisions:
            raise NotPlain(f"{path.name} among its migrations has the revision {revision}, which another has, too.")
        revisions.add(revision)
        before = said["down_revision"]
        followed.update((before,) if isinstance(before, str) else before or ())
    return frozenset(revisions - followed)


def are_reached(connection: Connection, folder: Path, version_table: str) -> bool:
    """Whether the tables are where the folder's migrations end."""
    if not inspect(connection).has_table(version_table):
        return False
    kept = connection.scalars(select(column("version_num", String)).select_from(table(version_table)))
    return set(kept) == heads_of(folder)


def _said(path: Path) -> dict[str, str | tuple[str, ...] | None]:
    """What the assignments at the top of a migration give that can be read without running it."""
    said: dict[str, str | tuple[str, ...] | None] = {}
    for statement in ast.parse(path.read_text("utf-8")).body:
        if not isinstance(statement, ast.Assign | ast.AnnAssign) or statement.value is None:
            continue
        target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
        try:
            value = ast.literal_eval(statement.value)
        except ValueError:
            continue
        if isinstance(value, list):
            value = tuple(value)
        several = isinstance(value, tuple) and all(isinstance(each, str) for each in value)
        if isinstance(target, ast.Name) and (value is None or isinstance(value, str) or several):
            said[target.id] = value
    return said
