"""A creator registers works: the form, what is fetched from real hosts, progress, correcting, withdrawing."""

import io
import re
from collections.abc import Iterator

import pytest
from commonswatch.context import Context, open_context
from commonswatch.models import Job, Registration, Work
from commonswatch.services.registering import examination
from commonswatch.settings import Settings
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from tests.factories import pictures
from tests.played_hosts import PlayedHosts, page

LICENSED = b"""<html><head><link rel="license" href="https://creativecommons.org/licenses/by-sa/4.0/">
<meta property="og:image" content="https://pictures.example/logo.jpg"></head><body>a page</body></html>"""


@pytest.fixture(scope="module")
def hosts() -> Iterator[PlayedHosts]:
    routes = {
        "pictures.example": page(pictures.photo(1), "image/jpeg"),
        "pages.example": page(LICENSED),
        "dead.example": page(status=404),
        "inside.example": page(status=302, Location="https://10.0.0.1/a.jpg"),
    }
    with PlayedHosts(routes) as played:
        yield played


@pytest.fixture
def settings(tmp_path: object, database_url: str, hosts: PlayedHosts) -> Settings:
    return Settings(
        home=tmp_path / "home",  # type: ignore[operator]
        database_url=database_url,
        fetch_host_delay=0.0,
        fetch_played_hosts=hosts.played,
        fetch_ca_file=hosts.ca_file,
        registration_rows=100,
    )


@pytest.fixture
def context(settings: Settings) -> Iterator[Context]:
    opened = open_context(settings)
    yield opened
    opened.database.engine.dispose()


@pytest.fixture
def ada(signed_in_as) -> FlaskClient:
    return signed_in_as(email="ada@example.org")


def _register(client: FlaskClient, addresses: str, **fields: object) -> TestResponse:
    data = {"addresses": addresses, "form_token": "once", **fields}
    return client.post("/registrations", data=data, content_type="multipart/form-data")


def _work_off(context: Context) -> None:
    """What a worker does with the jobs of this kind."""
    with context.database.reading() as session:
        numbers = session.scalars(select(Work.id)).all()
    for number in numbers:
        with context.database.reading() as session:
            task = examination.load(session, number)
        if task is not None:
            findings = examination.examine(task, context.fetcher, context.examine_picture)
            assert findings is not None
            with context.database.writing() as session:
                examination.record(session, task, findings, context.now())


def test_pasted_addresses_are_registered_fetched_and_explained(ada: FlaskClient, context: Context) -> None:
    lines = ("https://pictures.example/1.jpg", "https://pages.example/about-1", "https://dead.example/1.jpg")
    answer = _register(ada, "\n".join((*lines, "https://inside.example/a.jpg", "rubbish")))
    assert answer.status_code == 302
    waiting = ada.get(answer.location).text
    assert 'hx-trigger="every 2s"' in waiting
    assert "Look again" in waiting
    assert "0 of 4 fetched" in waiting
    _work_off(context)
    part = ada.get(answer.location + "/progress", headers={"HX-Request": "true"}).text
    assert "<html" not in part
    assert "hx-get" not in part
    for words in (
        "1 work is watched",
        "leads to a page, not to a picture",
        "status 404",
        "private network",
        "1 row was not registered",
        "CC BY-SA 4.0",
    ):
        assert words in part
    assert "<html" in ada.get(answer.location + "/progress").text
    again = ada.post(answer.location + "/try-again", follow_redirects=True).text
    assert "3 works are being fetched again" in again
    assert "1 of 4 fetched" in again


def test_a_reason_that_many_works_share_is_told_once(ada: FlaskClient, context: Context) -> None:
    answer = _register(ada, "\n".join(f"https://dead.example/{number}.jpg" for number in range(5)))
    _work_off(context)
    page = ada.get(answer.location).text
    assert page.count("status 404") == 1
    assert "5 works:" in page
    assert page.count("the reason stands above") == 5


def test_a_double_click_registers_once(ada: FlaskClient, context: Context) -> None:
    answers = [_register(ada, "https://pictures.example/1.jpg") for _ in range(2)]
    assert answers[0].location == answers[1].location
    with context.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Registration)) == 1
        assert session.scalar(select(func.count()).select_from(Job)) == 1


def test_fetching_again_all_that_failed_is_queued_once(ada: FlaskClient, context: Context) -> None:
    answer = _register(ada, "https://dead.example/1.jpg\nhttps://dead.example/2.jpg\nhttps://pictures.example/1.jpg")
    _work_off(context)
    for _ in range(2):
        ada.post(answer.location + "/try-again")
    with context.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Job)) == 3 + 2


def test_a_csv_file_is_registered_with_its_columns(ada: FlaskClient) -> None:
    rows = "url;licence;title;people shown\nhttps://pictures.example/1.jpg;CC BY 4.0;<b>Tür</b>;Bo\n"
    answer = _register(ada, "", file=(io.BytesIO(rows.encode("utf-16")), "works.csv"))
    shown = ada.get(answer.location).text
    assert "&lt;b&gt;Tür&lt;/b&gt;" in shown
    assert "<b>Tür" not in shown
    assert "CC BY 4.0" in shown


