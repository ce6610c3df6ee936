"""Contact data, what was said to somebody, payloads of referrals and keys of devices are encrypted.

All in this migration's transaction: interrupted, it begins anew.
"""

from alembic import op

from core.encryption import seal_column

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table, column in (
        ('contact_plan', 'reach'),
        ('contact_entry', 'said'),
        ('keeping_key', 'key'),
        ('referral', 'payload'),
        ('referral_move', 'payload'),
    ):
        seal_column(op.get_bind(), table, column)
