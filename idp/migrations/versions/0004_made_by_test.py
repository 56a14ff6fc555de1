"""made by test"""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ('sessions', 'consents', 'token_families'):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column('is_made_by_test', sa.Boolean(), server_default=sa.false(), nullable=False))
