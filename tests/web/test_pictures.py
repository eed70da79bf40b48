"""Moderators say which pictures are never a match."""

import hashlib
import io

import pytest
from commonswatch.context import Context
from commonswatch.demo.pictures import photo
from commonswatch.domain.states import Standing
from commonswatch.models import CommonPicture
from commonswatch.services.excluding import pictures
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select

BITS = bytes(range(32))


def _quarantined(context: Context) -> int:
    with context.database.writing() as session:
        reason = "It was recognised on 31 sites within 7 days."
        return pictures.add(session, "pdq", BITS, reason, "system", context.now(), Standing.QUARANTINED).id


def test_the_empty_list_says_what_would_stand_there(moderator: FlaskClient) -> None:
    assert "suddenly recognised on very many sites" in moderator.get("/pictures").text


def test_a_quarantined_picture_is_shown_with_its_reason_and_decided(moderator: FlaskClient, context: Context) -> None:
    number = _quarantined(context)
    shown = moderator.get("/pictures?standing=quarantined").text
    assert "31 sites" in shown
    assert "waiting for a decision" in shown
    answer = moderator.post(f"/pictures/{number}/cleared", follow_redirects=True)
    assert "Cleared." in answer.text
    answer = moderator.post(f"/pictures/{number}/common", follow_redirects=True)
    assert "Kept as a common picture." in answer.text
    with context.database.reading() as session:
        assert session.scalars(select(CommonPicture)).one().standing == Standing.COMMON


def test_a_picture_is_added_by_its_fingerprint(moderator: FlaskClient, context: Context) -> None:
    values = {"fingerprint": " PDQ:" + BITS.hex().upper(), "reason": "A logo <b>"}
    answer = moderator.post("/pictures", data=values, follow_redirects=True)
    assert "Added." in answer.text
    assert "A logo &lt;b&gt;" in answer.text


def test_a_picture_is_added_by_its_file_and_is_not_kept(moderator: FlaskClient, context: Context) -> None:
    flat = io.BytesIO()
    Image.new("RGB", (300, 200), "red").save(flat, "PNG")
    sent = {"logo.jpg": photo(7), "empty.png": flat.getvalue()}
    for name, data in sent.items():
        values = {"picture": (io.BytesIO(data), name), "fingerprint": "", "reason": "What a host shows"}
        assert "Added." in moderator.post("/pictures", data=values, follow_redirects=True).text
    with context.database.reading() as session:
        kept = {one.algorithm: one.bits for one in session.scalars(select(CommonPicture))}
    assert kept["sha256"] == hashlib.sha256(sent["empty.png"]).digest(), "there is too little to see in it"
    looks = context.examine_picture(sent["logo.jpg"])
    assert kept["pdq"] in [one.bits for one in looks.matchable]
    assert "Choose the picture" in moderator.post("/pictures", data={"reason": "A logo"}).text
    broken = {"picture": (io.BytesIO(b"no picture"), "x.jpg"), "reason": "What a host shows"}
    answer = moderator.post("/pictures", data=broken)
    assert answer.status_code == 400
    assert "This is not a picture that can be read" in answer.text


@pytest.mark.parametrize(
    "values",
    [{}, {"fingerprint": "pdq:12", "reason": "A logo"}, {"fingerprint": "pdq:" + "ab" * 32, "reason": " "}],
)
def test_an_unusable_entry_is_refused_and_what_was_written_stays(moderator: FlaskClient, values: dict) -> None:
    answer = moderator.post("/pictures", data=values)
    assert answer.status_code == 400
    assert values.get("fingerprint", "") in answer.text


def test_decisions_about_nothing_are_refused(moderator: FlaskClient, context: Context) -> None:
    number = _quarantined(context)
    assert moderator.post("/pictures/99/cleared").status_code == 404
    assert moderator.post(f"/pictures/{number}/quarantined").status_code == 400
    moderator.post(f"/pictures/{number}/common")
    assert moderator.post(f"/pictures/{number}/common").status_code == 409


def test_others_do_not_see_it(signed_in_as, client: FlaskClient) -> None:
    assert signed_in_as("creator", email="grace@example.org").get("/pictures").status_code == 403
    assert client.get("/pictures").status_code in (302, 401)
