"""Signing in in two steps: authenticators, recovery codes, and what a session knows of how it began."""

import sqlalchemy as sa
from alembic import op

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('authenticator',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('seed', sa.Text(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('last_counter', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_authenticator_user_id_user_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_authenticator'))
    )
    op.create_index(op.f('ix_authenticator_user_id'), 'authenticator', ['user_id'], unique=False)
    op.create_table('recovery_code',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('code_hash', sa.String(length=64), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_recovery_code_user_id_user_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recovery_code')),
    sa.UniqueConstraint('code_hash', name=op.f('uq_recovery_code_code_hash'))
    )
    op.create_index(op.f('ix_recovery_code_user_id'), 'recovery_code', ['user_id'], unique=False)
    op.add_column('partnership', sa.Column('two_step_for_all', sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column('user_session', sa.Column('awaits_code', sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column('user_session', sa.Column('second_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('user_session', sa.Column('proved_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('user_session', sa.Column('network', sa.String(length=45), nullable=False, server_default=''))
    op.add_column('user_session', sa.Column('browser', sa.String(length=60), nullable=False, server_default=''))
