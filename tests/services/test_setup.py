"""The first administrator, on both databases: exactly one, however many try at once."""

import threading
from datetime import datetime, timedelta

import pytest
from commonswatch.db import Database
from commonswatch.domain.errors import NotFound
from commonswatch.keyring import Keyring
from commonswatch.models import Account
from commonswatch.services.membership import accounts, setup
from sqlalchemy import select


def _token(database: Database, keyring: Keyring, now: datetime) -> str:
    with database.reading() as session:
        link = setup.make_setup_link(session, keyring, "https://watch.example", now)
    assert link is not None
    return link.rsplit("/", 1)[1]


def test_of_many_browsers_at_once_one_becomes_administrator(
    database: Database, keyring: Keyring, now: datetime
) -> None:
    token, refused = _token(database, keyring, now), []
    start = threading.Barrier(4)

    def become(number: int) -> None:
        start.wait()
        try:
            with database.writing() as session:
                setup.make_first_administrator(session, keyring, token, f"a{number}@example.org", "", now)
        except NotFound:
            refused.append(number)

    threads = [threading.Thread(target=become, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 3
    with database.reading() as session:
        assert len(session.scalars(select(Account)).all()) == 1
        assert accounts.administrators_exist(session)
        assert setup.make_setup_link(session, keyring, "", now) is None


def test_a_link_lives_for_a_day(database: Database, keyring: Keyring, now: datetime) -> None:
    token = _token(database, keyring, now)
    with database.reading() as session:
        setup.check_setup_link(session, keyring, token, now + timedelta(hours=23))
        with pytest.raises(NotFound, match="older than a day"):
            setup.check_setup_link(session, keyring, token, now + timedelta(hours=25))
