"""Whatever is looked at and whatever is found: no request leaves the browser but those for the pages themselves."""

import pytest
from playwright.sync_api import Error

from tests.extension import pages
from tests.extension.browsers import Browser, eventually
from tests.extension.marionette import FirefoxError
from tests.extension.stage import Stage
from tests.extension.watcher import HOSTS, Watcher

pytestmark = pytest.mark.browser

PAGES = 200  # in each browser


def test_hundreds_of_pages_are_browsed_and_nothing_leaves(browser: Browser, stage: Stage) -> None:
    watcher = Watcher(browser, stage)
    watcher.switches_on(*HOSTS)
    watcher.uses_the_server_anonymously()
    watcher.has_the_list(works=3)
    tab, (first, *urls) = watcher.opens(pages.README), pages.many(PAGES + 1)
    number = watcher.number_of(pages.README)
    watcher.goes_on(tab, number, first)
    web, server, strays = len(stage.web.asked), len(stage.requests()), len(stage.web.strays)
    badges = [watcher.goes_on(tab, number, url) for url in urls]
    matched = sum(badge not in ("", "0") for badge in badges)
    assert matched > PAGES // 3, "matches are part of it"
    assert stage.web.asked_since(web) == urls
    assert stage.requests()[server:] == []
    assert stage.web.strays[strays:] == []


def test_a_request_that_leaves_is_noticed(browser: Browser, stage: Stage) -> None:
    watcher = Watcher(browser, stage)
    before = len(stage.web.asked), len(stage.requests()), len(stage.web.strays)
    tries = "(all) => Promise.all(all.map((url) => fetch(url, {mode: 'no-cors'}).then(() => null, () => null)))"
    watcher.own.evaluate(tries, ["https://nobody.example/x", stage.site + "/healthz"])
    eventually(lambda: stage.web.asked_since(before[0]), ["https://nobody.example/x"])
    eventually(lambda: stage.requests()[before[1] :], ["GET /healthz"])
    with pytest.raises((FirefoxError, Error)):
        watcher.opens("http://plain.example/x")
    eventually(lambda: len(stage.web.strays) > before[2])
