"""What schemes keep for their own staff of somebody who asked for it, and whom a pack was looked through for."""

import sqlalchemy as sa
from alembic import op

revision = '0030'
down_revision = '0029'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('access_scheme',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('request_id', sa.Integer(), nullable=False),
    sa.Column('provider_id', sa.Integer(), nullable=True),
    sa.Column('plugin', sa.String(length=80), nullable=False),
    sa.Column('title', sa.String(length=400), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('answer', sa.Enum('given', 'left out', name='schemeanswer', native_enum=False, length=40), nullable=True),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answered_by_id', sa.Integer(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('gone_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['answered_by_id'], ['user_account.id'], name=op.f('fk_access_scheme_answered_by_id_user_account')),
    sa.ForeignKeyConstraint(['provider_id'], ['provider.id'], name=op.f('fk_access_scheme_provider_id_provider')),
    sa.ForeignKeyConstraint(['request_id'], ['access_request.id'], name=op.f('fk_access_scheme_request_id_access_request')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_access_scheme')),
    sa.UniqueConstraint('request_id', 'provider_id', 'plugin', name=op.f('uq_access_scheme_request_id_provider_id_plugin'))
    )
    op.create_index(op.f('ix_access_scheme_provider_id'), 'access_scheme', ['provider_id'], unique=False)
    op.add_column('access_pack', sa.Column('known_sha256', sa.String(length=64), nullable=False, server_default=''))
