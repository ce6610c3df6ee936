"""Minutes that can be circulated: wording, comments, corrections, subject access, feeds, what a mail is and was of."""

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('worker',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('stopped_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_worker'))
    )
    op.create_index(op.f('ix_worker_seen_at'), 'worker', ['seen_at'], unique=False)

    op.create_table('calendar_feed',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('partnership_id', sa.Integer(), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('read_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['partnership_id'], ['partnership.id'], name=op.f('fk_calendar_feed_partnership_id_partnership')),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_calendar_feed_user_id_user_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_calendar_feed')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_calendar_feed_token_hash'))
    )
    op.create_index(op.f('ix_calendar_feed_user_id'), 'calendar_feed', ['user_id'], unique=False)

    op.create_table('minutes_comment',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('minutes_id', sa.Integer(), nullable=False),
    sa.Column('item_id', sa.Integer(), nullable=True),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('settled_by_id', sa.Integer(), nullable=True),
    sa.Column('settled_note', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['user_account.id'], name=op.f('fk_minutes_comment_by_id_user_account')),
    sa.ForeignKeyConstraint(['item_id'], ['agenda_item.id'], name=op.f('fk_minutes_comment_item_id_agenda_item')),
    sa.ForeignKeyConstraint(['minutes_id'], ['minutes.id'], name=op.f('fk_minutes_comment_minutes_id_minutes')),
    sa.ForeignKeyConstraint(['settled_by_id'], ['user_account.id'], name=op.f('fk_minutes_comment_settled_by_id_user_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_minutes_comment'))
    )
    op.create_index(op.f('ix_minutes_comment_minutes_id'), 'minutes_comment', ['minutes_id'], unique=False)

    op.create_table('minutes_correction',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('minutes_id', sa.Integer(), nullable=False),
    sa.Column('item_id', sa.Integer(), nullable=True),
    sa.Column('passage', sa.Text(), nullable=False),
    sa.Column('proposed', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('proposed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('proposed_by_id', sa.Integer(), nullable=False),
    sa.Column('agency_id', sa.Integer(), nullable=False),
    sa.Column('status', sa.Enum('proposed', 'agreed', 'not agreed', 'withdrawn', name='correctionstatus', native_enum=False, length=40), nullable=False),
    sa.Column('decided_item_id', sa.Integer(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.Column('decision_note', sa.Text(), nullable=False),
    sa.Column('document_id', sa.Integer(), nullable=True),
    sa.Column('was_restricted', sa.Boolean(), nullable=False),
    sa.Column('visibility', sa.Enum('everyone at this item', 'named agencies', 'chair and coordinator', name='visibility', native_enum=False, length=40), nullable=False),
    sa.Column('source_id', sa.Integer(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['agency_id'], ['agency.id'], name=op.f('fk_minutes_correction_agency_id_agency')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['user_account.id'], name=op.f('fk_minutes_correction_decided_by_id_user_account')),
    sa.ForeignKeyConstraint(['decided_item_id'], ['agenda_item.id'], name=op.f('fk_minutes_correction_decided_item_id_agenda_item')),
    sa.ForeignKeyConstraint(['document_id'], ['document.id'], name=op.f('fk_minutes_correction_document_id_document')),
    sa.ForeignKeyConstraint(['item_id'], ['agenda_item.id'], name=op.f('fk_minutes_correction_item_id_agenda_item')),
    sa.ForeignKeyConstraint(['minutes_id'], ['minutes.id'], name=op.f('fk_minutes_correction_minutes_id_minutes')),
    sa.ForeignKeyConstraint(['proposed_by_id'], ['user_account.id'], name=op.f('fk_minutes_correction_proposed_by_id_user_account')),
    sa.ForeignKeyConstraint(['source_id'], ['agency.id'], name=op.f('fk_minutes_correction_source_id_agency')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_minutes_correction'))
    )
    op.create_index(op.f('ix_minutes_correction_decided_item_id'), 'minutes_correction', ['decided_item_id'], unique=False)
    op.create_index(op.f('ix_minutes_correction_minutes_id'), 'minutes_correction', ['minutes_id'], unique=False)
    op.create_table('minutes_correction_account',
    sa.Column('correction_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('recused', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['correction_id'], ['minutes_correction.id'], name=op.f('fk_minutes_correction_account_correction_id_minutes_correction')),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_minutes_correction_account_user_id_user_account')),
    sa.PrimaryKeyConstraint('correction_id', 'user_id', name=op.f('pk_minutes_correction_account'))
    )
    op.create_table('minutes_correction_agency',
    sa.Column('correction_id', sa.Integer(), nullable=False),
    sa.Column('agency_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['agency_id'], ['agency.id'], name=op.f('fk_minutes_correction_agency_agency_id_agency')),
    sa.ForeignKeyConstraint(['correction_id'], ['minutes_correction.id'], name=op.f('fk_minutes_correction_agency_correction_id_minutes_correction')),
    sa.PrimaryKeyConstraint('correction_id', 'agency_id', name=op.f('pk_minutes_correction_agency'))
    )

    op.create_table('subject_access_copy',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('minutes_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('asked_on', sa.Date(), nullable=False),
    sa.Column('extended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('extended_by_id', sa.Integer(), nullable=True),
    sa.Column('extended_reason', sa.Text(), nullable=False),
    sa.Column('told_on', sa.Date(), nullable=True),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('made_by_id', sa.Integer(), nullable=False),
    sa.Column('issued_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('issued_by_id', sa.Integer(), nullable=True),
    sa.Column('document_id', sa.Integer(), nullable=True),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('withdrawn_by_id', sa.Integer(), nullable=True),
    sa.Column('withdrawn_reason', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['document_id'], ['document.id'], name=op.f('fk_subject_access_copy_document_id_document')),
    sa.ForeignKeyConstraint(['extended_by_id'], ['user_account.id'], name=op.f('fk_subject_access_copy_extended_by_id_user_account')),
    sa.ForeignKeyConstraint(['issued_by_id'], ['user_account.id'], name=op.f('fk_subject_access_copy_issued_by_id_user_account')),
    sa.ForeignKeyConstraint(['made_by_id'], ['user_account.id'], name=op.f('fk_subject_access_copy_made_by_id_user_account')),
    sa.ForeignKeyConstraint(['minutes_id'], ['minutes.id'], name=op.f('fk_subject_access_copy_minutes_id_minutes')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_subject_access_copy_person_id_person')),
    sa.ForeignKeyConstraint(['withdrawn_by_id'], ['user_account.id'], name=op.f('fk_subject_access_copy_withdrawn_by_id_user_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_subject_access_copy'))
    )
    op.create_index(op.f('ix_subject_access_copy_minutes_id'), 'subject_access_copy', ['minutes_id'], unique=False)
    op.create_index(op.f('ix_subject_access_copy_person_id'), 'subject_access_copy', ['person_id'], unique=False)

    op.create_table('minutes_wording',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('entry_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('entry_version', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['user_account.id'], name=op.f('fk_minutes_wording_by_id_user_account')),
    sa.ForeignKeyConstraint(['entry_id'], ['entry.id'], name=op.f('fk_minutes_wording_entry_id_entry')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_minutes_wording')),
    sa.UniqueConstraint('entry_id', 'number', name=op.f('uq_minutes_wording_entry_id_number'))
    )
    op.create_table('subject_access_mask',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('access_copy_id', sa.Integer(), nullable=False),
    sa.Column('place', sa.String(length=60), nullable=False),
    sa.Column('starts', sa.Integer(), nullable=False),
    sa.Column('ends', sa.Integer(), nullable=False),
    sa.Column('reason', sa.Enum('about somebody else', 'would show who gave the information', name='maskreason', native_enum=False, length=40), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('lifted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('lifted_by_id', sa.Integer(), nullable=True),
    sa.Column('lifted_reason', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['access_copy_id'], ['subject_access_copy.id'], name=op.f('fk_subject_access_mask_access_copy_id_subject_access_copy')),
    sa.ForeignKeyConstraint(['by_id'], ['user_account.id'], name=op.f('fk_subject_access_mask_by_id_user_account')),
    sa.ForeignKeyConstraint(['lifted_by_id'], ['user_account.id'], name=op.f('fk_subject_access_mask_lifted_by_id_user_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_subject_access_mask'))
    )
    op.create_index('ix_subject_access_mask_copy_place', 'subject_access_mask', ['access_copy_id', 'place'], unique=False)

    op.create_table('minutes_grant',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('minutes_id', sa.Integer(), nullable=False),
    sa.Column('item_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=True),
    sa.Column('agency_id', sa.Integer(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('withdrawn_by_id', sa.Integer(), nullable=True),
    sa.CheckConstraint('(user_id IS NULL) <> (agency_id IS NULL)', name=op.f('ck_minutes_grant_one_grantee')),
    sa.ForeignKeyConstraint(['agency_id'], ['agency.id'], name=op.f('fk_minutes_grant_agency_id_agency')),
    sa.ForeignKeyConstraint(['by_id'], ['user_account.id'], name=op.f('fk_minutes_grant_by_id_user_account')),
    sa.ForeignKeyConstraint(['item_id'], ['agenda_item.id'], name=op.f('fk_minutes_grant_item_id_agenda_item')),
    sa.ForeignKeyConstraint(['minutes_id'], ['minutes.id'], name=op.f('fk_minutes_grant_minutes_id_minutes')),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_minutes_grant_user_id_user_account')),
    sa.ForeignKeyConstraint(['withdrawn_by_id'], ['user_account.id'], name=op.f('fk_minutes_grant_withdrawn_by_id_user_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_minutes_grant'))
    )
    op.create_index(op.f('ix_minutes_grant_minutes_id'), 'minutes_grant', ['minutes_id'], unique=False)

    # Columns are added where they are: a table that others refer to is not made anew under their feet on SQLite.
    op.add_column('circulation', sa.Column('kind', sa.Enum('agenda', 'actions', 'minutes', 'extract', 'correction', 'corrected extract', name='circulationkind', native_enum=False, length=40), nullable=False, server_default='minutes'))
    op.add_column('copy', sa.Column('password', sa.String(length=60), nullable=False, server_default=''))
    _add_reference('document', 'meeting_id', 'meeting')
    _add_reference('document', 'user_id', 'user_account')
    _add_reference('minutes', 'html_id', 'document')
    op.create_index(op.f('ix_document_meeting_id'), 'document', ['meeting_id'], unique=False)
    # What was issued before can be checked, too.
    op.execute('UPDATE document SET meeting_id = (SELECT meeting_id FROM minutes WHERE minutes.document_id = document.id) WHERE EXISTS (SELECT 1 FROM minutes WHERE minutes.document_id = document.id)')
    op.execute('UPDATE document SET user_id = (SELECT user_id FROM copy WHERE copy.document_id = document.id), meeting_id = (SELECT meeting_id FROM copy JOIN circulation ON circulation.id = copy.circulation_id WHERE copy.document_id = document.id) WHERE EXISTS (SELECT 1 FROM copy WHERE copy.document_id = document.id)')
    op.add_column('mail', sa.Column('body_html', sa.Text(), nullable=False, server_default=''))
    op.add_column('mail', sa.Column('attaches', sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column('mail', sa.Column('once_key', sa.String(length=120), nullable=True))
    op.create_index(op.f('ix_mail_once_key'), 'mail', ['once_key'], unique=True)
    op.drop_index('ix_action_open_owner', 'action')
    still_open, has_person = sa.text("status = 'open'"), sa.text('owner_user_id IS NOT NULL')
    op.create_index('ix_action_open_owner', 'action', ['owner_agency_id', 'partnership_id', 'due_on', 'group_id', 'owner_user_id'], unique=False, sqlite_where=still_open, postgresql_where=still_open)
    op.create_index('ix_action_owner_user', 'action', ['owner_user_id', 'due_on', 'id'], unique=False, sqlite_where=has_person, postgresql_where=has_person)
    handed_over = sa.text("kind = 'handed over'")
    op.create_index('ix_action_update_handed_over', 'action_update', ['action_id'], unique=False, sqlite_where=handed_over, postgresql_where=handed_over)
    unfinished = sa.text("state IN ('waiting', 'sending', 'failed')")
    op.create_index('ix_mail_unfinished', 'mail', ['created_at', 'id'], unique=False, sqlite_where=unfinished, postgresql_where=unfinished)
    op.add_column('caught_mail', sa.Column('body_html', sa.Text(), nullable=False, server_default=''))
    op.add_column('caught_mail', sa.Column('files', sa.Text(), nullable=False, server_default=''))
    op.add_column('partnership', sa.Column('attach_copies', sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column('user_account', sa.Column('daily_mail', sa.Boolean(), nullable=False, server_default=sa.true()))


def _add_reference(table: str, column: str, other: str) -> None:
    name = f'fk_{table}_{column}_{other}'
    op.execute(f'ALTER TABLE {table} ADD COLUMN {column} INTEGER CONSTRAINT {name} REFERENCES {other} (id)')
