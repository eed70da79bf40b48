"""Google Drive: a shared file or table, or the files of a shared folder as the page made for embedding lists them."""

import re
from html import unescape

from commonswatch.domain.keys import LocationKey
from commonswatch.fetch.connectors.shelf import Reader, RemoteFile, Shelf, shelf_of

BYTES = "https://drive.usercontent.google.com/download?export=download&confirm=t&id="
_TABLE = "https://docs.google.com/spreadsheets/"
_FOLDER = "https://drive.google.com/embeddedfolderview?id="
_LARGEST_PAGE = 5 * 2**20  # bytes
_ENTRY = re.compile(
    r'href="https://drive\.google\.com/file/d/([A-Za-z0-9_-]{19,100})/[^"]{0,200}"'
    r'.{0,2000}?class="flip-entry-title">([^<>]{1,500})<',
    re.DOTALL,
)


def files(where: LocationKey, reader: Reader) -> Shelf:
    """The file itself (``confirm=t`` answers the question about viruses that large files ask), or those of a folder."""
    identifier = where.key.partition(":")[2]
    if where.url.startswith(_TABLE):
        return shelf_of([RemoteFile(f"{where.url}/export?format=csv", f"{identifier}.csv")])
    if where.kind != "folder":
        return shelf_of([RemoteFile(BYTES + identifier, where.path or identifier)])
    page = reader.get(_FOLDER + identifier, max_bytes=_LARGEST_PAGE, accept="text/html").body.decode("utf-8", "replace")
    return shelf_of(RemoteFile(BYTES + file, unescape(name).strip()) for file, name in _ENTRY.findall(page))
