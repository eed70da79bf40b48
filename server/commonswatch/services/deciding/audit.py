"""The audit log: append an entry, verify the chain. Entries hold ids and reasons, never addresses or secrets.

Each entry's digest covers its own fields and the digest before it, so a changed, removed or reordered entry breaks
every digest after it. Compare a digest written down elsewhere (``audit verify`` prints the last) to notice a log
that was rewritten as a whole.
"""

import hashlib
import json
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from commonswatch.domain.errors import CommonswatchError
from commonswatch.models import AuditEntry

START = bytes(32)
_POSTGRES_LOCK = 0x636F6D6D


class AuditBroken(CommonswatchError):
    """The chain does not hold; ``detail`` names the first entry that is wrong."""


def record(
    session: Session, actor: str, action: str, subject: str, facts: Mapping[str, Any], now: datetime
) -> AuditEntry:
    """Append one entry in the caller's transaction. ``actor`` is ``account:3``, ``person`` or ``system``."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _POSTGRES_LOCK})
    last = session.execute(select(AuditEntry.id, AuditEntry.digest).order_by(AuditEntry.id.desc()).limit(1)).first()
    number, previous = (last.id + 1, last.digest) if last else (1, START)
    entry = AuditEntry(
        id=number, at=now, actor=actor, action=action, subject=subject, facts=dict(facts), previous=previous
    )
    entry.digest = _digest(entry)
    session.add(entry)
    session.flush()
    return entry


def verify(session: Session) -> tuple[int, str]:
    """Walk the whole chain; return the number of entries and the last digest in hex, or raise AuditBroken."""
    number, previous = 0, START
    in_order = select(AuditEntry).order_by(AuditEntry.id).execution_options(yield_per=1000)
    with closing(session.scalars(in_order)) as entries:
        for entry in entries:
            number += 1
            if entry.id != number or entry.previous != previous or entry.digest != _digest(entry):
                raise AuditBroken(f"Entry {number} was changed, removed or put in afterwards.")
            previous = entry.digest
    return number, previous.hex()


def _digest(entry: AuditEntry) -> bytes:
    at = entry.at.astimezone(UTC).isoformat(timespec="microseconds")
    fields = [entry.id, at, entry.actor, entry.action, entry.subject, entry.facts]
    canonical = json.dumps(fields, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(entry.previous + canonical.encode()).digest()
