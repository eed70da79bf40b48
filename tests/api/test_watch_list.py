"""What every extension downloads: the same bytes for everybody, cacheable, without a token or a cookie."""

import json
from hashlib import sha256

import pytest
from commonswatch.api import watch_list
from commonswatch.app import create_app
from commonswatch.context import Context, open_context
from commonswatch.domain.states import Listing
from commonswatch.services.watching import changes, versions
from commonswatch.services.watching.rules_file import NAMES
from commonswatch.watch_list import signing_keys
from commonswatch.watch_list.following import Held, follow
from commonswatch.watch_list.signing import PublicKey
from flask.testing import FlaskClient

from tests import factories

LIST = "/api/v1/watch-list"


def _make(context: Context, *keys: str) -> None:
    with context.database.writing() as session:
        for key in keys:
            work = factories.work(session, context.keyring, context.now(), key=key, pdq=sha256(key.encode()).digest())
            work.listing = Listing.PUBLIC
            changes.note_if_public(session, work, context.now())
    versions.make(context.database, context.list_folder, context.key_folder, context.now())


def _follow(client: FlaskClient, context: Context, held: Held | None = None) -> Held:
    """A client that meets the server for the first time, or goes on."""
    trusted = [PublicKey(**client.get(f"{LIST}/key").json)]
    envelope = client.get(LIST).data
    return follow(envelope, trusted, held, lambda name: client.get(f"{LIST}/files/{name}").data, context.now())


def test_a_client_follows_over_the_network(client: FlaskClient, context: Context) -> None:
    _make(context, "flickr:photo:1")
    held = _follow(client, context)
    assert (held.manifest.version, len(held.lists.keys), len(held.lists.pictures)) == (1, 1, 1)
    _make(context, "flickr:photo:2")
    held = _follow(client, context, held)
    assert (held.manifest.version, len(held.lists.keys), len(held.lists.pictures)) == (2, 2, 2)


def test_before_the_first_version_there_is_nothing(client: FlaskClient) -> None:
    for address in (LIST, f"{LIST}/key", f"{LIST}/files/{'0' * 64}"):
        answer = client.get(address)
        assert (answer.status_code, answer.content_type) == (404, "application/problem+json")
        assert answer.headers["Cache-Control"] == "no-store"


def test_everybody_gets_the_same_bytes_and_no_cookie(
    client: FlaskClient, context: Context, token: dict[str, str]
) -> None:
    _make(context, "flickr:photo:1")
    rules = json.loads(client.get(LIST).json["manifest"])["rules"]["sha256"]
    for address in (LIST, f"{LIST}/key", f"{LIST}/files/{rules}"):
        answers = [
            client.get(address),
            client.get(address, headers=token),
            client.get(address, headers={"Cookie": "session=x", "Accept-Language": "de"}),
            client.get(address, headers={"Authorization": "Bearer wrong"}),
        ]
        assert {answer.status_code for answer in answers} == {200}
        assert len({answer.data for answer in answers}) == 1
        assert len({answer.headers["ETag"] for answer in answers}) == 1
        assert not any("Set-Cookie" in answer.headers or "Vary" in answer.headers for answer in answers)


def test_two_web_processes_hand_out_the_same_bytes(client: FlaskClient, context: Context) -> None:
    _make(context, "flickr:photo:1")
    second = open_context(context.settings)
    other = create_app(context.settings, second).test_client()
    assert other.get(LIST).data == client.get(LIST).data
    assert other.get(LIST).headers["ETag"] == client.get(LIST).headers["ETag"]
    second.database.engine.dispose()


