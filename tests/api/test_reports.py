import json
import re
import threading
from typing import Any

import pytest
from commonswatch.api.intake import Intake
from commonswatch.app import create_app
from commonswatch.context import Context
from commonswatch.keyring import new_token
from commonswatch.models import Job, Report
from commonswatch.services.reporting import reports, submissions
from commonswatch.settings import Settings
from flask.testing import FlaskClient
from sqlalchemy import func, select

URL = "/api/v1/reports"


def _rows(context: Context) -> tuple[int, int]:
    """Reports and verification jobs in the database."""
    with context.database.reading() as session:
        jobs = select(func.count()).select_from(Job).where(Job.kind.startswith("verify"))
        return session.scalar(select(func.count(Report.id))) or 0, session.scalar(jobs) or 0


def test_a_report_is_answered_with_a_receipt_once_it_is_stored(
    client: FlaskClient, context: Context, report: Any
) -> None:
    answer = client.post(URL, json=report())
    assert answer.status_code == 202
    assert answer.headers["Location"] == f"{URL}/{answer.json['receipt']}"
    assert _rows(context) == (1, 1)


def test_the_receipt_tells_what_became_of_the_report(client: FlaskClient, report: Any) -> None:
    address = client.post(URL, json=report()).headers["Location"]
    told = client.get(address).json
    assert told["state"] == "received"
    assert told["words"] == "The report is stored and waits to be checked."
    assert told["checked_at"] is None


def test_unknown_and_malformed_receipts_answer_alike(client: FlaskClient) -> None:
    unknown = client.get(f"{URL}/{new_token()}")
    assert (unknown.status_code, unknown.mimetype) == (404, "application/problem+json")
    for receipt in ("nothing", "ü", "%00", "%ff", "%20", "a" * 41, "a" * 5000, "..", "-", "%F0%9F%91%80", "batch%20"):
        answer = client.get(f"{URL}/{receipt}")
        assert (answer.status_code, answer.data) == (404, unknown.data)


def test_a_receipt_cannot_be_guessed(client: FlaskClient, report: Any) -> None:
    receipts = {client.post(URL, json=report(note=str(number))).json["receipt"] for number in range(20)}
    assert len(receipts) == 20
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{32}", receipt) for receipt in receipts)
    assert len({receipt[8:12] for receipt in receipts}) > 15  # the time comes first, then nothing counts


def test_what_was_sent_is_kept_word_for_word_and_sealed(client: FlaskClient, context: Context, report: Any) -> None:
    client.post(URL, json=report(note="Zwei Zeilen\nund 漢字", version=1.0))
    with context.database.reading() as session:
        sealed = session.scalars(select(Report.submission_sealed)).one()
    assert b"sharing.example" not in sealed
    assert json.loads(context.keyring.unseal_text(sealed)) == report(note="Zwei Zeilen\nund 漢字")


def test_the_same_key_gives_the_same_receipt_and_stores_nothing_new(
    client: FlaskClient, context: Context, report: Any
) -> None:
    first = client.post(URL, json=report(), headers={"Idempotency-Key": "one"})
    again = client.post(URL, json=report(), headers={"Idempotency-Key": "one"})
    assert again.status_code == 202
    assert again.json == {"receipt": first.json["receipt"], "repeated": True}
    assert _rows(context) == (1, 1)


def test_the_same_key_with_another_report_is_a_conflict(client: FlaskClient, context: Context, report: Any) -> None:
    client.post(URL, json=report(), headers={"Idempotency-Key": "one"})
    answer = client.post(URL, json=report(note="other"), headers={"Idempotency-Key": "one"})
    assert (answer.status_code, answer.mimetype) == (409, "application/problem+json")
    assert _rows(context) == (1, 1)


def test_without_a_key_the_words_of_the_report_are_the_key(client: FlaskClient, context: Context, report: Any) -> None:
    receipts = {client.post(URL, json=report()).json["receipt"] for _ in range(3)}
    receipts.add(client.post(URL, json=report(note="other")).json["receipt"])
    assert len(receipts) == 2
    assert _rows(context) == (2, 2)


def test_networks_do_not_meet_in_their_keys(client: FlaskClient, report: Any) -> None:
    keyed = {"Idempotency-Key": "one"}
    one = client.post(URL, json=report(), headers=keyed, environ_base={"REMOTE_ADDR": "192.0.2.7"})
    same = client.post(URL, json=report(), headers=keyed, environ_base={"REMOTE_ADDR": "192.0.2.200"})
    other = client.post(URL, json=report(note="x"), headers=keyed, environ_base={"REMOTE_ADDR": "198.51.100.7"})
    assert one.json["receipt"] == same.json["receipt"]
    assert other.status_code == 202


def test_above_the_limit_of_its_network_a_report_is_told_when_to_come_back(
    context: Context, settings: Settings, report: Any
) -> None:
    limit = settings.report_limit_anonymous
    client = create_app(settings, context).test_client()
    batch = {"reports": [{"report": report(note=str(number))} for number in range(limit)]}
    assert {one["status"] for one in client.post(URL + "/batch", json=batch).json["outcomes"]} == {202}
    refused = client.post(URL, json=report(note="one more"))
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["Retry-After"]) <= 3600
    repeated = client.post(URL, json=report(note="0"))
    assert repeated.status_code == 202
    elsewhere = client.post(URL, json=report(note="x"), environ_base={"REMOTE_ADDR": "2001:db8::1"})
    assert elsewhere.status_code == 202
    same_house = client.post(URL + "/batch", json=batch, environ_base={"REMOTE_ADDR": "2001:db8:0:ffff::9"})
    assert [one["status"] for one in same_house.json["outcomes"]].count(429) == 1
    assert _rows(context)[0] == 2 * limit


