"""signing up: registrations, the first sign-in, children; codes for whatever asks for one"""

import sqlalchemy as sa
from alembic import op

revision = '0017'
down_revision = '0016'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('citizens', schema=None) as batch_op:
        batch_op.add_column(sa.Column('first_sign_in_at', sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column('passport_index', sa.LargeBinary(), nullable=True))
        batch_op.create_index(batch_op.f('ix_citizens_passport_index'), ['passport_index'], unique=False)
    # Nobody could sign up before: all have signed in long ago, or are of a seed or a test, of whom nothing is asked.
    op.execute("UPDATE citizens SET first_sign_in_at = created_at")

    op.create_table('children',
    sa.Column('parent_id', sa.String(length=36), nullable=False),
    sa.Column('child_id', sa.String(length=36), nullable=False),
    sa.Column('certificate_index', sa.LargeBinary(), nullable=False),
    sa.Column('sealed', sa.LargeBinary(), nullable=False),
    sa.Column('added_at', sa.BigInteger(), nullable=False),
    sa.Column('removed_at', sa.BigInteger(), nullable=True),
    sa.PrimaryKeyConstraint('parent_id', 'child_id', name=op.f('pk_children'))
    )
    with op.batch_alter_table('children', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_children_child_id'), ['child_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_children_certificate_index'), ['certificate_index'], unique=False)

    op.create_table('registrations',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('browser', sa.String(length=64), nullable=False),
    sa.Column('sealed', sa.LargeBinary(), nullable=False),
    sa.Column('proved', sa.String(length=20), nullable=False),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.Column('expires_at', sa.BigInteger(), nullable=False),
    sa.Column('finished_at', sa.BigInteger(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_registrations'))
    )
    with op.batch_alter_table('registrations', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_registrations_expires_at'), ['expires_at'], unique=False)

    # A code lives for five minutes: who waits for one while this runs asks for another.
    op.drop_table('one_time_codes')
    op.create_table('one_time_codes',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('holder', sa.String(length=60), nullable=False),
    sa.Column('citizen_id', sa.String(length=36), nullable=True),
    sa.Column('address_index', sa.LargeBinary(), nullable=False),
    sa.Column('channel', sa.String(length=10), nullable=False),
    sa.Column('message_id', sa.String(length=36), nullable=True),
    sa.Column('code_hash', sa.LargeBinary(), nullable=False),
    sa.Column('sent_at', sa.BigInteger(), nullable=False),
    sa.Column('expires_at', sa.BigInteger(), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('ended_at', sa.BigInteger(), nullable=True),
    sa.Column('ended_because', sa.String(length=20), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_one_time_codes'))
    )
    with op.batch_alter_table('one_time_codes', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_one_time_codes_holder'), ['holder'], unique=False)
        batch_op.create_index(batch_op.f('ix_one_time_codes_citizen_id'), ['citizen_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_one_time_codes_address_index'), ['address_index'], unique=False)
