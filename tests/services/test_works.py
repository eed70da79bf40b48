"""A creator's works: only their own, found by any filter, corrected, withdrawn and taken back."""

from datetime import datetime

import pytest
from commonswatch.db import Database
from commonswatch.domain.errors import Conflict, NotFound
from commonswatch.domain.licences import Licence
from commonswatch.domain.states import WorkState
from commonswatch.keyring import Keyring
from commonswatch.models import Job
from commonswatch.services.registering import works
from commonswatch.services.registering.rows import PersonNamed
from sqlalchemy import select

from tests import factories

SITE = "https://watch.example"


def test_anothers_work_is_not_found_whatever_is_done_with_it(
    database: Database, keyring: Keyring, now: datetime
) -> None:
    with database.writing() as session:
        work = factories.work(session, keyring, now)
        bo = factories.account(session, keyring, now)
        for act in (
            lambda: works.get(session, bo, work.id),
            lambda: works.correct(session, bo, work.id, "mine", None, now),
            lambda: works.set_people(session, keyring, bo, work.id, (), SITE, now),
            lambda: works.withdraw(session, bo, work.id, now),
            lambda: works.take_back(session, bo, work.id, now),
            lambda: works.try_again(session, bo, work.id, now),
        ):
            with pytest.raises(NotFound):
                act()
        assert works.list_works(session, bo, works.Filter()).total == 0


def test_works_are_found_by_words_site_and_state(database: Database, keyring: Keyring, now: datetime) -> None:
    with database.writing() as session:
        ada = factories.account(session, keyring, now)
        fog = factories.work(session, keyring, now, creator=ada, title="100% Fog_bridge")
        sun = factories.work(session, keyring, now, creator=ada, title="Sun", state=WorkState.KEY_ONLY)
        sun.url = "https://pictures.example/sun.jpg"
        session.flush()

        def titles(**wanted: object) -> list[str]:
            return [work.title for work in works.list_works(session, ada, works.Filter(**wanted)).works]  # type: ignore[arg-type]

        assert titles() == ["Sun", fog.title]
        assert titles(search="fog") == [fog.title]
        assert titles(search="100%") == [fog.title]
        assert titles(search="1_0") == []
        assert titles(search="PICTURES.example/sun") == ["Sun"]
        assert titles(site="flickr.com") == [fog.title]
        assert titles(site="pictures.example") == ["Sun"]
        assert titles(site="ickr.com") == []
        assert titles(state=WorkState.KEY_ONLY) == ["Sun"]
        assert titles(registration_id=sun.registration_id) == ["Sun"]


def test_a_licence_is_corrected_and_left_to_be_found_out(database: Database, keyring: Keyring, now: datetime) -> None:
    with database.writing() as session:
        ada = factories.account(session, keyring, now)
        work = factories.work(session, keyring, now, creator=ada)
        works.correct(session, ada, work.id, "Neu\u202e", Licence("by-sa", "3.0", "de"), now)
        assert (work.title, works.licence_of(work), work.licence_basis) == (
            "Neu",
            Licence("by-sa", "3.0", "de"),
            "chosen",
        )
        works.correct(session, ada, work.id, "Neu", None, now)
        assert (works.licence_of(work), work.state) == (None, WorkState.WAITING)
        assert session.scalars(select(Job.key)).all() == [str(work.id)]


def test_a_withdrawn_work_can_be_taken_back(database: Database, keyring: Keyring, now: datetime) -> None:
    with database.writing() as session:
        ada = factories.account(session, keyring, now)
        work = factories.work(session, keyring, now, creator=ada)
        works.withdraw(session, ada, work.id, now)
        works.withdraw(session, ada, work.id, now)
        with pytest.raises(Conflict):
            works.try_again(session, ada, work.id, now)
        works.correct(session, ada, work.id, "", None, now)
        assert work.state == WorkState.WITHDRAWN
        works.take_back(session, ada, work.id, now)
        assert work.state == WorkState.WAITING


def test_people_shown_are_named_anew(database: Database, keyring: Keyring, now: datetime) -> None:
    with database.writing() as session:
        ada = factories.account(session, keyring, now)
        work = factories.work(session, keyring, now, creator=ada)
        for named in (
            (PersonNamed("Bo", "bo@example.org"), PersonNamed("Cy")),
            (PersonNamed("Bo B.", "bo@example.org"),),
            (),
        ):
            works.set_people(session, keyring, ada, work.id, named, SITE, now)
            assert works.people_named(session, keyring, work) == list(named)
