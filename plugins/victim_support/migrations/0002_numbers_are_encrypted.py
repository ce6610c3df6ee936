"""How somebody is reached, and what was said to them, are encrypted."""

from alembic import op

from core.plugin_api import seal_column

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Seal what lies in clear."""
    for table, column in (("victim_support_entry", "reach"), ("victim_support_contact", "said")):
        seal_column(op.get_bind(), table, column)
