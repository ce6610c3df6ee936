"""Who has countersigned the protocol that their agency signed. Nobody has yet: each is asked at their next request."""

import sqlalchemy as sa
from alembic import op

revision = '0019'
down_revision = '0018'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('countersignature',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('agency_id', sa.Integer(), nullable=False),
    sa.Column('partnership_id', sa.Integer(), nullable=False),
    sa.Column('document', sa.String(length=60), nullable=False),
    sa.Column('signed_on', sa.Date(), nullable=False),
    sa.ForeignKeyConstraint(['agency_id'], ['agency.id'], name=op.f('fk_countersignature_agency_id_agency')),
    sa.ForeignKeyConstraint(['partnership_id'], ['partnership.id'], name=op.f('fk_countersignature_partnership_id_partnership')),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_countersignature_user_id_user_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_countersignature')),
    sa.UniqueConstraint('user_id', 'agency_id', 'partnership_id', 'document', name=op.f('uq_countersignature_user_id_agency_id_partnership_id_document'))
    )
    op.create_index(op.f('ix_countersignature_agency_id'), 'countersignature', ['agency_id'], unique=False)
