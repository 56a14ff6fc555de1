"""ways in: what a sign-in has to reach, challenges, known places, counters, codes by mail"""

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('challenges',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('purpose', sa.String(length=40), nullable=False),
    sa.Column('holder', sa.String(length=60), nullable=False),
    sa.Column('sealed', sa.LargeBinary(), nullable=False),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.Column('expires_at', sa.BigInteger(), nullable=False),
    sa.Column('used_at', sa.BigInteger(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_challenges'))
    )
    with op.batch_alter_table('challenges', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_challenges_expires_at'), ['expires_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_challenges_holder'), ['holder'], unique=False)

    op.create_table('counters',
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('holder', sa.LargeBinary(), nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.Column('since', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('name', 'holder', name=op.f('pk_counters'))
    )
    op.create_table('known_places',
    sa.Column('index', sa.LargeBinary(), nullable=False),
    sa.Column('citizen_id', sa.String(length=36), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('first_seen_at', sa.BigInteger(), nullable=False),
    sa.Column('seen_at', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('index', name=op.f('pk_known_places'))
    )
    with op.batch_alter_table('known_places', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_known_places_citizen_id'), ['citizen_id'], unique=False)

    with op.batch_alter_table('sign_in_attempts', schema=None) as batch_op:
        batch_op.add_column(sa.Column('is_level_essential', sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column('demanded_level', sa.String(length=20), nullable=True))
        batch_op.add_column(sa.Column('demanded_because', sa.String(length=20), nullable=True))
        batch_op.add_column(sa.Column('cancelled_at', sa.BigInteger(), nullable=True))
    with op.batch_alter_table('one_time_codes', schema=None) as batch_op:
        batch_op.add_column(sa.Column('message_id', sa.String(length=36), nullable=True))
        batch_op.add_column(sa.Column('channel', sa.String(length=10), server_default='sms', nullable=False))
    with op.batch_alter_table('citizens', schema=None) as batch_op:
        batch_op.add_column(sa.Column('risk_is_judged', sa.Boolean(), server_default=sa.true(), nullable=False))
