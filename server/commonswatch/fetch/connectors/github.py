"""GitHub: the tree of a repository, the files of its releases, or the one file an address names.

By the REST API as documented (docs.github.com/rest: git trees, releases), without an account: 60 questions an hour, of
which one place takes two to four. Files of Git LFS are followed in ``saving``.
"""

import re
from typing import Any
from urllib.parse import quote

from commonswatch.domain.keys import LocationKey
from commonswatch.fetch.connectors.shelf import (
    TELLING,
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

_API = "https://api.github.com/repos/"
_RAW = "https://raw.githubusercontent.com/"
_MOST_FOLDERS = 5
_NUMBER = re.compile(r"[0-9a-f]{40,64}")


def files(where: LocationKey, reader: Reader) -> Shelf:
    """The file ``where`` names, else the files below it with those of the releases."""
    repository = where.key.partition(":")[2]
    ref, _, path = where.path.rpartition(":")
    if where.kind == "file" and ref:
        return shelf_of([RemoteFile(_raw(repository, ref, path), path)])
    if where.kind == "release" and path:
        return shelf_of(file for file in _released(repository, reader) if file.name == path)
    below = path if where.kind == "folder" else ""
    tree, complete = _tree(repository, ref if where.kind == "folder" else "", reader)
    inside = [file for file in tree if not below or file.name.startswith(below + "/")]
    return shelf_of([*inside, *_released(repository, reader)], complete=complete)


def _tree(repository: str, ref: str, reader: Reader) -> tuple[list[RemoteFile], bool]:
    ref = ref or name_of(field(ask_json(_API + repository, reader)[0], "default_branch")) or "HEAD"
    here = f"{_API}{repository}/git/trees/"
    told, _ = ask_json(f"{here}{quote(ref, safe='')}?recursive=1", reader)
    complete = field(told, "truncated") is not True
    missing = [] if complete else _folders(here, ref, reader)
    rows = (row for row in (*missing, *rows_of(field(told, "tree"))) if row.get("type") == "blob")
    named = (row for row in rows if name_of(row.get("path")))
    return [
        RemoteFile(_raw(repository, ref, row["path"]), row["path"], size_of(row.get("size"))) for row in named
    ], complete


def _folders(here: str, ref: str, reader: Reader) -> list[dict[str, Any]]:
    """Where the host cut the tree: its first level, and some folders of it, those with telling names first.

    Each costs one of the sixty questions, so it is not all of them.
    """
    found: list[dict[str, Any]] = []
    try:
        told, _ = ask_json(here + quote(ref, safe=""), reader)
        found += (top := rows_of(field(told, "tree")))
        folders = [row for row in top if row.get("type") == "tree" and name_of(row.get("path"))]
        folders.sort(key=lambda row: not TELLING.search(row["path"]))
        for folder in (row for row in folders[:_MOST_FOLDERS] if _NUMBER.fullmatch(str(row.get("sha")))):
            inside = rows_of(field(ask_json(f"{here}{folder['sha']}?recursive=1", reader)[0], "tree"))
            found += ({**row, "path": f"{folder['path']}/{row.get('path')}"} for row in inside)
    except FetchFailed:
        pass
    return found


def _released(repository: str, reader: Reader) -> list[RemoteFile]:
    """What the releases carry; none when the host does not tell, since the tree is worth having without them."""
    try:
        releases, _ = ask_all(f"{_API}{repository}/releases?per_page=100", reader)
    except FetchFailed:
        return []
    found = [_asset(asset) for release in releases for asset in rows_of(release.get("assets"))]
    return [file for file in found if file]


def _asset(told: dict[str, Any]) -> RemoteFile | None:
    url, name = name_of(told.get("browser_download_url")), name_of(told.get("name"))
    if not name or not url.startswith("https://github.com/"):
        return None
    return RemoteFile(url, name, size_of(told.get("size")), digests_of(sha256=told.get("digest")))


def _raw(repository: str, ref: str, path: str) -> str:
    return f"{_RAW}{repository}/{quote(ref)}/{quote(path)}"
