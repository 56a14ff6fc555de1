"""recoveries of an account, and what people record for them"""

import sqlalchemy as sa
from alembic import op

revision = '0019'
down_revision = '0018'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('recoveries',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('way', sa.String(length=10), nullable=False),
    sa.Column('browser', sa.String(length=64), nullable=False),
    sa.Column('citizen_id', sa.String(length=36), nullable=True),
    sa.Column('sealed', sa.LargeBinary(), nullable=False),
    sa.Column('link_hash', sa.LargeBinary(), nullable=True),
    sa.Column('attempt_id', sa.String(length=36), nullable=True),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.Column('expires_at', sa.BigInteger(), nullable=False),
    sa.Column('proved_at', sa.BigInteger(), nullable=True),
    sa.Column('ended_at', sa.BigInteger(), nullable=True),
    sa.Column('ended_because', sa.String(length=20), nullable=True),
    sa.Column('unlocks_at', sa.BigInteger(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recoveries')),
    sa.UniqueConstraint('link_hash', name=op.f('uq_recoveries_link_hash'))
    )
    with op.batch_alter_table('recoveries', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_recoveries_browser'), ['browser'], unique=False)
        batch_op.create_index(batch_op.f('ix_recoveries_citizen_id'), ['citizen_id'], unique=False)

    op.create_table('recordings',
    sa.Column('recovery_id', sa.String(length=36), nullable=False),
    sa.Column('media_type', sa.String(length=20), nullable=False),
    sa.Column('sealed', sa.LargeBinary(), nullable=False),
    sa.Column('received_at', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('recovery_id', name=op.f('pk_recordings'))
    )
