"""Hosts that list the files of a record in one JSON document: which, and where what stands, is ``tables.json``.

From their documentation: developers.zenodo.org, docs.figshare.com, archive.org/developers/metadata.html.
"""

import functools
import json
from collections.abc import Callable
from importlib.resources import files as resources
from typing import Any
from urllib.parse import quote

from commonswatch.domain.keys import LocationKey
from commonswatch.fetch.connectors.shelf import (
    Reader,
    RemoteFile,
    Shelf,
    ask_json,
    digests_of,
    field,
    name_of,
    rows_of,
    shelf_of,
    size_of,
)

_TABLES: dict[str, Any] = json.loads((resources(__package__) / "tables.json").read_text("utf-8"))


def _files(table: dict[str, Any], where: LocationKey, reader: Reader) -> Shelf:
    """The files of a record, or the one of them that ``where`` names."""
    record = quote(where.key.partition(":")[2], safe="")
    told, _ = ask_json(table["list"].replace("{id}", record), reader)
    found = [_file(table, record, row) for row in rows_of(field(told, *table["files"]))]
    return shelf_of(file for file in found if file and where.path in ("", file.name))


def _file(table: dict[str, Any], record: str, row: dict[str, Any]) -> RemoteFile | None:
    name = name_of(field(row, *table["name"]))
    url = name_of(field(row, *table["url"])) if "url" in table else table["at"]
    url = url.replace("{id}", record).replace("{name}", quote(name)) if "at" in table else url
    if (
        not name
        or not url.startswith(table["home"])
        or ("not" in table and field(row, *table["not"]) in (True, "true"))
    ):
        return None
    digests = digests_of(**{one: field(row, *table[one]) for one in ("md5", "sha256") if one in table})
    return RemoteFile(url, name, size_of(field(row, *table["size"])), digests)


WAYS: dict[str, Callable[[LocationKey, Reader], Shelf]] = {
    host: functools.partial(_files, table) for host, table in _TABLES.items() if host != "$comment"
}
