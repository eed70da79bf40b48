"""Reports by hand: from the context menu of a picture and of a link; and a page of any site, when somebody asks."""

from urllib.parse import parse_qs, urlsplit

import pytest

from tests.extension import pages
from tests.extension.browsers import Browser, Tab, eventually
from tests.extension.stage import Stage
from tests.extension.watcher import Watcher

pytestmark = pytest.mark.browser

_LOOKED_AT = """async () => {
    const kept = await (globalThis.browser ?? chrome).storage.session.get(null);
    return Object.keys(kept).filter((key) => key.startsWith("findings/"));
}"""
_JSON = "() => JSON.parse(document.querySelector('#json').textContent)"


@pytest.mark.parametrize(
    ("entry", "selector", "field", "address"),
    [("picture", "#harbour", "media", pages.HARBOUR), ("link", "#copy", "links", pages.COPY)],
)
def test_what_somebody_points_at_is_reviewed_and_sent_as_it_is(
    browser: Browser, stage: Stage, entry: str, selector: str, field: str, address: str
) -> None:
    watcher = Watcher(browser, stage)
    watcher.uses_the_server_anonymously()
    page = watcher.opens(f"{pages.ANYWHERE}?{browser.name}-{entry}")
    browser.chooses(watcher.own, page, selector, entry)
    review = _the_review(browser)
    watcher.reads(review, address)
    report = review.evaluate(_JSON)
    assert report["page"] == f"{pages.ANYWHERE}?{browser.name}-{entry}"
    assert [one["url"] for one in report[field]] == [address]
    assert {"media", "links"} & set(report) == {field}, "nothing that was not pointed at"
    assert watcher.sends(review)
    for tab in (review, page, watcher.own):
        tab.close()


def _the_review(browser: Browser) -> Tab:
    eventually(lambda: browser.find(browser.own("review/")) is not None)
    review = browser.find(browser.own("review/"))
    assert review
    assert "hand" in parse_qs(urlsplit(str(review.evaluate("() => location.href"))).query)
    return review


def test_a_page_of_any_site_is_looked_at_when_somebody_asks_and_no_other(browser: Browser, stage: Stage) -> None:
    watcher = Watcher(browser, stage)
    watcher.uses_the_server_anonymously()
    watcher.has_the_list(works=3)
    page, other = watcher.opens(pages.ANYWHERE), watcher.opens(pages.ELSEWHERE)
    page.in_front()
    browser.clicks_the_icon(page)
    popup = watcher.looks_at_the_popup(pages.ANYWHERE)
    popup.click("button[data-key=ask-site]")
    watcher.reads(popup, "MS-Celeb-1M")
    found = watcher.findings(pages.ANYWHERE)["findings"]
    assert "flickr:photo:53000000001" in [work["key"] for work in found["works"]]
    assert len(watcher.own.evaluate(_LOOKED_AT)) == 1, "only the page that was asked about"
    for tab in (popup, page, other, watcher.own):
        tab.close()
