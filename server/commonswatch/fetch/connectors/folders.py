"""Any other address: a page that lists files, as web servers make of a folder, or a file itself."""

import re
from contextlib import suppress
from html.parser import HTMLParser
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

from commonswatch.domain.errors import RemoteError
from commonswatch.domain.keys import LocationKey
from commonswatch.fetch.connectors.shelf import MOST_FILES, Reader, RemoteFile, Shelf, name_of, shelf_of
from commonswatch.fetch.policy import Fetched
from commonswatch.fetch.refusals import FetchFailed, FetchRefused

_LARGEST_PAGE = 5 * 2**20  # bytes
_MOST_FOLDERS = 10
_PAGE = ("text/html", "application/xhtml+xml")
_INDEX = re.compile(
    rb"<(?:title|h1)[^>]{0,100}>\s*(?:index of|directory listing|listing of)|\[to parent directory\]", re.IGNORECASE
)
_HEAD = 20_000  # bytes of a page in which its title stands
_NOT_A_FILE = ("/", "")
_NO_PAGE = ("too-large", "too-slow", "cut-short", "bomb")
"""What ends the reading of a large file, or of a slow one: what came of it may still be worth reading."""


def files(where: LocationKey, reader: Reader, *, only_index: bool = False) -> Shelf:
    """The files a page links to in its own folder and below; where the address is no page, that file itself.

    Folders inside are looked into only where the page is a web server's own index, and not many. ``only_index``: what
    is another page gives nothing.
    """
    try:
        page = reader.get(where.url, max_bytes=_LARGEST_PAGE, accept="text/html")
    except (FetchRefused, FetchFailed) as trouble:
        if trouble.reason in _NO_PAGE:
            return shelf_of([RemoteFile(where.url, _name(where.url))])
        raise
    if page.media_type not in _PAGE:
        return shelf_of([RemoteFile(where.url, _name(where.url), len(page.body))])
    if only_index and not _INDEX.search(page.body[:_HEAD]):
        return Shelf(())
    home, links = _folder(page.final_url), _read(page)
    found, waiting, complete = list(links.found), _folders(home, page, links), len(links.found) < MOST_FILES
    for folder in waiting[:_MOST_FOLDERS]:
        inside = _look_into(folder, home, reader)
        complete = complete and inside is not None
        found += inside or []
    below = (_below(home, page.final_url, link) for link in found)
    return shelf_of((file for file in below if file), complete=complete and len(waiting) <= _MOST_FOLDERS)


def _look_into(folder: str, home: str, reader: Reader) -> list[str] | None:
    """Addresses on the index of a folder; None when it cannot be read."""
    try:
        page = reader.get(folder, max_bytes=_LARGEST_PAGE, accept="text/html")
    except RemoteError:
        return None
    if page.media_type not in _PAGE or not page.final_url.startswith(home):
        return None
    with suppress(ValueError):
        return [urljoin(page.final_url, link) for link in _read(page).found]
    return None


def _read(page: Fetched) -> "_Links":
    links = _Links()
    with suppress(AssertionError):  # what Python's parser says of some broken marks; the links before them are kept
        links.feed(page.body.decode("utf-8", "replace"))
    return links


def _folders(home: str, page: Fetched, links: "_Links") -> list[str]:
    """Folders below a page that a web server made of a folder."""
    if not _INDEX.search(page.body[:_HEAD]):
        return []
    found = []
    for link in links.found:
        with suppress(ValueError):
            url = urldefrag(urljoin(page.final_url, link)).url
            parts = urlsplit(url)
            if url.startswith(home) and url != home and parts.path.endswith("/") and not parts.query:
                found.append(url)
    return [url for url in dict.fromkeys(found) if "/../" not in unquote(url)]


def _folder(url: str) -> str:
    return url.partition("?")[0].rpartition("/")[0] + "/"


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a" and len(self.found) < MOST_FILES:
            self.found += [value for name, value in attrs if name == "href" and value and len(value) < 2_000]


def _below(home: str, page: str, link: str) -> RemoteFile | None:
    """The file a link leads to; None for sorting links, folders, and whatever is not below the page's own folder."""
    try:
        url = urldefrag(urljoin(page, link)).url
        parts = urlsplit(url)
    except ValueError:
        return None
    if not url.startswith(home) or parts.query or parts.path[-1:] in _NOT_A_FILE or "/../" in unquote(parts.path):
        return None
    name = name_of(unquote(url[len(home) :]))
    return RemoteFile(url, name) if name else None


def _name(url: str) -> str:
    try:
        return name_of(unquote(urlsplit(url).path.rpartition("/")[2])) or "file"
    except ValueError:
        return "file"
