"""one-time codes belong to whoever asked for them, and not to sign-ins alone"""

import sqlalchemy as sa
from alembic import op

revision = '0019'
down_revision = '0015'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('one_time_codes', schema=None) as batch_op:
        batch_op.add_column(sa.Column('holder', sa.String(length=60), nullable=True))
    op.execute("UPDATE one_time_codes SET holder = 'attempt:' || attempt_id")
    with op.batch_alter_table('one_time_codes', schema=None) as batch_op:
        batch_op.drop_constraint('fk_one_time_codes_attempt_id_sign_in_attempts', type_='foreignkey')
        batch_op.drop_index(batch_op.f('ix_one_time_codes_attempt_id'))
        batch_op.drop_column('attempt_id')
        batch_op.alter_column('holder', existing_type=sa.String(length=60), nullable=False)
        batch_op.alter_column('citizen_id', existing_type=sa.String(length=36), nullable=True)
        batch_op.create_index(batch_op.f('ix_one_time_codes_holder'), ['holder'], unique=False)
