"""A list is read once; weeks later somebody reports a cloud link in a README, and the people concerned are told.

One story: an old list of MS-Celeb-1M, sent through the form in pieces; a Baidu Pan link called ``faces_emore.zip``;
the moderator sees family, status and memberships; creator and person shown read how sure it is.
"""

import json
import secrets
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from commonswatch import schema
from commonswatch.channels import outbox
from commonswatch.context import open_context
from commonswatch.demo.cast import Cast
from commonswatch.domain.states import Role
from commonswatch.services.membership import accounts
from commonswatch.settings import Settings
from playwright.sync_api import Browser, Playwright, expect

from tests import factories
from tests.browser.stage import eventually
from tests.browser.visitor import Visitor, chromium
from tests.played_hosts import PlayedHosts, page
from tests.running import RunningProduct

pytestmark = pytest.mark.browser

MIRA, SAM, BO = "mira@creators.example.org", "sam@watch.example.org", "bo@example.org"
LIST = "".join(
    f"m.0{n:x}\t{n}\thttps://farm5.staticflickr.com/1/{53000000000 + n}_0123456789_b.jpg\n" for n in range(200_000)
)
README = page(
    b"<h1>Face recognition</h1><h2>Training data</h2><p>MS1M-ArcFace: "
    b"<a href='https://pan.baidu.com/s/1ExampleShare00'>faces_emore.zip</a></p>"
)


@dataclass(frozen=True)
class Site:
    product: RunningProduct
    passwords: dict[str, str]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with PlayedHosts({"github.com": README}) as hosts:
        played = ",".join(f"{name}={at}:{port}" for name, (at, port) in hosts.played.items())
        product = RunningProduct(
            tmp_path / "home",
            {"COMMONSWATCH_FETCH_PLAYED_HOSTS": played, "COMMONSWATCH_FETCH_CA_FILE": str(hosts.ca_file)},
        )
        passwords = _people(product)
        with product:
            yield Site(product, passwords)


@pytest.fixture
def browser(playwright: Playwright) -> Iterator[Browser]:
    with chromium(playwright, {}) as opened:
        yield opened


def _people(product: RunningProduct) -> dict[str, str]:
    context = open_context(Settings.from_env(product.environment))
    schema.upgrade(context.database.engine)
    cast = Cast(context)
    cast.sign_up(MIRA, "Mira Example")
    cast.sign_up(SAM, "Sam Example", Role.MODERATOR, Role.ADMINISTRATOR)
    with context.database.writing() as session:
        shown = factories.person(session, context.keyring, context.now(), address=BO)
        mira = accounts.find_account(session, MIRA)
        key = "flickr:photo:53000123456"
        factories.work(
            session, context.keyring, context.now(), creator=mira, key=key, shown=(shown,), title="Harbour at noon"
        )
    context.database.engine.dispose()
    return dict(cast.passwords)


def test_a_list_read_once_tells_of_a_copy_that_nobody_downloads(browser: Browser, site: Site, tmp_path: Path) -> None:
    sam, folder = _signed_in(browser, site, SAM), site.product.home / "outbox"
    _read_list(sam, tmp_path)
    _report(site.product.url)
    case = _case(sam)
    expect(case.get_by_text("Made from:")).to_contain_text("MS-Celeb-1M (withdrawn in June 2019)")
    expect(case.get_by_text("By lists that were read:")).to_contain_text("may hold it (1 registered work)")
    expect(case.get_by_text("line 123457")).to_be_visible()
    case.get_by_label("Confirm").check()
    case.get_by_label("Reason", exact=True).fill("The README hands it out.")
    sam.press("Decide", exact=True)
    eventually(lambda: len(outbox.list_letters(folder)) == 2, "the letters did not come")
    subjects = {letter.to: letter.subject for letter in outbox.list_letters(folder)}
    assert subjects == {
        MIRA: "A copy of a dataset that may hold a work of yours was posted at github.com",
        BO: "A copy of a dataset that may hold your picture was posted at github.com",
    }
    mira = _signed_in(browser, site, MIRA)
    found = mira.open("/found")
    found.get_by_text("Why we think so").click()
    expect(found.get_by_text("which may hold it")).to_be_visible()
    for visitor in (sam, mira):
        complaints = [one for one in visitor.complaints if "ERR_NAME_NOT_RESOLVED" not in one]
        assert complaints == []


def _read_list(sam: Visitor, folder: Path) -> None:
    """Twelve megabytes: more than a form may send, so it goes in pieces."""
    listing = folder / "MsCelebV1-ImageURLs.tsv"
    listing.write_text(LIST, encoding="utf-8")
    form = sam.open("/scans/new")
    form.get_by_label("Of which dataset is it?").select_option("ms-celeb-1m")
    form.get_by_label("The list as a file").set_input_files(listing)
    form.get_by_role("button", name="Read it").click()
    expect(form.get_by_text("Read to its end: 200,000 rows.")).to_be_visible(timeout=60_000)
    expect(form.get_by_role("cell", name="line 123457")).to_be_visible()
    assert [one.method for one in sam.requested if "/scans/pieces/" in one.url] == ["POST", "POST"]


def _report(url: str) -> None:
    body = json.dumps({"version": 1, "page": "https://github.com/example/faces", "media": []}).encode()
    headers = {"Content-Type": "application/json", "Idempotency-Key": secrets.token_hex(16)}
    with urllib.request.urlopen(urllib.request.Request(f"{url}/api/v1/reports", body, headers)) as answer:
        assert answer.status == 202


def _case(sam: Visitor):  # type: ignore[no-untyped-def]
    def listed() -> bool:
        return sam.open("/cases").get_by_text("https://github.com/example/faces").count() > 0

    eventually(listed, "the case did not come")
    sam.page.get_by_text("https://github.com/example/faces").click()
    return sam.page


def _signed_in(browser: Browser, site: Site, address: str) -> Visitor:
    visitor = Visitor(browser, site.product.url)
    form = visitor.open("/sign-in/password")
    form.get_by_label("Mail address", exact=True).fill(address)
    form.get_by_label("Password", exact=True).fill(site.passwords[address])
    visitor.press("Sign in", exact=True)
    return visitor
