"""Hugging Face: the files of a dataset at a revision, and the Parquet files the hub made of it.

By the Hub API as documented (huggingface.co/docs/hub/api): ``tree`` in pages, ``resolve`` for bytes, ``parquet`` for
the converted files. A dataset behind a gate answers 401 or 403, and so does one that is private or gone.
"""

from typing import Any
from urllib.parse import quote

from commonswatch.domain.keys import LocationKey
from commonswatch.fetch.connectors.closed import GATED
from commonswatch.fetch.connectors.shelf import (
    Closed,
    Reader,
    RemoteFile,
    Shelf,
    ask_all,
    ask_json,
    digests_of,
    field,
    name_of,
    rows_of,
    shelf_of,
    size_of,
)
from commonswatch.fetch.refusals import FetchFailed

_SITE = "https://huggingface.co/"
_NOT_FOR_EVERYBODY = {401, 403}


def files(where: LocationKey, reader: Reader) -> Shelf:
    """The file ``where`` names, else the files of the dataset (or model, or space) below it. Raises Closed if gated."""
    dataset = where.key.partition(":")[2].removeprefix("models/")  # whose addresses have no such word, only the API's
    revision, _, path = where.path.rpartition(":")
    revision = revision or "main"
    if where.kind == "file" and path:
        return shelf_of([RemoteFile(_bytes_of(dataset, revision, path), path)])
    below = path if where.kind == "folder" else ""
    kind = dataset if dataset.startswith(("datasets/", "spaces/")) else "models/" + dataset
    try:
        rows, complete = ask_all(_tree(kind, revision, below), reader)
        if not complete:  # lists mostly stand beside the folders with pictures
            rows += _level(kind, revision, below, reader)
    except FetchFailed as failure:
        if failure.status in _NOT_FOR_EVERYBODY:
            raise Closed(GATED) from None
        raise
    listed = [_file(dataset, revision, row) for row in rows if row.get("type") == "file" and name_of(row.get("path"))]
    converted = [] if below or not dataset.startswith("datasets/") else _converted(dataset, reader)
    return shelf_of([*listed, *converted], complete=complete)


def _tree(kind: str, revision: str, below: str) -> str:
    path = "/" + quote(below) if below else ""
    return f"{_SITE}api/{kind}/tree/{quote(revision, safe='')}{path}?recursive=true"


def _level(kind: str, revision: str, below: str, reader: Reader) -> list[dict[str, Any]]:
    """What stands in a folder itself; nothing when the host does not tell."""
    try:
        return rows_of(ask_json(_tree(kind, revision, below).removesuffix("?recursive=true"), reader)[0])
    except FetchFailed:
        return []


def _file(dataset: str, revision: str, row: dict[str, Any]) -> RemoteFile:
    url = _bytes_of(dataset, revision, row["path"])
    return RemoteFile(url, row["path"], size_of(row.get("size")), digests_of(sha256=field(row, "lfs", "oid")))


def _converted(dataset: str, reader: Reader) -> list[RemoteFile]:
    """The Parquet files made by the hub; none when there are none, or it does not tell."""
    try:
        told, _ = ask_json(f"{_SITE}api/{dataset}/parquet", reader)
    except FetchFailed:
        return []
    splits = [split for parts in _values(told) for split in _values(parts)]
    urls = [name_of(url) for split in splits if isinstance(split, list) for url in split]
    return [RemoteFile(url, url.partition("/parquet/")[2] or url) for url in urls if url.startswith(_SITE)]


def _values(told: Any) -> list[Any]:
    return list(told.values()) if isinstance(told, dict) else []


def _bytes_of(dataset: str, revision: str, path: str) -> str:
    return f"{_SITE}{dataset}/resolve/{quote(revision, safe='')}/{quote(path)}"
