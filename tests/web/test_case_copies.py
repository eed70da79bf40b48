"""Copies of datasets in the queue, on the page of a case, and on the pages of people who are told."""

import re

import filled
import pytest
from commonswatch.context import Context
from commonswatch.domain.states import CaseState
from commonswatch.models import Account, AuditEntry, Case, Copy, Location, LocationSecret, Work
from flask.testing import FlaskClient
from sqlalchemy import select

READ = ("ms-celeb-1m", False)
CLAIMED = ("vggface2", True)


def _words(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page))


def test_the_queue_says_which_places_offer_a_copy_of_what(moderator: FlaskClient, context: Context) -> None:
    filled.put_case(context, 1, works=0, copies=[READ, CLAIMED])
    page = _words(moderator.get("/cases").text)
    assert "offers a copy of MS-Celeb-1M" in page
    assert "only claimed said to offer a copy of VGGFace2" in page
    assert "0 people" in page
    assert "no registered work ·" in page


def test_the_queue_can_be_narrowed_to_places_that_offer_a_dataset(moderator: FlaskClient, context: Context) -> None:
    offers = filled.put_case(context, 1, copies=[READ])
    filled.put_case(context, 2)
    page = moderator.get("/cases?dataset=ms-celeb-1m").text
    assert re.findall(r'href="/cases/(\d+)"', page) == [str(offers)]
    assert '<option value="ms-celeb-1m" selected>MS-Celeb-1M (1)</option>' in page
    assert "No place here offers a copy of it" in moderator.get("/cases?dataset=dukemtmc&state=open").text


def test_a_case_names_the_dataset_its_status_the_place_and_who_saw_it(moderator: FlaskClient, context: Context) -> None:
    page = moderator.get(f"/cases/{filled.put_case(context, copies=[READ, CLAIMED])}").text
    assert '<a href="/datasets/ms-celeb-1m">MS-Celeb-1M</a>' in page
    words = _words(page)
    for expected in (
        "withdrawn in June 2019",
        "https://pan.baidu.com/s/1ms-celeb-1m",
        "the row names it",
        "read by our server It hands out data: the row names it.",
        "A watcher says so; our server did not read it.",
        "1 registered work (named by the watcher only), and copies of 2 datasets",
    ):
        assert expected in words, expected


def test_a_case_without_any_work_says_that_nobody_is_told_and_can_be_decided(
    moderator: FlaskClient, context: Context
) -> None:
    number = filled.put_case(context, works=0, copies=[READ])
    words = _words(moderator.get(f"/cases/{number}").text)
    for expected in ("no registered work, and a copy of 1 dataset", "Confirm: the copies are offered here"):
        assert expected in words
    assert "Nothing is left here" not in words
    answer = moderator.post(f"/cases/{number}", data={"verdict": "confirm", "version": "1", "reason": "The link."})
    assert answer.status_code == 302
    assert "0 people" not in _words(moderator.get(f"/cases/{number}").text)
    with context.database.reading() as session:
        assert session.get_one(Case, number).state == CaseState.CONFIRMED


def _put_code(context: Context, place: int, code: str) -> None:
    sealed, digest = context.keyring.seal_text(code), context.keyring.digest("location-secret", code)
    with context.database.writing() as session:
        row = {"secret_sealed": sealed, "secret_digest": digest, "first_seen": context.now()}
        session.add(LocationSecret(location_id=place, **row))


def _shares(context: Context) -> list[int]:
    with context.database.reading() as session:
        return list(session.scalars(select(Location.id).where(Location.kind == "share").order_by(Location.id)))


def test_the_code_of_a_share_is_shown_beside_it_on_demand_and_the_look_is_logged(
    moderator: FlaskClient, context: Context
) -> None:
    number = filled.put_case(context, copies=[READ])
    [share] = _shares(context)
    _put_code(context, share, "zx9q")
    assert "zx9q" not in moderator.get(f"/cases/{number}").text
    assert "<code>zx9q</code>" in moderator.post(f"/cases/{number}/access-code").text
    with context.database.reading() as session:
        assert session.scalars(select(AuditEntry.action)).all() == ["access-code.show"]