def test_each_report_of_a_batch_has_its_own_outcome(client: FlaskClient, context: Context, report: Any) -> None:
    sent = [
        {"report": report(), "idempotency_key": "a"},
        {"report": report(note="b")},
        {"report": report(note="other"), "idempotency_key": "a"},
        {"report": report(), "idempotency_key": "a"},
    ]
    outcomes = client.post(URL + "/batch", json={"reports": sent}).json["outcomes"]
    assert [one["status"] for one in outcomes] == [202, 202, 409, 202]
    assert outcomes[3]["receipt"] == outcomes[0]["receipt"]
    assert outcomes[3]["repeated"]
    assert _rows(context) == (2, 2)


def test_a_batch_with_one_wrong_report_stores_none(client: FlaskClient, context: Context, report: Any) -> None:
    sent = [{"report": report()}, {"report": report(page="ftp://x.example/")}]
    answer = client.post(URL + "/batch", json={"reports": sent})
    assert answer.status_code == 422
    assert answer.json["errors"][0]["pointer"] == "#/reports/1/report/page"
    assert _rows(context) == (0, 0)
    assert client.post(URL + "/batch", json={"reports": []}).status_code == 422
    assert client.post(URL + "/batch", json={"reports": [{"report": report()}] * 101}).status_code == 422


def test_a_device_reports_under_its_own_name(
    client: FlaskClient, context: Context, token: dict[str, str], report: Any
) -> None:
    assert client.post(URL, json=report(), headers=token).status_code == 202
    with context.database.reading() as session:
        assert re.fullmatch(r"device:\d+", session.scalars(select(Report.reporter)).one())


def test_a_wrong_token_is_refused_even_where_nobody_needs_one(
    client: FlaskClient, context: Context, report: Any
) -> None:
    for wrong in ("Bearer nonsense", "Bearer", "Basic YTpi", "Bearer  ", "Bearer ü"):
        answer = client.post(URL, json=report(), headers={"Authorization": wrong})
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert _rows(context) == (0, 0)


def test_many_at_once_are_all_stored_exactly_once(context: Context, report: Any) -> None:
    app = create_app(context.settings, context)
    receipts: list[str] = []

    def send(number: int) -> None:
        network = {"REMOTE_ADDR": f"10.{number}.0.1"}
        for note in range(5):
            answer = app.test_client().post(URL, json=report(note=str(note)), environ_base=network)
            receipts.append(answer.json["receipt"])

    threads = [threading.Thread(target=send, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(receipts)) == 60
    assert _rows(context) == (60, 60)


def test_one_report_that_cannot_be_written_harms_no_other(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    real = reports.receive

    def fails_on_bad(session: Any, keyring: Any, incoming: Any, now: Any) -> Any:
        if any(one.idempotency_key == "bad" for one in incoming):
            raise ValueError("bad")
        return real(session, keyring, incoming, now)

    monkeypatch.setattr(reports, "receive", fails_on_bad)
    intake = Intake(context.database, context.keyring, context.now)
    outcomes: dict[str, object] = {}
    start = threading.Barrier(9)

    def send(key: str) -> None:
        start.wait()
        try:
            outcomes[key] = intake.submit([reports.Incoming("anonymous", b"n" * 32, key, b"{}", 1000)])[0]
        except ValueError as error:
            outcomes[key] = error

    threads = [threading.Thread(target=send, args=(key,)) for key in [*"abcdefgh", "bad"]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert isinstance(outcomes.pop("bad"), ValueError)
    assert all(isinstance(one, reports.Receipt) for one in outcomes.values())
    assert _rows(context) == (8, 8)


def test_when_too_many_wait_the_next_is_sent_away(
    client: FlaskClient, report: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("commonswatch.api.intake.MOST_WAITING", 0)
    answer = client.post(URL, json=report())
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0


def test_making_an_application_starts_no_thread(context: Context) -> None:
    before = set(threading.enumerate())
    create_app(context.settings, context)
    assert set(threading.enumerate()) <= before


def test_the_batch_has_no_status_to_ask_for(client: FlaskClient) -> None:
    answer = client.get(URL + "/batch")
    assert (answer.status_code, set(answer.headers["Allow"].split(", "))) == (405, {"POST", "OPTIONS"})


def test_a_link_may_name_the_dataset_and_what_of_it_it_leads_to(
    client: FlaskClient, context: Context, report: Any
) -> None:
    link = {"url": "https://sharing.example/a.zip", "dataset": "ms-celeb-1m", "role": "data"}
    lists = {"url": "https://sharing.example/list.txt", "dataset": "ms-celeb-1m", "role": "list"}
    answer = client.post("/api/v1/reports", json=report(links=[link, lists, {"url": "https://sharing.example/"}]))
    assert answer.status_code == 202
    with context.database.reading() as session:
        sealed = session.scalars(select(Report.submission_sealed)).one()
    kept = submissions.read(context.keyring.unseal(sealed)).links
    assert [one.dataset for one in kept] == ["ms-celeb-1m", None, None]


@pytest.mark.parametrize("wrong", [{"dataset": "no-such-set"}, {"dataset": "x" * 99}, {"dataset": 5}, {"role": "copy"}])
def test_datasets_outside_the_catalogue_are_refused_and_not_repeated(
    client: FlaskClient, report: Any, wrong: dict[str, Any]
) -> None:
    answer = client.post("/api/v1/reports", json=report(links=[{"url": "https://sharing.example/a.zip", **wrong}]))
    assert answer.status_code == 422
    assert "no-such-set" not in answer.text
