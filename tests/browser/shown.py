"""What people shown do in the story: Ada says yes and answers what is found, Bob says no and is left alone."""

import urllib.parse
import urllib.request

from tests.browser import hosts
from tests.browser.everybody import found_work
from tests.browser.stage import Stage, link_in, words_of
from tests.browser.visitor import Visitor

ADA = "ada@people.example.org"
BOB = "bob@people.example.org"
_INVITATION = "Would you like to be told"


def page_of(stage: Stage, address: str) -> str:
    """The link to somebody's own page, from their invitation."""
    return link_in(stage.letter(address, _INVITATION), "/p/")


def confirms(visitor: Visitor, stage: Stage, named_by: str = "Mira Example") -> None:
    page = visitor.open(page_of(stage, ADA))
    assert visitor.sees(f"{named_by} named you")
    page.get_by_label("by mail, one letter for each place").check()
    visitor.press("Yes, tell me")
    assert visitor.sees("Nothing was found so far")


def declines(visitor: Visitor, stage: Stage) -> None:
    visitor.open(page_of(stage, BOB))
    visitor.press("No, leave me out")
    assert visitor.sees("There is nothing behind this link")
    assert visitor.sees("We know nothing about you any more")


def got_one_letter_each_and_nothing_else(stage: Stage) -> None:
    for address in (ADA, BOB):
        assert [letter["Subject"] for letter in stage.letters(address)] == [
            "Would you like to be told where pictures of you turn up?"
        ]
    assert "This is the only mail you will get unless you confirm" in words_of(stage.letters(BOB)[0])


def is_told_once(stage: Stage) -> None:
    letter = stage.letter(ADA, "found at github.com")
    assert hosts.FACES in words_of(letter)
    assert page_of(stage, ADA) == link_in(letter, "/p/"), "one page, kept by its link"
    assert [letter["Subject"] for letter in stage.letters(ADA)][1:] == [letter["Subject"]]


def answers(visitor: Visitor, stage: Stage) -> None:
    """One picture is fine by her, the other is not of her."""
    page = visitor.open(page_of(stage, ADA))
    for title, button in (("Harbour at noon", "Fine by me"), ("Choir rehearsal", "Not mine")):
        with page.expect_navigation():
            found_work(visitor, title).get_by_role("button", name=button).click()
    assert visitor.sees("You said: fine by me")
    assert visitor.sees("You said: not mine")


def ends_mail_by_one_click(visitor: Visitor, stage: Stage) -> None:
    """The mail program's own button: a bare POST (RFC 8058). What is found stays on the page."""
    address = stage.letter(ADA, "found at github.com")["List-Unsubscribe"].strip("<>")
    sent = urllib.parse.urlencode({"List-Unsubscribe": "One-Click"}).encode()
    with urllib.request.urlopen(urllib.request.Request(address, data=sent), timeout=10) as answer:
        assert answer.status == 200
    page = visitor.open(page_of(stage, ADA))
    assert page.get_by_label("only on this page; no mail at all").is_checked()
    assert visitor.sees("celeb-faces")
