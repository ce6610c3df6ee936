"""The register of those supported: how they are contacted, the contact log, and the needs assessed."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

NEEDS = ("health", "shelter", "family", "work", "substances", "money", "outlook", "social")


def upgrade() -> None:
    """Create the three tables."""
    op.create_table(
        "victim_support_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("referral_id", sa.Integer(), nullable=False),
        sa.Column("referral_ref", sa.String(40), nullable=False),
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("way", sa.String(20), nullable=False),
        sa.Column("instruction", sa.Text(), nullable=False),
        sa.Column("reach", sa.Text(), nullable=False),
        sa.Column("worker", sa.String(200), nullable=False),
        sa.Column("updates", sa.String(20), nullable=False),
        sa.Column("every", sa.String(20), nullable=False),
        sa.Column("contacted_on", sa.Date(), nullable=True),
        sa.Column("updated_on", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("coped", sa.String(20), nullable=False),
        sa.Column("heard", sa.String(20), nullable=False),
        sa.Column("safer", sa.String(20), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_victim_support_entry"),
        sa.UniqueConstraint("referral_id", name="uq_victim_support_entry_referral_id"),
    )
    op.create_index(
        "ix_victim_support_entry_provider_id_closed_on", "victim_support_entry", ["provider_id", "closed_on"]
    )
    op.create_index(
        "ix_victim_support_entry_partnership_id_opened_on", "victim_support_entry", ["partnership_id", "opened_on"]
    )
    op.create_table(
        "victim_support_contact",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("way", sa.String(20), nullable=False),
        sa.Column("by", sa.String(200), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_victim_support_contact"),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["victim_support_entry.id"], name="fk_victim_support_contact_entry_id_victim_support_entry"
        ),
    )
    op.create_index("ix_victim_support_contact_entry_id_made_on", "victim_support_contact", ["entry_id", "made_on"])
    op.create_table(
        "victim_support_assessment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("at_start", sa.Boolean(), nullable=False),
        *(sa.Column(need, sa.String(20), nullable=False) for need in NEEDS),
        sa.Column("found", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_victim_support_assessment"),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["victim_support_entry.id"], name="fk_victim_support_assessment_entry_id_victim_support_entry"
        ),
    )
    op.create_index(
        "ix_victim_support_assessment_entry_id_made_on", "victim_support_assessment", ["entry_id", "made_on"]
    )
