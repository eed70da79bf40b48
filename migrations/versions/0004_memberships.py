"""Scans of manifests, memberships of works in datasets, person keys; evidence may rest on a membership.

Revision 0004, after 0003.
"""

import sqlalchemy as sa
from alembic import op
from commonswatch.db import UTCTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
BEFORE = ("key", "sha256", "pdq")


def _words(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=40)


def _let_basis_be(*words: str) -> None:
    """SQLite makes a table anew to change what it checks.

    Dropping the old sightings would take their evidence along,
    so that is laid aside meanwhile."""
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    if is_sqlite:
        op.execute("CREATE TEMPORARY TABLE evidence_kept AS SELECT * FROM evidence")
    for table in ("sightings", "evidence"):
        rule = f"basis IN ({', '.join(repr(word) for word in words)})"
        with op.batch_alter_table(table) as batch:
            batch.drop_constraint(batch.f(f"ck_{table}_basis"), type_="check")
            batch.create_check_constraint(batch.f(f"ck_{table}_basis"), rule)
    if is_sqlite:
        op.execute("INSERT INTO evidence SELECT * FROM evidence_kept")
        op.execute("DROP TABLE evidence_kept")


def upgrade() -> None:
    _let_basis_be(*BEFORE, "membership")
    op.create_table(
        "person_keys",
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("person_id", NUMBER, nullable=False),
        sa.Column("kind", _words("personkeykind", "name", "qid", "mid"), nullable=False),
        sa.Column("said_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", UTCTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_person_keys_person_id_people"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_keys")),
    )
    with op.batch_alter_table("person_keys", schema=None) as batch_op:
        batch_op.create_index("ix_person_keys_person_id", ["person_id"], unique=False)

    op.create_table(
        "person_key_digests",
        sa.Column("person_key_id", NUMBER, nullable=False),
        sa.Column("way", _words("personway", "qid", "mid", "name", "name-order", "name-letters"), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_key_id"],
            ["person_keys.id"],
            name=op.f("fk_person_key_digests_person_key_id_person_keys"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("person_key_id", "way", "digest", name=op.f("pk_person_key_digests")),
    )
    with op.batch_alter_table("person_key_digests", schema=None) as batch_op:
        batch_op.create_index("ix_person_key_digests_digest", ["digest"], unique=False)

    op.create_table(
        "scans",
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("dataset", sa.String(length=60), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column(
            "state", _words("scanstate", "waiting", "reading", "done", "partial", "failed", "cancelled"), nullable=False
        ),
        sa.Column("tries", NUMBER, nullable=False),
        sa.Column("rows", NUMBER, nullable=False),
        sa.Column("matches", NUMBER, nullable=False),
        sa.Column("bytes_read", NUMBER, nullable=False),
        sa.Column("bytes_total", NUMBER, nullable=True),
        sa.Column("problem", sa.String(length=300), nullable=True),
        sa.Column("manifest_sha256", sa.LargeBinary(length=32), nullable=True),
        sa.Column("index_file", sa.String(length=80), nullable=True),
        sa.Column("form_digest", sa.LargeBinary(length=32), nullable=True),
        sa.Column("account_id", NUMBER, nullable=True),
        sa.Column("created_at", UTCTime(), nullable=False),
        sa.Column("started_at", UTCTime(), nullable=True),
        sa.Column("noted_at", UTCTime(), nullable=True),
        sa.Column("finished_at", UTCTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_scans_account_id_accounts"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scans")),
        sa.UniqueConstraint("form_digest", name=op.f("uq_scans_form_digest")),
    )
    with op.batch_alter_table("scans", schema=None) as batch_op:
        batch_op.create_index("ix_scans_dataset", ["dataset"], unique=False)

    op.create_table(
        "person_memberships",
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("scan_id", NUMBER, nullable=False),
        sa.Column("person_id", NUMBER, nullable=False),
        sa.Column("row", NUMBER, nullable=False),
        sa.Column("place", sa.String(length=300), nullable=False),
        sa.Column("way", _words("personway", "qid", "mid", "name", "name-order", "name-letters"), nullable=False),
        sa.Column("state", _words("namingstate", "proposed", "accepted", "dismissed"), nullable=False),
        sa.Column("at", UTCTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_person_memberships_person_id_people"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["scan_id"], ["scans.id"], name=op.f("fk_person_memberships_scan_id_scans"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_memberships")),
        sa.UniqueConstraint("scan_id", "person_id", name=op.f("uq_person_memberships_scan_id_person_id")),
    )
    with op.batch_alter_table("person_memberships", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_person_memberships_person_id"), ["person_id"], unique=False)

    op.create_table(
        "memberships",
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("scan_id", NUMBER, nullable=False),
        sa.Column("work_id", NUMBER, nullable=False),
        sa.Column("row", NUMBER, nullable=False),
        sa.Column("place", sa.String(length=300), nullable=False),
        sa.Column("how", _words("waywon", "key", "guessed", "digest", "distance"), nullable=False),
        sa.Column("observed", sa.String(length=300), nullable=False),
        sa.Column("certainty", _words("certainty", "holds", "should-hold", "may-hold"), nullable=False),
        sa.Column("at", UTCTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["scan_id"], ["scans.id"], name=op.f("fk_memberships_scan_id_scans"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["work_id"], ["works.id"], name=op.f("fk_memberships_work_id_works"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_memberships")),
        sa.UniqueConstraint("scan_id", "work_id", name=op.f("uq_memberships_scan_id_work_id")),
    )
    with op.batch_alter_table("memberships", schema=None) as batch_op:
        batch_op.create_index("ix_memberships_work_id", ["work_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("memberships", schema=None) as batch_op:
        batch_op.drop_index("ix_memberships_work_id")

    op.drop_table("memberships")
    with op.batch_alter_table("person_memberships", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_person_memberships_person_id"))

    op.drop_table("person_memberships")
    with op.batch_alter_table("scans", schema=None) as batch_op:
        batch_op.drop_index("ix_scans_dataset")

    op.drop_table("scans")
    with op.batch_alter_table("person_key_digests", schema=None) as batch_op:
        batch_op.drop_index("ix_person_key_digests_digest")

    op.drop_table("person_key_digests")
    with op.batch_alter_table("person_keys", schema=None) as batch_op:
        batch_op.drop_index("ix_person_keys_person_id")

    op.drop_table("person_keys")
    op.execute("DELETE FROM evidence WHERE basis = 'membership'")
    op.execute("DELETE FROM sightings WHERE basis = 'membership'")
    _let_basis_be(*BEFORE)
