"""When the tokens of a session were renewed."""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sessions", sa.Column("renewed_at", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column("sessions", "renewed_at")
