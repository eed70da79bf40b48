"""Pages of scans: open one from a file, in pieces or from an address, watch it, stop it, see what it found."""

import io
import re
from dataclasses import dataclass
from datetime import timedelta

import filled
import pytest
from commonswatch.context import Context
from commonswatch.domain.states import JobState, PersonKeyKind, PersonWay, Role, ScanState
from commonswatch.manifests.index import IndexWriter
from commonswatch.models import AuditEntry, Job, PersonMembership, Scan
from commonswatch.services.scanning import folder, memberships, person_keys, scans, uploads
from flask.testing import FlaskClient
from sqlalchemy import select, update

_ENDED_EARLY = (ScanState.FAILED, ScanState.CANCELLED)
LIST = b"https://www.flickr.com/photos/someone/53000000001/\nhttps://www.flickr.com/photos/someone/53000000002/\n"


@dataclass(frozen=True)
class Match:
    work_id: int
    row: int = 3
    place: str = "line 4"
    how: str = "key"
    what: str = "flickr:photo:53000000001"


def _sent(client: FlaskClient, **form: object) -> str:
    fields = {"dataset": "ms-celeb-1m", "form_token": "one-form", **form}
    answer = client.post("/scans", data=fields, content_type="multipart/form-data")
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"]


def _scan(context: Context, state: ScanState = ScanState.READING, **values: object) -> int:
    now = context.now()
    row = {"dataset": "ms-celeb-1m", "name": "list.tsv", "rows": 1_234_567, "created_at": now, **values}
    with context.database.writing() as session:
        scan = Scan(state=state, started_at=now - timedelta(seconds=100), noted_at=now, **row)
        session.add(scan)
        session.flush()
        return scan.id


def _found(context: Context, scan_id: int, works: int = 1) -> None:
    with context.database.writing() as session:
        creator = filled.put_account(context, session, f"creator{scan_id}@example.org")
        made = [filled.put_work(session, creator, scan_id * 1000 + n, context.now()) for n in range(works)]
        memberships.take(session, scan_id, [Match(one.id) for one in made], context.now())


def test_a_small_file_comes_with_the_form_and_waits_to_be_read(moderator: FlaskClient, context: Context) -> None:
    where = _sent(moderator, file=(io.BytesIO(LIST), "faces.tsv"))
    assert _sent(moderator, file=(io.BytesIO(LIST), "faces.tsv")) == where, "the same form again"
    with context.database.reading() as session:
        scan = session.scalars(select(Scan)).one()
    assert (scan.name, scan.dataset, scan.bytes_total, scan.url) == ("faces.tsv", "ms-celeb-1m", len(LIST), "")
    assert folder.manifest(context.settings.home, scan.id).read_bytes() == LIST
    page = moderator.get(where).text
    assert "It waits for its turn" in page
    assert "faces.tsv" in moderator.get("/scans").text


def test_a_large_file_comes_in_pieces_and_a_piece_sent_twice_counts_once(
    moderator: FlaskClient, context: Context
) -> None:
    for offset, end in ((0, 40), (0, 40), (40, len(LIST))):
        answer = moderator.post(f"/scans/pieces/one-form?offset={offset}", data=LIST[offset:end])
        assert answer.get_json() == {"size": end}
    assert moderator.post("/scans/pieces/one-form?offset=9999", data=b"x").status_code == 409
    assert moderator.post("/scans/pieces/one-form?offset=-1", data=b"x").status_code == 400
    _sent(moderator, name="faces.tsv")
    with context.database.reading() as session:
        scan = session.scalars(select(Scan)).one()
    assert folder.manifest(context.settings.home, scan.id).read_bytes() == LIST
    assert scan.name == "faces.tsv"


def test_a_list_that_names_no_picture_says_so(moderator: FlaskClient, context: Context) -> None:
    number = _scan(context, ScanState.DONE, rows=400)
    IndexWriter(folder.index(context.settings.home, number)).commit(400)
    assert "Is it the right file?" in moderator.get(f"/scans/{number}").text


def test_nobody_adds_to_another_s_upload(moderator: FlaskClient, signed_in_as: object, context: Context) -> None:
    other = signed_in_as(Role.MODERATOR, email="other@example.org")  # type: ignore[operator]
    moderator.post("/scans/pieces/one-form?offset=0", data=LIST)
    assert other.post("/scans/pieces/one-form?offset=0", data=b"x").get_json() == {"size": 1}
    assert other.post(f"/scans/pieces/one-form?offset={len(LIST)}", data=b"x").status_code == 409


