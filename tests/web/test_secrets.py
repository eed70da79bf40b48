"""What opens a share is told to moderators who ask, and stands nowhere else: no table, page, letter, alert or log."""

import dataclasses
import io
import json
import logging
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog
from commonswatch import logs, rules
from commonswatch.channels import outbox
from commonswatch.context import Context
from commonswatch.domain.states import DecisionVerdict, ReportState, Role
from commonswatch.jobs.runner import Workers
from commonswatch.models import AuditEntry, Base, Case, Copy, Delivery, Evidence, Location, LocationSecret, Report
from commonswatch.services.deciding import cases
from commonswatch.services.membership import accounts, devices
from commonswatch.services.reporting import places, reports
from commonswatch.settings import Settings
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests import factories
from tests.played_hosts import PlayedHosts, page

HASH = "9f3a5c7e1b2d4f60718293a4b5c6d7e8f9012345"
IN_BASE32 = "T45FY7Q3FVHWA4MCSOSLLRWX5D4QCI2F"
SECRETS = {
    "https://pan.baidu.com/s/1ExampleExampleExample00?pwd=zq7w": "zq7w",
    "https://mega.nz/file/ExampleA#MegaKeyMegaKeyMegaKeyMegaKeyMegaKeyMegaKey1": "MegaKey",
    "https://mega.nz/#F!ExampleB!FolderKeyFolderKey1234": "FolderKey",
    "https://www.dropbox.com/scl/fi/abcdefghij1234567890a/faces.zip?rlkey=rlkeyexamplerlkeyexample1": "rlkeyexample",
    "https://www.dropbox.com/sh/abcdefghij12345/AAfolderkeyfolderkeyfolder?dl=0": "AAfolderkey",
    "https://drive.google.com/file/d/0BExampleExampleExampleExamp/view?resourcekey=0-resourcekeyexample": "0-resource",
    "https://onedrive.live.com/?authkey=%21AAuthkeyExample&id=0123456789ABCDEF%21107": "AAuthkey",
    "https://faces.s3.amazonaws.com/f.tar?X-Amz-Credential=credexample&X-Amz-Signature=5161example": "5161example",
    "https://example.blob.core.windows.net/faces/f.tar?sv=2020&sig=sigexamplesig%3D": "sigexample",
    "https://share.weiyun.com/Example1?pwd=wy42xx": "wy42xx",
    "https://files.example/f.zip?token=tokenexampletoken": "tokenexample",
    f"https://academictorrents.com/details/{HASH}": HASH,
    f"https://academictorrents.com/download/{HASH}.torrent": HASH,
    f"magnet:?xt=urn:btih:{HASH.upper()}&dn=faces": HASH.upper(),
    f"magnet:?dn=faces&xt=urn:btih:{IN_BASE32}": IN_BASE32,
}
MISWRITTEN = {
    "https://mega.nz/file/ExampleC%23OtherKeyOtherKeyOtherKeyOtherKeyOtherKey": "OtherKey",
    "https://mega.nz/%23!ExampleD!ThirdKeyThirdKeyThirdKeyThirdKeyThirdKey1": "ThirdKey",
    "https://mega.nz/file/ExampleE/FourthKeyFourthKeyFourthKeyFourthKey12": "FourthKey",
    "https://www.dropbox.com/scl/fi/bcdefghij1234567890ab/d.zip%3Frlkey=rlkeyescapedrlkeyescaped1&dl=0": "rlkeyescaped",
    "https://uc12ab.dl.dropboxusercontent.com/cd/0/get/getexampleget1/file": "getexampleget1",
    "https://pan.baidu.com/s/1ExampleExampleExample22&pwd=hq6v": "hq6v",
    "https://pan.baidu.com/s/1ExampleExampleExample33/jx8z": "jx8z",
    "https://out.example/go?to=https%3A%2F%2Fmega.nz%2Ffile%2FExampleF%23InnerKeyInnerKeyInnerKeyInner1": "InnerKey",
    "https://steamcommunity.com/linkfilter/?u=https%3A%2F%2Fmega.nz%2Ffile%2FExampleG%23SteamKeySteamKey1": "SteamKey",
    "https://out.example/mega.nz/file/ExampleH%23PathKeyPathKeyPathKey": "PathKey",
    "https://web.archive.org/web/2020/https://mega.nz/file/ExampleI#ArchiveKeyArchiveKey": "ArchiveKey",
    "https://files.example/f.zip?a=1%26pwd=pwdexamplepwd": "pwdexample",
    "https://files.example/f.zip%3Fsign=signexamplesign": "signexample",
    "https://files.example/f.zip?提取码=qz5k": "qz5k",
    f"https://torrents.example/?z=magnet%3A%3Fxt%3Durn%3Abtih%3A{HASH}": HASH,
    f"https://academictorrents.com/details/{HASH}a": HASH,
    f"https://itorrents.org/torrent/{HASH.upper()}.torrent": HASH.upper(),
}
"""Secrets where no host puts them: signs escaped or forgotten, links in links."""
PAGE, PICTURE = "https://data.example/faces/", "https://pictures.example/a/bridge_in_fog.jpg"
KEY = "url:pictures.example/a/bridge_in_fog.jpg"


