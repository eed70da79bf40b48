"""The watch list: where a work may be recognised, what is in the newest version, all versions that were published.

Revision 0003, after 0002. Nobody was asked before, so every work there is stays server-only.
"""

import sqlalchemy as sa
from alembic import op
from commonswatch.db import UTCTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
# Plain SQL, the same for both databases: Alembic's way on SQLite makes the table anew, and dropping the old one would
# delete the keys and fingerprints of every work with it.
LISTING = """
ALTER TABLE works ADD COLUMN listing VARCHAR(40) DEFAULT 'server-only' NOT NULL
CONSTRAINT ck_works_listing CHECK (listing IN ('server-only', 'public'))
"""


def upgrade() -> None:
    op.execute(LISTING)
    op.add_column("works", sa.Column("listed_until", UTCTime(), nullable=True))
    op.create_index("ix_works_listed_until", "works", ["listed_until"], unique=False)
    op.create_table(
        "list_changes",
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("work_id", NUMBER, nullable=False),
        sa.Column("at", UTCTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_list_changes")),
    )
    op.create_index("ix_list_changes_at", "list_changes", ["at"], unique=False)
    op.create_table(
        "list_versions",
        sa.Column("version", NUMBER, autoincrement=False, nullable=False),
        sa.Column("made_at", UTCTime(), nullable=False),
        sa.Column("recipe", sa.String(length=64), nullable=False),
        sa.Column("head", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("steps", NUMBER, nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("signatures", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_list_versions")),
    )
    op.create_index(op.f("ix_list_versions_made_at"), "list_versions", ["made_at"], unique=False)
    op.create_table(
        "listed_rows",
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("row", sa.LargeBinary(length=32), nullable=False),
        sa.Column("work_id", NUMBER, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("kind", "row", "work_id", name=op.f("pk_listed_rows")),
    )
    op.create_index(op.f("ix_listed_rows_work_id"), "listed_rows", ["work_id"], unique=False)


def downgrade() -> None:
    op.drop_table("listed_rows")
    op.drop_table("list_versions")
    op.drop_table("list_changes")
    op.drop_index("ix_works_listed_until", "works")
    op.execute("ALTER TABLE works DROP COLUMN listed_until")
    op.execute("ALTER TABLE works DROP COLUMN listing")
