"""Whatever is looked at and whatever is found: no request leaves the browser but those for the pages themselves."""

import pytest

from tests.extension import pages
from tests.extension.browsers import Browser, ask, eventually
from tests.extension.stage import Stage
from tests.extension.watcher import HOSTS, Watcher

pytestmark = pytest.mark.browser

PAGES = 200


def test_two_hundred_pages_are_browsed_and_nothing_leaves(browser: Browser, stage: Stage) -> None:
    watcher = Watcher(browser, stage)
    watcher.switches_on(*HOSTS)
    watcher.uses_the_server_anonymously()
    eventually(lambda: ask(watcher.own, "list.status")["state"] != "none")
    urls, tab = pages.many(PAGES), watcher.opens("about:blank")
    web, server, strays = len(stage.web.asked), len(stage.requests()), stage.web.strays
    matched = 0
    for url in urls:
        tab.goto(url)
        watcher.has_looked_at(url)
        matched += watcher.badge(url) not in ("", "0")
    assert matched > PAGES // 2, "matches are part of it"
    assert stage.web.asked_since(web) == urls
    assert stage.requests()[server:] == []
    assert stage.web.strays == strays


def test_a_request_that_leaves_is_noticed(browser: Browser, stage: Stage) -> None:
    watcher = Watcher(browser, stage)
    before = len(stage.web.asked), len(stage.requests()), stage.web.strays
    tries = "(all) => Promise.all(all.map((url) => fetch(url, {mode: 'no-cors'}).then(() => null, () => null)))"
    watcher.own.evaluate(tries, ["https://nobody.example/x", "http://plain.example/x", stage.site + "/healthz"])
    eventually(lambda: stage.web.asked_since(before[0]), ["https://nobody.example/x"])
    eventually(lambda: stage.requests()[before[1] :], ["GET /healthz"])
    eventually(lambda: stage.web.strays > before[2])
