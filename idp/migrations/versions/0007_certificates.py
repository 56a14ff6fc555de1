"""certificates"""

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('certificates',
    sa.Column('serial', sa.String(length=40), nullable=False),
    sa.Column('citizen_id', sa.String(length=36), nullable=False),
    sa.Column('algorithm', sa.String(length=20), nullable=False),
    sa.Column('issued_at', sa.BigInteger(), nullable=False),
    sa.Column('revoked_at', sa.BigInteger(), nullable=True),
    sa.PrimaryKeyConstraint('serial', name=op.f('pk_certificates'))
    )
    with op.batch_alter_table('certificates', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_certificates_citizen_id'), ['citizen_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_certificates_revoked_at'), ['revoked_at'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('certificates', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_certificates_revoked_at'))
        batch_op.drop_index(batch_op.f('ix_certificates_citizen_id'))

    op.drop_table('certificates')
