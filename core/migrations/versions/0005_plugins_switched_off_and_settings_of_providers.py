"""Plugins that a partnership switches off, and by which version of a form a provider filled in its settings."""

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('plugin_switch',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('partnership_id', sa.Integer(), nullable=False),
    sa.Column('plugin', sa.String(length=60), nullable=False),
    sa.Column('is_off', sa.Boolean(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['user_account.id'], name=op.f('fk_plugin_switch_by_id_user_account')),
    sa.ForeignKeyConstraint(['partnership_id'], ['partnership.id'], name=op.f('fk_plugin_switch_partnership_id_partnership')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_plugin_switch')),
    sa.UniqueConstraint('partnership_id', 'plugin', name=op.f('uq_plugin_switch_partnership_id_plugin'))
    )
    # Added where it is: a table that others refer to is not made anew under their feet on SQLite.
    op.add_column('provider', sa.Column('settings_version', sa.Integer(), nullable=False, server_default='0'))
