"""A provider's own staff. Whoever had an account at its agency until now was its staff, and goes on to be."""

import sqlalchemy as sa
from alembic import op

revision = '0017'
down_revision = '0016'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('provider_staff',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('provider_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('since', sa.Date(), nullable=False),
    sa.Column('until', sa.Date(), nullable=True),
    sa.ForeignKeyConstraint(['provider_id'], ['provider.id'], name=op.f('fk_provider_staff_provider_id_provider')),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_provider_staff_user_id_user_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_provider_staff'))
    )
    op.create_index(op.f('ix_provider_staff_provider_id'), 'provider_staff', ['provider_id'], unique=False)
    op.create_index(op.f('ix_provider_staff_user_id'), 'provider_staff', ['user_id'], unique=False)
    op.create_index('uq_provider_staff_now', 'provider_staff', ['provider_id', 'user_id'], unique=True, sqlite_where=sa.text('until IS NULL'), postgresql_where=sa.text('until IS NULL'))
    op.execute("""
        INSERT INTO provider_staff (provider_id, user_id, since)
        SELECT provider.id, user_account.id, date(provider.registered_at)
        FROM provider JOIN user_account ON user_account.agency_id = provider.agency_id
        WHERE user_account.retired_at IS NULL
        ORDER BY provider.id, user_account.id
    """)
