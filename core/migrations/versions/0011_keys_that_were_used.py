"""Which keys to protected data this database has been used with."""

import sqlalchemy as sa
from alembic import op

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('key_proof',
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('proof', sa.Text(), nullable=False),
    sa.Column('noted_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_key_proof'))
    )
