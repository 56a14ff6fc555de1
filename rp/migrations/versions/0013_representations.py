"""Who speaks for whom, and for whom a session is at work."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "representations",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("represented_id", sa.String(length=36), nullable=False),
        sa.Column("representative_index", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("granted_by", sa.String(length=200), nullable=False),
        sa.Column("granted_at", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn_by", sa.String(length=200), nullable=True),
        sa.Column("withdrawn_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["represented_id"], ["patients.id"], name="fk_representations_represented_id_patients"),
        sa.PrimaryKeyConstraint("id", name="pk_representations"),
    )
    op.create_index("ix_representations_represented_id", "representations", ["represented_id"])
    op.create_index("ix_representations_representative_index", "representations", ["representative_index"])
    op.add_column("sessions", sa.Column("acting_for", sa.String(length=36), nullable=True))


def downgrade() -> None:
    op.drop_column("sessions", "acting_for")
    op.drop_table("representations")
