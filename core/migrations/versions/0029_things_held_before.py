"""Of research returns, nominations and contact plans, too, what was held before is kept."""

import sqlalchemy as sa
from alembic import op

revision = '0029'
down_revision = '0028'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('held_version', sa.Column('about', sa.Enum('a person’s details', 'what is written about a case', 'an incident', 'what a referral says', 'an action', 'what a meeting was told', 'a research return', 'a nomination', 'a contact plan', name='statement', native_enum=False, length=40), nullable=True))
    op.add_column('held_version', sa.Column('thing_id', sa.Integer(), nullable=True))
