"""The chair of a meeting, handed over for the rest of it."""

import sqlalchemy as sa
from alembic import op

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('chair_handed_over',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('meeting_id', sa.Integer(), nullable=False),
    sa.Column('from_id', sa.Integer(), nullable=False),
    sa.Column('to_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['user_account.id'], name=op.f('fk_chair_handed_over_by_id_user_account')),
    sa.ForeignKeyConstraint(['from_id'], ['user_account.id'], name=op.f('fk_chair_handed_over_from_id_user_account')),
    sa.ForeignKeyConstraint(['meeting_id'], ['meeting.id'], name=op.f('fk_chair_handed_over_meeting_id_meeting')),
    sa.ForeignKeyConstraint(['to_id'], ['user_account.id'], name=op.f('fk_chair_handed_over_to_id_user_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_chair_handed_over'))
    )
    op.create_index(op.f('ix_chair_handed_over_meeting_id'), 'chair_handed_over', ['meeting_id'], unique=False)
