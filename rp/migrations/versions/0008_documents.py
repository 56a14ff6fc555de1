"""Documents that people hand in, and how much each keeps."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "documents",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("patient_id", sa.String(length=36), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name="fk_documents_patient_id_patients"),
        sa.PrimaryKeyConstraint("id", name="pk_documents"),
    )
    op.create_index("ix_documents_patient_id", "documents", ["patient_id"])
    op.create_table(
        "document_rooms",
        sa.Column("patient_id", sa.String(length=36), nullable=False),
        sa.Column("documents", sa.Integer(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name="fk_document_rooms_patient_id_patients"),
        sa.PrimaryKeyConstraint("patient_id", name="pk_document_rooms"),
    )


def downgrade() -> None:
    op.drop_table("document_rooms")
    op.drop_index("ix_documents_patient_id", table_name="documents")
    op.drop_table("documents")