def test_whoever_has_the_newest_version_gets_no_bytes(client: FlaskClient, context: Context) -> None:
    _make(context, "flickr:photo:1")
    first = client.get(LIST)
    assert first.headers["Cache-Control"] == "public, max-age=300"
    again = client.get(LIST, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    _make(context, "flickr:photo:2")
    newer = client.get(LIST, headers={"If-None-Match": first.headers["ETag"]})
    assert newer.status_code == 200
    assert newer.headers["ETag"] != first.headers["ETag"]


def test_files_are_named_by_their_digest_and_kept_for_good(client: FlaskClient, context: Context) -> None:
    _make(context, "flickr:photo:1")
    _make(context, "flickr:photo:2")
    manifest = json.loads(client.get(LIST).json["manifest"])
    files = [manifest["keys"], manifest["pictures"], manifest["rules"], *manifest["deltas"]]
    assert len(files) == 4
    for file in files:
        answer = client.get(f"{LIST}/files/{file['sha256']}")
        assert sha256(answer.data).hexdigest() == file["sha256"]
        assert len(answer.data) == file["bytes"]
        assert answer.content_type == "application/octet-stream"
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        etag = {"If-None-Match": answer.headers["ETag"]}
        assert client.get(f"{LIST}/files/{file['sha256']}", headers=etag).status_code == 304


def test_rules_hold_all_five_files(client: FlaskClient, context: Context) -> None:
    _make(context)
    manifest = json.loads(client.get(LIST).json["manifest"])
    rules = json.loads(client.get(f"{LIST}/files/{manifest['rules']['sha256']}").data)
    assert rules["format"] == 1
    assert set(rules) == {"format", *NAMES}


@pytest.mark.parametrize(
    "name", ["newest.json", "..%2Fkeys%2Fsigning_seed", "../../keys/signing_seed", "0" * 63, "A" * 64, "0" * 64 + "%0a"]
)
def test_nothing_but_files_of_the_list_is_handed_out(client: FlaskClient, context: Context, name: str) -> None:
    _make(context, "flickr:photo:1")
    with context.database.reading() as session:
        versions.tidy(session, context.list_folder, context.now())
    answer = client.get(f"{LIST}/files/{name}")
    assert answer.status_code == 404
    assert name not in answer.text


def test_a_damaged_file_is_not_handed_out(client: FlaskClient, context: Context) -> None:
    _make(context, "flickr:photo:1")
    name = json.loads(client.get(LIST).json["manifest"])["keys"]["sha256"]
    path = context.list_folder.path / name
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    assert client.get(f"{LIST}/files/{name}").status_code == 404


def test_a_key_is_told_once_a_version_is_signed_with_it(client: FlaskClient, context: Context) -> None:
    _make(context, "flickr:photo:1")
    held, before = _follow(client, context), client.get(f"{LIST}/key").json
    new = signing_keys.rotate(context.key_folder, context.now())
    assert client.get(f"{LIST}/key").json == before
    _make(context)
    assert client.get(f"{LIST}/key").json == {"key": new.public.key, "public": new.public.public}
    assert _follow(client, context, held).manifest.version == 2
    assert len(client.get(LIST).json["signatures"]) == 2


def test_reads_are_limited_but_small_files_are_not(
    client: FlaskClient, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("commonswatch.api.reads.PORTIONS", 1)
    _make(context, "flickr:photo:1")
    manifest = json.loads(client.get(LIST).json["manifest"])
    statuses = [client.get(LIST).status_code for _ in range(20)]
    assert statuses[-1] == 429
    small, large = manifest["keys"]["sha256"], manifest["rules"]["sha256"]
    assert manifest["rules"]["bytes"] > watch_list.SMALL_FILE
    assert client.get(f"{LIST}/files/{small}").status_code == 200
    refused = client.get(f"{LIST}/files/{large}")
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0


def test_pairing_tells_the_key(client: FlaskClient, context: Context, code: str) -> None:
    _make(context)
    paired = client.post("/api/v1/devices", json={"code": code, "name": "Firefox"}).json
    assert paired["watch_list_key"] == client.get(f"{LIST}/key").json


def test_pairing_does_without_a_key_before_the_first_version(client: FlaskClient, code: str) -> None:
    assert client.post("/api/v1/devices", json={"code": code, "name": "Firefox"}).json["watch_list_key"] is None
