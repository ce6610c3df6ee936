"""The register of families: households, findings in the ten domains, outcomes, actions of the plans, meetings."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the six tables."""
    op.create_table(
        "family_intervention_family",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("referral_id", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("key_worker", sa.String(200), nullable=False),
        sa.Column("next_lead", sa.String(200), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("goals", sa.Text(), nullable=False),
        sa.Column("allocated_on", sa.Date(), nullable=True),
        sa.Column("visited_on", sa.Date(), nullable=True),
        sa.Column("agreed_on", sa.Date(), nullable=True),
        sa.Column("stepped_down_on", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_family_intervention_family"),
        sa.UniqueConstraint("referral_id", name="uq_family_intervention_family_referral_id"),
    )
    op.create_index(
        "ix_family_intervention_family_partnership_id_opened_on",
        "family_intervention_family",
        ["partnership_id", "opened_on"],
    )
    op.create_table(
        "family_intervention_member",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("family_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("born", sa.Date(), nullable=True),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.Column("relation", sa.String(200), nullable=False),
        sa.Column("occupied", sa.String(200), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        _of_family("member"),
        sa.PrimaryKeyConstraint("id", name="pk_family_intervention_member"),
    )
    op.create_index("ix_family_intervention_member_family_id", "family_intervention_member", ["family_id"])
    op.create_index(
        "uq_family_intervention_member_open",
        "family_intervention_member",
        ["person_id"],
        unique=True,
        sqlite_where=sa.text("left_on IS NULL"),
        postgresql_where=sa.text("left_on IS NULL"),
    )
    op.create_table(
        "family_intervention_finding",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("family_id", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("domain", sa.String(20), nullable=False),
        sa.Column("level", sa.String(20), nullable=False),
        sa.Column("improved", sa.Boolean(), nullable=True),
        sa.Column("note", sa.String(200), nullable=False),
        _of_family("finding"),
        sa.PrimaryKeyConstraint("id", name="pk_family_intervention_finding"),
    )
    op.create_index(
        "ix_family_intervention_finding_family_id_round", "family_intervention_finding", ["family_id", "round"]
    )
    op.create_table(
        "family_intervention_outcome",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("family_id", sa.Integer(), nullable=False),
        sa.Column("domain", sa.String(20), nullable=False),
        sa.Column("change", sa.String(20), nullable=False),
        sa.Column("said_on", sa.Date(), nullable=False),
        _of_family("outcome"),
        sa.PrimaryKeyConstraint("id", name="pk_family_intervention_outcome"),
        sa.UniqueConstraint("family_id", "domain", name="uq_family_intervention_outcome_family_id_domain"),
    )
    op.create_table(
        "family_intervention_action",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("family_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("domain", sa.String(20), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("agency", sa.String(200), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("became", sa.String(20), nullable=False),
        sa.Column("settled_on", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        _of_family("action"),
        sa.PrimaryKeyConstraint("id", name="pk_family_intervention_action"),
        sa.UniqueConstraint("family_id", "number", name="uq_family_intervention_action_family_id_number"),
    )
    op.create_table(
        "family_intervention_meeting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("family_id", sa.Integer(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        _of_family("meeting"),
        sa.PrimaryKeyConstraint("id", name="pk_family_intervention_meeting"),
    )
    op.create_index(
        "ix_family_intervention_meeting_family_id_held_on", "family_intervention_meeting", ["family_id", "held_on"]
    )


def _of_family(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["family_id"],
        ["family_intervention_family.id"],
        name=f"fk_family_intervention_{table}_family_id",
    )
