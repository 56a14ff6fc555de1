"""certificates that people signed in with"""

import sqlalchemy as sa
from alembic import op

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('used_certificates',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('citizen_id', sa.String(length=36), nullable=False),
    sa.Column('serial', sa.String(length=40), nullable=False),
    sa.Column('issuer', sa.String(length=200), nullable=False),
    sa.Column('algorithm', sa.String(length=40), nullable=False),
    sa.Column('not_after', sa.BigInteger(), nullable=False),
    sa.Column('first_used_at', sa.BigInteger(), nullable=False),
    sa.Column('used_at', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_used_certificates'))
    )
    with op.batch_alter_table('used_certificates', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_used_certificates_citizen_id'), ['citizen_id'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('used_certificates', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_used_certificates_citizen_id'))

    op.drop_table('used_certificates')
