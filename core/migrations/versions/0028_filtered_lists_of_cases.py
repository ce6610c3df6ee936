"""A list of cases is filtered in its index: of 200,000 cases those of other risks and statuses are not looked up."""

from alembic import op

revision = '0028'
down_revision = '0027'
branch_labels = None
depends_on = None

NARROWED = ('risk', 'restricted', 'lead_agency_id')


def upgrade() -> None:
    op.drop_index('ix_case_file_category', table_name='case_file')
    op.create_index(
        'ix_case_file_category',
        'case_file',
        ['partnership_id', 'category', 'opened_on', 'id', 'status', *NARROWED],
        unique=False,
    )
    op.drop_index('ix_case_file_status', table_name='case_file')
    op.create_index(
        'ix_case_file_status',
        'case_file',
        ['partnership_id', 'status', 'opened_on', 'id', *NARROWED],
        unique=False,
    )
