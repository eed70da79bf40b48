"""Registering: rows in, works out; twice is once, wrong rows are kept with a reason, 50,000 rows are no problem."""

import threading
from datetime import datetime, timedelta

import pytest
from commonswatch.db import Database
from commonswatch.domain.errors import InvalidInput, NotFound, TooMany
from commonswatch.domain.licences import Licence
from commonswatch.domain.states import JobState, Listing, Role, WorkState
from commonswatch.keyring import Keyring
from commonswatch.models import (
    Account,
    Delivery,
    Depiction,
    Job,
    KeyOfWork,
    ListChange,
    Person,
    Registration,
    RowProblem,
    Work,
)
from commonswatch.services.membership import accounts
from commonswatch.services.registering import registrations, works
from commonswatch.services.registering.rows import PersonNamed, parse_rows
from commonswatch.services.upkeep import queue, readiness
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests import factories

SITE = "https://watch.example"
LIST = "https://pictures.example/1.jpg\nhttps://pictures.example/2.jpg\n"


def _register(
    session: Session,
    keyring: Keyring,
    account: Account,
    now: datetime,
    text: str,
    form: str = "one form",
    licence: Licence | None = None,
    named: tuple[PersonNamed, ...] = (),
) -> Registration:
    return registrations.register(session, keyring, account, parse_rows(text, 50_000), licence, named, form, SITE, now)


def test_rows_become_works_that_wait_to_be_examined(database: Database, keyring: Keyring, now: datetime) -> None:
    with database.writing() as session:
        ada = factories.account(session, keyring, now)
        registration = _register(session, keyring, ada, now, LIST, licence=Licence("by", "4.0"))
        found = session.scalars(select(Work).order_by(Work.id)).all()
        assert [(work.url, work.state, work.licence_code, work.licence_basis) for work in found] == [
            ("https://pictures.example/1.jpg", WorkState.WAITING, "by", "chosen"),
            ("https://pictures.example/2.jpg", WorkState.WAITING, "by", "chosen"),
        ]
        assert session.scalars(select(KeyOfWork.key).order_by(KeyOfWork.id)).all() == [work.key for work in found]
        jobs = session.scalars(select(Job).where(Job.kind == "examine").order_by(Job.id)).all()
        assert [(job.state, job.payload) for job in jobs] == [(JobState.QUEUED, {"work": work.id}) for work in found]
        progress = registrations.progress(session, registration.id, ada)
        assert (progress.works, progress.waiting, progress.problems, progress.finished) == (2, 2, 0, False)
        assert accounts.has_role(ada, Role.CREATOR)


def test_a_row_of_its_own_licence_and_people_wins_over_the_forms(
    database: Database, keyring: Keyring, now: datetime
) -> None:
    text = (
        "url,licence,people shown\nhttps://pictures.example/1.jpg,CC0,Bo <bo@example.org>\n"
        "https://pictures.example/2.jpg,,\n"
    )
    named = (PersonNamed("Cy", "cy@example.org"), PersonNamed("Di"))
    with database.writing() as session:
        ada = factories.account(session, keyring, now)
        _register(session, keyring, ada, now, text, licence=Licence("by", "4.0"), named=named)
        first, second = session.scalars(select(Work).order_by(Work.id)).all()
        assert (first.licence_code, second.licence_code) == ("cc0", "by")
        assert [one.name for one in works.people_named(session, keyring, first)] == ["Bo"]
        assert works.people_named(session, keyring, second) == list(named)


def test_rows_that_cannot_be_registered_are_kept_with_what_to_change(
    database: Database, keyring: Keyring, now: datetime
) -> None:
    text = LIST + "https://pictures.example/1.jpg\nnonsense\nhttps://www.flickr.com/photos/a/53381630964/\n"
    with database.writing() as session:
        ada = factories.account(session, keyring, now)
        flickr = factories.work(session, keyring, now, creator=ada, key="flickr:photo:53381630964")
        registration = _register(session, keyring, ada, now, text)
        problems = {row.line: row.problem for row in registrations.problems_of(session, registration, 10)}
        assert list(problems) == [3, 4, 5]
        assert "line 1" in problems[3]
        assert "already" in problems[5]
        works.withdraw(session, ada, flickr.id, now)
        again = _register(session, keyring, ada, now, "https://flickr.com/photos/b/53381630964", "other form")
        assert "withdrew" in registrations.problems_of(session, again, 10)[0].problem


def test_two_creators_may_register_the_same_work(database: Database, keyring: Keyring, now: datetime) -> None:
    with database.writing() as session:
        for _ in range(2):
            _register(session, keyring, factories.account(session, keyring, now), now, LIST)
        assert session.scalar(select(func.count()).select_from(Work)) == 4


