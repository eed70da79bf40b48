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
from commonswatch.fetch.connectors.closed import GATED
from commonswatch.fetch.connectors.shelf import (
    MOST_PAGES,
    Closed,
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
from commonswatch.fetch.refusals import FetchFailed

_TABLES: dict[str, Any] = json.loads((resources(__package__) / "tables.json").read_text("utf-8"))


def _files(table: dict[str, Any], where: LocationKey, reader: Reader) -> Shelf:
    """The files of a record, or the one of them that ``where`` names."""
    record = quote(where.key.partition(":")[2], safe="")
    told, _ = ask_json(table["list"].replace("{id}", record), reader)
    rows, complete = rows_of(field(told, *table["files"])), True
    if "all" in table and len(rows) >= table["all"]["beyond"]:
        rows, complete = _all_rows(table["all"], record, reader, rows)
    found = [file for row in rows if (file := _file(table, record, row))]
    if not found and "shut" in table and field(told, *table["shut"]["at"]) in table["shut"]["words"]:
        raise Closed(GATED)
    return shelf_of((file for file in found if where.path in ("", file.name)), complete=complete)


def _all_rows(
    pages: dict[str, Any], record: str, reader: Reader, first: list[dict[str, Any]]
) -> tuple[list[dict[str, Any]], bool]:
    """The rows of all pages, and whether that was all; the first ones the record told where no page can be had."""
    found: list[dict[str, Any]] = []
    for number in range(1, MOST_PAGES + 1):
        try:
            told, _ = ask_json(pages["list"].replace("{id}", record).replace("{page}", str(number)), reader)
        except FetchFailed as failure:
            if not failure.permanent:
                raise
            return found or first, False
        found += (rows := rows_of(told))
        if len(rows) < pages["rows"]:
            return found, True
    return found, False


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
