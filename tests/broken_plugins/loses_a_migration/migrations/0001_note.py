"""Says its revision plainly."""

import sqlalchemy as sa
from alembic import op

revision: str = "0001"
down_revision = None


def upgrade():
    op.create_table("loses_a_migration_note", sa.Column("id", sa.Integer(), primary_key=True))
