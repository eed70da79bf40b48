"""From an opened file to the one format that reads it: all formats side by side."""

from collections.abc import Iterator
from typing import Any

from commonswatch.manifests import sniffing
from commonswatch.manifests.readers.documents import Card, Json
from commonswatch.manifests.readers.guards import Counted
from commonswatch.manifests.readers.shapes import Block, Reading, Trouble
from commonswatch.manifests.readers.tables import Text
from commonswatch.manifests.readers.unknown import Picture, Unknown
from commonswatch.manifests.readers.unwrapping import Unwrapped


def find(inside: Unwrapped, reading: Reading, depth: int = 0) -> Unknown:
    """The format of what is inside."""
    from commonswatch.manifests.readers import parquet, tars, zips  # noqa: PLC0415  # they list what is in them by this

    kind, why = sniffing.kind_of(inside.head)
    if not inside.head:
        raise Trouble("unknown", "It is empty.")
    if kind in ("table", "list", "json-lines"):
        return Text(inside, reading, kind)
    if kind == "json":
        return Json(inside, reading)
    if kind == "card":
        return Card(inside, reading)
    if kind == "tar" and not depth:
        return tars.Tar(inside, reading)
    if kind == "zip" and not depth:
        return zips.Zip(inside, reading)
    if kind == "parquet":
        return parquet.Parquet(inside, reading)
    return Unknown(why)


def inner_blocks(stream: Any, member: str, reading: Reading) -> Iterator[Block]:
    """The rows of a list inside an archive. Its trouble is noted, and does not end that of the archive."""
    raw = Counted(stream, reading.limits)
    raw.count = reading.packed
    inside = Unwrapped(raw, reading.limits, is_plain_file=False, unpacked=reading.unpacked)
    reading.member = member
    try:
        inside.unwrap()
        yield from find(inside, reading, depth=1).blocks(None)
    except Trouble as trouble:
        reading.note(trouble.problem.what, f"A list inside: {trouble.problem.detail}")
    finally:
        reading.member, reading.packed, reading.unpacked = "", raw.count, inside.unpacked
        inside.close()


__all__ = ["Picture", "Unknown", "Unwrapped", "find", "inner_blocks"]
