"""The mentor register: mentors, matches and sessions."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the three tables."""
    op.create_table(
        "mentoring_mentor",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("training_hours", sa.Integer(), nullable=False),
        sa.Column("certificate_until", sa.Date(), nullable=True),
        sa.Column("check_until", sa.Date(), nullable=True),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_mentoring_mentor"),
    )
    op.create_index("ix_mentoring_mentor_provider_id_name", "mentoring_mentor", ["provider_id", "name"])
    op.create_table(
        "mentoring_match",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mentor_id", sa.Integer(), nullable=False),
        sa.Column("referral_id", sa.Integer(), nullable=False),
        sa.Column("referral_ref", sa.String(40), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_mentoring_match"),
        sa.ForeignKeyConstraint(
            ["mentor_id"], ["mentoring_mentor.id"], name="fk_mentoring_match_mentor_id_mentoring_mentor"
        ),
    )
    op.create_index("ix_mentoring_match_mentor_id_ended_on", "mentoring_match", ["mentor_id", "ended_on"])
    op.create_index(
        "uq_mentoring_match_open",
        "mentoring_match",
        ["referral_id"],
        unique=True,
        sqlite_where=sa.text("ended_on IS NULL"),
        postgresql_where=sa.text("ended_on IS NULL"),
    )
    op.create_table(
        "mentoring_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("match_id", sa.Integer(), nullable=False),
        sa.Column("referral_id", sa.Integer(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("came", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_mentoring_session"),
        sa.ForeignKeyConstraint(
            ["match_id"], ["mentoring_match.id"], name="fk_mentoring_session_match_id_mentoring_match"
        ),
    )
    op.create_index("ix_mentoring_session_match_id", "mentoring_session", ["match_id"])
    op.create_index("ix_mentoring_session_referral_id_held_on", "mentoring_session", ["referral_id", "held_on"])
