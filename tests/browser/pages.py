"""Every page of the site, in every state, and who may see it: what tests of all pages walk through."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from tests.browser.filled_site import MIRA, SAM, FilledSite, prepare
from tests.browser.visitor import Visitor

ANYBODY = ("/", "/sign-in", "/sign-in/sent", "/sign-in/not-a-link", "/sign-in/password", "/report", "/about")
ANYBODY += ("/extension", "/no/such/page", "/datasets", "/datasets?search=nothing-like-this", "/datasets/uccs")
DATASETS = ("/datasets/ms-celeb-1m", "/datasets/racial-faces-bupt", "/datasets/ffhq")  # large, long name, way out
CREATOR = ("/", "/works", "/works?search=nothing-like-this", "/registrations/new", "/found", "/devices", "/account")
CREATOR += ("/account/password", "/outbox")  # the last is not open to creators: the error page
MODERATOR = ("/", "/cases", "/cases?state=confirmed", "/cases?state=dismissed", "/cases?site=example.org", "/audit")
MODERATOR += ("/pictures", "/audit/check", "/jobs", "/members", "/outbox")
OWN_PAGES = ("receipt", "told person", "person with nothing found", "invited person", "unsubscribe")


@dataclass(frozen=True)
class Opened:
    """A page as somebody sees it; ``name`` says which for messages."""

    name: str
    page: Page


@contextmanager
def all_pages(browser: Browser, folder: Path, **options: Any) -> Iterator[Iterator[Opened]]:
    """Walk through both sites with browsers like that; each page is open while it is the current one."""
    with ExitStack() as running:
        filled, empty = prepare(folder, filled=True), prepare(folder, filled=False)
        for site in (filled, empty):
            running.enter_context(site.product)
        yield (opened for site, walk in ((filled, _filled), (empty, _empty)) for opened in walk(browser, site, options))


def _filled(browser: Browser, site: FilledSite, options: dict[str, Any]) -> Iterator[Opened]:
    paths = site.paths
    stranger = Visitor(browser, site.product.url, **options)
    yield from _each(
        stranger, [*ANYBODY, *DATASETS, *(paths[name] for name in OWN_PAGES), "/p/not-a-link", "/setup/used"]
    )
    stranger.open(DATASETS[0]).get_by_text("The same as a list").click()
    yield Opened("lineage as a list", stranger.page)
    mira = signed_in(browser, site, MIRA, options)
    yield from _each(mira, [*CREATOR, paths["registration"], paths["ready work"], paths["withdrawn work"]])
    mira.open("/devices").get_by_text("Pair a program of your own").click()
    yield Opened("devices, with the way for programs", mira.page)
    yield _after(mira, "/devices", "Make a pairing code")
    sam = signed_in(browser, site, SAM, options)
    yield from _each(sam, [*MODERATOR, *(paths[f"{state} case"] for state in ("open", "confirmed", "dismissed"))])
    yield from _each(
        sam, [paths["case of copies only"], paths["case that came back"], "/cases?dataset=ms-celeb-1m", paths["letter"]]
    )
    yield from _each(sam, ["/scans", "/scans/new", *(path for name, path in paths.items() if name.endswith(" scan"))])
    yield _letter_alone(sam, paths["letter"] + "/html")
    for name in ("open case", "case of copies only"):
        yield _after(sam, paths[name], "Show access code")
    yield from _forms_with_mistakes(mira, sam, paths)


def _forms_with_mistakes(mira: Visitor, sam: Visitor, paths: dict[str, str]) -> Iterator[Opened]:
    """How pages look that say what is wrong in a form."""
    mira.open("/registrations/new").get_by_label("People shown in all").fill("<not an address>")
    yield _pressed(mira, "Register")
    mira.open(paths["ready work"]).get_by_label("One person per line").fill("<not an address>")
    with mira.page.expect_navigation():
        mira.page.get_by_role("button", name="Save").last.click()
    yield Opened("people of a work, with a mistake", mira.page)
    sam.open("/report").get_by_label("Address of the page").fill("https://10.0.0.1/")
    yield _pressed(sam, "Send the report")
    sam.open("/scans/new")
    yield _pressed(sam, "Read it")
    sam.open("/members").get_by_label("Mail address", exact=True).fill("a@b")
    yield _pressed(sam, "Appoint")


def _empty(browser: Browser, site: FilledSite, options: dict[str, Any]) -> Iterator[Opened]:
    mira = signed_in(browser, site, MIRA, options)
    yield from _each(mira, ["/works", "/found", "/devices", "/registrations/new", "/datasets/ms-celeb-1m"])
    administrator = Visitor(browser, site.product.url, **options)
    administrator.open(site.paths["setup"]).get_by_label("Mail address", exact=True).fill("root@watch.example.org")
    yield Opened("setup", administrator.page)
    administrator.press("Become administrator")
    yield from _each(
        administrator, ["/", "/cases", "/cases?state=dismissed", "/outbox", "/jobs", "/audit", "/members", "/scans"]
    )


def signed_in(browser: Browser, site: FilledSite, address: str, options: dict[str, Any]) -> Visitor:
    """Somebody who signed in with their password."""
    visitor = Visitor(browser, site.product.url, **options)
    page = visitor.open("/sign-in/password")
    page.get_by_label("Mail address", exact=True).fill(address)
    page.get_by_label("Password", exact=True).fill(site.passwords[address])
    visitor.press("Sign in", exact=True)
    return visitor


def _each(visitor: Visitor, paths: list[str]) -> Iterator[Opened]:
    for path in paths:
        yield Opened(path, visitor.open(path))


def _letter_alone(visitor: Visitor, path: str) -> Opened:
    """What stands in the frame. On its own address nothing may run, not even what looks at it."""
    page = visitor.context.new_page()
    page.set_content(visitor.context.request.get(path).text())
    return Opened(path, page)


def _after(visitor: Visitor, path: str, button: str) -> Opened:
    visitor.open(path)
    return _pressed(visitor, button)


def _pressed(visitor: Visitor, button: str) -> Opened:
    address = visitor.page.url
    visitor.press(button)
    return Opened(f"{address}, after “{button}”", visitor.page)
