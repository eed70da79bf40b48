"""Every page in every state, light and dark, wide and narrow: nothing axe-core objects to, nothing too wide."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Playwright

from tests.browser.pages import all_pages
from tests.browser.visitor import chromium

pytestmark = pytest.mark.browser

_AXE = Axe()
_ONLY_VIOLATIONS = {"resultTypes": ["violations"], "iframes": False}  # the framed letter is looked at by itself


@pytest.fixture
def browser(playwright: Playwright) -> Iterator[Browser]:
    with chromium(playwright, {}) as browser:
        yield browser


@pytest.mark.parametrize("width", [1280, 360])
def test_every_page_is_accessible_and_fits(browser: Browser, tmp_path: Path, width: int) -> None:
    problems, count = [], 0
    with all_pages(browser, tmp_path, reduced_motion="reduce", viewport={"width": width, "height": 800}) as pages:
        for opened in pages:
            count += 1
            found = [*_violations(opened.page), *_overflow(opened.page), *_pale_in_the_dark(opened.page)]
            problems += [f"{opened.name}: {words}" for words in found]
    assert problems == []
    assert count >= 54, "the walk is shorter than it was"


def test_what_is_not_accessible_is_noticed(browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 360, "height": 800})
    page.set_content('<html><body><img src="data:,"><p style="width: 400px; color: #ccc">Pale words</p></body></html>')
    assert {words.split(":")[0] for words in _violations(page)} >= {"image-alt", "color-contrast", "html-has-lang"}
    assert len(_overflow(page)) == 1
    page.set_content("<style>@media (prefers-color-scheme: dark) { p { color: #ccc } }</style><p>Pale at night</p>")
    assert len(_pale_in_the_dark(page)) == 1


def _pale_in_the_dark(page: Page) -> list[str]:
    """Only contrast can differ between light and dark colours."""
    page.emulate_media(color_scheme="dark")
    try:
        return [f"in the dark, {words}" for words in _violations(page, runOnly=["color-contrast"])]
    finally:
        page.emulate_media(color_scheme="light")


def _violations(page: Page, **options: Any) -> list[str]:
    found = _AXE.run(page, options=_ONLY_VIOLATIONS | options).response["violations"]
    return [f"{one['id']}: {node['html'][:200]} {node['failureSummary']}" for one in found for node in one["nodes"]]


def _overflow(page: Page) -> list[str]:
    """The page itself may only be scrolled down; wide tables scroll inside their own region."""
    measure = "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
    needed, there = page.evaluate(measure)
    return [f"{needed - there} px too wide"] if needed > there else []
