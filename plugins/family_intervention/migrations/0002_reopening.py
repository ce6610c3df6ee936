"""When a family that was closed came back: its clock starts anew."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the day."""
    op.add_column("family_intervention_family", sa.Column("reopened_on", sa.Date(), nullable=True))
