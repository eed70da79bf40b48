"""Which works' pictures changed, noted by the database itself, so that the set of all pictures can follow it.

Revision 0005, after 0004. Triggers, because no statement anywhere can then forget to say so. What is there before needs
no note: a set that is made anew reads everything.
"""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

# SQLite has one writer at a time, so counting on gives the order of the commits.
NOTE_SQLITE = """
INSERT INTO fingerprint_changes (work_id, moment)
SELECT {work}, (SELECT coalesce(max(moment), 0) + 1 FROM fingerprint_changes) WHERE true
ON CONFLICT (work_id) DO UPDATE SET moment = excluded.moment
"""
SQLITE = {
    "fingerprint_added": ("AFTER INSERT ON fingerprints WHEN NEW.algorithm = 'pdq'", "NEW.work_id"),
    "fingerprint_removed": ("AFTER DELETE ON fingerprints WHEN OLD.algorithm = 'pdq'", "OLD.work_id"),
    "fingerprint_changed": ("AFTER UPDATE ON fingerprints", "NEW.work_id"),
    "fingerprint_moved": ("AFTER UPDATE ON fingerprints WHEN OLD.work_id <> NEW.work_id", "OLD.work_id"),
    "work_shown_otherwise": (
        "AFTER UPDATE OF state, listing ON works WHEN OLD.state <> NEW.state OR OLD.listing <> NEW.listing",
        "NEW.id",
    ),
}

# PostgreSQL: the number of the transaction. Whoever follows asks again from the oldest one that is not over yet.
NOTE_POSTGRESQL = """
CREATE FUNCTION note_{table}_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO fingerprint_changes (work_id, moment)
    SELECT changed.work, pg_current_xact_id()::text::bigint FROM ({changed}) AS changed (work) ORDER BY changed.work
    ON CONFLICT (work_id) DO UPDATE SET moment = excluded.moment;
    RETURN NULL;
END $$
"""
ONE = "SELECT DISTINCT work_id FROM {rows} WHERE algorithm = 'pdq'"
BOTH = f"{ONE.format(rows='rows_before')} UNION {ONE.format(rows='rows_after')}"
SHOWN = (
    "SELECT a.id FROM rows_after a JOIN rows_before b ON b.id = a.id WHERE a.state <> b.state OR a.listing <> b.listing"
)
BEFORE, AFTER = "OLD TABLE AS rows_before", "NEW TABLE AS rows_after"
POSTGRESQL = {
    "fingerprint_added": ("INSERT ON fingerprints", AFTER, ONE.format(rows="rows_after")),
    "fingerprint_removed": ("DELETE ON fingerprints", BEFORE, ONE.format(rows="rows_before")),
    "fingerprint_changed": ("UPDATE ON fingerprints", f"{BEFORE} {AFTER}", BOTH),
    "work_shown_otherwise": ("UPDATE ON works", f"{BEFORE} {AFTER}", SHOWN),
}


def upgrade() -> None:
    op.create_table(
        "fingerprint_changes",
        sa.Column("work_id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("moment", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("work_id", name=op.f("pk_fingerprint_changes")),
    )
    op.create_index(op.f("ix_fingerprint_changes_moment"), "fingerprint_changes", ["moment"], unique=False)
    marks = op.create_table(
        "database_marks",
        sa.Column("id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("mark", sa.LargeBinary(length=16), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_database_marks")),
    )
    op.bulk_insert(marks, [{"id": 1, "mark": secrets.token_bytes(16)}])
    if op.get_bind().dialect.name == "sqlite":
        for name, (event, work) in SQLITE.items():
            op.execute(f"CREATE TRIGGER {name} {event} BEGIN {NOTE_SQLITE.format(work=work)}; END")
        return
    for name, (event, tables, changed) in POSTGRESQL.items():
        op.execute(NOTE_POSTGRESQL.format(table=name, changed=changed))
        op.execute(
            f"CREATE TRIGGER {name} AFTER {event} REFERENCING {tables} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION note_{name}_change()"
        )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for name in SQLITE:
            op.execute(f"DROP TRIGGER {name}")
    else:
        for name, (event, _, _) in POSTGRESQL.items():
            op.execute(f"DROP TRIGGER {name} ON {event.split()[-1]}")
            op.execute(f"DROP FUNCTION note_{name}_change()")
    op.drop_table("database_marks")
    op.drop_table("fingerprint_changes")
