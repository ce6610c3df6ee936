"""On what somebody was told, and what they agreed to who gave something in a complaint.

Of what was disclosed before, nothing is made up: a basis is empty where none was kept. Cases that were closed again to an
agency lost their line; their timeline still says when it was opened, on what basis and what for.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

from core.clock import local_date

revision = '0027'
down_revision = '0026'
branch_labels = None
depends_on = None

ON_GROUNDS = ('case_group', 'research', 'referral', 'circulation', 'emergency')

KINDS = (
    'case opened to an agency', 'case heard by a group', 'research asked for', 'research returned',
    'information shared at a meeting', 'referral', 'part in a referral’s plan', 'papers circulated',
    'case opened in an emergency', 'protected address shown to an agency', 'list or document downloaded',
)
ROLES = ('subject', 'complainant', 'victim', 'witness', 'party', 'family member')


def upgrade() -> None:
    op.create_table('partnership_grounds',
    sa.Column('partnership_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum(*KINDS, name='kind', native_enum=False, length=40), nullable=False),
    *_grounds(),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['partnership_id'], ['partnership.id'], name=op.f('fk_partnership_grounds_partnership_id_partnership')),
    sa.PrimaryKeyConstraint('partnership_id', 'kind', name=op.f('pk_partnership_grounds'))
    )
    op.create_table('ended_disclosure',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('agency_id', sa.Integer(), nullable=True),
    sa.Column('group_id', sa.Integer(), nullable=True),
    sa.Column('since', sa.Date(), nullable=False),
    sa.Column('ended_on', sa.Date(), nullable=False),
    *_grounds(),
    sa.CheckConstraint('(agency_id IS NULL) <> (group_id IS NULL)', name=op.f('ck_ended_disclosure_one_recipient')),
    sa.ForeignKeyConstraint(['agency_id'], ['agency.id'], name=op.f('fk_ended_disclosure_agency_id_agency')),
    sa.ForeignKeyConstraint(['case_id'], ['case_file.id'], name=op.f('fk_ended_disclosure_case_id_case_file')),
    sa.ForeignKeyConstraint(['group_id'], ['forum.id'], name=op.f('fk_ended_disclosure_group_id_forum')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ended_disclosure'))
    )
    op.create_index('ix_ended_disclosure_case_id_since', 'ended_disclosure', ['case_id', 'since'], unique=False)
    op.create_table('complaint_consent',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('incident_id', sa.Integer(), nullable=True),
    sa.Column('entry_id', sa.Integer(), nullable=True),
    sa.Column('agency_id', sa.Integer(), nullable=False),
    sa.Column('provider', sa.Enum(*ROLES, name='personrole', native_enum=False, length=40), nullable=False),
    sa.Column('answer', sa.Enum('given', 'refused', 'not asked yet', 'not needed', name='answer', native_enum=False, length=40), nullable=False),
    sa.Column('scope', sa.Enum('this partnership’s meetings', 'this meeting only', 'these agencies only', name='scope', native_enum=False, length=40), nullable=True),
    sa.Column('not_to_subject', sa.Boolean(), nullable=False),
    sa.Column('limits', sa.Text(), nullable=False),
    sa.Column('law', sa.String(length=200), nullable=False),
    sa.Column('how', sa.Enum('in writing', 'spoken', name='how', native_enum=False, length=40), nullable=True),
    sa.Column('answered_on', sa.Date(), nullable=True),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by_id', sa.Integer(), nullable=False),
    sa.Column('withdrawn_on', sa.Date(), nullable=True),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('withdrawn_by_id', sa.Integer(), nullable=True),
    sa.Column('withdrawn_note', sa.Text(), nullable=False),
    sa.Column('shared_with', sa.Text(), nullable=False),
    sa.Column('told_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('incident_id IS NULL OR entry_id IS NULL', name=op.f('ck_complaint_consent_about_one_thing')),
    sa.ForeignKeyConstraint(['agency_id'], ['agency.id'], name=op.f('fk_complaint_consent_agency_id_agency')),
    sa.ForeignKeyConstraint(['case_id'], ['case_file.id'], name=op.f('fk_complaint_consent_case_id_case_file')),
    sa.ForeignKeyConstraint(['entry_id'], ['entry.id'], name=op.f('fk_complaint_consent_entry_id_entry')),
    sa.ForeignKeyConstraint(['incident_id'], ['case_incident.id'], name=op.f('fk_complaint_consent_incident_id_case_incident'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['user_account.id'], name=op.f('fk_complaint_consent_recorded_by_id_user_account')),
    sa.ForeignKeyConstraint(['withdrawn_by_id'], ['user_account.id'], name=op.f('fk_complaint_consent_withdrawn_by_id_user_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_complaint_consent'))
    )
    op.create_index('ix_complaint_consent_case_id', 'complaint_consent', ['case_id'], unique=False)
    op.create_index('ix_complaint_consent_incident_id', 'complaint_consent', ['incident_id'], unique=True)
    op.create_index('ix_complaint_consent_entry_id', 'complaint_consent', ['entry_id'], unique=True)
    op.create_table('consent_agency',
    sa.Column('consent_id', sa.Integer(), nullable=False),
    sa.Column('agency_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['agency_id'], ['agency.id'], name=op.f('fk_consent_agency_agency_id_agency')),
    sa.ForeignKeyConstraint(['consent_id'], ['complaint_consent.id'], name=op.f('fk_consent_agency_consent_id_complaint_consent'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('consent_id', 'agency_id', name=op.f('pk_consent_agency'))
    )
    op.create_index(op.f('ix_consent_agency_agency_id'), 'consent_agency', ['agency_id'], unique=False)
    for table in ON_GROUNDS:
        for column in _grounds(server_default=''):
            op.add_column(table, column)
    op.add_column('case_agency', sa.Column('condition', sa.String(length=200), nullable=False, server_default=''))
    op.add_column('entry', sa.Column('limits', sa.String(length=400), nullable=False, server_default=''))
    op.add_column('entry', sa.Column('withdrawn_on', sa.Date(), nullable=True))
    _keep_what_ended()


def _grounds(server_default: str | None = None) -> list[sa.Column[Any]]:
    return [
        sa.Column('basis', sa.String(length=200), nullable=False, server_default=server_default),
        sa.Column('condition', sa.String(length=200), nullable=False, server_default=server_default),
        sa.Column('purpose', sa.String(length=1000), nullable=False, server_default=server_default),
    ]


def _keep_what_ended() -> None:
    """Cases that were open to an agency once, from the lines of their timelines, which name it."""
    bind = op.get_bind()
    agencies = {name: number for number, name in bind.execute(sa.text('SELECT id, name FROM agency'))}
    written = sa.text("SELECT case_id, at, text, note FROM case_event WHERE kind = 'shared' ORDER BY case_id, at, id")
    events = written.columns(case_id=sa.Integer, at=sa.DateTime(timezone=True), text=sa.Text, note=sa.Text)
    opened: dict[tuple[int, str], tuple[date, str, str]] = {}
    ended = []
    for case_id, at, text, note in bind.execute(events):
        on = _day(at)
        if text.startswith('Opened to '):
            name, _, basis = text.removeprefix('Opened to ').rpartition(': ')
            opened[case_id, name] = (on, basis, note)
        elif text.startswith('No longer open to '):
            name = text.removeprefix('No longer open to ')
            since, basis, purpose = opened.pop((case_id, name), (on, '', ''))
            if name in agencies:
                ended.append(_ended(case_id, agencies[name], since, on, basis, purpose))
    if ended:
        table = sa.table('ended_disclosure', *(sa.column(name, kind) for name, kind in _COLUMNS.items()))
        op.bulk_insert(table, ended)


_COLUMNS: Mapping[str, Any] = {
    'case_id': sa.Integer, 'agency_id': sa.Integer, 'since': sa.Date, 'ended_on': sa.Date,
    'basis': sa.String, 'condition': sa.String, 'purpose': sa.String,
}


def _ended(case_id: int, agency_id: int, since: date, on: date, basis: str, purpose: str) -> dict[str, Any]:
    return {
        'case_id': case_id, 'agency_id': agency_id, 'since': since, 'ended_on': on,
        'basis': basis[:200], 'condition': '', 'purpose': purpose[:1000],
    }


def _day(at: datetime) -> date:
    return local_date(at if at.tzinfo is not None else at.replace(tzinfo=UTC))  # SQLite keeps no zone: it is UTC
