"""From a place to the files behind it: what a host's own listing says, politely asked for, and nothing of the files.

    shelf = files_behind(where, fetcher)     # the files of a repository, a record, a share, a folder
    choose(shelf.files)                      # those that may be listings of pictures, most promising first
    save(file, fetcher, into, max_bytes=…)   # its bytes, through whatever stands between a link and them

One module for each way of asking; hosts whose listing is one JSON document are rows of ``tables.json``, hosts that
need an account are words for a moderator in ``closed.json``. Access codes are never used. What a file holds is not
known here.
"""

from commonswatch.domain.keys import LocationKey
from commonswatch.fetch.connectors import archives, closed, drive, dropbox, folders, gist, github, huggingface
from commonswatch.fetch.connectors.saving import broke_off, save
from commonswatch.fetch.connectors.shelf import Closed, Reader, RemoteFile, Shelf, choose

__all__ = ["Closed", "Reader", "RemoteFile", "Shelf", "broke_off", "choose", "files_behind", "has_listing", "save"]

_WAYS = {
    "github": github.files,
    "gist": gist.files,
    "hf": huggingface.files,
    "gdrive": drive.files,
    "dropbox": dropbox.files,
    **archives.WAYS,
}


def has_listing(where: LocationKey) -> bool:
    """Whether the host of a place has a way of its own to say which files are there; else it is a page or a file."""
    return where.key.partition(":")[0] in _WAYS


def files_behind(where: LocationKey, reader: Reader, *, is_linked: bool = False) -> Shelf:
    """The files that can be had at a place, as its host lists them.

    ``is_linked``: some page only links to it; then an address that ends like a folder must be a web server's index.

    Raises Closed, with what a moderator can do instead, where an account or an access code is needed, and what
    ``reader`` raises (RemoteError).
    """
    host = where.key.partition(":")[0]
    if where.access is not None or where.hidden:
        raise Closed(closed.CODE)
    if words := closed.words(host):
        raise Closed(words)
    if is_linked and host not in _WAYS and where.url.endswith("/"):
        return folders.files(where, reader, only_index=True)
    return _WAYS.get(host, folders.files)(where, reader)
