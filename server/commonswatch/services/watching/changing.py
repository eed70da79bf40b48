"""From the rows that works bring and take to the lists of the next version, as far as there is room in them."""

from dataclasses import dataclass, replace

import numpy as np
from sqlalchemy.orm import Session

from commonswatch.services.watching import rows
from commonswatch.services.watching.rows import KEY, PICTURE, Changes
from commonswatch.watch_list.files import MOST_BYTES, MOST_ENTRIES
from commonswatch.watch_list.lists import Lists, Rows, Shipping, change, find
from commonswatch.watch_list.prefixes import to_numbers

_HEAD = 512  # bytes, at most, before the rows of a file


@dataclass(frozen=True)
class Room:
    """How many rows a version may have: a longer list would be refused by every client."""

    keys: int = MOST_ENTRIES
    pictures: int = MOST_ENTRIES

    @classmethod
    def of(cls, shipping: Shipping) -> "Room":
        """What fits into a file."""
        return cls(pictures=min(MOST_ENTRIES, (MOST_BYTES - _HEAD) // shipping.width))


def changed(session: Session, present: Lists, changes: Changes, room: Room) -> tuple[Lists, Changes]:
    """The next lists, and the changes without what found no room."""
    keys = _changed(
        present.keys,
        to_numbers(b"".join(rows.leaving(session, changes, KEY))),
        to_numbers(b"".join({one.row for one in changes.added if one.kind == KEY})),
        room.keys,
    )
    cut, width = present.shipping.rows, present.shipping.width
    pictures = _changed(
        present.pictures,
        cut(b"".join(row for row in rows.leaving(session, changes, PICTURE) if len(row) == width)),
        cut(b"".join({one.row for one in changes.added if one.kind == PICTURE})),
        room.pictures,
    )
    lists = replace(present, keys=keys, pictures=pictures)
    return lists, _without_left_out(changes, lists, room)


def _changed(present: Rows, leaving: Rows, coming: Rows, most: int) -> Rows:
    places, there = find(present, leaving)
    new = np.unique(coming)
    new = new[~find(present, new)[1]][: max(0, most - len(present) + int(there.sum()))]
    return change(present, places[there], new)


def _without_left_out(changes: Changes, lists: Lists, room: Room) -> Changes:
    """Only where a list is full: what is not in it was not brought."""
    if len(lists.keys) < room.keys and len(lists.pictures) < room.pictures:
        return changes
    keys = find(lists.keys, to_numbers(b"".join(one.row for one in changes.added if one.kind == KEY)))[1]
    cut = lists.shipping.rows(b"".join(one.row for one in changes.added if one.kind == PICTURE))
    is_in = {KEY: iter(keys.tolist()), PICTURE: iter(find(lists.pictures, cut)[1].tolist())}
    return replace(changes, added=[one for one in changes.added if next(is_in[one.kind])])
