"""Every match can be explained, with what speaks against it."""

from datetime import datetime

import pytest
from commonswatch.db import Database
from commonswatch.domain.errors import NotFound
from commonswatch.domain.states import Basis, WorkState
from commonswatch.keyring import Keyring
from commonswatch.models import Evidence, Sighting, Suppression
from commonswatch.services.excluding import pictures
from commonswatch.services.looking_up import explaining
from sqlalchemy import select

from tests import factories

BITS = bytes(range(32))


def test_a_match_by_key_names_the_key_and_where_it_was_read(
    database: Database, keyring: Keyring, now: datetime
) -> None:
    with database.writing() as session:
        work = factories.work(session, keyring, now, key="flickr:photo:53")
        factories.case(session, now, (work,))
        number = session.scalars(select(Evidence.id)).one()
        told = explaining.explain(session, number)
        facts = dict(told.facts)
        assert told.stands
        assert facts["rule"] == "the work key is the same"
        assert facts["observed"] == "flickr:photo:53"
        assert facts["work"].endswith("A bridge in fog (flickr:photo:53)")
        session.add(Suppression(work_id=work.id, observed="flickr:photo:53", created_at=now))
        work.state = WorkState.WITHDRAWN
        session.flush()
        told = explaining.explain(session, number)
        assert not told.stands
        assert [value for what, value in told.facts if what == "against it"] == [
            "the work was withdrawn",
            "somebody said that it is not theirs, or fine by them",
        ]


def test_a_match_by_picture_names_both_fingerprints_and_their_distance(
    database: Database, keyring: Keyring, now: datetime
) -> None:
    with database.writing() as session:
        work = factories.work(session, keyring, now, pdq=BITS)
        case = factories.case(session, now)
        found = Evidence(basis=Basis.PDQ, observed="pdq:" + BITS[:-1].hex() + "1e", distance=1, quality=80, at=now)
        found.rendition, found.facts = "original", {"claimed": True}
        sighting = Sighting(work_id=work.id, location_id=case.location_id, case_id=case.id, basis=Basis.PDQ)
        sighting.first_seen, sighting.last_seen, sighting.evidence = now, now, [found]
        session.add(sighting)
        session.flush()
        facts = dict(explaining.explain(session, found.id).facts)
        assert facts["distance"] == "1 of 256 bits; up to 31 count"
        assert facts["registered"] == f"pdq:{BITS.hex()} (original, quality 100)"
        assert facts["seen"] == "a watcher's word only"
        pictures.add(session, "pdq", BITS, "A logo", "system", now)
        assert dict(explaining.explain(session, found.id).facts)["against it"] == "common picture 1: A logo"


def test_a_match_that_does_not_exist_says_where_numbers_are(database: Database) -> None:
    with database.reading() as session, pytest.raises(NotFound, match="Technical"):
        explaining.explain(session, 1)


def test_a_match_by_a_list_names_the_dataset_the_scan_and_the_line(
    database: Database, keyring: Keyring, now: datetime
) -> None:
    with database.writing() as session:
        work = factories.work(session, keyring, now)
        factories.case(session, now, (work,))
        evidence = session.scalars(select(Evidence)).one()
        evidence.basis, evidence.facts = Basis.MEMBERSHIP, {"listed_in": "ms-celeb-1m", "scan": 4, "place": "line 79"}
        session.flush()
        facts = explaining.explain(session, evidence.id).facts
        assert ("named in a list of", "ms-celeb-1m") in facts
        assert ("scan no.", "4") in facts
        assert ("where in it", "line 79") in facts
