"""What every complainant and victim is promised: contact plans, their logs, and the ways to complain."""

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('complaint_route',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('partnership_id', sa.Integer(), nullable=False),
    sa.Column('agency_id', sa.Integer(), nullable=True),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['agency_id'], ['agency.id'], name=op.f('fk_complaint_route_agency_id_agency')),
    sa.ForeignKeyConstraint(['partnership_id'], ['partnership.id'], name=op.f('fk_complaint_route_partnership_id_partnership')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_complaint_route')),
    sa.UniqueConstraint('partnership_id', 'agency_id', name=op.f('uq_complaint_route_partnership_id_agency_id'))
    )
    op.create_index('ix_complaint_route_of_partnership', 'complaint_route', ['partnership_id'], unique=True, sqlite_where=sa.text('agency_id IS NULL'), postgresql_where=sa.text('agency_id IS NULL'))
    op.create_table('contact_plan',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('begin_by', sa.Date(), nullable=True),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('agreed_on', sa.Date(), nullable=True),
    sa.Column('agency_id', sa.Integer(), nullable=True),
    sa.Column('contact_name', sa.String(length=200), nullable=False),
    sa.Column('contact_details', sa.Text(), nullable=False),
    sa.Column('way', sa.Enum('by phone', 'by text message', 'by e-mail', 'by letter', 'in person', 'through somebody whom they trust', name='contactway', native_enum=False, length=40), nullable=True),
    sa.Column('interval', sa.Enum('every week', 'every two weeks', 'every four weeks', 'when there is news', 'no updates', name='updateinterval', native_enum=False, length=40), nullable=True),
    sa.Column('reach', sa.Text(), nullable=False),
    sa.Column('instruction', sa.Text(), nullable=False),
    sa.Column('support_offered_on', sa.Date(), nullable=True),
    sa.Column('support_by', sa.String(length=200), nullable=False),
    sa.Column('support_what', sa.String(length=200), nullable=False),
    sa.Column('support_answer', sa.Enum('accepted', 'declined', 'not decided yet', name='supportanswer', native_enum=False, length=40), nullable=True),
    sa.Column('complaint_given_on', sa.Date(), nullable=True),
    sa.Column('complaint_by', sa.String(length=200), nullable=False),
    sa.Column('complaint_text', sa.Text(), nullable=False),
    sa.Column('updated_on', sa.Date(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['agency_id'], ['agency.id'], name=op.f('fk_contact_plan_agency_id_agency')),
    sa.ForeignKeyConstraint(['case_id'], ['case_file.id'], name=op.f('fk_contact_plan_case_id_case_file')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_contact_plan_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_contact_plan')),
    sa.UniqueConstraint('case_id', 'person_id', name=op.f('uq_contact_plan_case_id_person_id'))
    )
    op.create_index('ix_contact_plan_begin_by', 'contact_plan', ['begin_by'], unique=False, sqlite_where=sa.text('begin_by IS NOT NULL'), postgresql_where=sa.text('begin_by IS NOT NULL'))
    op.create_index('ix_contact_plan_due_on', 'contact_plan', ['due_on'], unique=False, sqlite_where=sa.text('due_on IS NOT NULL'), postgresql_where=sa.text('due_on IS NOT NULL'))
    op.create_index('ix_contact_plan_person_id', 'contact_plan', ['person_id'], unique=False)
    op.create_table('contact_entry',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('plan_id', sa.Integer(), nullable=False),
    sa.Column('made_on', sa.Date(), nullable=False),
    sa.Column('kind', sa.Enum('told how the case goes', 'talked, without an update', 'tried, and did not reach them', 'told how the case ended', name='entrykind', native_enum=False, length=40), nullable=False),
    sa.Column('way', sa.Enum('by phone', 'by text message', 'by e-mail', 'by letter', 'in person', 'through somebody whom they trust', name='contactway', native_enum=False, length=40), nullable=False),
    sa.Column('by', sa.String(length=200), nullable=False),
    sa.Column('said', sa.Text(), nullable=False),
    sa.Column('next_due', sa.Date(), nullable=True),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by_id', sa.Integer(), nullable=False),
    sa.Column('agency_id', sa.Integer(), nullable=True),
    sa.Column('struck_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('struck_by_id', sa.Integer(), nullable=True),
    sa.Column('struck_reason', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['agency_id'], ['agency.id'], name=op.f('fk_contact_entry_agency_id_agency')),
    sa.ForeignKeyConstraint(['plan_id'], ['contact_plan.id'], name=op.f('fk_contact_entry_plan_id_contact_plan')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['user_account.id'], name=op.f('fk_contact_entry_recorded_by_id_user_account')),
    sa.ForeignKeyConstraint(['struck_by_id'], ['user_account.id'], name=op.f('fk_contact_entry_struck_by_id_user_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_contact_entry'))
    )
    op.create_index('ix_contact_entry_plan_id', 'contact_entry', ['plan_id', 'made_on'], unique=False)
