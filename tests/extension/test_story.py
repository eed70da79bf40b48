"""The whole way, in each browser: a page, its badge, a report, the queue, a decision, and the alert on the screen."""

import time

import pytest

from tests.extension import pages
from tests.extension.browsers import Browser, ask, eventually
from tests.extension.moderator import Moderator
from tests.extension.stage import Stage
from tests.extension.watcher import Watcher

pytestmark = pytest.mark.browser

WITHIN = 60  # seconds, by the promise of the product


def test_from_a_page_to_an_alert(browser: Browser, stage: Stage) -> None:
    began = time.monotonic()
    url = {"chromium": pages.README, "firefox": pages.CARD}[browser.name]  # one stage: a place is told of once
    watcher = Watcher(browser, stage)
    watcher.switches_on("github", "huggingface")
    watcher.pairs(stage.pairing_code())
    watcher.has_the_list(works=3)
    watcher.opens(url)
    watcher.has_looked_at(url)
    found = watcher.findings(url)["findings"]
    assert {work["key"] for work in found["works"]} >= {"flickr:photo:53000000002"}
    assert [copy["dataset"] for copy in found["copies"]] == ["ms-celeb-1m"]
    assert watcher.badge(url) == str(len(found["works"]) + 1)
    popup = watcher.looks_at_the_popup(url)
    watcher.reads(popup, "MS-Celeb-1M")
    review = watcher.reviews(url)
    watcher.reads(review, url)
    receipt = watcher.sends(review)
    watcher.reads(review, receipt)
    Moderator(browser, stage).confirms(url.removeprefix("https://").split("/", 1)[1])
    eventually(lambda: url in [alert["url"] for alert in ask(watcher.own, "alerts.check")["items"]])
    panel = browser.tab(browser.own("panel/panel.html#alerts"))
    watcher.reads(panel, url.removeprefix("https://").split("/")[0])
    assert time.monotonic() - began < WITHIN
