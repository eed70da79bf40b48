"""Looking something up: creators are told of their works, moderators of all, strangers what the watch list says."""

import random
from collections.abc import Callable
from typing import Any

import pytest
from commonswatch.api.schemas.lookups import MOST_QUESTIONS
from commonswatch.context import Context
from commonswatch.domain.states import Listing, WorkState
from commonswatch.models import Account, FingerprintOfWork, Suppression, Work
from commonswatch.services.looking_up import pictures
from commonswatch.services.watching.versions import SHIPPING
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from tests import factories

URL = "/api/v1/lookups"
KEY = "flickr:photo:53381630964"
ADDRESS = "https://www.flickr.com/photos/somebody/53381630964/"
BITS = random.Random(1).randbytes(32)
SHA256 = random.Random(2).randbytes(32)

Register = Callable[..., int]
Ask = Callable[..., list[dict[str, Any]]]


@pytest.fixture(params=["short", "long"])
def way(request: pytest.FixtureRequest, app: Flask, monkeypatch: pytest.MonkeyPatch) -> str:
    """Strangers go a short way around Flask; both must answer alike."""
    short = app.extensions["commonswatch.api"].extensions["commonswatch.express-lookups"]
    if request.param == "long":
        monkeypatch.setattr(short, "take", lambda _: None)
    return str(request.param)


@pytest.fixture(autouse=True)
def always_fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "FRESH", 0.0)


def _account(context: Context, *roles: str) -> tuple[int, dict[str, str]]:
    with context.database.writing() as session:
        account = factories.account(session, context.keyring, context.now(), roles=roles)
        _, token = factories.device(session, account, context.now())
        return account.id, {"Authorization": f"Bearer {token}"}


@pytest.fixture
def register(context: Context) -> Register:
    def make(owner: int | None = None, listing: Listing = Listing.PUBLIC, **facts: Any) -> int:
        with context.database.writing() as session:
            account = session.get(Account, owner) if owner else None
            facts = {"key": KEY, "pdq": BITS, "sha256": SHA256} | facts
            work = factories.work(session, context.keyring, context.now(), creator=account, **facts)
            work.listing = listing
            session.add(FingerprintOfWork(work_id=work.id, algorithm="md5", rendition="original", bits=bytes(16)))
            return work.id

    return make


@pytest.fixture
def ask(client: FlaskClient) -> Ask:
    def post(*questions: dict[str, Any], token: dict[str, str] | None = None) -> list[dict[str, Any]]:
        answer = client.post(URL, json={"questions": list(questions)}, headers=token or {})
        assert answer.status_code == 200, answer.text
        assert answer.content_type == "application/json"
        assert answer.headers["Cache-Control"] == "no-store"
        assert len(answer.headers["X-Request-ID"]) == 32
        return answer.json["answers"]

    return post


def _turned(bits: bytes, places: list[int]) -> str:
    value = int.from_bytes(bits)
    for place in places:
        value ^= 1 << (255 - place)  # as PDQ counts: 0 is the highest bit of the first byte
    return value.to_bytes(32).hex()


EVERYTHING = (
    {"url": ADDRESS},
    {"key": KEY},
    {"sha256": SHA256.hex()},
    {"md5": "00" * 16},
    {"pdq": BITS.hex(), "quality": 80},
)


def test_a_stranger_is_told_that_a_listed_work_matches_and_no_more(way: str, register: Register, ask: Ask) -> None:
    register()
    nothing = {"distance": None, "bits": None, "rendition": None, "turn": None, "work": None}
    said = ask(*EVERYTHING)
    assert [one["matches"] for one in said[:4]] == [
        [{"basis": basis, **nothing}] for basis in ("key", "key", "sha256", "md5")
    ]
    assert said[4]["matches"] == [{"basis": "pdq", **nothing, "distance": 0, "bits": len(SHIPPING.places)}]


@pytest.mark.parametrize("hidden", ["server-only", "withdrawn", "ended", "denied"])
def test_a_stranger_gets_for_hidden_works_the_answer_of_works_that_are_not_there(
    way: str, register: Register, ask: Ask, context: Context, hidden: str
) -> None:
    assert ask(*EVERYTHING) == [{"matches": []}] * 5
    work = register(listing=Listing.SERVER_ONLY if hidden == "server-only" else Listing.PUBLIC)
    with context.database.writing() as session:
        if hidden == "withdrawn":
            session.execute(update(Work).where(Work.id == work).values(state=WorkState.WITHDRAWN))
        if hidden == "ended":
            session.execute(update(Work).where(Work.id == work).values(listed_until=context.now()))
        if hidden == "denied":
            for observed in (KEY, f"sha256:{SHA256.hex()}", f"md5:{'00' * 16}", f"pdq:{BITS.hex()}"):
                session.add(Suppression(work_id=work, observed=observed, created_at=context.now()))
    assert ask(*EVERYTHING) == [{"matches": []}] * 5


def test_a_stranger_is_not_told_how_many_works_there_are(way: str, register: Register, ask: Ask) -> None:
    register()
    one = ask(*EVERYTHING)
    register()
    register(listing=Listing.SERVER_ONLY)
    assert ask(*EVERYTHING) == one


def test_for_a_server_only_work_no_stranger_asks_the_tables(
    register: Register, ask: Ask, monkeypatch: pytest.MonkeyPatch, context: Context
) -> None:
    """So that the time of an answer does not tell."""
    register(listing=Listing.SERVER_ONLY)
    ask({"pdq": BITS.hex()})
    monkeypatch.setattr("commonswatch.services.reporting.matching.by_proposals", None)
    assert ask({"pdq": BITS.hex()}) == [{"matches": []}]


