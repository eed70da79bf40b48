"""``commonswatch demo``: plays the whole story with real processes, tells it, and leaves a site to click through."""

import os
import re
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar
from pathlib import Path

import pytest

from tests.running import RunningProduct, free_port

_STEPS = 12
_SECRET = re.compile(r"[\w-]{20,}")
_PAIRING_CODE = re.compile(r"\b[2-9A-HJKMNP-Z]{4}-[2-9A-HJKMNP-Z]{4}\b")
_PASSWORD = re.compile(r"as the (moderator|creator) +(\S+@\S+) +(\S+)")


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> subprocess.CompletedProcess[str]:
    """What ``commonswatch demo --end`` printed."""
    home = tmp_path_factory.mktemp("demo")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("COMMONSWATCH_")}
    own = {"COMMONSWATCH_HOME": str(home), "COMMONSWATCH_PORT": str(free_port())}
    return subprocess.run(
        [sys.executable, "-m", "commonswatch", "demo", "--end"],
        env={**kept, **own, "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        timeout=110,
    )


def test_the_demo_plays_to_its_end(told: subprocess.CompletedProcess[str]) -> None:
    assert told.returncode == 0, told.stdout + told.stderr
    assert told.stderr == ""


def test_the_demo_tells_every_step_in_order(told: subprocess.CompletedProcess[str]) -> None:
    steps = [int(number) for number in re.findall(r"^✓ +(\d+)\. \w", told.stdout, re.MULTILINE)]
    assert steps == list(range(1, _STEPS + 1))
    assert "Mira and Ada are told, once each; Bob is left in peace" in told.stdout


def test_the_demo_prints_no_secret_but_the_passwords_and_the_link_to_one_page(
    told: subprocess.CompletedProcess[str],
) -> None:
    without_page = re.sub(r"(?m)(without an account: +\S+/p/)\S+$", r"\1", told.stdout)
    assert not _SECRET.findall(without_page.replace("─", ""))
    assert not _PAIRING_CODE.findall(told.stdout)
    assert "people.example.org" not in told.stdout, "the people shown have given nobody their address to print"
    assert len(_PASSWORD.findall(told.stdout)) == 2


def test_the_site_stays_up_filled_and_the_printed_passwords_open_it(tmp_path: Path) -> None:
    with RunningProduct(tmp_path / "var", {"PYTHONIOENCODING": "utf-8"}, command="demo") as product:
        words = _wait_for_the_end_of_the_story(product)
        passwords = {who: (address, password) for who, address, password in _PASSWORD.findall(words)}
        moderator = _sign_in(product.url, *passwords["moderator"])
        queue = _read(moderator, f"{product.url}/cases?dataset=ms-celeb-1m")
        assert "faces-mirror" in queue, "cases are left to decide"
        assert "offers a copy of MS-Celeb-1M" in queue
        assert "celeb-faces" in _read(moderator, f"{product.url}/cases?state=confirmed")
        assert "4 registered works" in _case(moderator, product.url, "face-lab")
        assert "MsCelebV1-ImageURLs.tsv" in _read(moderator, f"{product.url}/datasets/ms-celeb-1m")
        creator = _sign_in(product.url, *passwords["creator"])
        assert "Harbour at noon" in _read(creator, f"{product.url}/works")
        assert "This page links to a copy of a dataset" in _read(creator, f"{product.url}/found")
        assert product.end() == 0


def _case(moderator: urllib.request.OpenerDirector, site: str, name: str) -> str:
    """The page of the case at a place with this in its address."""
    row = next(row for row in _read(moderator, f"{site}/cases").split("<li>") if name in row)
    link = re.search(r'href="(/cases/\d+)"', row)
    assert link
    return _read(moderator, site + link[1])


def _wait_for_the_end_of_the_story(product: RunningProduct, within: float = 90.0) -> str:
    deadline = time.monotonic() + within
    while "Ctrl-C ends the demo" not in (words := product.output()):
        assert time.monotonic() < deadline, words
        assert product.process.poll() is None, words
        time.sleep(0.1)
    return words


def _sign_in(site: str, address: str, password: str) -> urllib.request.OpenerDirector:
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    form = _read(browser, f"{site}/sign-in/password")
    token = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', form)
    assert token
    sent = urllib.parse.urlencode({"email": address, "password": password, "csrf_token": token[1]})
    assert "Sign out" in _read(browser, f"{site}/sign-in/password", sent.encode())
    return browser


def _read(browser: urllib.request.OpenerDirector, url: str, form: bytes | None = None) -> str:
    with browser.open(url, data=form, timeout=20) as answer:
        return str(answer.read().decode())
