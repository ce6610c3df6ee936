"""Meetings that pause, are opened again or adjourned; who chaired an item; who left and came back."""

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Columns are added where they are: a table that others refer to is not made anew under their feet on SQLite.
    op.execute('ALTER TABLE meeting ADD COLUMN acting_chair_id INTEGER CONSTRAINT fk_meeting_acting_chair_id_user_account REFERENCES user_account (id)')
    op.execute('ALTER TABLE meeting ADD COLUMN adjourned_to_id INTEGER CONSTRAINT fk_meeting_adjourned_to_id_meeting REFERENCES meeting (id)')
    op.add_column('meeting', sa.Column('paused_at', sa.DateTime(timezone=True), nullable=True))
    op.create_table('attendance_absence',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('attendance_id', sa.Integer(), nullable=False),
    sa.Column('left_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('back_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['attendance_id'], ['attendance.id'], name=op.f('fk_attendance_absence_attendance_id_attendance')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_attendance_absence'))
    )
    op.create_index(op.f('ix_attendance_absence_attendance_id'), 'attendance_absence', ['attendance_id'], unique=False)
    op.create_table('meeting_break',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('meeting_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('paused', 'closed and opened again', name='breakkind', native_enum=False, length=40), nullable=False),
    sa.Column('began_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['user_account.id'], name=op.f('fk_meeting_break_by_id_user_account')),
    sa.ForeignKeyConstraint(['meeting_id'], ['meeting.id'], name=op.f('fk_meeting_break_meeting_id_meeting')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_meeting_break'))
    )
    op.create_index(op.f('ix_meeting_break_meeting_id'), 'meeting_break', ['meeting_id'], unique=False)
    op.create_table('item_chair',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('item_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('began_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('from_start', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['item_id'], ['agenda_item.id'], name=op.f('fk_item_chair_item_id_agenda_item')),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_item_chair_user_id_user_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_item_chair'))
    )
    op.create_index(op.f('ix_item_chair_item_id'), 'item_chair', ['item_id'], unique=False)