@pytest.fixture
def hosts() -> Iterator[PlayedHosts]:
    lines = [
        f'<li>MS-Celeb-1M, training data: <a href="{link}">MS1M {link}</a></li>' for link in (*SECRETS, *MISWRITTEN)
    ]
    lines.append("<li>MS-Celeb-1M 链接: https://pan.baidu.com/s/1ExampleExampleExample11 提取码: vv3k</li>")
    text = f'<img src="{PICTURE}"><h2>Download MS-Celeb-1M</h2><ul>{"".join(lines)}</ul>'
    with PlayedHosts({"data.example": page(text.encode())}) as played:
        yield played


@pytest.fixture
def settings(settings: Settings, hosts: PlayedHosts) -> Settings:
    return dataclasses.replace(settings, fetch_played_hosts=hosts.played, fetch_ca_file=hosts.ca_file)


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """The log of everything from here on, at its most talkative level."""
    root, text = logging.getLogger(), io.StringIO()
    before = root.handlers[:], root.level
    monkeypatch.setattr("sys.stderr", text)
    logs.set_up("debug")
    yield text
    structlog.reset_defaults()
    root.handlers[:], level = before
    root.setLevel(level)


def _documents() -> Iterator[dict[str, Any]]:
    links = [{"url": link, "text": f"MS-Celeb-1M {link}", "dataset": "ms-celeb-1m", "role": "data"} for link in SECRETS]
    yield {"page": PAGE, "media": [{"url": PICTURE}], "links": links}
    others = [{"url": link, "text": "MS-Celeb-1M", "dataset": "ms-celeb-1m", "role": "data"} for link in MISWRITTEN]
    yield {"page": PAGE, "media": [{"url": PICTURE}], "links": others}
    yield {"page": PAGE, "media": [{"url": link, "name": link[-300:], "key": KEY} for link in MISWRITTEN]}
    yield from ({"page": link, "media": [{"url": PICTURE}]} for link in [*MISWRITTEN][::6])
    for number, link in enumerate(SECRETS):
        yield {"page": f"https://page{number}.example/", "media": [{"url": link, "name": link[-300:], "key": KEY}]}
        if link.startswith("https"):
            yield {"page": link, "media": [{"url": PICTURE}], "links": links[:3]}


def _eventually(holds: Callable[[], Any]) -> None:
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def _all(context: Context, *columns: Any, where: Any = True) -> list[Any]:
    with context.database.reading() as session:
        return list(session.execute(select(*columns).where(where)))


def _report_everything(context: Context) -> None:
    with context.database.writing() as session:
        sent = [
            reports.Incoming("device:1", b"s" * 32, str(number), json.dumps({"version": 1, **one}).encode(), 1000)
            for number, one in enumerate(_documents())
        ]
        answers = reports.receive(session, context.keyring, sent, context.now())
    assert all(isinstance(one, reports.Receipt) for one in answers)


def _confirm_everything(context: Context) -> None:
    with context.database.writing() as session:
        moderator = factories.account(session, context.keyring, context.now(), roles=("moderator",))
        for case in session.scalars(select(Case)).all():
            cases.decide(session, case.id, moderator, DecisionVerdict.CONFIRM, "Yes.", case.version, context.now())


def _stored(context: Context) -> str:
    """Everything in the database that is not sealed, in one text."""
    values = []
    for table in Base.metadata.sorted_tables:
        columns = [column for column in table.columns if not column.name.endswith("_sealed")]
        values += [repr(tuple(row)) for row in _all(context, *columns)]
    return "\n".join(values)


def _told_nothing(text: str, where: str) -> None:
    found = sorted(
        secret
        for secret in {*SECRETS.values(), *MISWRITTEN.values(), HASH[:32], "vv3k"}
        if secret.lower() in text.lower()
    )
    assert found == [], f"told in {where}"


@pytest.fixture
def worked(context: Context) -> Iterator[Context]:
    """All of it reported, confirmed, and told to the creator and a person shown."""
    with context.database.writing() as session:
        keyring, now = context.keyring, context.now()
        creator = accounts.find_or_create_account(session, keyring, "ada@example.org", now)
        shown = factories.person(session, keyring, now, address="bo@example.org")
        factories.work(session, keyring, now, key=KEY, creator=creator, shown=(shown,))
    workers = Workers(context)
    workers.start()
    try:
        _report_everything(context)
        _eventually(lambda: {state for (state,) in _all(context, Report.state)} == {ReportState.VERIFIED})
        _confirm_everything(context)
        _eventually(lambda: len(_all(context, Delivery.id)) >= 2 * len(_all(context, Case.id)))
        _eventually(
            lambda: len(outbox.list_letters(context.settings.home / "outbox")) == len(_all(context, Delivery.id))
        )
        yield context
    finally:
        workers.stop()


