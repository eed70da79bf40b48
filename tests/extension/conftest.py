"""One stage and one browser with the extension for each module and browser."""

from collections.abc import Iterator

import pytest

from tests.extension.browsers import BROWSERS, Browser, browser_with_extension
from tests.extension.stage import Stage


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The fake web with the real server and worker."""
    with Stage(tmp_path_factory.mktemp("stage")) as stage:
        yield stage


@pytest.fixture(scope="module", params=BROWSERS)
def browser(request: pytest.FixtureRequest, stage: Stage) -> Iterator[Browser]:
    """A real browser that just installed the extension."""
    with browser_with_extension(request.param, stage.web, stage.folder) as browser:
        yield browser
