"""Places are written down once, whatever link named them; what opens them is sealed, on both databases."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from commonswatch import rules
from commonswatch.db import Database
from commonswatch.domain.keys import LocationKey
from commonswatch.keyring import Keyring
from commonswatch.models import Location, LocationSecret
from commonswatch.services.reporting import places
from sqlalchemy import select

HASH = "9f3a5c7e1b2d4f60718293a4b5c6d7e8f9012345"
FORMS = [
    f"https://academictorrents.com/details/{HASH}",
    f"https://academictorrents.com/download/{HASH}.torrent",
    f"magnet:?xt=urn:btih:{HASH.upper()}&dn=faces",
    "magnet:?xt=urn:btih:T45FY7Q3FVHWA4MCSOSLLRWX5D4QCI2F",
]
SHARE = "https://pan.baidu.com/s/1ExampleExampleExample00"


def _where(link: str) -> LocationKey:
    found = rules.location(link)
    assert found is not None
    return found


def test_all_forms_of_a_torrent_are_one_place_with_its_hash_sealed(
    database: Database, keyring: Keyring, now: datetime
) -> None:
    with database.writing() as session:
        ids = {places.keep(session, keyring, [_where(form)], now)[f"btih:{HASH}"] for form in FORMS}
    assert len(ids) == 1
    with database.reading() as session:
        row, secret = session.scalars(select(Location)).one(), session.scalars(select(LocationSecret)).one()
        assert keyring.unseal_text(secret.secret_sealed) == f"btih:{HASH}"
        assert (row.key, row.kind, row.site) == (row.url, "torrent", "torrent")
        assert row.key.startswith("btih:")
        assert not any(HASH[start : start + 8] in row.key for start in range(len(HASH) - 8))
        assert not row.is_address


def test_another_installation_gives_a_torrent_another_name(keyring: Keyring, tmp_path: Path) -> None:
    other = Keyring.open(tmp_path / "other")
    assert places.openly(keyring, _where(FORMS[0])).key != places.openly(other, _where(FORMS[0])).key


def test_what_is_not_hidden_stays_as_it_is(keyring: Keyring) -> None:
    where = _where(f"{SHARE}?pwd=ab12")
    assert places.openly(keyring, where) is where


def test_a_place_named_again_is_touched_and_learns_further_codes(
    database: Database, keyring: Keyring, now: datetime
) -> None:
    later = now + timedelta(days=1)
    with database.writing() as session:
        first = places.keep(session, keyring, [_where(SHARE), _where(f"{SHARE}?pwd=ab12")], now)
        again = places.keep(session, keyring, [_where(f"{SHARE}?pwd=ab12"), _where(f"{SHARE}?pwd=cd34")], later)
    assert first == again
    with database.reading() as session:
        assert session.scalars(select(Location)).one().last_seen == later
        sealed = session.scalars(select(LocationSecret.secret_sealed).order_by(LocationSecret.id)).all()
        assert [keyring.unseal_text(one) for one in sealed] == ["ab12", "cd34"]


@pytest.mark.parametrize("links", [[], [SHARE, FORMS[0], "https://github.com/example-lab/face-set"]])
def test_every_key_given_gets_its_row(database: Database, keyring: Keyring, now: datetime, links: list[str]) -> None:
    wheres = [_where(link) for link in links]
    with database.writing() as session:
        ids = places.keep(session, keyring, wheres, now)
    assert set(ids) == {where.key for where in wheres}
    assert len(set(ids.values())) == len(links)
