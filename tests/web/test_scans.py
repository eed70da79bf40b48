"""Pages of scans: watch one, stop it, see what it found, take it back."""

import io
import re

import filled
import put_scans
import pytest
from commonswatch.context import Context
from commonswatch.domain.states import JobState, PersonKeyKind, PersonWay, Role, ScanState
from commonswatch.manifests.index import IndexWriter
from commonswatch.models import AuditEntry, Job, PersonMembership
from commonswatch.services.scanning import folder, person_keys, scans
from flask.testing import FlaskClient
from sqlalchemy import select, update

_ENDED_EARLY = (ScanState.FAILED, ScanState.CANCELLED)


def test_a_list_that_names_no_picture_says_so(moderator: FlaskClient, context: Context) -> None:
    number = put_scans.scan(context, ScanState.DONE, rows=400)
    IndexWriter(folder.index(context.settings.home, number)).commit(400)
    assert "Is it the right file?" in moderator.get(f"/scans/{number}").text


def test_progress_is_told_in_words_and_loads_the_page_anew_at_the_end(moderator: FlaskClient, context: Context) -> None:
    number = put_scans.scan(context, bytes_read=50, bytes_total=200)
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

    number = put_scans.scan(context, bytes_read=50, bytes_total=200, matches=1)
    assert "25 % read, 1,234,567 rows, 1 work found, about 5 minutes left." in part(number, 1)
    assert "read-out" not in part(number, 2)
    of_unknown_length = put_scans.scan(context)
    assert ">1,234,567 rows, 0 works found.<" in part(of_unknown_length, 0)
    assert "read-out" not in part(of_unknown_length, 21)


def test_a_host_that_does_not_answer_is_told_with_the_time_of_the_next_try(
    moderator: FlaskClient, context: Context
) -> None:
    where = put_scans.sent(moderator, url="https://data.example/lists/faces.tsv.gz")
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
    where = put_scans.sent(moderator, file=(io.BytesIO(put_scans.LIST), "faces.tsv"))
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
    older, newer = put_scans.scan(context, ScanState.DONE), put_scans.scan(context, state)
    put_scans.found(context, older)
    assert "No longer in it" not in moderator.get(f"/scans/{newer}").text


def test_a_scan_of_a_command_says_nothing_of_a_file_that_was_deleted(moderator: FlaskClient, context: Context) -> None:
    page = moderator.get(f"/scans/{put_scans.scan(context, ScanState.DONE)}").text
    assert "a file on the server, read by a command" in page
    assert "was deleted" not in page
    page = moderator.get(f"/scans/{put_scans.scan(context, ScanState.DONE, form_digest=bytes(32))}").text
    assert "a file that was sent" in page
    assert "The file was deleted" in page


def test_only_a_list_that_left_an_index_promises_to_look_again(moderator: FlaskClient, context: Context) -> None:
    words = "Works that are registered later are looked up in it at once."
    failed, stopped = (moderator.get(f"/scans/{put_scans.scan(context, state)}").text for state in _ENDED_EARLY)
    assert words not in failed + stopped
    assert "Take back this list" not in failed, "it said nothing"
    assert words in moderator.get(f"/scans/{put_scans.scan(context, ScanState.DONE, index_file='1.index')}").text


def test_a_scan_is_stopped_and_taken_up_again(moderator: FlaskClient, context: Context) -> None:
    of_a_command = moderator.post(f"/scans/{put_scans.scan(context)}/cancel", follow_redirects=True).text
    assert "for a week" not in of_a_command
    assert "The same command goes on with it." in of_a_command
    number = put_scans.scan(context, form_digest=bytes(32))
    folder.manifest(context.settings.home, number).write_bytes(put_scans.LIST)
    assert "Stopped" in moderator.post(f"/scans/{number}/cancel", follow_redirects=True).text
    assert "This scan has ended already." in moderator.post(f"/scans/{number}/cancel", follow_redirects=True).text
    page = moderator.get(f"/scans/{number}").text
    assert "Take up again" in page
    assert "It waits for its turn" in moderator.post(f"/scans/{number}/resume", follow_redirects=True).text


def test_a_scan_shows_its_works_with_the_rows_that_prove_it_and_what_changed(
    moderator: FlaskClient, context: Context
) -> None:
    older, newer = (put_scans.scan(context, ScanState.DONE) for _ in range(2))
    put_scans.found(context, older)
    put_scans.found(context, newer, works=60)
    page = moderator.get(f"/scans/{newer}").text
    assert page.count("line 4") == 50
    assert "holds it" in page
    assert "No longer in it</dt><dd>1 " in page
    assert re.search(r"New in it</dt><dd>60", page)
    assert moderator.get(f"/scans/{newer}?page=2").text.count("line 4") == 10


def test_a_bare_name_waits_for_a_moderator(moderator: FlaskClient, context: Context) -> None:
    number = put_scans.scan(context, ScanState.DONE)
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
    number = put_scans.scan(context)
    creator = signed_in_as(Role.CREATOR, email="creator@example.org")  # type: ignore[operator]
    for address in ("/scans", "/scans/new", f"/scans/{number}"):
        assert creator.get(address).status_code == 403
        assert client.get(address).status_code == 302
    assert creator.post("/scans/pieces/x?offset=0", data=b"x").status_code == 403
    assert moderated_menu(creator) is False


def moderated_menu(browser: FlaskClient) -> bool:
    return "/scans" in browser.get("/account").text


def test_a_moderator_takes_a_wrong_list_back_and_says_why(moderator: FlaskClient, context: Context) -> None:
    number = put_scans.scan(context, ScanState.DONE, index_file="1.index")
    put_scans.found(context, number)
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
