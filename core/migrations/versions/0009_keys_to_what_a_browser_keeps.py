"""Keys to what browsers keep of a meeting while the network is away."""

import sqlalchemy as sa
from alembic import op

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('keeping_key',
    sa.Column('meeting_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('key', sa.LargeBinary(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['meeting_id'], ['meeting.id'], name=op.f('fk_keeping_key_meeting_id_meeting')),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_keeping_key_user_id_user_account')),
    sa.PrimaryKeyConstraint('meeting_id', 'user_id', name=op.f('pk_keeping_key'))
    )
    op.create_index(op.f('ix_keeping_key_user_id'), 'keeping_key', ['user_id'], unique=False)
