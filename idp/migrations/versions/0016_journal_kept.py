"""the journal: found by its days, purged by jobs that recur"""

import sqlalchemy as sa
from alembic import op

revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('journal', schema=None) as batch_op:
        batch_op.create_index('ix_journal_at', ['at'], unique=False)

    op.add_column('jobs', sa.Column('every_seconds', sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column('jobs', 'every_seconds')
    with op.batch_alter_table('journal', schema=None) as batch_op:
        batch_op.drop_index('ix_journal_at')
