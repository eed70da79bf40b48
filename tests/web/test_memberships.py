"""What lists say, on the pages of cases, creators, people shown and datasets: always with its certainty."""

import re

import filled
import put_scans
from commonswatch.context import Context
from commonswatch.domain.states import Basis, CaseState, Role, ScanState
from commonswatch.models import Account, Case, Depiction, Evidence, Person, Scan, Sighting
from commonswatch.services.reporting import inherited
from commonswatch.services.scanning import memberships
from commonswatch.services.telling import people
from commonswatch.web.datasets import _roughly
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session


def _fill(context: Context, email: str, dataset: str = "ms1m-arcface") -> int:
    with context.database.writing() as session:
        filled.put_account(context, session, email)
    number = filled.put_case(context, number=7, works=0, copies=[(dataset, False)], state=CaseState.CONFIRMED)
    with context.database.writing() as session:
        creator = session.scalars(select(Account).where(Account.email == email)).one()
        _list_in(context, session, session.get_one(Case, number), creator)
    return number


def _list_in(context: Context, session: Session, case: Case, creator: Account) -> None:
    now = context.now()
    case.decided_at = now
    scan = Scan(dataset="ms-celeb-1m", name="list.tsv", state=ScanState.DONE, created_at=now, rows=100)
    work = filled.put_work(session, creator, 70, now, title="Harbour at noon")
    session.add(scan)
    person = filled.put_person(context, session, "bo@example.org")
    session.flush()
    session.add(Depiction(work_id=work.id, person_id=person.id, name="Bo"))
    memberships.take(session, scan.id, [put_scans.Match(work.id)], now)
    assert inherited.add(session, case, now) == 1


def test_a_case_shows_family_status_certainty_and_the_proving_row(moderator: FlaskClient, context: Context) -> None:
    number = _fill(context, "creator@example.org")
    page = moderator.get(f"/cases/{number}").text
    assert re.search(r"Made from: <a href=\"/datasets/ms-celeb-1m\">MS-Celeb-1M</a> <span[^>]*>\(withdrawn", page)
    assert re.search(r"By lists that were read: <span[^>]*>may hold it</span> \(1 registered work\)", page)
    assert "A copy is offered here of a dataset that may hold the work." in page
    assert "line 4" in page
    assert "flickr:photo:53000000001" in page
    assert "named in a list that was read" in page
    assert "named by the watcher only" not in page
    assert "stolen" not in page.lower()


def test_what_a_copy_of_the_listed_dataset_holds_is_said_without_may(moderator: FlaskClient, context: Context) -> None:
    number = _fill(context, "creator@example.org", "ms-celeb-1m")
    assert "A copy is offered here of a dataset that holds the work." in moderator.get(f"/cases/{number}").text


def test_creator_and_person_shown_read_why_and_how_sure_it_is(
    signed_in_as: object, context: Context, client: FlaskClient
) -> None:
    creator = signed_in_as(Role.CREATOR, email="creator@example.org")  # type: ignore[operator]
    number = filled.put_case(context, number=7, works=0, copies=[("ms1m-arcface", False)], state=CaseState.CONFIRMED)
    with context.database.writing() as session:
        account = session.scalars(select(Account).where(Account.email == "creator@example.org")).one()
        _list_in(context, session, session.get_one(Case, number), account)
        work = session.scalars(select(Sighting.work_id)).one()
        [evidence] = session.scalars(select(Evidence))
        assert evidence.basis is Basis.MEMBERSHIP
    for page in (creator.get("/found").text, _own_page(context, client)):
        assert "which may hold it" in page
        assert "A list of MS-Celeb-1M names it." in page
        assert "line 4" not in page, "rows are for moderators"
        assert "points differ" not in page
    assert "In lists of datasets" in creator.get(f"/works/{work}").text


def _own_page(context: Context, client: FlaskClient) -> str:
    digest = context.keyring.digest("address", "bo@example.org")
    with context.database.reading() as session:
        person = session.scalars(select(Person).where(Person.address_digest == digest)).one()
    return client.get(people.page_link(context.keyring, person, "")).text


def test_a_dataset_says_which_lists_of_relatives_tell_about_its_copies(client: FlaskClient, context: Context) -> None:
    assert "Lists of its relatives" not in client.get("/datasets/ms1m-arcface").text
    _fill(context, "creator@example.org")
    page = client.get("/datasets/ms1m-arcface").text
    assert re.search(
        r'<a href="/datasets/ms-celeb-1m">MS-Celeb-1M</a>: a copy of this dataset may hold what they name', page
    )
    assert "Lists of its relatives" not in client.get("/datasets/ms-celeb-1m").text, "its own are told above"
    assert "Lists of its relatives" not in client.get("/datasets/wildtrack").text


def test_in_public_a_dataset_tells_numbers_that_tell_nobody_about_a_work(
    client: FlaskClient, moderator: FlaskClient, context: Context
) -> None:
    assert "None yet." in client.get("/datasets/ms-celeb-1m").text
    _fill(context, "creator@example.org")
    page = client.get("/datasets/ms-celeb-1m").text
    assert "1 list of what is in it was read here." in page
    assert "Fewer than 10 registered works" in page
    assert "list.tsv" not in page
    assert "list.tsv" in moderator.get("/datasets/ms-celeb-1m").text
    assert [_roughly(number) for number in (0, 9, 10, 19, 1234)] == [None, None, 10, 10, 1230]
