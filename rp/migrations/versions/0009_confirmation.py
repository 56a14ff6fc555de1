"""Counters, the codes of the form that finds a person's records, consents to the terms, and who has confirmed their data.

Revision 0009, after the newest.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "attempt_counters",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("holder", sa.LargeBinary(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", "holder", name=op.f("pk_attempt_counters")),
    )
    op.create_table(
        "linking_codes",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("holder", sa.LargeBinary(), nullable=False),
        sa.Column("phone_index", sa.LargeBinary(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("message_id", sa.String(length=36), nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_because", sa.String(length=10), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_linking_codes")),
    )
    op.create_index("ix_linking_codes_holder_sent_at", "linking_codes", ["holder", "sent_at"])
    op.create_index(op.f("ix_linking_codes_sent_at"), "linking_codes", ["sent_at"])
    op.create_table(
        "accepted_terms",
        sa.Column("issuer", sa.String(length=255), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("accepted_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("issuer", "subject", "version", name=op.f("pk_accepted_terms")),
    )
    op.create_table(
        "confirmations",
        sa.Column("patient_id", sa.String(length=36), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("patient_version", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("confirmed_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_confirmations_patient_id_patients")),
        sa.PrimaryKeyConstraint("patient_id", name=op.f("pk_confirmations")),
    )
