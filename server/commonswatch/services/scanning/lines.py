"""In which line of a list a row stands, when only its number was kept: by other rows of it whose lines are known.

Lines count from 1, rows from 0, and headings and empty lines are no rows; so the distance between both never shrinks
further down. Between two rows with the same distance it is the same.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from commonswatch.models import Membership

_LINE = re.compile(r"line ([0-9]{1,15})")


def of_scan(session: Session, scan_id: int) -> Callable[[int], int | None]:
    """What tells the line of a row of a scanned list, or None where it is not certain."""
    found = select(Membership.row, Membership.place).where(Membership.scan_id == scan_id)
    places = session.execute(found.where(Membership.place.like("line %")).order_by(Membership.row))
    known = [(row, int(line[1])) for row, place in places if (line := _LINE.fullmatch(place))]
    rows = [row for row, _ in known]

    def line_of(row: int) -> int | None:
        before, after = bisect_right(rows, row) - 1, bisect_left(rows, row)
        if before < 0 or after >= len(rows):
            return None
        distance, other = (known[one][1] - known[one][0] for one in (before, after))
        return row + distance if distance == other else None

    return line_of
