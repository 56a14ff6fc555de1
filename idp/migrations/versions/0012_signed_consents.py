"""consents that were signed"""

import sqlalchemy as sa
from alembic import op

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('signed_consents',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('citizen_id', sa.String(length=36), nullable=False),
    sa.Column('client_id', sa.String(length=100), nullable=False),
    sa.Column('serial', sa.String(length=40), nullable=False),
    sa.Column('signed_at', sa.BigInteger(), nullable=False),
    sa.Column('sealed', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_signed_consents'))
    )
    with op.batch_alter_table('signed_consents', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_signed_consents_citizen_id'), ['citizen_id'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('signed_consents', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_signed_consents_citizen_id'))

    op.drop_table('signed_consents')