def test_what_a_stranger_hears_of_a_picture_can_be_worked_out_from_the_watch_list(
    way: str, register: Register, ask: Ask
) -> None:
    """The answer must not change with the bits that are not shipped, and must count those that are."""
    register()
    shipped = list(SHIPPING.places)
    others = [place for place in range(256) if place not in shipped]
    for near in (0, 1, SHIPPING.threshold):
        for hidden in (0, (31 - near) // 2, 31 - near):
            [said] = ask({"pdq": _turned(BITS, shipped[:near] + others[:hidden])})
            assert [one["distance"] for one in said["matches"]] == [near]
    assert ask({"pdq": _turned(BITS, shipped[: SHIPPING.threshold + 1])}) == [{"matches": []}], (
        "the list's own threshold"
    )
    assert ask({"pdq": _turned(BITS, others[:32])}) == [{"matches": []}]


def test_creators_see_their_own_works_and_of_others_what_strangers_see(
    register: Register, ask: Ask, context: Context
) -> None:
    ada, token = _account(context)
    own = register(ada, Listing.SERVER_ONLY, title="A portrait")
    register(listing=Listing.SERVER_ONLY)
    [by_key, by_pdq] = ask({"url": ADDRESS}, {"pdq": _turned(BITS, [7, 200])}, token=token)
    [match] = by_key["matches"]
    assert (match["basis"], match["work"]["id"], match["work"]["key"]) == ("key", own, KEY)
    assert (match["work"]["title"], match["work"]["listing"]) == ("A portrait", "server-only")
    [match] = by_pdq["matches"]
    assert (match["distance"], match["bits"], match["rendition"], match["turn"]) == (2, 256, "original", "upright")
    register(listing=Listing.PUBLIC)
    [said] = ask({"key": KEY}, token=token)
    assert [match["work"] and match["work"]["id"] for match in said["matches"]] == [own, None]


def test_moderators_see_all_works_but_withdrawn_ones(register: Register, ask: Ask, context: Context) -> None:
    _, token = _account(context, "moderator")
    works = {register(listing=listing) for listing in Listing}
    register(state=WorkState.WITHDRAWN)
    for said in ask(*EVERYTHING, token=token):
        assert {match["work"]["id"] for match in said["matches"]} == works


def test_a_mirrored_picture_is_found_and_told_as_such(register: Register, ask: Ask, context: Context) -> None:
    _, token = _account(context, "moderator")
    register()
    turned = [random.Random(number).randbytes(32).hex() for number in range(10, 17)]
    turned[4] = _turned(BITS, [1, 2, 3])
    [said] = ask({"pdq": random.Random(9).randbytes(32).hex(), "turned": turned}, token=token)
    assert [(match["turn"], match["distance"]) for match in said["matches"]] == [("mirrored across", 3)]


def test_a_picture_with_too_little_to_see_finds_nothing(way: str, register: Register, ask: Ask) -> None:
    register()
    assert ask({"pdq": BITS.hex(), "quality": 49}) == [{"matches": []}]
    assert len(ask({"pdq": BITS.hex(), "quality": 50})[0]["matches"]) == 1
    assert len(ask({"pdq": BITS.hex()})[0]["matches"]) == 1


def test_a_work_registered_a_moment_ago_is_found(ask: Ask, register: Register) -> None:
    assert ask({"pdq": BITS.hex()}) == [{"matches": []}]
    register()
    assert len(ask({"pdq": BITS.hex()})[0]["matches"]) == 1


def test_questions_are_capped_and_checked(way: str, client: FlaskClient) -> None:
    for wrong in (
        {"questions": []},
        {"questions": [{"key": "a"}] * (MOST_QUESTIONS + 1)},
        {"questions": [{"pdq": "00" * 31}]},
        {"questions": [{"sha256": "XY" * 32}]},
        {"questions": [{"url": "javascript:alert(1)"}]},
        {"questions": [{"pdq": "00" * 32, "quality": 101}]},
        {"questions": [{"pdq": "00" * 32, "turned": ["00" * 32] * 8}]},
        {"questions": [{"person": "Ada"}]},
        {},
    ):
        answer = client.post(URL, json=wrong)
        assert answer.status_code == 422
        assert "Ada" not in answer.text
    assert client.post(URL, json={"questions": [{}]}).json == {"answers": [{"matches": []}]}
    assert client.post(URL, data=b"{", content_type="application/json").status_code == 422
    assert client.post(URL, data=b"{}", content_type="text/plain").status_code == 415
    assert client.post(URL, json={"questions": [{}]}, headers={"Authorization": "Bearer no"}).status_code == 401


def test_a_token_without_the_scope_is_refused(client: FlaskClient, context: Context) -> None:
    with context.database.writing() as session:
        account = factories.account(session, context.keyring, context.now())
        _, token = factories.device(session, account, context.now(), scopes="report:write")
    answer = client.post(URL, json={"questions": [{}]}, headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 403


def test_lookups_count_as_reads_of_the_network_that_asks(
    way: str, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("commonswatch.api.reads.PORTIONS", 1)
    statuses = [client.post(URL, json={"questions": [{}]}).status_code for _ in range(25)]
    assert statuses == [200] * 20 + [429] * 5
    assert "Retry-After" in client.post(URL, json={"questions": [{}]}).headers


def test_both_ways_are_counted_in_the_numbers(way: str, client: FlaskClient) -> None:
    client.post(URL, json={"questions": [{}]})
    assert f'route="{URL}",status="200"}} 1.0' in client.get("/metrics").text
