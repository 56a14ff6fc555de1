"""Requests of people, holds, and what stays of erased records: numbers, and what must not come again.

Revision 0011, after 0010.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "requests",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("patient_id", sa.String(length=36), nullable=False),
        sa.Column("record_id", sa.String(length=36), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=True),
        sa.Column("once", sa.String(length=64), nullable=False),
        sa.Column("author", sa.String(length=80), nullable=False),
        sa.Column("organisation_id", sa.String(length=36), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("signed_acr", sa.String(length=40), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("decided_by", sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_requests_patient_id_patients")),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], name=op.f("fk_requests_record_id_records")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requests")),
        sa.UniqueConstraint("number", name=op.f("uq_requests_number")),
        sa.UniqueConstraint("patient_id", "once", name=op.f("uq_requests_patient_id_once")),
    )
    op.create_index(op.f("ix_requests_patient_id"), "requests", ["patient_id"])
    op.create_index(op.f("ix_requests_record_id"), "requests", ["record_id"])
    op.create_index("ix_requests_state_sent_at", "requests", ["state", "sent_at"])
    op.create_table(
        "request_numbers",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_request_numbers")),
    )
    op.create_table(
        "request_documents",
        sa.Column("request_id", sa.String(length=36), nullable=False),
        sa.Column("document_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name=op.f("fk_request_documents_request_id_requests")),
        sa.PrimaryKeyConstraint("request_id", "document_id", name=op.f("pk_request_documents")),
    )
    op.create_index(op.f("ix_request_documents_document_id"), "request_documents", ["document_id"])
    op.create_table(
        "erasure_holds",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("patient_id", sa.String(length=36), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("placed_by", sa.String(length=80), nullable=False),
        sa.Column("placed_at", sa.BigInteger(), nullable=False),
        sa.Column("lifted_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_erasure_holds_patient_id_patients")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure_holds")),
    )
    op.create_index(op.f("ix_erasure_holds_patient_id"), "erasure_holds", ["patient_id"])
    op.create_table(
        "anonymous_counts",
        sa.Column("type_name", sa.String(length=40), nullable=False),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column("region", sa.String(length=10), nullable=False),
        sa.Column("result", sa.String(length=200), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("type_name", "occurred_on", "region", "result", name=op.f("pk_anonymous_counts")),
    )
    op.create_table(
        "erased",
        sa.Column("what", sa.String(length=20), nullable=False),
        sa.Column("index", sa.LargeBinary(), nullable=False),
        sa.Column("erased_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("what", "index", name=op.f("pk_erased")),
    )
