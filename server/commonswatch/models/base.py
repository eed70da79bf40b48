"""What all tables share: names of constraints, column kinds, the declarative base."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, ClassVar

from sqlalchemy import JSON, BigInteger, Enum, Integer, MetaData
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, mapped_column

from commonswatch.db import UTCTime

Number = BigInteger().with_variant(Integer, "sqlite")
"""A row number: 64 bit everywhere, and SQLite's own row id."""

Data = JSON().with_variant(JSONB, "postgresql")
"""Small structured facts that are shown, never searched."""

RowId = Annotated[int, mapped_column(Number, primary_key=True, autoincrement=True)]
Moment = Annotated[datetime, mapped_column(UTCTime)]


def words(closed_set: type[StrEnum]) -> Enum:
    """A column that holds one word of a closed set, checked by the database and readable in it."""
    return Enum(
        closed_set,
        name=closed_set.__name__.lower(),
        native_enum=False,
        create_constraint=True,
        length=40,
        values_callable=lambda members: [member.value for member in members],
    )


class Base(DeclarativeBase):
    """Base of all tables; constraints have fixed names, so that migrations can refer to them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: UTCTime, int: Number}
