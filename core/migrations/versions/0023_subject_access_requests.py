"""Requests of people for what is held about them: the request, the pack, its masks, and what was given."""

import sqlalchemy as sa
from alembic import op

revision = '0023'
down_revision = '0022'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('access_request',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('partnership_id', sa.Integer(), nullable=False),
    sa.Column('ref', sa.String(length=40), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('asked_by', sa.Enum('the person themself', 'a parent or guardian of a child', 'a solicitor', 'somebody else on their behalf', name='askedby', native_enum=False, length=40), nullable=False),
    sa.Column('shares_home', sa.Boolean(), nullable=False),
    sa.Column('arrived', sa.Enum('by post', 'by e-mail', 'in person', 'by telephone', 'through an agency', name='arrived', native_enum=False, length=40), nullable=False),
    sa.Column('received_on', sa.Date(), nullable=False),
    sa.Column('kept_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('kept_by_id', sa.Integer(), nullable=False),
    sa.Column('identity_on', sa.Date(), nullable=True),
    sa.Column('identity_by_id', sa.Integer(), nullable=True),
    sa.Column('extended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('extended_by_id', sa.Integer(), nullable=True),
    sa.Column('extended_reason', sa.Text(), nullable=False),
    sa.Column('told_on', sa.Date(), nullable=True),
    sa.Column('drawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('drawn_by_id', sa.Integer(), nullable=True),
    sa.Column('ready_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ready_by_id', sa.Integer(), nullable=True),
    sa.Column('released_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('released_by_id', sa.Integer(), nullable=True),
    sa.Column('audit_seq', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('audit_hash', sa.String(length=64), nullable=False),
    sa.Column('given_on', sa.Date(), nullable=True),
    sa.Column('given_by_id', sa.Integer(), nullable=True),
    sa.Column('ending', sa.Enum('nothing held', 'manifestly unfounded', 'manifestly excessive', 'identity or authority not shown', 'withdrawn', name='ending', native_enum=False, length=40), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_by_id', sa.Integer(), nullable=True),
    sa.Column('ended_reason', sa.Text(), nullable=False),
    sa.Column('ended_told_on', sa.Date(), nullable=True),
    sa.Column('about_name', sa.Text(), nullable=False),
    sa.Column('asker_name', sa.Text(), nullable=False),
    sa.Column('authority', sa.Text(), nullable=False),
    sa.Column('reply_to', sa.Text(), nullable=False),
    sa.Column('identity_seen', sa.Text(), nullable=False),
    sa.Column('given_how', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['drawn_by_id'], ['user_account.id'], name=op.f('fk_access_request_drawn_by_id_user_account')),
    sa.ForeignKeyConstraint(['ended_by_id'], ['user_account.id'], name=op.f('fk_access_request_ended_by_id_user_account')),
    sa.ForeignKeyConstraint(['extended_by_id'], ['user_account.id'], name=op.f('fk_access_request_extended_by_id_user_account')),
    sa.ForeignKeyConstraint(['given_by_id'], ['user_account.id'], name=op.f('fk_access_request_given_by_id_user_account')),
    sa.ForeignKeyConstraint(['identity_by_id'], ['user_account.id'], name=op.f('fk_access_request_identity_by_id_user_account')),
    sa.ForeignKeyConstraint(['kept_by_id'], ['user_account.id'], name=op.f('fk_access_request_kept_by_id_user_account')),
    sa.ForeignKeyConstraint(['partnership_id'], ['partnership.id'], name=op.f('fk_access_request_partnership_id_partnership')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_access_request_person_id_person')),
    sa.ForeignKeyConstraint(['ready_by_id'], ['user_account.id'], name=op.f('fk_access_request_ready_by_id_user_account')),
    sa.ForeignKeyConstraint(['released_by_id'], ['user_account.id'], name=op.f('fk_access_request_released_by_id_user_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_access_request')),
    sa.UniqueConstraint('partnership_id', 'ref', name=op.f('uq_access_request_partnership_id_ref'))
    )
    op.create_index(op.f('ix_access_request_person_id'), 'access_request', ['person_id'], unique=False)
    op.create_index('ix_access_request_received', 'access_request', ['partnership_id', 'received_on', 'id'], unique=False)
    op.create_table('access_mask',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('request_id', sa.Integer(), nullable=False),
    sa.Column('place', sa.String(length=80), nullable=False),
    sa.Column('starts', sa.Integer(), nullable=False),
    sa.Column('ends', sa.Integer(), nullable=False),
    sa.Column('reason', sa.Enum('about somebody else', 'would show who gave the information', 'would hinder dealing with crime', 'legal advice', 'could cause serious harm', 'about a child at risk of abuse', name='maskreason', native_enum=False, length=40), nullable=False),
    sa.Column('fixed', sa.Boolean(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.Column('kept', sa.Boolean(), nullable=True),
    sa.Column('lifted_because', sa.Enum('they agreed that it is shown', 'reasonable to show without asking them', 'the person knows it already', 'somebody in their work for an agency', 'about the person themself', 'tells of nobody', name='liftreason', native_enum=False, length=40), nullable=True),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('outdated_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['by_id'], ['user_account.id'], name=op.f('fk_access_mask_by_id_user_account')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['user_account.id'], name=op.f('fk_access_mask_decided_by_id_user_account')),
    sa.ForeignKeyConstraint(['request_id'], ['access_request.id'], name=op.f('fk_access_mask_request_id_access_request')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_access_mask'))
    )
    op.create_index('ix_access_mask_request_place', 'access_mask', ['request_id', 'place'], unique=False)
    op.create_table('access_pack',
    sa.Column('request_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('trail_seq', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('subjects', sa.JSON(), nullable=False),
    sa.Column('content', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['request_id'], ['access_request.id'], name=op.f('fk_access_pack_request_id_access_request')),
    sa.PrimaryKeyConstraint('request_id', name=op.f('pk_access_pack'))
    )
    op.create_table('access_paper',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('request_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('file_name', sa.String(length=200), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('pages', sa.Integer(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['request_id'], ['access_request.id'], name=op.f('fk_access_paper_request_id_access_request')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_access_paper')),
    sa.UniqueConstraint('request_id', 'kind', name=op.f('uq_access_paper_request_id_kind'))
    )
    op.create_table('access_request_event',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('request_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('did', sa.Enum('received', 'identity shown', 'clarification asked for', 'clarification received', 'two months more', 'pack drawn', 'words masked', 'masks decided', 'ready for release', 'back in preparation', 'released', 'downloaded', 'given to the person', 'closed without a pack', name='did', native_enum=False, length=40), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['user_account.id'], name=op.f('fk_access_request_event_by_id_user_account')),
    sa.ForeignKeyConstraint(['request_id'], ['access_request.id'], name=op.f('fk_access_request_event_request_id_access_request')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_access_request_event'))
    )
    op.create_index(op.f('ix_access_request_event_request_id'), 'access_request_event', ['request_id'], unique=False)
    op.create_table('access_request_pause',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('request_id', sa.Integer(), nullable=False),
    sa.Column('asked_on', sa.Date(), nullable=False),
    sa.Column('what', sa.Text(), nullable=False),
    sa.Column('answered_on', sa.Date(), nullable=True),
    sa.ForeignKeyConstraint(['request_id'], ['access_request.id'], name=op.f('fk_access_request_pause_request_id_access_request')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_access_request_pause'))
    )
    op.create_index(op.f('ix_access_request_pause_request_id'), 'access_request_pause', ['request_id'], unique=False)