def test_no_secret_stands_where_it_could_be_read(worked: Context, app: Flask, signed_in_as: Any) -> None:
    _told_nothing(_stored(worked), "the database")
    moderator = signed_in_as(Role.MODERATOR, Role.ADMINISTRATOR, email="moderator@example.org")
    for path in _pages_of_moderators(worked):
        _told_nothing(moderator.get(path).text, path)
    for path in ("/found", "/"):
        _told_nothing(_creator(worked, app).get(path).text, path)
    for file in (worked.settings.home / "outbox").rglob("*.*"):
        _told_nothing(file.read_bytes().decode(), "a letter")


def test_the_log_tells_no_secret(logged: io.StringIO, worked: Context, client: FlaskClient) -> None:
    for number, link in enumerate(SECRETS):
        document = {"version": 1, "page": PAGE, "links": [{"url": link}]}
        sent = client.post("/api/v1/reports", json=document, headers={"Idempotency-Key": str(number)})
        assert sent.status_code in (202, 429), sent.text
        client.get("/report", query_string={"page": link})
    structlog.get_logger().warning("the end")  # writes what waits, too
    text = logged.getvalue()
    assert text.count("\n") > len(SECRETS)
    _told_nothing(text, "the log")


def test_alerts_and_answers_of_the_api_tell_no_secret(worked: Context, app: Flask) -> None:
    client, now = app.test_client(), worked.now()
    with worked.database.writing() as session:
        account = accounts.find_or_create_account(session, worked.keyring, "ada@example.org", now)
        code = devices.make_code(session, worked.keyring, account, now)
    token = client.post("/api/v1/devices", json={"code": code, "name": "Test browser"}).json["token"]
    alerts = client.get("/api/v1/alerts?limit=100", headers={"Authorization": f"Bearer {token}"})
    assert len(alerts.json["alerts"]) == len(_all(worked, Case.id))
    _told_nothing(alerts.text, "alerts")
    for (receipt,) in _all(worked, Report.receipt):
        _told_nothing(client.get(f"/api/v1/reports/{receipt}").text, "an answer")


def _creator(context: Context, app: Flask) -> FlaskClient:
    with context.database.writing() as session:
        account = accounts.find_or_create_account(session, context.keyring, "ada@example.org", context.now())
    browser = app.test_client()
    with browser.session_transaction() as cookie:
        cookie["_user_id"], cookie["_fresh"] = account.fs_uniquifier, True
    return browser


def _pages_of_moderators(context: Context) -> list[str]:
    queues = [f"/cases?state={state}" for state in ("open", "confirmed", "dismissed")]
    return [*queues, "/", "/audit", *(f"/cases/{number}" for (number,) in _all(context, Case.id))]


def test_what_is_searched_here_is_really_there(worked: Context) -> None:
    assert len(_all(worked, LocationSecret.id)) >= len(SECRETS) - 3  # four forms of one torrent
    facts = [facts for (facts,) in _all(worked, Evidence.facts)]
    assert any(any(link.startswith("btih:") for link in one.get("links", ())) for one in facts)
    assert len(_all(worked, Copy.id)) > len(SECRETS) / 2
    assert any(claimed is False for (claimed,) in _all(worked, Copy.claimed))
    letters = outbox.list_letters(worked.settings.home / "outbox")
    assert any("torrent" in repr(letter) for letter in letters)


def test_the_same_torrent_is_recognised_whatever_form_it_has(worked: Context) -> None:
    [torrent] = [key for (key,) in _all(worked, Location.key) if key.startswith("btih:")]
    forms = [link for link in SECRETS if rules.location(link).hidden]
    assert len(forms) == 4
    assert {places.openly(worked.keyring, rules.location(link)).key for link in forms} == {torrent}


def test_moderators_can_ask_for_what_opens_a_place(worked: Context, signed_in_as: Any) -> None:
    rows = _all(worked, Case.id, Location.key, where=Case.location_id == Location.id)
    [number] = [case for case, key in rows if key.startswith("btih:")]
    moderator = signed_in_as(Role.MODERATOR, email="moderator@example.org")
    assert HASH in moderator.post(f"/cases/{number}/access-code").text
    with worked.database.reading() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "access-code.show")).one()
        assert HASH not in repr((entry.subject, entry.facts))


@pytest.mark.parametrize(("link", "secret"), MISWRITTEN.items())
def test_a_secret_in_an_unusual_place_is_cut_off_or_sealed(context: Context, link: str, secret: str) -> None:
    for where in (rules.page_location(link), rules.location(link)):
        if where is not None:
            shown = places.openly(context.keyring, where)
            _told_nothing(f"{shown.key} {shown.url} {shown.path} {shown.kind}", link)
            assert secret not in repr(shown)
