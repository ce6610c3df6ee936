"""Identity providers of agencies, and who an account's owner is there."""

import sqlalchemy as sa
from alembic import op

revision = '0018'
down_revision = '0017'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('identity_provider',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('agency_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('issuer', sa.String(length=500), nullable=False),
    sa.Column('client_id', sa.String(length=200), nullable=False),
    sa.Column('second_step_counts', sa.Boolean(), nullable=False),
    sa.Column('acr', sa.String(length=200), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('client_secret', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['agency_id'], ['agency.id'], name=op.f('fk_identity_provider_agency_id_agency')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_identity_provider')),
    sa.UniqueConstraint('agency_id', name=op.f('uq_identity_provider_agency_id'))
    )
    op.create_table('linked_identity',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('provider_id', sa.Integer(), nullable=False),
    sa.Column('issuer', sa.String(length=500), nullable=False),
    sa.Column('subject', sa.String(length=255), nullable=False),
    sa.Column('linked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['provider_id'], ['identity_provider.id'], name=op.f('fk_linked_identity_provider_id_identity_provider')),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_linked_identity_user_id_user_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_linked_identity')),
    sa.UniqueConstraint('issuer', 'subject', name=op.f('uq_linked_identity_issuer_subject')),
    sa.UniqueConstraint('user_id', 'provider_id', name=op.f('uq_linked_identity_user_id_provider_id'))
    )
    op.create_index(op.f('ix_linked_identity_provider_id'), 'linked_identity', ['provider_id'], unique=False)
