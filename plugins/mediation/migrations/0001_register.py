"""The mediators' own register: the dispute's parties, sessions, and terms agreed."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the three tables."""
    op.create_table(
        "mediation_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("referral_id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("party", sa.String(20), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("mediators", sa.String(200), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_mediation_session"),
    )
    op.create_index("ix_mediation_session_referral_id_held_on", "mediation_session", ["referral_id", "held_on"])
    op.create_index("ix_mediation_session_partnership_id_held_on", "mediation_session", ["partnership_id", "held_on"])
    op.create_table(
        "mediation_term",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("referral_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("agreed_on", sa.Date(), nullable=False),
        sa.Column("dropped_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_mediation_term"),
    )
    op.create_index("ix_mediation_term_referral_id", "mediation_term", ["referral_id"])
    op.create_table(
        "mediation_dispute",
        sa.Column("referral_id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=False),
        sa.Column("other_name", sa.String(200), nullable=False),
        sa.Column("result", sa.String(20), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("referral_id", name="pk_mediation_dispute"),
    )
    op.create_index("ix_mediation_dispute_partnership_id_ended_on", "mediation_dispute", ["partnership_id", "ended_on"])
