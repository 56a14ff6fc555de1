"""kept session: a step-up lasts no longer than the session whose proofs it goes on from"""

import sqlalchemy as sa
from alembic import op

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('sign_in_attempts', schema=None) as batch_op:
        batch_op.add_column(sa.Column('keeps_sid', sa.String(length=36), nullable=True))