def test_each_code_has_its_button_beside_its_place_and_shows_that_place_only(
    moderator: FlaskClient, context: Context
) -> None:
    number = filled.put_case(context, copies=[READ, CLAIMED])
    first, second = _shares(context)
    _put_code(context, first, "zx9q")
    _put_code(context, second, "h7k3")
    about_the_place, cards = moderator.get(f"/cases/{number}").text.split('id="copies"')
    assert "Show access code" not in about_the_place, "the page itself has none"
    assert cards.count("Show access code") == 2
    shown = moderator.post(f"/cases/{number}/access-code", data={"place": second}).text.split('id="copies"')[1]
    assert "<code>h7k3</code>" in shown
    assert "zx9q" not in shown
    assert shown.count("Show access code") == 1
    with context.database.reading() as session:
        assert session.scalars(select(AuditEntry.facts)).all() == [{"codes": 1, "location": second}]


@pytest.mark.parametrize("place", ["0", "9" * 40, "١", "x", ""])
def test_a_place_that_is_not_of_the_case_shows_no_code(moderator: FlaskClient, context: Context, place: str) -> None:
    number = filled.put_case(context, secret=True)
    assert moderator.post(f"/cases/{number}/access-code", data={"place": place}).status_code == 404
    with context.database.reading() as session:
        assert session.scalars(select(AuditEntry)).all() == []


def test_a_code_of_the_page_itself_has_its_button_beside_the_place(moderator: FlaskClient, context: Context) -> None:
    page = moderator.get(f"/cases/{filled.put_case(context, copies=[READ], secret=True)}").text
    about_the_place, cards = page.split('id="copies"')
    assert about_the_place.count("Show access code") == 1
    assert "Show access code" not in cards


def test_a_hidden_place_is_named_without_an_address(moderator: FlaskClient, context: Context) -> None:
    number = filled.put_case(context, copies=[READ])
    with context.database.writing() as session:
        share = session.scalars(select(Location).where(Location.kind == "share")).one()
        share.kind, share.url = "torrent", "btih:0123456789abcdef"
    words = moderator.get(f"/cases/{number}").text
    assert "torrent btih:0123456789abcdef (its address is kept hidden: whoever has it has the data)" in words


def test_a_dataset_that_left_the_catalogue_is_still_named(moderator: FlaskClient, context: Context) -> None:
    number = filled.put_case(context, copies=[("once-known", False)])
    for address in ("/cases", f"/cases/{number}", "/cases?dataset=once-known"):
        assert "once-known" in moderator.get(address).text


def test_what_a_page_says_about_its_links_does_not_run(moderator: FlaskClient, context: Context) -> None:
    payload = "<script>alert(1)</script>"
    number = filled.put_case(context, copies=[READ])
    with context.database.writing() as session:
        copy = session.scalars(select(Copy)).one()
        copy.reason, copy.location.url = payload, f"javascript:{payload}"
    page = moderator.get(f"/cases/{number}").text
    assert "<script>alert" not in page
    assert 'href="javascript:' not in page


@pytest.mark.parametrize(("state", "told"), [(CaseState.CONFIRMED, True), (CaseState.OPEN, False)])
def test_people_concerned_learn_of_confirmed_copies_as_a_question(
    signed_in_as, context: Context, state: CaseState, told: bool
) -> None:
    creator, number = signed_in_as(), filled.put_case(context, copies=[READ, CLAIMED], state=state)
    with context.database.writing() as session:
        session.get_one(Case, number).decided_at = context.now() if told else None
        ada = select(Account.id).where(Account.email == "ada@example.org")
        session.scalars(select(Work)).one().creator_id = session.scalars(ada).one()
    words = _words(creator.get("/found").text)
    assert ("This page links to a copy of a dataset: MS-Celeb-1M (withdrawn in June 2019)" in words) is told
    assert ("Questions to ask: is one of these works in it" in words) is told
    assert "VGGFace2" not in words, "a claim is nobody's business but a moderator's"
