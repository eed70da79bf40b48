"""“Compare pictures” in each browser: what it makes of a picture is to the bit what the server makes of its file."""

import pytest
from commonswatch.fingerprints.reading import hash_picture

from tests.extension import pages
from tests.extension.browsers import Browser, eventually
from tests.extension.pictures import pictures
from tests.extension.stage import Stage
from tests.extension.watcher import Watcher

pytestmark = pytest.mark.browser

_LOADED = "() => [...document.images].every((one) => one.complete && one.naturalWidth > 0)"


def test_every_kind_of_picture_has_the_hash_of_the_server(browser: Browser, stage: Stage) -> None:
    watcher = Watcher(browser, stage)
    watcher.switches_on("github")
    watcher.uses_the_server_anonymously()
    watcher.has_the_list(works=3, pictures=3)
    page = watcher.opens(pages.PICTURES)
    eventually(lambda: page.evaluate(_LOADED))
    watcher.has_looked_at(pages.PICTURES)
    popup = watcher.looks_at_the_popup(pages.PICTURES)
    popup.click("#compare")
    each = [(place, name) for place in (pages.FAR, pages.NEAR) for name in pictures()]
    watcher.reads(popup, "looked at")
    here = {
        one["url"]: (one["pdq"], one["quality"]) for one in watcher.findings(pages.PICTURES)["findings"]["pictures"]
    }
    there = {name: hash_picture(file, scaled=False) for name, file in pictures().items()}
    away = {place + name: _distance(here[place + name][0], there[name].bits) for place, name in each}
    assert set(away.values()) == {0}, {url: distance for url, distance in away.items() if distance}


def _distance(one: str, other: bytes) -> int:
    return (int(one, 16) ^ int.from_bytes(other)).bit_count()
