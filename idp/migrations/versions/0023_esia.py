"""esia: certificates of systems, used signatures, numbers of people and organisations, particulars of a grant"""

import sqlalchemy as sa
from alembic import op

revision = '0023'
down_revision = '0022'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('client_certificates',
    sa.Column('client_id', sa.String(length=100), nullable=False),
    sa.Column('fingerprint', sa.LargeBinary(), nullable=False),
    sa.Column('der', sa.LargeBinary(), nullable=False),
    sa.Column('streebog_hash', sa.String(length=64), nullable=False),
    sa.Column('added_at', sa.BigInteger(), nullable=False),
    sa.Column('removed_at', sa.BigInteger(), nullable=True),
    sa.PrimaryKeyConstraint('client_id', 'fingerprint', name=op.f('pk_client_certificates'))
    )
    op.create_table('oids',
    sa.Column('number', sa.Integer(), autoincrement=True, nullable=False),
    sa.Column('citizen_id', sa.String(length=36), nullable=True),
    sa.Column('organisation_id', sa.String(length=36), nullable=True),
    sa.PrimaryKeyConstraint('number', name=op.f('pk_oids')),
    sa.UniqueConstraint('citizen_id', name=op.f('uq_oids_citizen_id')),
    sa.UniqueConstraint('organisation_id', name=op.f('uq_oids_organisation_id')),
    sqlite_autoincrement=True
    )
    op.create_table('used_signatures',
    sa.Column('signature_hash', sa.LargeBinary(), nullable=False),
    sa.Column('expires_at', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('signature_hash', name=op.f('pk_used_signatures'))
    )
    with op.batch_alter_table('used_signatures', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_used_signatures_expires_at'), ['expires_at'], unique=False)
    with op.batch_alter_table('token_families', schema=None) as batch_op:
        batch_op.add_column(sa.Column('particulars', sa.JSON(), nullable=True))
