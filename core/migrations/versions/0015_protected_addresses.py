"""Addresses that named agencies alone read."""

import sqlalchemy as sa
from alembic import op

revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('protected_address',
    sa.Column('person_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('partnership_id', sa.Integer(), nullable=False),
    sa.Column('address', sa.Text(), nullable=False),
    sa.Column('postcode', sa.Text(), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_by_id', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['changed_by_id'], ['user_account.id'], name=op.f('fk_protected_address_changed_by_id_user_account')),
    sa.ForeignKeyConstraint(['partnership_id'], ['partnership.id'], name=op.f('fk_protected_address_partnership_id_partnership')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_protected_address_person_id_person')),
    sa.PrimaryKeyConstraint('person_id', name=op.f('pk_protected_address'))
    )
    op.create_index(op.f('ix_protected_address_partnership_id'), 'protected_address', ['partnership_id'], unique=False)
    op.create_table('address_reader',
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('agency_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['agency_id'], ['agency.id'], name=op.f('fk_address_reader_agency_id_agency')),
    sa.ForeignKeyConstraint(['person_id'], ['protected_address.person_id'], name=op.f('fk_address_reader_person_id_protected_address')),
    sa.PrimaryKeyConstraint('person_id', 'agency_id', name=op.f('pk_address_reader'))
    )
