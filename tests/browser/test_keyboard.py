"""The main job of each role with the keyboard only: everything is reached by Tab, in reading order, and seen."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Playwright

from tests.browser.filled_site import MIRA, SAM, FilledSite, prepare
from tests.browser.keyboard import Keyboard
from tests.browser.pages import signed_in
from tests.browser.visitor import Visitor, chromium

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FilledSite]:
    site = prepare(tmp_path_factory.mktemp("keyboard"), filled=True)
    with site.product:
        yield site


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    with chromium(playwright, {}) as browser:
        yield browser


def test_the_first_tab_skips_the_menu(browser: Browser, site: FilledSite) -> None:
    visitor = signed_in(browser, site, SAM, {})
    keys = Keyboard(visitor.open("/members"))
    keys.page.keyboard.press("Tab")
    assert keys.page.evaluate("document.activeElement.innerText") == "Skip to the page"
    keys.page.keyboard.press("Enter")
    keys.tab_to("People with a role")


def test_a_stranger_signs_up(browser: Browser, site: FilledSite) -> None:
    visitor = Visitor(browser, site.product.url)
    keys = Keyboard(visitor.open("/"))
    keys.tab_to("Sign in")
    keys.enter()
    keys.tab_to("Mail address")
    keys.type("new@creators.example.org")
    keys.enter()
    assert visitor.sees("Look into your mailbox")


def test_a_creator_registers_works(browser: Browser, site: FilledSite) -> None:
    visitor = signed_in(browser, site, MIRA, {})
    keys = Keyboard(visitor.open("/works"))
    keys.tab_to("Register works")
    keys.enter()
    places = []
    for name, words in (
        ("Addresses", "https://pictures.example/1.jpg"),
        ("Or a CSV file", ""),
        ("Licence", "CC BY 4.0"),
    ):
        keys.tab_to(name)
        keys.type(words)
        places.append(keys.place())
    keys.tab_to("People shown")
    keys.type("Bo Example")
    keys.tab_to("Register")
    places.append(keys.place())
    assert places == sorted(places), "Tab goes down the form as one reads it"
    keys.enter()
    assert visitor.sees("1 work registered")


def test_a_person_shown_answers_and_chooses_the_channel(browser: Browser, site: FilledSite) -> None:
    visitor = Visitor(browser, site.product.url)
    keys = Keyboard(visitor.open(site.paths["invited person"]))
    keys.tab_to("by mail")
    keys.page.keyboard.press("ArrowDown")
    keys.tab_to("Yes, tell me")
    keys.enter()
    assert visitor.sees("You get no mail")
    keys = Keyboard(visitor.open(site.paths["told person"]))
    keys.tab_to("Not mine")
    keys.enter()
    assert visitor.sees("You said: not mine")


def test_a_watcher_pairs_a_browser(browser: Browser, site: FilledSite) -> None:
    visitor = signed_in(browser, site, MIRA, {})
    keys = Keyboard(visitor.open("/devices"))
    keys.tab_to("Make a pairing code")
    keys.enter()
    assert keys.page.locator(".pairing-code").is_visible()


def test_a_moderator_looks_and_decides(browser: Browser, site: FilledSite) -> None:
    visitor = signed_in(browser, site, SAM, {})
    keys = Keyboard(visitor.open("/cases"))
    keys.tab_to("github.com/example/faces")
    keys.enter()
    keys.tab_to("Show both pictures")
    keys.page.keyboard.press("Space")
    assert keys.page.get_by_text("Blur them again").first.is_visible()
    keys.tab_to("Confirm: the works are here")
    keys.page.keyboard.press("Space")
    keys.tab_to("Reason")
    keys.type("Compared side by side.")
    keys.tab_to("Decide")
    keys.enter()
    assert visitor.sees("Decided. It stands in the audit log.")


def test_an_administrator_appoints_somebody(browser: Browser, site: FilledSite) -> None:
    visitor = signed_in(browser, site, SAM, {})
    keys = Keyboard(visitor.open("/members"))
    keys.tab_to("Mail address")
    keys.type("kim@watch.example.org")
    keys.tab_to("Role")
    keys.type("Moderator")
    keys.tab_to("Appoint")
    keys.enter()
    assert visitor.sees("kim@watch.example.org")


def test_no_page_bends_the_order_of_the_keyboard(browser: Browser, site: FilledSite) -> None:
    visitor = signed_in(browser, site, SAM, {})
    for path in ("/", "/cases", site.paths["open case"], "/members", "/registrations/new", "/account"):
        assert visitor.open(path).locator("[tabindex]:not([tabindex='0']):not([tabindex='-1'])").count() == 0, path


def test_a_focus_nobody_sees_is_noticed(browser: Browser) -> None:
    page = browser.new_page()
    page.set_content("<style>* { outline: none !important }</style><button>One</button><button>Two</button>")
    with pytest.raises(AssertionError, match="nobody sees that 'One' has the focus"):
        Keyboard(page).tab_to("Two")
