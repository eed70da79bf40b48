"""One step from a version of the watch list to the next: what goes and what comes."""

from dataclasses import replace

import numpy as np

from commonswatch.watch_list.byte_reader import ByteReader
from commonswatch.watch_list.files import MOST_ENTRIES, coded, entries
from commonswatch.watch_list.lists import Lists, Rows, change, find
from commonswatch.watch_list.prefixes import PREFIXES
from commonswatch.watch_list.refused import need
from commonswatch.watch_list.rice import Numbers


def write_delta(version: int, before: Lists, after: Lists) -> bytes:
    """The delta from ``version``, whose lists are ``before``, to the next one. Both must be cut alike."""
    if before.shipping != after.shipping:
        raise ValueError("there is no delta between lists that are cut in different ways")
    added_keys, added_pictures = _missing(before.keys, after.keys), _missing(before.pictures, after.pictures)
    return b"".join(
        (
            *(b"CWD1", _u32(version), _u32(version + 1)),
            *(_removed(before.keys, after.keys), _u32(len(added_keys)), coded(added_keys)),
            *(_removed(before.pictures, after.pictures), _u32(len(added_pictures)), added_pictures.tobytes()),
            *(bytes.fromhex(after.keys_digest), bytes.fromhex(after.pictures_digest)),
        )
    )


def apply_delta(raw: bytes, version: int, lists: Lists) -> Lists:
    """The lists of the version after ``version``. Raise Refused, also when they have not the digests it names."""
    reader = ByteReader(raw)
    reader.magic(b"CWD1")
    need(reader.number(4) == version and reader.number(4) == version + 1, "version")
    keys = _changed_keys(reader, lists.keys)
    pictures = _changed_pictures(reader, lists)
    changed = replace(lists, keys=keys, pictures=pictures)
    digests = reader.take(32).hex(), reader.take(32).hex()
    reader.end()
    need(digests == (changed.keys_digest, changed.pictures_digest), "digest")
    return changed


def _missing(rows: Rows, others: Rows) -> Rows:
    """Those of the others that are not among the rows."""
    return others[~find(rows, others)[1]]


def _removed(before: Rows, after: Rows) -> bytes:
    places = np.flatnonzero(~find(after, before)[1]).astype(np.uint64)
    return _u32(len(places)) + coded(places)


def _changed_keys(reader: ByteReader, keys: Numbers) -> Numbers:
    removed = _removed_places(reader, len(keys))
    count = entries(reader)
    added = reader.ascending(reader.number(1), count, PREFIXES)
    need(len(keys) - len(removed) + count <= MOST_ENTRIES, "size")
    return change(keys, removed, added)


def _changed_pictures(reader: ByteReader, lists: Lists) -> Rows:
    removed = _removed_places(reader, len(lists.pictures))
    count = entries(reader)
    added = lists.shipping.rows(reader.take(count * lists.shipping.width))
    need(len(lists.pictures) - len(removed) + count <= MOST_ENTRIES, "size")
    return change(lists.pictures, removed, added)


def _removed_places(reader: ByteReader, below: int) -> Numbers:
    count = reader.number(4)
    need(count <= below, "range")
    return reader.ascending(reader.number(1), count, below)


def _u32(number: int) -> bytes:
    return number.to_bytes(4, "little")
