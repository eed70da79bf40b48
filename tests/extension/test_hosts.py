"""Pages of the large hosts as they look: what is found on each of them, and what the report warns of."""

import pytest

from tests.extension import pages
from tests.extension.browsers import Browser, says
from tests.extension.stage import Stage
from tests.extension.watcher import HOSTS, Watcher

pytestmark = pytest.mark.browser

HARBOUR, CHOIR, MARKET = "flickr:photo:53000000001", "flickr:photo:53000000002", "wikimedia:commons:Market_stall.jpg"
MS_CELEB = "ms-celeb-1m"
EXPECTED: dict[str, tuple[set[str], set[str]]] = {
    pages.README: ({HARBOUR, CHOIR}, {MS_CELEB}),
    pages.FILES: ({HARBOUR}, set()),
    pages.ISSUE: (set(), {MS_CELEB}),
    pages.RAW: ({HARBOUR, CHOIR}, set()),
    pages.CARD: ({CHOIR}, {MS_CELEB}),
    pages.KAGGLE: ({HARBOUR}, set()),
    pages.DROPBOX: ({CHOIR}, set()),
    pages.BAIDU: (set(), {MS_CELEB}),
    pages.DRIVE: ({HARBOUR}, {"ms1m-arcface"}),
}


def test_on_each_host_the_works_and_copies_are_found(browser: Browser, stage: Stage) -> None:
    watcher = Watcher(browser, stage)
    watcher.switches_on(*HOSTS)
    watcher.uses_the_server_anonymously()
    watcher.has_the_list(works=3)
    tab = watcher.opens(pages.README)
    number = watcher.number_of(pages.README)
    found = {}
    for url in EXPECTED:
        watcher.goes_on(tab, number, url)
        findings = watcher.findings(url)["findings"]
        copies = {copy["dataset"] for copy in findings["copies"]}
        found[url] = ({work["key"] for work in findings["works"]} & {HARBOUR, CHOIR, MARKET}, copies)
    assert found == EXPECTED


def test_an_access_code_is_left_out_of_the_report_and_warned_of(browser: Browser, stage: Stage) -> None:
    watcher = Watcher(browser, stage)
    watcher.switches_on("github")
    watcher.opens(pages.README)
    watcher.has_looked_at(pages.README)
    review = watcher.reviews(pages.README)
    watcher.reads(review, "pan.baidu.com")
    words = says(review)
    assert "access code" in words.casefold()
    assert "ab12" not in str(review.evaluate("() => document.querySelector('#json').textContent"))


def test_a_page_that_only_changes_its_address_is_read_under_the_new_one(browser: Browser, stage: Stage) -> None:
    watcher = Watcher(browser, stage)
    watcher.switches_on("github")
    page = watcher.opens(pages.ISSUE)
    watcher.has_looked_at(pages.ISSUE)
    page.evaluate("() => history.replaceState({}, '', location.href + '?tab=2')")
    watcher.has_looked_at(pages.ISSUE + "?tab=2")
    assert [copy["dataset"] for copy in watcher.findings(pages.ISSUE + "?tab=2")["findings"]["copies"]] == [MS_CELEB]
    page.close()
