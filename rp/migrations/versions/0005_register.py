"""The register proper: data keys, versions of patients and records, organisations with their systems and people, messages.

Revision 0005. What the vault had sealed is sealed anew by `prepare` (`rp/records/resealing.py`), which has the keys.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "data_keys",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("owner", sa.String(length=60), nullable=False),
        sa.Column("encryption_key", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_data_keys"),
    )
    op.create_index("ix_data_keys_owner", "data_keys", ["owner"])
    op.create_index("ix_data_keys_encryption_key", "data_keys", ["encryption_key"])

    op.create_table(
        "organisations",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("ogrn", sa.String(length=15), nullable=False),
        sa.Column("region", sa.String(length=2), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_organisations"),
        sa.UniqueConstraint("ogrn", name="uq_organisations_ogrn"),
    )
    op.create_table(
        "organisation_clients",
        sa.Column("client_id", sa.String(length=100), nullable=False),
        sa.Column("organisation_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name="fk_organisation_clients_organisation_id_organisations"
        ),
        sa.PrimaryKeyConstraint("client_id", name="pk_organisation_clients"),
    )
    op.create_index("ix_organisation_clients_organisation_id", "organisation_clients", ["organisation_id"])
    op.create_table(
        "staff_members",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("organisation_id", sa.String(length=36), nullable=False),
        sa.Column("snils_index", sa.LargeBinary(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("granted_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_staff_members_organisation_id_organisations"),
        sa.PrimaryKeyConstraint("id", name="pk_staff_members"),
    )
    op.create_index("ix_staff_members_snils_index", "staff_members", ["snils_index"])

    with op.batch_alter_table("patients") as batch:
        batch.add_column(sa.Column("inn_index", sa.LargeBinary(), nullable=True))
        batch.add_column(sa.Column("policy_index", sa.LargeBinary(), nullable=True))
        batch.add_column(sa.Column("name_index", sa.LargeBinary(), nullable=True))
        batch.add_column(sa.Column("insurer_id", sa.String(length=36), nullable=True))
        batch.add_column(sa.Column("region", sa.String(length=2), nullable=True))
        batch.add_column(sa.Column("version", sa.Integer(), server_default="1", nullable=False))
        batch.add_column(sa.Column("author", sa.String(length=200), server_default="operator", nullable=False))
        batch.add_column(sa.Column("reason", sa.String(length=500), server_default="", nullable=False))
        batch.add_column(sa.Column("changed_at", sa.BigInteger(), server_default="0", nullable=False))
        batch.create_foreign_key("fk_patients_insurer_id_organisations", "organisations", ["insurer_id"], ["id"])
        batch.create_index("ix_patients_inn_index", ["inn_index"])
        batch.create_index("ix_patients_policy_index", ["policy_index"])
        batch.create_index("ix_patients_name_index", ["name_index"])
    op.create_table(
        "patient_versions",
        sa.Column("patient_id", sa.String(length=36), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("author", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name="fk_patient_versions_patient_id_patients"),
        sa.PrimaryKeyConstraint("patient_id", "version", name="pk_patient_versions"),
    )
    # One patient is one subject. Where two accounts had been let in, the earlier stays.
    op.execute(
        "DELETE FROM patient_links WHERE EXISTS (SELECT 1 FROM patient_links AS other WHERE other.issuer = patient_links.issuer "
        "AND other.patient_id = patient_links.patient_id AND (other.linked_at < patient_links.linked_at "
        "OR (other.linked_at = patient_links.linked_at AND other.subject < patient_links.subject)))"
    )
    with op.batch_alter_table("patient_links") as batch:
        batch.create_unique_constraint("uq_patient_links_issuer_patient_id", ["issuer", "patient_id"])

    with op.batch_alter_table("records") as batch:
        batch.add_column(sa.Column("organisation_id", sa.String(length=36), nullable=True))
        batch.add_column(sa.Column("version", sa.Integer(), server_default="1", nullable=False))
        batch.add_column(sa.Column("author", sa.String(length=200), server_default="operator", nullable=False))
        batch.add_column(sa.Column("reason", sa.String(length=500), server_default="", nullable=False))
        batch.add_column(sa.Column("changed_at", sa.BigInteger(), server_default="0", nullable=False))
        batch.add_column(sa.Column("withdrawn_at", sa.BigInteger(), nullable=True))
        batch.create_foreign_key("fk_records_organisation_id_organisations", "organisations", ["organisation_id"], ["id"])
        batch.create_index("ix_records_organisation_id", ["organisation_id"])
    op.create_table(
        "record_versions",
        sa.Column("record_id", sa.String(length=36), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column("organisation", sa.String(length=2000), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("author", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], name="fk_record_versions_record_id_records"),
        sa.PrimaryKeyConstraint("record_id", "version", name="pk_record_versions"),
    )
    # Sessions of before say who somebody is in another form: everybody signs in anew, which asks nobody for anything.
    op.execute("DELETE FROM sessions")
    op.add_column("sessions", sa.Column("workplace_id", sa.String(length=36), nullable=True))

    op.create_table(
        "outbox",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("address_index", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("delivery", sa.String(length=10), server_default="kept", nullable=False),
        sa.Column("delivered_at", sa.BigInteger(), nullable=True),
        sa.Column("failed_at", sa.BigInteger(), nullable=True),
        sa.Column("useless_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("number", name="pk_outbox"),
        sa.UniqueConstraint("id", name="uq_outbox_id"),
    )
    op.create_index("ix_outbox_address_index", "outbox", ["address_index"])
    op.create_table(
        "failing_recipients",
        sa.Column("address_index", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("address_index", name="pk_failing_recipients"),
    )

