"""bank identities: which customer of which bank is which citizen"""

import sqlalchemy as sa
from alembic import op

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('bank_identities',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('issuer', sa.String(length=500), nullable=False),
    sa.Column('subject', sa.String(length=255), nullable=False),
    sa.Column('citizen_id', sa.String(length=36), nullable=False),
    sa.Column('sealed', sa.LargeBinary(), nullable=False),
    sa.Column('linked_at', sa.BigInteger(), nullable=False),
    sa.Column('used_at', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['citizen_id'], ['citizens.id'], name=op.f('fk_bank_identities_citizen_id_citizens')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_bank_identities')),
    sa.UniqueConstraint('issuer', 'subject', name=op.f('uq_bank_identities_issuer_subject'))
    )
    with op.batch_alter_table('bank_identities', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_bank_identities_citizen_id'), ['citizen_id'], unique=False)
