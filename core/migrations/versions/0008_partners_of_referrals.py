"""Which agencies have a part in the plan of a referral, since and until when."""

import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('referral_partner',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('referral_id', sa.Integer(), nullable=False),
    sa.Column('agency_id', sa.Integer(), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('until', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['agency_id'], ['agency.id'], name=op.f('fk_referral_partner_agency_id_agency')),
    sa.ForeignKeyConstraint(['referral_id'], ['referral.id'], name=op.f('fk_referral_partner_referral_id_referral')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_referral_partner'))
    )
    op.create_index('ix_referral_partner_agency_id_until', 'referral_partner', ['agency_id', 'until', 'referral_id'], unique=False)
    op.create_index('ix_referral_partner_referral_id', 'referral_partner', ['referral_id'], unique=False)
