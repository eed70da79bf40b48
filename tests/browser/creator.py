"""What the creator does in the story: registers works, repairs a row, reads what was found, answers."""

from pathlib import Path

from tests.browser import hosts
from tests.browser.everybody import found_work
from tests.browser.stage import Stage
from tests.browser.visitor import Visitor

ADDRESS = "mira@creators.example.org"


def gives_a_name(visitor: Visitor) -> None:
    visitor.open("/account").get_by_label("Name", exact=True).fill("Mira Example")
    visitor.press("Save")
    assert visitor.sees("Saved.")


def pastes_addresses(visitor: Visitor) -> None:
    """Three lines: one picture, one that is gone, and one that is no address."""
    page = visitor.open("/registrations/new")
    page.get_by_label("Addresses, one per line").fill(f"{hosts.MARKET}\n{hosts.GONE}\nmy holiday pictures\n")
    page.get_by_label("Licence", exact=True).select_option("CC BY-SA 4.0")
    visitor.press("Register", exact=True)
    _sees_the_progress_until_it_is_done(visitor)
    assert visitor.sees("2 works registered")
    assert visitor.sees("1 row was not registered")
    row = page.get_by_role("region", name="Rows that were not registered").get_by_role("row").nth(1)
    assert row.get_by_role("cell").first.inner_text() == "3"


def finds_the_row_that_went_wrong(visitor: Visitor) -> None:
    """The picture that is gone is still watched, by its address; the reason stands beside it."""
    page = visitor.open("/works?state=key-only")
    row = page.get_by_role("row").filter(has_text="53000000009")
    assert "by address only" in row.inner_text()
    row.get_by_role("link").first.click()
    page.wait_for_url("**/works/*")
    assert page.locator(".notice").first.inner_text().strip(), "it says why"


def uploads_a_csv(visitor: Visitor, folder: Path, ada: str, bob: str, ready: int = 3) -> None:
    """Two pictures: Ada is shown in both, Bob in the second."""
    sheet = folder / "works.csv"
    sheet.write_text(
        "url;licence;title;people shown\n"
        f"{hosts.HARBOUR};CC BY-NC 4.0;Harbour at noon;Ada Example <{ada}>\n"
        f'{hosts.CHOIR};CC BY-NC 4.0;Choir rehearsal;"Ada Example <{ada}>; Bob Example <{bob}>"\n',
        encoding="utf-8",
    )
    page = visitor.open("/registrations/new")
    page.get_by_label("Or a CSV file").set_input_files(sheet)
    visitor.press("Register", exact=True)
    _sees_the_progress_until_it_is_done(visitor)
    assert visitor.sees("Harbour at noon")
    assert visitor.sees("CC BY-NC 4.0")
    visitor.open("/works?state=ready")
    assert visitor.sees(f"{ready} works")


def sees_nothing_before_a_moderator_decided(visitor: Visitor) -> None:
    visitor.open("/found")
    assert visitor.sees("Nothing was found so far")


def sees_what_was_found(visitor: Visitor) -> None:
    page = visitor.open("/found")
    place = page.get_by_role("article").filter(has_text="celeb-faces")
    assert "github.com" in place.inner_text().lower()
    assert "since" in place.inner_text().lower()
    work = found_work(visitor, "Harbour at noon")
    work.get_by_text("Why we think so").click()
    work.get_by_text("byte for byte").wait_for()


def says_fine_by_me(visitor: Visitor) -> None:
    page = visitor.open("/found")
    with page.expect_navigation():
        found_work(visitor, "Choir rehearsal").get_by_role("button", name="Fine by me").click()
    assert visitor.sees("You said: fine by me")


def alert_letter_is_right(stage: Stage) -> None:
    """One letter, to be ended by one click; text and HTML; a Message-ID of our own."""
    letter = stage.letter(ADDRESS, "found at github.com")
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert letter["List-Unsubscribe"].startswith(f"<{stage.site}/unsubscribe/")
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["Message-ID"].startswith("<")
    assert letter["From"].addresses[0].addr_spec == "site@watch.example.org"
    assert [part.get_content_type() for part in letter.iter_parts()] == ["text/plain", "text/html"]
    for part in letter.iter_parts():
        assert hosts.FACES in part.get_content()


def _sees_the_progress_until_it_is_done(visitor: Visitor) -> None:
    """The page follows by itself; nobody reloads it."""
    visitor.page.get_by_text("Done.").wait_for(timeout=30_000)
