"""Migrations run up and down on both databases, with data in the tables, and end where the models are."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from commonswatch import migrations, schema
from commonswatch.db import Database
from commonswatch.domain.states import Basis, Listing
from commonswatch.keyring import Keyring
from commonswatch.models import Copy, Evidence, Job, KeyOfWork, ListChange, ListedRow, Location, Work
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import IntegrityError

from tests import factories


def test_models_equal_the_migrated_tables(database: Database) -> None:
    schema.check(database.engine)


def test_each_migration_is_numbered_and_named() -> None:
    files = sorted((Path(migrations.__file__).parent / "versions").glob("[0-9]*.py"))
    assert files
    for number, file in enumerate(files, start=1):
        assert re.fullmatch(rf"{number:04d}_[a-z0-9_]+\.py", file.name), file.name


def test_the_first_migration_goes_down_with_data_and_up_again(database: Database) -> None:
    with database.writing() as session:
        moment = datetime(2026, 1, 1, tzinfo=UTC)
        session.add(Job(kind="a", key="1", payload={"n": 1}, run_after=moment, created_at=moment))
    schema.downgrade(database.engine, "base")
    assert set(inspect(database.engine).get_table_names()) <= {"alembic_version"}
    assert not schema.is_current(database.engine)
    schema.upgrade(database.engine)
    assert schema.is_current(database.engine)
    with database.reading() as session:
        assert session.scalars(select(Job)).all() == []


def test_copies_go_down_with_data_while_the_places_stay(database: Database) -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    seen = {"first_seen": moment, "last_seen": moment}
    with database.writing() as session:
        page, share = (Location(key=f"url:{n}.example", kind="page", url="", site="example", **seen) for n in "ab")
        session.add_all((page, share))
        session.flush()
        session.add(Copy(dataset="a-set", location=share, page=page, reason="the row", claimed=False, **seen))
    schema.downgrade(database.engine, "0001")
    assert "copies" not in inspect(database.engine).get_table_names()
    schema.upgrade(database.engine)
    schema.check(database.engine)
    with database.reading() as session:
        assert session.scalars(select(Copy)).all() == []
        assert session.scalars(select(Location.key).order_by(Location.key)).all() == ["url:a.example", "url:b.example"]


def test_works_stay_with_their_keys_when_the_watch_list_comes_and_goes(
    database: Database, keyring: Keyring, now: datetime
) -> None:
    with database.writing() as session:
        work = factories.work(session, keyring, now, key="flickr:photo:1")
        work.listing, number = Listing.PUBLIC, work.id
        session.add(ListedRow(kind="key", row=b"abcdef", work_id=number))
        session.add(ListChange(work_id=number, at=now))
    schema.downgrade(database.engine, "0002")
    assert not {"listed_rows", "list_changes", "list_versions"} & set(inspect(database.engine).get_table_names())
    assert "listing" not in {column["name"] for column in inspect(database.engine).get_columns("works")}
    schema.upgrade(database.engine)
    schema.check(database.engine)
    with database.reading() as session:
        assert session.get_one(Work, number).listing == Listing.SERVER_ONLY  # nobody is listed without being asked
        assert session.scalars(select(KeyOfWork.key)).all() == ["flickr:photo:1"]
        assert session.scalars(select(ListedRow)).all() == []


def test_the_database_knows_where_a_work_may_be_recognised(database: Database, keyring: Keyring, now: datetime) -> None:
    with database.writing() as session:
        factories.work(session, keyring, now)
    with pytest.raises(IntegrityError), database.writing() as session:
        session.execute(text("UPDATE works SET listing = 'somewhere'"))


def test_evidence_stays_when_memberships_come_and_go(database: Database, keyring: Keyring, now: datetime) -> None:
    with database.writing() as session:
        works = tuple(factories.work(session, keyring, now) for _ in range(2))
        case = factories.case(session, now, works)
        for sighting, basis in zip(case.sightings, (Basis.KEY, Basis.MEMBERSHIP), strict=True):
            sighting.basis = basis
            sighting.evidence = [Evidence(basis=basis, observed=basis.value, facts={"a": 1}, at=now)]
    schema.downgrade(database.engine, "0003")
    with database.reading() as session:
        assert session.execute(text("SELECT basis FROM sightings")).scalars().all() == ["key"]
        assert session.execute(text("SELECT observed FROM evidence")).scalars().all() == ["key"]
    with pytest.raises(IntegrityError), database.writing() as session:
        session.execute(text("UPDATE evidence SET basis = 'membership'"))
    schema.upgrade(database.engine)
    schema.check(database.engine)
    with database.reading() as session:
        [evidence] = session.scalars(select(Evidence))
        assert (evidence.observed, evidence.facts, evidence.at) == ("key", {"a": 1}, now)
    with database.writing() as session:
        session.execute(text("UPDATE evidence SET basis = 'membership'"))
    with pytest.raises(IntegrityError), database.writing() as session:
        session.execute(text("UPDATE sightings SET basis = 'hearsay'"))
