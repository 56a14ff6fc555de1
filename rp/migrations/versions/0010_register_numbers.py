"""Records are found by their register number (УНРЗ), which are given out in turn.

Revision 0010.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("records", sa.Column("number_index", sa.LargeBinary(), nullable=True))
    op.create_index("ix_records_number_index", "records", ["number_index"], unique=True)
    counters = op.create_table(
        "counters",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_counters"),
    )
    op.bulk_insert(counters, [{"name": "unrz", "value": 0}])


def downgrade() -> None:
    op.drop_table("counters")
    op.drop_index("ix_records_number_index", table_name="records")
    op.drop_column("records", "number_index")
