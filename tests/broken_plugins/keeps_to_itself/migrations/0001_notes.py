"""Notes."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade():
    op.create_table(
        "keeps_to_itself_note",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("referral_id", sa.Integer(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
    )
