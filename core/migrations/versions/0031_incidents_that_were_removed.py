"""An incident that is taken out of its case keeps its row, and what its provider said to its use."""

import sqlalchemy as sa
from alembic import op

revision = '0031'
down_revision = '0030'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('case_incident', sa.Column('removed_at', sa.DateTime(timezone=True), nullable=True))
