"""The audit chain notices every change."""

from datetime import datetime

import pytest
from commonswatch.db import Database
from commonswatch.services.deciding import audit
from sqlalchemy import text


def _three_entries(database: Database, now: datetime) -> None:
    for number in range(1, 4):
        with database.writing() as session:
            audit.record(session, "account:1", "case.confirm", f"case:{number}", {"reason": "seen – é"}, now)


def test_an_untouched_log_verifies(database: Database, now: datetime) -> None:
    _three_entries(database, now)
    with database.reading() as session:
        count, digest = audit.verify(session)
    assert count == 3
    assert len(digest) == 64


@pytest.mark.parametrize(
    ("statement", "entry"),
    [
        ("UPDATE audit_entries SET actor = 'account:2' WHERE id = 2", 2),
        ("UPDATE audit_entries SET facts = '{}' WHERE id = 1", 1),
        ("DELETE FROM audit_entries WHERE id = 2", 2),
        ("DELETE FROM audit_entries WHERE id = 1", 1),
        ("UPDATE audit_entries SET id = 9 WHERE id = 3", 3),
    ],
)
def test_a_change_breaks_the_chain(database: Database, now: datetime, statement: str, entry: int) -> None:
    _three_entries(database, now)
    with database.writing() as session:
        session.execute(text(statement))
    with database.reading() as session, pytest.raises(audit.AuditBroken, match=f"Entry {entry} "):
        audit.verify(session)
