"""Browser tests run against real processes; every module has its own stage, ports and folders."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Playwright, sync_playwright


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """For one module only: while it runs, this thread has an event loop, which other tests must not meet."""
    with sync_playwright() as running:
        yield running
