"""The audit log: append-only, each entry chained to the one before."""

from datetime import datetime
from typing import Any

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from commonswatch.models.base import Base, Data, RowId


class AuditEntry(Base):
    """Who did what to which thing, when and why. ``id`` has no gaps: it is the position in the chain."""

    __tablename__ = "audit_entries"

    id: Mapped[RowId]
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(60))  # ``account:3``, ``person``, ``system``
    action: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(60))  # ``case:12``
    facts: Mapped[dict[str, Any]] = mapped_column(Data)
    previous: Mapped[bytes] = mapped_column(LargeBinary(32))
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
