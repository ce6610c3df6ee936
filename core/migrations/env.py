"""Alembic's entry: runs on the connection that core.migrations hands over."""

from typing import Any, Literal

from alembic import context

import core.models  # noqa: F401  all tables
from core.database import WRITES, Base
from core.migrations import VERSION_TABLE


def _render_item(kind: str, obj: Any, _autogen: Any) -> str | Literal[False]:
    """Our own column types as plain ones: a migration must not depend on code that changes later."""
    if kind == "type" and obj.__class__.__module__.startswith("core."):
        return "sa.DateTime(timezone=True)"
    return False


connection = context.config.attributes["connection"].execution_options(**{WRITES: True})
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    version_table=VERSION_TABLE,
    render_as_batch=True,
    transactional_ddl=True,
    transaction_per_migration=True,
    compare_type=True,
    render_item=_render_item,
    include_name=lambda name, kind, _parents: kind != "table" or name in Base.metadata.tables,
)
with context.begin_transaction():
    context.run_migrations()
