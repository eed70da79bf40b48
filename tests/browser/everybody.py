"""What several people in the story do alike: sign in by a link sent by mail, look at a work that was found."""

from playwright.sync_api import Locator

from tests.browser.stage import Stage, link_in
from tests.browser.visitor import Visitor

_SUBJECT = "Your sign-in link"


def signs_in(visitor: Visitor, stage: Stage, address: str) -> None:
    """Ask for a link and open it in the same browser."""
    page = visitor.open("/sign-in")
    number = len(stage.letters(address, _SUBJECT)) + 1
    page.get_by_label("Mail address", exact=True).fill(address)
    visitor.press("Send me a link")
    assert visitor.sees("Look into your mailbox")
    visitor.open(link_in(stage.letter(address, _SUBJECT, number), "/sign-in/"))
    visitor.press("Sign in", exact=True)
    assert page.get_by_role("button", name="Sign out").is_visible()


def found_work(visitor: Visitor, title: str) -> Locator:
    """The part of the page about one work that was found somewhere."""
    page = visitor.page
    return page.locator("article section", has=page.get_by_role("heading", name=title))
