"""Its migration fails."""

revision = "0001"
down_revision = None


def upgrade():
    raise RuntimeError("no disk")
