"""One person, two records."""

import sqlalchemy as sa
from alembic import op

revision = '0022'
down_revision = '0021'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute('ALTER TABLE person ADD COLUMN merged_into_id INTEGER CONSTRAINT fk_person_merged_into_id_person REFERENCES person (id)')
    op.create_index(op.f('ix_person_merged_into_id'), 'person', ['merged_into_id'], unique=False)
    op.create_table('person_merge',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('partnership_id', sa.Integer(), nullable=False),
    sa.Column('kept_id', sa.Integer(), nullable=False),
    sa.Column('gone_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('undone_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('undone_by_id', sa.Integer(), nullable=True),
    sa.Column('undone_reason', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['user_account.id'], name=op.f('fk_person_merge_by_id_user_account')),
    sa.ForeignKeyConstraint(['gone_id'], ['person.id'], name=op.f('fk_person_merge_gone_id_person')),
    sa.ForeignKeyConstraint(['kept_id'], ['person.id'], name=op.f('fk_person_merge_kept_id_person')),
    sa.ForeignKeyConstraint(['partnership_id'], ['partnership.id'], name=op.f('fk_person_merge_partnership_id_partnership')),
    sa.ForeignKeyConstraint(['undone_by_id'], ['user_account.id'], name=op.f('fk_person_merge_undone_by_id_user_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_person_merge'))
    )
    for column in ('gone_id', 'kept_id', 'partnership_id'):
        op.create_index(op.f(f'ix_person_merge_{column}'), 'person_merge', [column], unique=False)
    op.create_table('person_merge_row',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('merge_id', sa.Integer(), nullable=False),
    sa.Column('table_name', sa.String(length=63), nullable=False),
    sa.Column('column_name', sa.String(length=63), nullable=False),
    sa.Column('row_key', sa.String(length=200), nullable=False),
    sa.Column('done', sa.Enum('repointed', 'changed', 'taken out', 'put in', 'stays', name='done', native_enum=False, length=40), nullable=False),
    sa.Column('content', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['merge_id'], ['person_merge.id'], name=op.f('fk_person_merge_row_merge_id_person_merge')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_person_merge_row'))
    )
    op.create_index('ix_person_merge_row_found', 'person_merge_row', ['table_name', 'row_key', 'merge_id'], unique=False)
    op.create_index(op.f('ix_person_merge_row_merge_id'), 'person_merge_row', ['merge_id'], unique=False)
    op.create_table('two_people',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('partnership_id', sa.Integer(), nullable=False),
    sa.Column('one_id', sa.Integer(), nullable=False),
    sa.Column('other_id', sa.Integer(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_by_id', sa.Integer(), nullable=False),
    sa.Column('taken_back_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('taken_back_by_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['decided_by_id'], ['user_account.id'], name=op.f('fk_two_people_decided_by_id_user_account')),
    sa.ForeignKeyConstraint(['one_id'], ['person.id'], name=op.f('fk_two_people_one_id_person')),
    sa.ForeignKeyConstraint(['other_id'], ['person.id'], name=op.f('fk_two_people_other_id_person')),
    sa.ForeignKeyConstraint(['partnership_id'], ['partnership.id'], name=op.f('fk_two_people_partnership_id_partnership')),
    sa.ForeignKeyConstraint(['taken_back_by_id'], ['user_account.id'], name=op.f('fk_two_people_taken_back_by_id_user_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_two_people'))
    )
    for column in ('one_id', 'other_id', 'partnership_id'):
        op.create_index(op.f(f'ix_two_people_{column}'), 'two_people', [column], unique=False)
