"""Adjustments that people asked for, and hate incidents in the queue of the partnership's lead.

Incidents of cases that are not closed and were flagged before there was a queue wait in it from the day of this
migration, and so do such cases that were flagged without an incident.
"""

import sqlalchemy as sa
from alembic import op

from core.clock import local_date, utc_now
from core.working_days import add_working_days

revision = '0025'
down_revision = '0024'
branch_labels = None
depends_on = None

WITHIN = 2
"""Working days, as the clock of hate incidents had them when this was written."""


def upgrade() -> None:
    op.create_table('adjustment',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('interpreter', 'British Sign Language', 'large print', 'easy read', 'letters read out', 'step-free place', 'a carer or advocate present', 'contact in a certain way or at times', 'something else', name='adjustmentkind', native_enum=False, length=40), nullable=False),
    sa.Column('detail', sa.Text(), nullable=False),
    sa.Column('asked_by', sa.Enum('they themselves', 'a parent, carer or advocate', 'an agency that works with them', 'not recorded', name='askedby', native_enum=False, length=40), nullable=False),
    sa.Column('since', sa.Date(), nullable=False),
    sa.Column('ended_on', sa.Date(), nullable=True),
    sa.Column('ended_why', sa.String(length=500), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by_id', sa.Integer(), nullable=True),
    sa.Column('agency_id', sa.Integer(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['agency_id'], ['agency.id'], name=op.f('fk_adjustment_agency_id_agency')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_adjustment_person_id_person')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['user_account.id'], name=op.f('fk_adjustment_recorded_by_id_user_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_adjustment'))
    )
    op.create_index(op.f('ix_adjustment_person_id'), 'adjustment', ['person_id'], unique=False)
    op.create_table('hate_lead',
    sa.Column('partnership_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('named_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('named_by_id', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['named_by_id'], ['user_account.id'], name=op.f('fk_hate_lead_named_by_id_user_account')),
    sa.ForeignKeyConstraint(['partnership_id'], ['partnership.id'], name=op.f('fk_hate_lead_partnership_id_partnership')),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_hate_lead_user_id_user_account')),
    sa.PrimaryKeyConstraint('partnership_id', name=op.f('pk_hate_lead'))
    )
    op.create_table('hate_report',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('partnership_id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('incident_id', sa.Integer(), nullable=True),
    sa.Column('happened_on', sa.Date(), nullable=False),
    sa.Column('strands', sa.JSON(), nullable=False),
    sa.Column('perceived_by', sa.Enum('the victim', 'a witness', 'an officer of an agency', 'anybody else', 'not said', name='perceiver', native_enum=False, length=40), nullable=False),
    sa.Column('flagged_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('flagged_by_id', sa.Integer(), nullable=True),
    sa.Column('agency_id', sa.Integer(), nullable=True),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('acknowledged_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('acknowledged_by_id', sa.Integer(), nullable=True),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('done_by_id', sa.Integer(), nullable=True),
    sa.Column('unflagged_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('unflagged_by_id', sa.Integer(), nullable=True),
    sa.Column('what', sa.Text(), nullable=False),
    sa.Column('done', sa.Text(), nullable=False),
    sa.Column('unflagged_why', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['acknowledged_by_id'], ['user_account.id'], name=op.f('fk_hate_report_acknowledged_by_id_user_account')),
    sa.ForeignKeyConstraint(['agency_id'], ['agency.id'], name=op.f('fk_hate_report_agency_id_agency')),
    sa.ForeignKeyConstraint(['case_id'], ['case_file.id'], name=op.f('fk_hate_report_case_id_case_file')),
    sa.ForeignKeyConstraint(['done_by_id'], ['user_account.id'], name=op.f('fk_hate_report_done_by_id_user_account')),
    sa.ForeignKeyConstraint(['flagged_by_id'], ['user_account.id'], name=op.f('fk_hate_report_flagged_by_id_user_account')),
    sa.ForeignKeyConstraint(['partnership_id'], ['partnership.id'], name=op.f('fk_hate_report_partnership_id_partnership')),
    sa.ForeignKeyConstraint(['unflagged_by_id'], ['user_account.id'], name=op.f('fk_hate_report_unflagged_by_id_user_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_hate_report'))
    )
    op.create_index(op.f('ix_hate_report_case_id'), 'hate_report', ['case_id'], unique=False)
    op.create_index('ix_hate_report_incident', 'hate_report', ['incident_id'], unique=False)
    op.create_index('ix_hate_report_queue', 'hate_report', ['partnership_id', 'flagged_at'], unique=False)

    queued = sa.text("""
        INSERT INTO hate_report (partnership_id, case_id, incident_id, happened_on, what, strands, perceived_by,
            flagged_at, agency_id, due_on, done, unflagged_why, version)
        SELECT case_file.partnership_id, case_file.id, case_incident.id, case_incident.happened_on, '', '[]', 'not said',
            :now, case_incident.reported_to_id, :due_on, '', '', 1
        FROM case_incident JOIN case_file ON case_file.id = case_incident.case_id
        WHERE case_incident.hate AND case_file.status <> 'closed'
        ORDER BY case_incident.id
    """)
    cases = sa.text("""
        INSERT INTO hate_report (partnership_id, case_id, incident_id, happened_on, what, strands, perceived_by,
            flagged_at, agency_id, due_on, done, unflagged_why, version)
        SELECT case_file.partnership_id, case_file.id, NULL, case_file.opened_on, '', '[]', 'not said',
            :now, case_file.lead_agency_id, :due_on, '', '', 1
        FROM case_file
        WHERE case_file.hate_incident AND case_file.status <> 'closed'
            AND NOT EXISTS (SELECT 1 FROM case_incident WHERE case_incident.case_id = case_file.id AND case_incident.hate)
        ORDER BY case_file.id
    """)
    now = utc_now()
    for each in (queued, cases):
        op.execute(each.bindparams(
            sa.bindparam('now', now, sa.DateTime(timezone=True)),
            sa.bindparam('due_on', add_working_days(local_date(now), WITHIN), sa.Date()),
        ))
