"""Reporting a place without the extension, and what its receipt tells."""

import json
import re

import pytest
from commonswatch.context import Context
from commonswatch.domain.states import ReportState
from commonswatch.models import Job, Report
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

PAGE = "https://data.example.org/faces?key=secret"
PICTURES = "https://data.example.org/1.jpg\r\n\r\n  https://data.example.org/2.jpg\r\n"


def _reports(context: Context) -> list[Report]:
    with context.database.reading() as session:
        return list(session.scalars(select(Report).order_by(Report.id)))


def _submission(context: Context, report: Report) -> dict:
    return json.loads(context.keyring.unseal(report.submission_sealed))


def _send(client: FlaskClient, **values: str):
    return client.post("/report", data={"page": PAGE, "media": PICTURES, "form_key": "once", **values})


def test_a_place_is_reported_and_the_receipt_says_what_became_of_it(client: FlaskClient, context: Context) -> None:
    form = client.get("/report").text
    assert "access code" in form
    key = re.search(r'name="form_key" value="([^"]+)"', form)[1]
    answer = _send(client, note="Seen today.\r\nTwice.", form_key=key)
    [report] = _reports(context)
    assert (answer.status_code, answer.location) == (303, f"/report/{report.receipt}")
    assert _submission(context, report) == {
        "version": 1,
        "page": PAGE,
        "media": [{"url": "https://data.example.org/1.jpg"}, {"url": "https://data.example.org/2.jpg"}],
        "note": "Seen today.\nTwice.",
    }
    page = client.get(answer.location)
    assert "waiting to be checked" in page.text
    assert f'href="/report/{report.receipt}">Look again' in page.text
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert "secret" not in page.text
    with context.database.reading() as session:
        assert session.scalars(select(Job.key)).all() == [report.receipt], "it waits to be checked"


def test_a_double_click_is_one_report_and_changed_words_are_another(client: FlaskClient, context: Context) -> None:
    first, second = _send(client), _send(client)
    assert first.location == second.location
    assert _send(client, note="One more thing.").location != first.location
    assert len(_reports(context)) == 2


def test_somebody_signed_in_stays_anonymous(signed_in_as, context: Context) -> None:
    _send(signed_in_as())
    assert [report.reporter for report in _reports(context)] == ["anonymous"]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"page": ""}, "page"),
        ({"page": "example"}, "page"),
        ({"page": "javascript:alert(1)"}, "page"),
        ({"page": "https://10.0.0.1/"}, "page"),
        ({"page": f"{PAGE} {PAGE}"}, "page"),
        ({"page": "https://data.example.org/" + "x" * 2000}, "page"),
        ({"media": "https://data.example.org/1.jpg nonsense"}, "media"),
        ({"media": "https://data.example.org/1.jpg\n" * 501}, "media"),
        ({"note": "x" * 2001}, "note"),
        ({"note": "a\0b"}, "note"),
    ],
)
def test_what_cannot_be_used_is_named_beside_its_field_and_nothing_is_lost(
    client: FlaskClient, context: Context, values: dict[str, str], field: str
) -> None:
    answer = _send(client, **{"note": "Kept words.", **values})
    assert answer.status_code == 400
    assert f'id="{field}-problem"' in answer.text
    assert "Kept words." in answer.text or field == "note"
    assert _reports(context) == []


def test_it_counts_with_the_reports_of_the_same_network(app: Flask, client: FlaskClient, context: Context) -> None:
    for number in range(context.settings.report_limit_anonymous):
        door = client.post("/api/v1/reports", json={"version": 1, "page": f"https://data.example.org/{number}"})
        assert door.status_code == 202
    answer = _send(client)
    assert (answer.status_code, "Too many reports" in answer.text) == (429, True)
    assert int(answer.headers["Retry-After"]) > 0
    assert PAGE in answer.text


def test_the_receipt_of_the_json_door_works_here(client: FlaskClient, context: Context) -> None:
    receipt = client.post("/api/v1/reports", json={"version": 1, "page": PAGE}).json["receipt"]
    with context.database.writing() as session:
        report = session.scalars(select(Report)).one()
        report.state, report.outcome, report.verified_at = ReportState.REJECTED, "No page of ours <b>.", context.now()
    page = client.get(f"/report/{receipt}").text
    assert "not usable" in page
    assert "No page of ours &lt;b&gt;." in page


@pytest.mark.parametrize("receipt", ["x", "A" * 43, "%00", "%F0%9F%98%80", "a" * 3000])
def test_a_made_up_receipt_leads_nowhere(client: FlaskClient, receipt: str) -> None:
    assert client.get(f"/report/{receipt}").status_code == 404


def test_a_form_from_elsewhere_is_refused(app: Flask, client: FlaskClient, context: Context) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    assert _send(client).status_code == 400
    assert client.post("/report", data={"page": PAGE}, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/report").text)[1]
    assert _send(client, csrf_token=token).status_code == 303
    assert len(_reports(context)) == 1


def test_watchers_find_the_form_from_everywhere(client: FlaskClient) -> None:
    assert client.get("/").text.count('href="/report"') == 2
    assert 'href="/report"' in client.get("/sign-in").text
