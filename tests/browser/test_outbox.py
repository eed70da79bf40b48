"""A fresh installation has no mail server: letters wait in the outbox, where the administrator reads them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright

from tests.browser.stage import eventually
from tests.browser.visitor import Visitor, chromium
from tests.running import RunningProduct

pytestmark = pytest.mark.browser

MIRA = "mira@creators.example.org"


@pytest.fixture
def browser(playwright: Playwright) -> Iterator[Browser]:
    with chromium(playwright, {}) as browser:
        yield browser


def test_without_a_mail_server_a_letter_is_read_in_the_outbox(browser: Browser, tmp_path: Path) -> None:
    with RunningProduct(tmp_path / "var") as product:
        mira, root = Visitor(browser, product.url), Visitor(browser, product.url)
        _asks_for_a_link(mira)
        _becomes_administrator(root, product)
        letter = _opens_the_letter(root)
        assert "Open this link to sign in" in letter.locator("pre").inner_text()
        assert letter.frame_locator("iframe").get_by_role("link", name="Sign in").is_visible()
        link = letter.locator("main li a").first.get_attribute("href")
        assert link
        mira.open(link)
        mira.press("Sign in", exact=True)
        assert mira.sees("You have not registered a work yet")
        assert mira.complaints == root.complaints == []


def test_a_sign_in_link_works_once_and_only_where_it_was_asked_for(browser: Browser, tmp_path: Path) -> None:
    with RunningProduct(tmp_path / "var") as product:
        mira, root = Visitor(browser, product.url), Visitor(browser, product.url)
        _asks_for_a_link(mira)
        _becomes_administrator(root, product)
        link = _opens_the_letter(root).locator("main li a").first.get_attribute("href")
        assert link
        Visitor(browser, product.url).open(link).get_by_text("This link does not sign in").wait_for()
        mira.open(link)
        mira.press("Sign in", exact=True)
        mira.open(link).get_by_text("This link does not sign in").wait_for()


def _asks_for_a_link(visitor: Visitor) -> None:
    visitor.open("/sign-in").get_by_label("Mail address", exact=True).fill(MIRA)
    visitor.press("Send me a link")
    assert visitor.sees("This installation has no mail server yet")


def _becomes_administrator(visitor: Visitor, product: RunningProduct) -> None:
    [link] = [word for word in product.output().split() if "/setup/" in word]
    visitor.open(link).get_by_label("Mail address", exact=True).fill("root@watch.example.org")
    visitor.press("Become administrator")


def _opens_the_letter(administrator: Visitor) -> Page:
    """The worker writes it within moments."""
    page = administrator.page
    eventually(lambda: administrator.open("/outbox").get_by_role("cell", name=MIRA).count() == 1, "no letter came")
    page.get_by_role("link", name="Your sign-in link").click()
    page.get_by_role("heading", name="Your sign-in link").wait_for()
    return page
