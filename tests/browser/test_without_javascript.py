"""Every page works without JavaScript: it shows all it has to say, and the jobs of all roles can be done."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Playwright

from tests.browser.filled_site import MIRA, SAM, FilledSite, prepare
from tests.browser.pages import all_pages, signed_in
from tests.browser.visitor import Visitor, chromium

pytestmark = pytest.mark.browser

_OPTIONS: dict[str, Any] = {"java_script_enabled": False}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FilledSite]:
    site = prepare(tmp_path_factory.mktemp("without"), filled=True)
    with site.product:
        yield site


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    with chromium(playwright, {}) as browser:
        yield browser


def test_every_page_says_what_it_has_to_say(browser: Browser, tmp_path: Path) -> None:
    """Also: no page holds a control that only a script could bring to life."""
    with all_pages(browser, tmp_path, **_OPTIONS) as pages:
        for opened in pages:
            if opened.name.endswith("/html"):
                continue  # a letter, which has no heading
            assert opened.page.get_by_role("heading", level=1).first.is_visible(), opened.name
            outside_forms = opened.page.locator("button:not(form button):not([form])")
            assert outside_forms.count() == 0, opened.name
            assert opened.page.locator("a:not([href])").count() == 0, opened.name


def test_a_creator_registers_works_and_looks_again(browser: Browser, site: FilledSite) -> None:
    visitor = signed_in(browser, site, MIRA, _OPTIONS)
    page = visitor.open("/registrations/new")
    page.get_by_label("Addresses, one per line").fill("https://pictures.example/2.jpg")
    visitor.press("Register", exact=True)
    assert visitor.sees("0 of 1 fetched")
    page.get_by_role("link", name="Look again").click()
    assert visitor.sees("0 of 1 fetched")
    assert page.locator("html").count() == 1, "a whole page, not the part a script would put in"
    assert page.get_by_role("navigation").first.is_visible()


def test_a_creator_withdraws_a_work_and_takes_it_back(browser: Browser, site: FilledSite) -> None:
    visitor = signed_in(browser, site, MIRA, _OPTIONS)
    visitor.open(site.paths["ready work"])
    visitor.press("Withdraw")
    assert visitor.sees("Withdrawn: this work is not watched any more")
    visitor.press("Take back")
    assert visitor.sees("this work is watched again")


def test_a_person_shown_answers_and_ends_mail(browser: Browser, site: FilledSite) -> None:
    visitor = Visitor(browser, site.product.url, **_OPTIONS)
    page = visitor.open(site.paths["told person"])
    page.get_by_text("Why we think so").first.click()
    assert page.get_by_text("The place names the work by its key").first.is_visible()
    visitor.press("Fine by me")
    assert visitor.sees("You said: fine by me")
    visitor.open(site.paths["unsubscribe"])
    visitor.press("No more mail")
    assert visitor.sees("You get no more mail")


def test_a_watcher_reports_a_place_and_follows_the_receipt(browser: Browser, site: FilledSite) -> None:
    visitor = Visitor(browser, site.product.url, **_OPTIONS)
    page = visitor.open("/")
    page.get_by_role("link", name="Report a place").first.click()
    page.get_by_label("Address of the page").fill("https://data.example.org/faces")
    page.get_by_label("Addresses of pictures").fill("https://data.example.org/1.jpg\nhttps://data.example.org/2.jpg")
    visitor.press("Send the report")
    assert visitor.sees("waiting to be checked")
    page.get_by_role("button", name="Look again").click()
    assert visitor.sees("waiting to be checked")


def test_on_a_phone_the_menu_unfolds(browser: Browser, site: FilledSite) -> None:
    visitor = signed_in(browser, site, SAM, {**_OPTIONS, "viewport": {"width": 360, "height": 800}})
    page = visitor.open("/cases")
    outbox = page.get_by_role("link", name="Outbox")
    assert outbox.count() == 0, "folded"
    page.locator(".phone-menu summary").press("Enter")
    outbox.click()
    page.wait_for_url("**/outbox")


@pytest.mark.parametrize("path", ["/audit", "/members", "/outbox", "/works"])
def test_on_a_phone_tables_are_cards_with_nothing_out_of_sight(browser: Browser, site: FilledSite, path: str) -> None:
    who = MIRA if path == "/works" else SAM
    visitor = signed_in(browser, site, who, {**_OPTIONS, "viewport": {"width": 360, "height": 800}})
    region = visitor.open(path).locator(".stack")
    assert region.get_by_role("row").count() > 1, "a table for those who hear it"
    assert region.evaluate("region => region.scrollWidth <= region.clientWidth")


def test_a_moderator_looks_decides_and_checks_the_log(browser: Browser, site: FilledSite) -> None:
    visitor = signed_in(browser, site, SAM, _OPTIONS)
    page = visitor.open(site.paths["open case"])
    assert "blur" in _filter(page.locator(".side-by-side img").first)
    page.get_by_text("Show both pictures").first.click()
    assert _filter(page.locator(".side-by-side img").first) == "none"
    page.get_by_label("Dismiss").check()
    page.get_by_label("Reason", exact=True).fill("Another picture.")
    visitor.press("Decide", exact=True)
    assert visitor.sees("Decided.")
    visitor.open("/audit")
    visitor.page.get_by_role("button", name="Check the chain").click()
    visitor.page.get_by_text("chain intact").wait_for()


def _filter(picture: Any) -> str:
    return str(picture.evaluate("picture => getComputedStyle(picture).filter"))
