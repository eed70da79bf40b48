"""What the moderator does in the story: looks through the queue, compares, decides with a reason."""

from tests.browser import hosts
from tests.browser.visitor import Visitor

ADDRESS = "sam@watch.example.org"
REASON = "Both pictures are on the page; compared side by side."


def sees_the_queue(visitor: Visitor) -> None:
    """Most people affected first: the face set concerns Mira and Ada, the mirror only Mira."""
    page = visitor.open("/cases")
    places = page.locator(".case-row strong").all_inner_texts()
    assert places == [hosts.FACES, hosts.MIRROR]
    page.get_by_role("combobox", name="Site").select_option("github.com")
    visitor.press("Show")
    assert visitor.sees("celeb-faces")


def opens_the_case(visitor: Visitor) -> None:
    page = visitor.page
    page.get_by_role("link", name="celeb-faces").first.click()
    page.wait_for_url("**/cases/*")
    assert visitor.sees("2 people would be told")
    assert visitor.sees("The same file, byte for byte")
    assert visitor.sees("of 256 points")
    assert visitor.sees("The file stands on the page")


def looks_at_pictures_only_when_asked(visitor: Visitor) -> None:
    """Blurred until clicked, each from its own host."""
    page = visitor.page
    sighting = page.locator("article", has=page.get_by_role("heading", name="Harbour at noon"))
    pictures = sighting.locator("img")
    assert [picture.get_attribute("src") for picture in pictures.all()] == [hosts.HARBOUR, hosts.COPY_OF_HARBOUR]
    for picture in pictures.all():
        picture.scroll_into_view_if_needed()
        picture.evaluate("picture => picture.decode()")
        assert picture.evaluate("picture => picture.naturalWidth") > 0
        assert "blur" in _filter_of(picture)
    sighting.get_by_text("Show both pictures").click()
    assert [_filter_of(picture) for picture in pictures.all()] == ["none", "none"]


def must_give_a_reason(visitor: Visitor) -> None:
    """Blanks are no reason: the page says so and keeps the case open."""
    page = visitor.page
    page.get_by_label("Confirm: the works are here").check()
    page.get_by_label("Reason", exact=True).fill("   ")
    visitor.press("Decide", exact=True)
    assert visitor.sees("Your decision")
    assert page.locator("#reason-problem").is_visible()


def confirms(visitor: Visitor) -> None:
    page = visitor.page
    page.get_by_label("Confirm: the works are here").check()
    page.get_by_label("Reason", exact=True).fill(REASON)
    visitor.press("Decide", exact=True)
    assert visitor.sees("Decided. It stands in the audit log.")
    assert visitor.sees(REASON)


def sees_what_people_said(visitor: Visitor) -> None:
    page = visitor.open("/cases?state=confirmed")
    page.get_by_role("link", name="celeb-faces").first.click()
    page.wait_for_url("**/cases/*")
    assert visitor.sees("What people said about this place")
    assert visitor.sees("not mine")


def may_not_open_what_is_the_administrators(visitor: Visitor) -> None:
    visitor.open("/outbox")
    assert visitor.sees("This is not open to you")
    assert 403 in visitor.refused


def _filter_of(picture: object) -> str:
    return str(picture.evaluate("picture => getComputedStyle(picture).filter"))  # type: ignore[attr-defined]
