"""Dropbox: the file of a share that needs no key; a folder comes as one zip made on the spot."""

from commonswatch.domain.keys import LocationKey
from commonswatch.fetch.connectors.shelf import Reader, RemoteFile, Shelf, shelf_of


def files(where: LocationKey, reader: Reader) -> Shelf:  # noqa: ARG001  # its address says all
    """The one file (``dl=1`` asks for the bytes instead of the page around them: help.dropbox.com, force download)."""
    name = where.path.rpartition("/")[2] or "shared.zip"
    return shelf_of([RemoteFile(where.url + "?dl=1", name)])
