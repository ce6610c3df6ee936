"""Retention, legal hold and erasure."""

import sqlalchemy as sa
from alembic import op

revision = '0026'
down_revision = '0025'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('erasure',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('uid', sa.String(length=36), nullable=False),
    sa.Column('kind', sa.Enum('case', 'person', 'referral', 'meeting', 'access', 'disclosure', 'emergency', 'account', 'signing in', 'calendar', 'mail', 'answer', 'provider', 'trail', 'incident', 'partnership', 'retention', 'machine', name='kind', native_enum=False, length=40), nullable=False),
    sa.Column('record_id', sa.Integer(), nullable=False),
    sa.Column('on', sa.Date(), nullable=False),
    sa.Column('entry_id', sa.Integer(), nullable=True),
    sa.Column('replayed_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_erasure')),
    sa.UniqueConstraint('uid', name=op.f('uq_erasure_uid'))
    )
    op.create_index('ix_erasure_record', 'erasure', ['kind', 'record_id'], unique=False)
    op.create_table('redaction',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('table_name', sa.String(length=63), nullable=False),
    sa.Column('record_id', sa.Integer(), nullable=False),
    sa.Column('was_sha256', sa.String(length=64), nullable=False),
    sa.Column('now_sha256', sa.String(length=64), nullable=False),
    sa.Column('on', sa.Date(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_redaction'))
    )
    op.create_index('ix_redaction_was', 'redaction', ['was_sha256'], unique=False)
    op.create_table('retention_list',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('partnership_id', sa.Integer(), nullable=False),
    sa.Column('month', sa.Date(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('approved_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['partnership_id'], ['partnership.id'], name=op.f('fk_retention_list_partnership_id_partnership')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_retention_list')),
    sa.UniqueConstraint('partnership_id', 'month', name=op.f('uq_retention_list_partnership_id_month'))
    )
    op.create_table('retention_period',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('partnership_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('case', 'person', 'referral', 'meeting', 'access', 'disclosure', 'emergency', 'account', 'signing in', 'calendar', 'mail', 'answer', 'provider', 'trail', 'incident', 'partnership', 'retention', 'machine', name='kind', native_enum=False, length=40), nullable=False),
    sa.Column('period', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['partnership_id'], ['partnership.id'], name=op.f('fk_retention_period_partnership_id_partnership')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_retention_period')),
    sa.UniqueConstraint('partnership_id', 'kind', name=op.f('uq_retention_period_partnership_id_kind'))
    )
    op.create_table('legal_hold',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('partnership_id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=True),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('agency_id', sa.Integer(), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_by_id', sa.Integer(), nullable=True),
    sa.Column('ended_reason', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['agency_id'], ['agency.id'], name=op.f('fk_legal_hold_agency_id_agency')),
    sa.ForeignKeyConstraint(['by_id'], ['user_account.id'], name=op.f('fk_legal_hold_by_id_user_account')),
    sa.ForeignKeyConstraint(['case_id'], ['case_file.id'], name=op.f('fk_legal_hold_case_id_case_file')),
    sa.ForeignKeyConstraint(['ended_by_id'], ['user_account.id'], name=op.f('fk_legal_hold_ended_by_id_user_account')),
    sa.ForeignKeyConstraint(['partnership_id'], ['partnership.id'], name=op.f('fk_legal_hold_partnership_id_partnership')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_legal_hold_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_legal_hold'))
    )
    op.create_index('ix_legal_hold_case', 'legal_hold', ['case_id'], unique=False, sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))
    op.create_index(op.f('ix_legal_hold_partnership_id'), 'legal_hold', ['partnership_id'], unique=False)
    op.create_index('ix_legal_hold_person', 'legal_hold', ['person_id'], unique=False, sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))
    op.create_table('retention_approval',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('list_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['list_id'], ['retention_list.id'], name=op.f('fk_retention_approval_list_id_retention_list')),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_retention_approval_user_id_user_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_retention_approval')),
    sa.UniqueConstraint('list_id', 'user_id', name=op.f('uq_retention_approval_list_id_user_id'))
    )
    op.create_table('retention_entry',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('list_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('case', 'person', 'referral', 'meeting', 'access', 'disclosure', 'emergency', 'account', 'signing in', 'calendar', 'mail', 'answer', 'provider', 'trail', 'incident', 'partnership', 'retention', 'machine', name='kind', native_enum=False, length=40), nullable=False),
    sa.Column('record_id', sa.Integer(), nullable=False),
    sa.Column('reference', sa.String(length=40), nullable=False),
    sa.Column('due_since', sa.Date(), nullable=False),
    sa.Column('decision', sa.Enum('to be erased', 'kept until a day', 'erased', name='decision', native_enum=False, length=40), nullable=False),
    sa.Column('keep_until', sa.Date(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['decided_by_id'], ['user_account.id'], name=op.f('fk_retention_entry_decided_by_id_user_account')),
    sa.ForeignKeyConstraint(['list_id'], ['retention_list.id'], name=op.f('fk_retention_entry_list_id_retention_list')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_retention_entry')),
    sa.UniqueConstraint('list_id', 'kind', 'record_id', name=op.f('uq_retention_entry_list_id_kind_record_id'))
    )
    op.create_index('ix_retention_entry_order', 'retention_entry', ['list_id', 'due_since', 'id'], unique=False)
    op.create_index('ix_retention_entry_record', 'retention_entry', ['kind', 'record_id'], unique=False)
    op.add_column('case_file', sa.Column('erased_on', sa.Date(), nullable=True))
    op.create_index('ix_case_file_to_erase', 'case_file', ['partnership_id', 'closed_on', 'id'], unique=False, sqlite_where=sa.text("status = 'closed' AND erased_on IS NULL"), postgresql_where=sa.text("status = 'closed' AND erased_on IS NULL"))
    op.add_column('document', sa.Column('erased_on', sa.Date(), nullable=True))
    op.add_column('person', sa.Column('erased_on', sa.Date(), nullable=True))