def test_a_form_sent_twice_is_one_registration(database: Database, keyring: Keyring, now: datetime) -> None:
    """A double click: two requests at the same moment."""
    with database.writing() as session:
        number = factories.account(session, keyring, now).id
    made: list[int] = []

    def send() -> None:
        with database.writing() as session:
            made.append(_register(session, keyring, session.get_one(Account, number), now, LIST).id)

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 4
    assert len(set(made)) == 1
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Work)) == 2
        assert session.scalar(select(func.count()).select_from(RowProblem)) == 0


def test_the_same_form_token_of_another_account_is_another_registration(
    database: Database, keyring: Keyring, now: datetime
) -> None:
    with database.writing() as session:
        made = {_register(session, keyring, factories.account(session, keyring, now), now, LIST).id for _ in range(2)}
    assert len(made) == 2


def test_anothers_registration_is_not_found(database: Database, keyring: Keyring, now: datetime) -> None:
    with database.writing() as session:
        ada, bo = (factories.account(session, keyring, now) for _ in range(2))
        registration = _register(session, keyring, ada, now, LIST)
        for number in (registration.id, registration.id + 1):
            with pytest.raises(NotFound):
                registrations.progress(session, number, bo)


def test_what_a_row_says_about_its_listing_counts_for_it_and_the_choice_for_the_others(
    database: Database, keyring: Keyring, now: datetime
) -> None:
    lines = "".join(
        f"https://pictures.example/{n}.jpg,{word}\n" for n, word in enumerate(("public", "server-only", ""))
    )
    with database.writing() as session:
        ada = factories.account(session, keyring, now)
        _register(session, keyring, ada, now, "url,listing\n" + lines)
        listings = session.scalars(select(Work.listing).order_by(Work.id)).all()
        assert listings == [Listing.PUBLIC, Listing.SERVER_ONLY, Listing.SERVER_ONLY]
        assert session.scalars(select(ListChange.work_id)).all() == [session.scalar(select(func.min(Work.id)))]


def test_fifty_thousand_rows_are_one_registration(database: Database, keyring: Keyring, now: datetime) -> None:
    lines = "".join(
        f"https://pictures.example/folder/{n}.jpg,CC BY 4.0,Picture {n},Bo <bo{n % 50}@example.org>\n"
        for n in range(50_000)
    )
    with database.writing() as session:
        ada = factories.account(session, keyring, now)
        registration = _register(session, keyring, ada, now, "url,licence,title,people shown\n" + lines)
        progress = registrations.progress(session, registration.id, ada)
    assert (progress.works, progress.problems) == (50_000, 0)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Job).where(Job.kind == "examine")) == 50_000
        assert session.scalar(select(func.count()).select_from(Depiction)) == 50_000
        assert session.scalar(select(func.count()).select_from(Delivery)) == 50


def test_a_registration_cannot_be_used_to_send_mail_to_thousands(
    database: Database, keyring: Keyring, now: datetime
) -> None:
    lines = "".join(f"https://pictures.example/{n}.jpg,Bo <bo{n}@example.org>\n" for n in range(501))
    with database.writing() as session:
        ada = factories.account(session, keyring, now)
    with pytest.raises(TooMany), database.writing() as session:
        _register(session, keyring, session.get_one(Account, ada.id), now, "url,people shown\n" + lines)
    with database.reading() as session:
        assert session.scalars(select(Work)).all() == []
        assert len(session.scalars(select(Person)).all()) == 1, "only the creator"


def test_the_tail_of_a_long_list_waits_for_a_newcomers_first_works(
    database: Database, keyring: Keyring, now: datetime
) -> None:
    long = "".join(f"https://pictures.example/{number}.jpg\n" for number in range(30))
    with database.writing() as session:
        ada, bo = factories.account(session, keyring, now), factories.account(session, keyring, now)
        _register(session, keyring, ada, now, long, form="one")
        _register(session, keyring, ada, now, "https://pictures.example/more.jpg\n", form="two")
        assert len(queue.claim(session, "a", now, 10, ["examine"])) == 10
        later = now + timedelta(seconds=30)
        _register(session, keyring, bo, later, "https://other.example/1.jpg\nhttps://other.example/2.jpg\n")
        owners = []
        for _ in range(23):
            [job] = queue.claim(session, "a", later, 1, ["examine"])
            owners.append(session.get_one(Work, job.payload["work"]).creator_id)
        assert owners == [bo.id, bo.id, *[ada.id] * 21]
        assert session.get_one(Work, job.payload["work"]).url.endswith("more.jpg")
        assert readiness.oldest_wait(session, now) == timedelta()


def test_naming_many_people_in_all_works_of_a_long_list_does_not_hold_up_everybody_else(
    database: Database, keyring: Keyring, now: datetime
) -> None:
    crowd = tuple(PersonNamed(f"Person {number}") for number in range(50))
    addresses = "\n".join(f"https://pictures.example/{number}.jpg" for number in range(2001))
    with database.writing() as session, pytest.raises(InvalidInput):
        _register(session, keyring, factories.account(session, keyring, now), now, addresses, named=crowd)
