"""Names a key as long as it likes."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade():
    op.create_table(
        "names_keys_at_length_note",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("pages", sa.Integer()),
        sa.CheckConstraint("pages > 0", name="ck_names_keys_at_length_note_has_more_pages_than_none_at_all_in_it"),
    )
