"""Has a column that no migration makes."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade():
    op.create_table("forgets_a_column_note", sa.Column("id", sa.Integer(), primary_key=True))
