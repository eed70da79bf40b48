"""A work that is registered after a list was read is shown with the same line as others of that row."""

from datetime import datetime

from commonswatch.db import Database
from commonswatch.domain.states import ScanState
from commonswatch.keyring import Keyring
from commonswatch.models import Membership, Scan
from commonswatch.services.scanning import checking, lines, memberships
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import factories
from tests.services.test_memberships import Match


def _scan(session: Session, keyring: Keyring, now: datetime, *places: tuple[int, str]) -> Scan:
    made = Scan(dataset="megaface", name="list.tsv", state=ScanState.DONE, created_at=now)
    session.add(made)
    session.flush()
    found = [Match(factories.work(session, keyring, now).id, row=row, place=place) for row, place in places]
    memberships.take(session, made.id, found, now)
    return made


def test_a_row_between_two_known_lines_of_the_same_distance_has_its_line(
    database: Database, keyring: Keyring, now: datetime
) -> None:
    with database.writing() as session:
        scan = _scan(session, keyring, now, (5, "line 7"), (77, "line 79"), (90, "line 95"))
        line_of = lines.of_scan(session, scan.id)
        assert [line_of(row) for row in (5, 40, 77, 90)] == [7, 42, 79, 95]
        assert [line_of(row) for row in (4, 80, 91)] == [None, None, None], "nobody knows, and nobody guesses"


def test_a_list_inside_an_archive_or_a_table_tells_no_lines(
    database: Database, keyring: Keyring, now: datetime
) -> None:
    with database.writing() as session:
        scan = _scan(session, keyring, now, (5, "row 5"), (77, "member a.tsv, line 79"))
        assert lines.of_scan(session, scan.id)(5) is None


def test_a_work_registered_later_is_in_the_same_line_as_the_one_that_was_found_there(
    database: Database, keyring: Keyring, now: datetime
) -> None:
    with database.writing() as session:
        scan = _scan(session, keyring, now, (77, "line 79"))
        later, elsewhere = (factories.work(session, keyring, now).id for _ in range(2))
        listed = (
            checking.Listed(later, 77, "flickr:photo:1", "key"),
            checking.Listed(elsewhere, 900, "flickr:photo:2", "key"),
        )
        checking.record(session, checking.Findings({scan.id: listed}), now)
        places = {one.work_id: one.place for one in session.scalars(select(Membership))}
        assert (places[later], places[elsewhere]) == ("line 79", "row 900")
