"""organisations, who may act for them, and for whom a person comes"""

import sqlalchemy as sa
from alembic import op

revision = '0018'
down_revision = '0017'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('organisations',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('name', sa.String(length=300), nullable=False),
    sa.Column('ogrn', sa.String(length=13), nullable=False),
    sa.Column('inn', sa.String(length=10), nullable=False),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_organisations')),
    sa.UniqueConstraint('inn', name=op.f('uq_organisations_inn')),
    sa.UniqueConstraint('ogrn', name=op.f('uq_organisations_ogrn'))
    )
    op.create_table('memberships',
    sa.Column('citizen_id', sa.String(length=36), nullable=False),
    sa.Column('organisation_id', sa.String(length=36), nullable=False),
    sa.Column('position', sa.String(length=200), nullable=False),
    sa.Column('begun_at', sa.BigInteger(), nullable=False),
    sa.Column('ended_at', sa.BigInteger(), nullable=True),
    sa.PrimaryKeyConstraint('citizen_id', 'organisation_id', name=op.f('pk_memberships'))
    )
    with op.batch_alter_table('interactions', schema=None) as batch_op:
        batch_op.add_column(sa.Column('acting_kind', sa.String(length=20), nullable=True))
        batch_op.add_column(sa.Column('acting_id', sa.String(length=36), nullable=True))
        batch_op.add_column(sa.Column('acting_chosen_by', sa.String(length=36), nullable=True))
    with op.batch_alter_table('token_families', schema=None) as batch_op:
        batch_op.add_column(sa.Column('acting_kind', sa.String(length=20), nullable=True))
        batch_op.add_column(sa.Column('acting_id', sa.String(length=36), nullable=True))
    # The registry asks for a role from now on. Whoever is here was let in without it, and keeps what they had; a bank's
    # customers have no СНИЛС.
    op.execute(
        "INSERT INTO citizen_roles (citizen_id, role, given_at, given_by) "
        "SELECT id, 'citizen.medical_service', created_at, 'operator:migration' FROM citizens "
        "WHERE snils_index IS NOT NULL AND NOT EXISTS (SELECT 1 FROM citizen_roles "
        "WHERE citizen_id = citizens.id AND role = 'citizen.medical_service')"
    )
