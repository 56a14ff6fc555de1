"""couriers"""

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('failing_recipients',
    sa.Column('address_index', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('address_index', name=op.f('pk_failing_recipients'))
    )
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.add_column(sa.Column('delivery', sa.String(length=10), server_default='kept', nullable=False))
        batch_op.add_column(sa.Column('delivered_at', sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column('failed_at', sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column('useless_at', sa.BigInteger(), nullable=True))