def test_an_address_is_scanned_without_a_file(moderator: FlaskClient, context: Context) -> None:
    where = _sent(moderator, url="https://data.example/lists/faces.tsv.gz?raw=1")
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


def test_progress_is_told_in_words_and_loads_the_page_anew_at_the_end(moderator: FlaskClient, context: Context) -> None:
    number = _scan(context, bytes_read=50, bytes_total=200)
    page = moderator.get(f"/scans/{number}").text
    assert "1,234,567 rows read." in page
    assert "12,346 rows a second" in page
    assert "about 5 minutes" in page
    assert f'hx-get="/scans/{number}/progress?told=2"' in page
    assert re.search(r'id="read-out"[^>]*role="status"></div>', page), "a live region is there before it is filled"
    part = moderator.get(f"/scans/{number}/progress", headers={"HX-Request": "true"})
    assert "<html" not in part.text
    assert "HX-Refresh" not in part.headers
    assert "<html" in moderator.get(f"/scans/{number}/progress").text, "without htmx it is the whole page"
    with context.database.writing() as session:
        scans.finish(session, number, 2_000_000, context.now())
    part = moderator.get(f"/scans/{number}/progress", headers={"HX-Request": "true"})
    assert part.headers["HX-Refresh"] == "true"
    assert "hx-get" not in part.text


def test_progress_is_read_out_in_tenths_and_not_every_two_seconds(moderator: FlaskClient, context: Context) -> None:
    def part(number: int, told: int) -> str:
        return moderator.get(f"/scans/{number}/progress?told={told}", headers={"HX-Request": "true"}).text

    number = _scan(context, bytes_read=50, bytes_total=200, matches=1)
    assert "25 % read, 1,234,567 rows, 1 work found, about 5 minutes left." in part(number, 1)
    assert "read-out" not in part(number, 2)
    of_unknown_length = _scan(context)
    assert ">1,234,567 rows, 0 works found.<" in part(of_unknown_length, 0)
    assert "read-out" not in part(of_unknown_length, 21)


def test_a_host_that_does_not_answer_is_told_with_the_time_of_the_next_try(
    moderator: FlaskClient, context: Context
) -> None:
    where = _sent(moderator, url="https://data.example/lists/faces.tsv.gz")
    assert "It is tried again" not in moderator.get(where).text
    with context.database.writing() as session:
        session.execute(update(Job).values(problem="No server could be found under this name."))
    page = moderator.get(where).text
    assert "No server could be found under this name. It is tried again:" in page
    assert "<progress" not in page
    with context.database.writing() as session:
        session.execute(update(Job).values(state=JobState.DEAD))
    assert "It was laid aside after several tries." in moderator.get(where).text


def test_what_cannot_be_taken_up_yet_says_so_on_its_page(moderator: FlaskClient, context: Context) -> None:
    where = _sent(moderator, file=(io.BytesIO(LIST), "faces.tsv"))
    with context.database.writing() as session:
        session.execute(update(Job).values(state=JobState.LEASED))
    moderator.post(f"{where}/cancel")
    answer = moderator.post(f"{where}/resume", follow_redirects=True)
    assert answer.status_code == 200
    assert 'notice-bad" role="status">It is being stopped. Try again in a moment.' in answer.text


@pytest.mark.parametrize("state", [ScanState.READING, ScanState.CANCELLED, ScanState.PARTIAL])
def test_what_was_not_read_to_its_end_is_not_compared(
    moderator: FlaskClient, context: Context, state: ScanState
) -> None:
    older, newer = _scan(context, ScanState.DONE), _scan(context, state)
    _found(context, older)
    assert "No longer in it" not in moderator.get(f"/scans/{newer}").text


def test_a_scan_of_a_command_says_nothing_of_a_file_that_was_deleted(moderator: FlaskClient, context: Context) -> None:
    page = moderator.get(f"/scans/{_scan(context, ScanState.DONE)}").text
    assert "a file on the server, read by a command" in page
    assert "was deleted" not in page
    page = moderator.get(f"/scans/{_scan(context, ScanState.DONE, form_digest=bytes(32))}").text
    assert "a file that was sent" in page
    assert "The file was deleted" in page


def test_only_a_list_that_left_an_index_promises_to_look_again(moderator: FlaskClient, context: Context) -> None:
    words = "Works that are registered later are looked up in it at once."
    failed, stopped = (moderator.get(f"/scans/{_scan(context, state)}").text for state in _ENDED_EARLY)
    assert words not in failed + stopped
    assert "Take back this list" not in failed, "it said nothing"
    assert words in moderator.get(f"/scans/{_scan(context, ScanState.DONE, index_file='1.index')}").text


