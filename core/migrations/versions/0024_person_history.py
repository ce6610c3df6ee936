"""What was held before: of persons, cases and incidents; requests to set it right, and who was told."""

import sqlalchemy as sa
from alembic import op

revision = '0024'
down_revision = '0023'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('held_version',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('partnership_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('case_id', sa.Integer(), nullable=True),
    sa.Column('incident_id', sa.Integer(), nullable=True),
    sa.Column('address_was_protected', sa.Boolean(), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), nullable=True),
    sa.Column('until', sa.DateTime(timezone=True), nullable=False),
    sa.Column('why', sa.Enum('it was wrong', 'it has changed since', 'it did not belong there', name='why', native_enum=False, length=40), nullable=False),
    sa.Column('changed_by_id', sa.Integer(), nullable=True),
    sa.Column('agency_id', sa.Integer(), nullable=True),
    sa.Column('complaint_agency_id', sa.Integer(), nullable=True),
    sa.Column('values', sa.JSON(), nullable=False),
    sa.Column('changed', sa.JSON(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['agency_id'], ['agency.id'], name=op.f('fk_held_version_agency_id_agency')),
    sa.ForeignKeyConstraint(['case_id'], ['case_file.id'], name=op.f('fk_held_version_case_id_case_file')),
    sa.ForeignKeyConstraint(['changed_by_id'], ['user_account.id'], name=op.f('fk_held_version_changed_by_id_user_account')),
    sa.ForeignKeyConstraint(['complaint_agency_id'], ['agency.id'], name=op.f('fk_held_version_complaint_agency_id_agency')),
    sa.ForeignKeyConstraint(['partnership_id'], ['partnership.id'], name=op.f('fk_held_version_partnership_id_partnership')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_held_version_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_held_version'))
    )
    op.create_index('ix_held_version_case', 'held_version', ['case_id', 'until'], unique=False)
    op.create_index(op.f('ix_held_version_partnership_id'), 'held_version', ['partnership_id'], unique=False)
    op.create_index('ix_held_version_person', 'held_version', ['person_id', 'until'], unique=False)
    op.create_table('rectification',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('partnership_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('about', sa.Enum('a person’s details', 'what is written about a case', 'an incident', 'what a referral says', 'an action', 'what a meeting was told', name='statement', native_enum=False, length=40), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=True),
    sa.Column('thing_id', sa.Integer(), nullable=True),
    sa.Column('asked_by', sa.Enum('the person concerned', 'somebody for them', 'an agency', name='asker', native_enum=False, length=40), nullable=False),
    sa.Column('asked_on', sa.Date(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by_id', sa.Integer(), nullable=False),
    sa.Column('agency_id', sa.Integer(), nullable=True),
    sa.Column('restricted', sa.Boolean(), nullable=False),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answered_by_id', sa.Integer(), nullable=True),
    sa.Column('answer', sa.Enum('rectified', 'refused', 'taken back', name='answer', native_enum=False, length=40), nullable=True),
    sa.Column('says', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('own_statement', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['agency_id'], ['agency.id'], name=op.f('fk_rectification_agency_id_agency')),
    sa.ForeignKeyConstraint(['answered_by_id'], ['user_account.id'], name=op.f('fk_rectification_answered_by_id_user_account')),
    sa.ForeignKeyConstraint(['case_id'], ['case_file.id'], name=op.f('fk_rectification_case_id_case_file')),
    sa.ForeignKeyConstraint(['partnership_id'], ['partnership.id'], name=op.f('fk_rectification_partnership_id_partnership')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_rectification_person_id_person')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['user_account.id'], name=op.f('fk_rectification_recorded_by_id_user_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_rectification'))
    )
    op.create_index(op.f('ix_rectification_case_id'), 'rectification', ['case_id'], unique=False)
    op.create_index('ix_rectification_open', 'rectification', ['partnership_id', 'answered_at'], unique=False)
    op.create_index(op.f('ix_rectification_person_id'), 'rectification', ['person_id'], unique=False)
    op.create_table('told_reader',
    sa.Column('version_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('mail_id', sa.Integer(), nullable=False),
    sa.Column('told_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('told_by_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['mail_id'], ['mail.id'], name=op.f('fk_told_reader_mail_id_mail')),
    sa.ForeignKeyConstraint(['told_by_id'], ['user_account.id'], name=op.f('fk_told_reader_told_by_id_user_account')),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_told_reader_user_id_user_account')),
    sa.ForeignKeyConstraint(['version_id'], ['held_version.id'], name=op.f('fk_told_reader_version_id_held_version')),
    sa.PrimaryKeyConstraint('version_id', 'user_id', name=op.f('pk_told_reader'))
    )