def test_the_template_can_be_downloaded_and_sent_back(ada: FlaskClient) -> None:
    template = ada.get("/registrations/template.csv")
    assert template.headers["Content-Disposition"].endswith('filename="works.csv"')
    answer = _register(ada, "", file=(io.BytesIO(template.data), "works.csv"))
    assert "2 works registered" in ada.get(answer.location).text


@pytest.mark.parametrize(
    ("fields", "status", "words"),
    [
        ({"addresses": ""}, 400, "no address"),
        ({"addresses": "https://pictures.example/1.jpg\n" * 101}, 400, "more than 100 rows"),
        ({"addresses": "https://pictures.example/1.jpg", "licence": "all mine"}, 400, "from the list"),
        (
            {"addresses": "https://pictures.example/1.jpg", "people": "Bo <b@example.org\r\nBcc: x>"},
            400,
            "mail address",
        ),
    ],
)
def test_a_form_that_cannot_be_used_comes_back_with_what_was_written(
    ada: FlaskClient, context: Context, fields: dict[str, str], status: int, words: str
) -> None:
    answer = _register(ada, **fields)
    assert answer.status_code == status
    assert words in answer.text
    assert re.search(r'role="alert"', answer.text)
    assert 'value="once"' in answer.text
    with context.database.reading() as session:
        assert session.scalars(select(Work)).all() == []


def test_a_file_of_10_mb_is_too_large(ada: FlaskClient) -> None:
    head = '--x\r\nContent-Disposition: form-data; name="file"; filename="works.csv"\r\n\r\n'
    for size in (10 * 1024 * 1024, 12 * 1024 * 1024):
        body = head.encode() + b"a" * size + b"\r\n--x--\r\n"
        answer = ada.post("/registrations", data=body, content_type="multipart/form-data; boundary=x")
        assert answer.status_code == 413
        assert "too large" in answer.text


def test_a_work_is_corrected_withdrawn_and_taken_back(ada: FlaskClient, context: Context) -> None:
    _register(ada, "https://pictures.example/1.jpg")
    _work_off(context)
    saved = ada.post("/works/1/correct", data={"title": "Fog", "licence": "CC BY-NC 2.0"}, follow_redirects=True)
    assert "<h1>Fog</h1>" in saved.text
    assert "CC BY-NC 2.0" in saved.text
    assert "conditions to check" in saved.text
    assert "Creative Commons licences concern copyright only" in saved.text
    assert ada.post("/works/1/correct", data={"licence": "mine"}).status_code == 400
    gone = ada.post("/works/1/withdraw", follow_redirects=True).text
    assert "Take back" in gone
    assert ada.post("/works/1/try-again").status_code == 409
    assert "being fetched" in ada.post("/works/1/take-back", follow_redirects=True).text
    _work_off(context)
    assert "watched" in ada.get("/works/1").text


def test_who_is_shown_can_be_changed_and_wrong_words_come_back(ada: FlaskClient) -> None:
    _register(ada, "https://pictures.example/1.jpg", people="Bo <bo@example.org>")
    assert "Bo &lt;bo@example.org&gt;" in ada.get("/works/1").text
    wrong = ada.post("/works/1/people", data={"people": "Cy <nothing>"})
    assert (wrong.status_code, "Cy &lt;nothing&gt;" in wrong.text) == (400, True)
    assert "Cy" in ada.post("/works/1/people", data={"people": "Cy"}, follow_redirects=True).text


def test_the_list_is_searched_filtered_and_paged(ada: FlaskClient) -> None:
    assert "not registered a work yet" in ada.get("/works").text
    _register(ada, "\n".join(f"https://pictures.example/{n}.jpg" for n in range(60)) + "\nhttps://dead.example/x.jpg")
    first = ada.get("/works").text
    assert "61 works" in first
    assert "Page 1 of 2" in first
    assert "Page 2 of 2" in ada.get("/works?page=2").text
    assert "Page 2 of 2" in ada.get("/works?page=99999").text
    assert "1 work" in ada.get("/works?site=dead.example").text
    assert "None of your works" in ada.get("/works?site=other.example").text
    assert "None of your works" in ada.get("/works?search=%25").text
    assert "1 work" in ada.get("/works?search=59.jpg").text
    assert "None of your works" in ada.get("/works?state=ready").text
    for odd in ("page=0", "page=-3", "page=x", "state=odd", "registration=x", "search=%00", "registration=" + "9" * 30):
        assert ada.get("/works?" + odd).status_code == 200


def test_anothers_works_and_registrations_answer_like_absent_ones(ada: FlaskClient, signed_in_as) -> None:
    _register(ada, "https://pictures.example/1.jpg")
    bo = signed_in_as(email="bo@example.org")
    for path in ("/works/{}", "/registrations/{}", "/registrations/{}/progress"):
        pages = [bo.get(path.format(number)) for number in (1, 999, 10**30)]
        assert [page.status_code for page in pages] == [404, 404, 404]
    for path in ("correct", "people", "withdraw", "take-back", "try-again"):
        assert bo.post(f"/works/1/{path}").status_code == bo.post(f"/works/999/{path}").status_code == 404
    assert bo.post("/registrations/1/try-again").status_code == 404
    assert "watched" not in bo.get("/works").text