def test_a_scan_is_stopped_and_taken_up_again(moderator: FlaskClient, context: Context) -> None:
    of_a_command = moderator.post(f"/scans/{_scan(context)}/cancel", follow_redirects=True).text
    assert "for a week" not in of_a_command
    assert "The same command goes on with it." in of_a_command
    number = _scan(context, form_digest=bytes(32))
    folder.manifest(context.settings.home, number).write_bytes(LIST)
    assert "Stopped" in moderator.post(f"/scans/{number}/cancel", follow_redirects=True).text
    assert "This scan has ended already." in moderator.post(f"/scans/{number}/cancel", follow_redirects=True).text
    page = moderator.get(f"/scans/{number}").text
    assert "Take up again" in page
    assert "It waits for its turn" in moderator.post(f"/scans/{number}/resume", follow_redirects=True).text


def test_a_scan_shows_its_works_with_the_rows_that_prove_it_and_what_changed(
    moderator: FlaskClient, context: Context
) -> None:
    older, newer = (_scan(context, ScanState.DONE) for _ in range(2))
    _found(context, older)
    _found(context, newer, works=60)
    page = moderator.get(f"/scans/{newer}").text
    assert page.count("line 4") == 50
    assert "holds it" in page
    assert "No longer in it</dt><dd>1 " in page
    assert re.search(r"New in it</dt><dd>60", page)
    assert moderator.get(f"/scans/{newer}?page=2").text.count("line 4") == 10


def test_a_bare_name_waits_for_a_moderator(moderator: FlaskClient, context: Context) -> None:
    number = _scan(context, ScanState.DONE)
    with context.database.writing() as session:
        person = filled.put_person(context, session, "bo@example.org")
        session.flush()
        person_keys.state(session, context.keyring, person, PersonKeyKind.NAME, "Bo <Example>", context.now())
        row = {"row": 7, "place": "line 8", "at": context.now(), "scan_id": number, "person_id": person.id}
        session.add(PersonMembership(way=PersonWay.NAME, state="proposed", **row))
    IndexWriter(folder.index(context.settings.home, number)).commit(400)
    page = moderator.get(f"/scans/{number}").text
    assert "only names of people could be compared" in page
    assert "Is it the right file?" not in page, "a row of it is about somebody"
    assert "the same name" in page
    assert "Stated: Bo &lt;Example&gt;." in page, "what there is to compare with"
    assert "bo@example.org" not in page
    member = re.search(rf"/scans/{number}/names/(\d+)", page)
    assert member
    answer = moderator.post(member[0], data={"verdict": "accept"}, follow_redirects=True)
    assert "accepted" in answer.text
    assert "Bo &lt;Example" not in answer.text
    assert moderator.post(f"/scans/{number}/names/999").status_code == 404
    with context.database.reading() as session:
        assert "naming.accept" in session.scalars(select(AuditEntry.action)).all()


def test_scans_are_for_moderators(signed_in_as: object, client: FlaskClient, context: Context) -> None:
    number = _scan(context)
    creator = signed_in_as(Role.CREATOR, email="creator@example.org")  # type: ignore[operator]
    for address in ("/scans", "/scans/new", f"/scans/{number}"):
        assert creator.get(address).status_code == 403
        assert client.get(address).status_code == 302
    assert creator.post("/scans/pieces/x?offset=0", data=b"x").status_code == 403
    assert moderated_menu(creator) is False


def moderated_menu(browser: FlaskClient) -> bool:
    return "/scans" in browser.get("/account").text


def test_a_moderator_takes_a_wrong_list_back_and_says_why(moderator: FlaskClient, context: Context) -> None:
    number = _scan(context, ScanState.DONE, index_file="1.index")
    _found(context, number)
    index = folder.index(context.settings.home, number)
    index.write_bytes(b"marks")
    assert "Take back this list" in moderator.get(f"/scans/{number}").text
    refused = moderator.post(f"/scans/{number}/take-back", data={"reason": " "})
    assert refused.status_code == 400
    assert "Give a reason" in refused.text
    assert index.exists()
    page = moderator.post(f"/scans/{number}/take-back", data={"reason": "Wrong file."}, follow_redirects=True).text
    assert "This list was taken back" in page
    assert "Take back this list" not in page
    assert "flickr:photo:53000000001" not in page
    assert "taken back" in moderator.get("/scans").text
    assert not index.exists()
    assert moderator.post(f"/scans/{number}/take-back", data={"reason": "Again."}).status_code == 409
