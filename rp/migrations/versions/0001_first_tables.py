"""The first tables: patients, records, sessions, sign-ins, logout tokens, statistics and the journal.

Revision 0001, the first.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "journal",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("action", sa.String(length=80), nullable=False),
        sa.Column("object", sa.String(length=200), nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("previous", sa.LargeBinary(), nullable=False),
        sa.Column("link", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_journal"),
    )
    op.create_index("ix_journal_actor", "journal", ["actor"])
    op.create_index("ix_journal_object", "journal", ["object"])

    op.create_table(
        "logout_tokens",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name="pk_logout_tokens"),
    )
    op.create_index("ix_logout_tokens_seen_at", "logout_tokens", ["seen_at"])

    op.create_table(
        "patients",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("snils_index", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_patients"),
        sa.UniqueConstraint("snils_index", name="uq_patients_snils_index"),
    )
    op.create_table(
        "regions",
        sa.Column("number", sa.String(length=2), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("letters", sa.String(length=3), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_regions"),
        sa.UniqueConstraint("name", name="uq_regions_name"),
    )
    op.create_table(
        "sign_ins",
        sa.Column("state_hash", sa.LargeBinary(), nullable=False),
        sa.Column("browser", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("state_hash", name="pk_sign_ins"),
    )
    op.create_index("ix_sign_ins_created_at", "sign_ins", ["created_at"])

    op.create_table(
        "statistics_sources",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("loaded_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_statistics_sources"),
    )
    op.create_table(
        "patient_links",
        sa.Column("issuer", sa.String(length=255), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("patient_id", sa.String(length=36), nullable=False),
        sa.Column("linked_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name="fk_patient_links_patient_id_patients"),
        sa.PrimaryKeyConstraint("issuer", "subject", name="pk_patient_links"),
    )
    op.create_index("ix_patient_links_patient_id", "patient_links", ["patient_id"])

    op.create_table(
        "records",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("patient_id", sa.String(length=36), nullable=False),
        sa.Column("type_name", sa.String(length=40), nullable=False),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column("organisation", sa.String(length=2000), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("identity_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name="fk_records_patient_id_patients"),
        sa.PrimaryKeyConstraint("id", name="pk_records"),
        sa.UniqueConstraint("identity_hash", name="uq_records_identity_hash"),
    )
    op.create_index("ix_records_patient_id_occurred_on", "records", ["patient_id", "occurred_on"])

    op.create_table(
        "region_days",
        sa.Column("region", sa.String(length=2), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("confirmed", sa.BigInteger(), nullable=True),
        sa.Column("recovered", sa.BigInteger(), nullable=True),
        sa.Column("died", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["region"], ["regions.number"], name="fk_region_days_region_regions"),
        sa.PrimaryKeyConstraint("region", "day", name="pk_region_days"),
    )
    op.create_table(
        "sessions",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("cookie_hash", sa.LargeBinary(), nullable=False),
        sa.Column("patient_id", sa.String(length=36), nullable=True),
        sa.Column("issuer", sa.String(length=255), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("provider_session", sa.String(length=255), nullable=True),
        sa.Column("acr", sa.String(length=40), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name="fk_sessions_patient_id_patients"),
        sa.PrimaryKeyConstraint("id", name="pk_sessions"),
        sa.UniqueConstraint("cookie_hash", name="uq_sessions_cookie_hash"),
    )
    op.create_index("ix_sessions_patient_id", "sessions", ["patient_id"])
    op.create_index("ix_sessions_provider_session", "sessions", ["provider_session"])
    op.create_index("ix_sessions_seen_at", "sessions", ["seen_at"])


TABLES = ("journal", "logout_tokens", "patients", "regions", "sign_ins", "statistics_sources", "patient_links", "records", "region_days", "sessions")


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
