"""Takes the README's picture of the real product: ``python -m tests.browser.screenshot docs/images/case.png``."""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.browser import administrator, creator, hosts, moderator, shown
from tests.browser.everybody import signs_in
from tests.browser.stage import Stage
from tests.browser.visitor import Visitor, chromium
from tests.browser.watcher import Watcher

_SIZE = {"width": 1120, "height": 1580}


def take(stage: Stage, browser: Browser, path: Path) -> None:
    """Play the story up to the moderator who looks at the first work of a case with a copy of a dataset."""
    root, mira, ada = (Visitor(browser, stage.site) for _ in range(3))
    sam = Visitor(browser, stage.site, viewport=_SIZE, color_scheme="light", reduced_motion="reduce")
    administrator.takes_the_site_over(root, stage)
    administrator.appoints_a_moderator(root, moderator.ADDRESS)
    signs_in(mira, stage, creator.ADDRESS)
    creator.uploads_a_csv(mira, stage.folder, shown.ADA, shown.BOB, ready=2)
    shown.confirms(ada, stage, creator.ADDRESS)
    watcher = Watcher(stage.site)
    watcher.learns(watcher.reports(hosts.SHARED, hosts.COPY_OF_HARBOUR, hosts.SMALL_COPY_OF_CHOIR, key="seen"))
    signs_in(sam, stage, moderator.ADDRESS)
    sam.open("/cases").get_by_role("link", name="celeb-faces-shared").click()
    moderator.looks_at_pictures_only_when_asked(sam)
    sam.page.evaluate("window.scrollTo(0, 0)")
    sam.page.screenshot(path=path)


if __name__ == "__main__":
    with (
        tempfile.TemporaryDirectory() as folder,
        Stage(Path(folder)) as stage,
        sync_playwright() as playwright,
        chromium(playwright, stage.hosts.played) as browser,
    ):
        take(stage, browser, Path(sys.argv[1]))
