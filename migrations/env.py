"""How Alembic reaches the database: over the connection that ``commonswatch.schema`` hands it."""

from typing import Any

from alembic import context
from commonswatch.db import UTCTime
from commonswatch.models import Base


def render(kind: str, thing: Any, _context: Any) -> str | bool:
    """Write our own column kinds into new migrations by their names."""
    return "UTCTime()" if kind == "type" and isinstance(thing, UTCTime) else False


with_connection = context.config.attributes["connection"]
context.configure(
    connection=with_connection,
    target_metadata=Base.metadata,
    render_as_batch=True,
    compare_type=True,
    render_item=render,
)
with context.begin_transaction():
    context.run_migrations()
