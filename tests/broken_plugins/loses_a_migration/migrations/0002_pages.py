"""Puts its revision together."""

import sqlalchemy as sa
from alembic import op

revision = f"{2:04}"
down_revision = "0001"


def upgrade():
    op.add_column("loses_a_migration_note", sa.Column("pages", sa.Integer()))
