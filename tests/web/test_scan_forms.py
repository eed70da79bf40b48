"""The form that opens a scan: from a file, in pieces or from an address; what cannot be read is refused at once."""

import io

import put_scans
import pytest
from commonswatch.context import Context
from commonswatch.domain.states import Role
from commonswatch.models import Scan
from commonswatch.services.scanning import folder, uploads
from flask.testing import FlaskClient
from sqlalchemy import select


def test_a_small_file_comes_with_the_form_and_waits_to_be_read(moderator: FlaskClient, context: Context) -> None:
    where = put_scans.sent(moderator, file=(io.BytesIO(put_scans.LIST), "faces.tsv"))
    assert put_scans.sent(moderator, file=(io.BytesIO(put_scans.LIST), "faces.tsv")) == where, "the same form again"
    with context.database.reading() as session:
        scan = session.scalars(select(Scan)).one()
    assert (scan.name, scan.dataset, scan.bytes_total, scan.url) == (
        "faces.tsv",
        "ms-celeb-1m",
        len(put_scans.LIST),
        "",
    )
    assert folder.manifest(context.settings.home, scan.id).read_bytes() == put_scans.LIST
    page = moderator.get(where).text
    assert "It waits for its turn" in page
    assert "faces.tsv" in moderator.get("/scans").text


def test_a_large_file_comes_in_pieces_and_a_piece_sent_twice_counts_once(
    moderator: FlaskClient, context: Context
) -> None:
    for offset, end in ((0, 40), (0, 40), (40, len(put_scans.LIST))):
        answer = moderator.post(f"/scans/pieces/one-form?offset={offset}", data=put_scans.LIST[offset:end])
        assert answer.get_json() == {"size": end}
    assert moderator.post("/scans/pieces/one-form?offset=9999", data=b"x").status_code == 409
    assert moderator.post("/scans/pieces/one-form?offset=-1", data=b"x").status_code == 400
    put_scans.sent(moderator, name="faces.tsv")
    with context.database.reading() as session:
        scan = session.scalars(select(Scan)).one()
    assert folder.manifest(context.settings.home, scan.id).read_bytes() == put_scans.LIST
    assert scan.name == "faces.tsv"


def test_nobody_adds_to_another_s_upload(moderator: FlaskClient, signed_in_as: object, context: Context) -> None:
    other = signed_in_as(Role.MODERATOR, email="other@example.org")  # type: ignore[operator]
    moderator.post("/scans/pieces/one-form?offset=0", data=put_scans.LIST)
    assert other.post("/scans/pieces/one-form?offset=0", data=b"x").get_json() == {"size": 1}
    assert other.post(f"/scans/pieces/one-form?offset={len(put_scans.LIST)}", data=b"x").status_code == 409


def test_an_address_is_scanned_without_a_file(moderator: FlaskClient, context: Context) -> None:
    where = put_scans.sent(moderator, url="https://data.example/lists/faces.tsv.gz?raw=1")
    with context.database.reading() as session:
        scan = session.scalars(select(Scan)).one()
    assert (scan.name, scan.url) == ("faces.tsv.gz", "https://data.example/lists/faces.tsv.gz?raw=1")
    assert "https://data.example/lists/faces.tsv.gz" in moderator.get(where).text


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({}, "Choose a file"),
        ({"file": (b"", "empty.tsv")}, "This file is empty"),
        ({"file": (b"\x89PNG\r\n\x1a\n" + bytes(100), "list.tsv")}, "neither a table"),
        ({"url": "https://pan.baidu.com/s/1Example00"}, "an account of Baidu Pan"),
        ({"url": "https://www.kaggle.com/datasets/example/faces"}, "an account of Kaggle"),
        (
            {"url": "https://drive.google.com/drive/folders/1Example002AbCdEfGhIjKlMnOpQr?resourcekey=0-ab12"},
            "access code",
        ),
        ({"url": "https://data.example/list.tsv", "dataset": "no-such-set"}, "no dataset"),
    ],
)
def test_what_cannot_be_read_is_refused_at_once_and_what_was_chosen_stays(
    moderator: FlaskClient, context: Context, form: dict[str, object], words: str
) -> None:
    fields = {name: (io.BytesIO(one[0]), one[1]) if isinstance(one, tuple) else one for name, one in form.items()}
    values = {"dataset": "ms-celeb-1m", "form_token": "one-form", **fields}
    answer = moderator.post("/scans", data=values, content_type="multipart/form-data")
    assert answer.status_code == 400
    assert words in answer.text
    assert 'value="one-form"' in answer.text
    with context.database.reading() as session:
        assert session.scalars(select(Scan)).all() == []


def test_a_full_disk_and_a_file_without_end_are_refused(
    moderator: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "LARGEST", 10)
    assert moderator.post("/scans/pieces/one-form?offset=0", data=b"x" * 11).status_code == 400
    monkeypatch.setattr(uploads, "ROOM_LEFT", 2**62)
    assert moderator.post("/scans/pieces/one-form?offset=0", data=b"x").status_code == 400
