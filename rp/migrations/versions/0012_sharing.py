"""What a person keeps from insurers, and which partners may read their confirmed data."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "hidden_groups",
        sa.Column("patient_id", sa.String(length=36), nullable=False),
        sa.Column("record_group", sa.String(length=20), nullable=False),
        sa.Column("hidden_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_hidden_groups_patient_id_patients")),
        sa.PrimaryKeyConstraint("patient_id", "record_group", name=op.f("pk_hidden_groups")),
    )
    op.create_table(
        "partner_consents",
        sa.Column("patient_id", sa.String(length=36), nullable=False),
        sa.Column("organisation_id", sa.String(length=36), nullable=False),
        sa.Column("given_at", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_partner_consents_patient_id_patients")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_partner_consents_organisation_id_organisations")
        ),
        sa.PrimaryKeyConstraint("patient_id", "organisation_id", name=op.f("pk_partner_consents")),
    )


def downgrade() -> None:
    op.drop_table("partner_consents")
    op.drop_table("hidden_groups")
