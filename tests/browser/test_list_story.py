"""A list is read once; weeks later somebody reports a cloud link in a README, and the people concerned are told.

One story: an old list of MS-Celeb-1M, sent through the form in pieces; a Baidu Pan link called ``faces_emore.zip``;
the moderator sees family, status and memberships; creator and person shown read how sure it is. Then the same with a
copy of the listed dataset itself, which is surer.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from commonswatch import schema
from commonswatch.channels import outbox
from commonswatch.context import open_context
from commonswatch.demo.cast import Cast
from commonswatch.domain.states import Role
from commonswatch.models import Membership, Scan
from commonswatch.services.membership import accounts
from commonswatch.settings import Settings
from playwright.sync_api import Browser, Page, Playwright, expect
from sqlalchemy import update

from tests import factories
from tests.browser.stage import eventually
from tests.browser.visitor import Visitor, chromium
from tests.played_hosts import Answer, PlayedHosts
from tests.running import RunningProduct

pytestmark = pytest.mark.browser

MIRA, SAM, BO = "mira@creators.example.org", "sam@watch.example.org", "bo@example.org"
LIST = "".join(
    f"m.0{n:x}\t{n}\thttps://farm5.staticflickr.com/1/{53000000000 + n}_0123456789_b.jpg\n" for n in range(200_000)
)
FACES, ORIGINAL = "https://github.com/example/faces", "https://github.com/example/celebrities"
READMES = {
    FACES: b"<h1>Face recognition</h1><h2>Training data</h2><p>MS1M-ArcFace: "
    b"<a href='https://pan.baidu.com/s/1ExampleShare00'>faces_emore.zip</a></p>",
    ORIGINAL: b"<h1>Celebrities</h1><h2>Download</h2><p>MS-Celeb-1M: "
    b"<a href='https://pan.baidu.com/s/1ExampleShare01'>MsCelebV1-Faces-Aligned.zip</a></p>",
}


def _github(path: str, _headers: Mapping[str, str]) -> Answer:
    body = READMES.get(f"https://github.com{path}")
    return (200, {"Content-Type": "text/html"}, body) if body else (404, {}, b"")


@dataclass(frozen=True)
class Site:
    product: RunningProduct
    passwords: dict[str, str]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with PlayedHosts({"github.com": _github}) as hosts:
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
    sam, watcher = _signed_in(browser, site, SAM), Visitor(browser, site.product.url)
    _read_list(sam, tmp_path)
    _weeks_pass(site)
    _report(watcher, FACES)
    case = _case(sam, FACES)
    expect(case.get_by_role("link", name="MS1M-ArcFace").first).to_be_visible()
    expect(case.get_by_text("Made from:")).to_contain_text("MS-Celeb-1M (withdrawn in June 2019)")
    expect(case.get_by_text("By lists that were read:")).to_contain_text("may hold it (1 registered work)")
    expect(case.get_by_text("A copy is offered here of a dataset that may hold the work.")).to_be_visible()
    expect(case.get_by_role("link", name="scan no. 1")).to_be_visible()
    expect(case.get_by_text("line 123457")).to_be_visible()
    _confirm(sam)
    _are_told(sam, site, "may hold")
    mira, bo = _signed_in(browser, site, MIRA), Visitor(browser, site.product.url)
    for visitor, page in ((mira, "/found"), (bo, _own_page(sam))):
        found = visitor.open(page)
        found.get_by_text("Why we think so").click()
        expect(found.get_by_text("which may hold it")).to_be_visible()
        expect(found.get_by_text("A list of MS-Celeb-1M names it.")).to_be_visible()
    _report(watcher, ORIGINAL)
    expect(_case(sam, ORIGINAL).get_by_text("By lists that were read:")).to_contain_text("holds it (1 registered work)")
    _confirm(sam)
    _are_told(sam, site, "holds")
    for visitor in (sam, mira, bo, watcher):
        complaints = [one for one in visitor.complaints if "ERR_NAME_NOT_RESOLVED" not in one]
        assert complaints == []


def _weeks_pass(site: Site) -> None:
    """What the list said stays; the list itself is gone since it was read."""
    assert [path.name for path in (site.product.home / "scans").iterdir()] == ["1.index"]
    context = open_context(Settings.from_env(site.product.environment))
    ago = context.now() - timedelta(weeks=6)
    with context.database.writing() as session:
        session.execute(update(Scan).values(created_at=ago, started_at=ago, noted_at=ago, finished_at=ago))
        session.execute(update(Membership).values(at=ago))
    context.database.engine.dispose()


def _confirm(sam: Visitor) -> None:
    sam.page.get_by_label("Confirm").check()
    sam.page.get_by_label("Reason", exact=True).fill("The README hands it out.")
    sam.press("Decide", exact=True)


def _are_told(sam: Visitor, site: Site, certainty: str) -> None:
    """Mira and Bo got a letter each, whose first words are these; the administrator reads it in the outbox."""
    folder = site.product.home / "outbox"
    wanted = {
        (MIRA, f"A copy of a dataset that {certainty} a work of yours was posted at github.com"),
        (BO, f"A copy of a dataset that {certainty} your picture was posted at github.com"),
    }
    eventually(
        lambda: wanted <= {(letter.to, letter.subject) for letter in outbox.list_letters(folder)},
        "the letters did not come",
    )
    letters = [letter for letter in outbox.list_letters(folder) if certainty in letter.subject]
    assert len(letters) == 2, "once each"
    for letter in letters:
        page = sam.open(f"/outbox/{letter.name}")
        expect(page.get_by_role("heading", name=letter.subject)).to_be_visible()


def _own_page(sam: Visitor) -> str:
    """The link to Bo's own page, as it stands in the letter."""
    sam.open("/outbox").get_by_role("link", name="your picture was posted").click()
    link = re.search(r"http://\S+/p/[\w.-]+", sam.page.locator("main").inner_text())
    assert link
    return link[0]


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


def _report(watcher: Visitor, address: str) -> None:
    form = watcher.open("/report")
    form.get_by_label("Address of the page").fill(address)
    watcher.press("Send the report")
    assert watcher.sees("Your report is stored")


def _case(sam: Visitor, place: str) -> Page:
    def listed() -> bool:
        return sam.open("/cases").get_by_text(place).count() > 0

    eventually(listed, "the case did not come")
    sam.page.get_by_text(place).click()
    return sam.page


def _signed_in(browser: Browser, site: Site, address: str) -> Visitor:
    visitor = Visitor(browser, site.product.url)
    form = visitor.open("/sign-in/password")
    form.get_by_label("Mail address", exact=True).fill(address)
    form.get_by_label("Password", exact=True).fill(site.passwords[address])
    visitor.press("Sign in", exact=True)
    return visitor
