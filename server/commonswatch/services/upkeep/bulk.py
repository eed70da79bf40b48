"""Many new rows in one statement, for the busiest writes. Everything else uses SQLAlchemy's own inserts.

A statement per row, or RETURNING, gives up Python's lock once for every row; under load the writer then waits each
time for the threads that answer requests. One statement with all rows gives it up once. SQLAlchemy cannot cache such
statements, so their text is made here from its own single-row statement, once for each number of rows.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

from sqlalchemy import Dialect
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from commonswatch.models import Base

MOST_ROWS = 500  # SQLite binds at most 32,766 values in one statement, PostgreSQL 65,535

_Processor = Callable[[Any], Any]


def insert_many(session: Session, table: type[Base], rows: Sequence[Mapping[str, Any]]) -> int:
    """Insert rows that all have the same columns, skipping those that are there already; return how many went in."""
    if not rows:
        return 0
    connection = session.connection()
    columns = tuple(rows[0])
    processors = _processors(table, columns, connection.dialect)
    inserted = 0
    for start in range(0, len(rows), MOST_ROWS):
        chunk = rows[start : start + MOST_ROWS]
        by_column = [_for_driver([row[name] for row in chunk], process) for name, process in processors]
        values = tuple(chain.from_iterable(zip(*by_column, strict=True)))
        inserted += connection.exec_driver_sql(
            _text(table, columns, connection.dialect.name, len(chunk)), values
        ).rowcount
    return inserted


def _for_driver(values: list[Any], process: _Processor | None) -> list[Any]:
    """The values of one column as the driver takes them; one that all rows share is turned once."""
    if process is None:
        return values
    first = values[0]
    if all(value is first for value in values):
        return [process(first)] * len(values)
    return [process(value) for value in values]


@lru_cache(maxsize=2 * MOST_ROWS)
def _text(table: type[Base], columns: tuple[str, ...], dialect: str, count: int) -> str:
    """``INSERT … VALUES (?, ?), (?, ?) … ON CONFLICT DO NOTHING``."""
    room = postgresql if dialect == "postgresql" else sqlite
    mark = "%s" if dialect == "postgresql" else "?"
    one = room.insert(table).values(dict.fromkeys(columns)).on_conflict_do_nothing()
    head, tail = str(one.compile(dialect=room.dialect())).split(" VALUES ")
    ending = tail[tail.index(" ON CONFLICT") :]
    group = f"({', '.join([mark] * len(columns))})"
    names = ", ".join(f'"{name}"' for name in columns)
    return f"{head[: head.index('(')]}({names}) VALUES {', '.join([group] * count)}{ending}"


@lru_cache(maxsize=64)
def _processors(
    table: type[Base], columns: tuple[str, ...], dialect: Dialect
) -> tuple[tuple[str, _Processor | None], ...]:
    """For each column, what turns a Python value into the driver's (None: it is one already)."""
    types = {name: table.__table__.c[name].type for name in columns}
    return tuple((name, kind.dialect_impl(dialect).bind_processor(dialect)) for name, kind in types.items())
