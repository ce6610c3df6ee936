"""Referrals that pause, are handed over, declined with a suggestion, and opened again."""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Columns are added where they are: a table that others refer to is not made anew under their feet on SQLite.
    op.add_column('referral', sa.Column('paused_on', sa.Date(), nullable=True))
    op.add_column('referral', sa.Column('suggested_pathway', sa.String(length=60), nullable=False, server_default=''))
    op.execute('ALTER TABLE referral ADD COLUMN continues_id INTEGER CONSTRAINT fk_referral_continues_id_referral REFERENCES referral (id)')
    op.add_column('referral', sa.Column('judged_on', sa.Date(), nullable=True))
    op.create_index(op.f('ix_referral_continues_id'), 'referral', ['continues_id'], unique=False)
    op.add_column('referral_move', sa.Column('step', sa.Enum('move', 'pause', 'resume', 're-open', 'entry', name='step', native_enum=False, length=40), nullable=False, server_default='move'))
