"""Any other address: a page that lists files, as web servers make of a folder, or a file itself."""

from contextlib import suppress
from html.parser import HTMLParser
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

from commonswatch.domain.keys import LocationKey
from commonswatch.fetch.connectors.shelf import MOST_FILES, Reader, RemoteFile, Shelf, name_of, shelf_of
from commonswatch.fetch.refusals import FetchRefused

_LARGEST_PAGE = 5 * 2**20  # bytes
_NOT_A_FILE = ("/", "")


def files(where: LocationKey, reader: Reader) -> Shelf:
    """The files a page links to in its own folder and below; where the address is no page, that file itself."""
    try:
        page = reader.get(where.url, max_bytes=_LARGEST_PAGE, accept="text/html")
    except FetchRefused as refusal:
        if refusal.reason == "too-large":  # then it is no page
            return shelf_of([RemoteFile(where.url, _name(where.url))])
        raise
    if page.media_type not in ("text/html", "application/xhtml+xml"):
        return shelf_of([RemoteFile(where.url, _name(where.url), len(page.body))])
    links = _Links()
    with suppress(AssertionError):  # what Python's parser says of some broken marks; the links before them are kept
        links.feed(page.body.decode("utf-8", "replace"))
    home = page.final_url.partition("?")[0].rpartition("/")[0] + "/"
    found = (_below(home, page.final_url, link) for link in links.found)
    return shelf_of((file for file in found if file), complete=len(links.found) < MOST_FILES)


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
