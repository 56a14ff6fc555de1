"""the account: what proves it, what locks it, its roles and incidents"""

import sqlalchemy as sa
from alembic import op

revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('citizens', schema=None) as batch_op:
        batch_op.add_column(sa.Column('passport_checked_at', sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column('identity_proved_at', sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column('identity_proved_by', sa.String(length=20), nullable=True))
        batch_op.add_column(sa.Column('locked_at', sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column('unlocks_at', sa.BigInteger(), nullable=True))
    # Whoever was entered before is of a seed or of a test, and their passport was taken as it was given.
    op.execute("UPDATE citizens SET passport_checked_at = created_at")

    op.create_table('citizen_roles',
    sa.Column('citizen_id', sa.String(length=36), nullable=False),
    sa.Column('role', sa.String(length=40), nullable=False),
    sa.Column('given_at', sa.BigInteger(), nullable=False),
    sa.Column('given_by', sa.String(length=60), nullable=False),
    sa.PrimaryKeyConstraint('citizen_id', 'role', name=op.f('pk_citizen_roles'))
    )
    op.create_table('incidents',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('citizen_id', sa.String(length=36), nullable=False),
    sa.Column('rule', sa.String(length=40), nullable=False),
    sa.Column('sealed', sa.LargeBinary(), nullable=False),
    sa.Column('opened_by', sa.String(length=60), nullable=False),
    sa.Column('opened_at', sa.BigInteger(), nullable=False),
    sa.Column('closed_by', sa.String(length=60), nullable=True),
    sa.Column('closed_at', sa.BigInteger(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_incidents'))
    )
    with op.batch_alter_table('incidents', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_incidents_citizen_id'), ['citizen_id'], unique=False)
