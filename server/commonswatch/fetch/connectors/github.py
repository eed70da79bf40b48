"""GitHub: the tree of a repository, the files of its releases, or the one file an address names.

By the REST API as documented (docs.github.com/rest: git trees, releases), without an account: 60 questions an hour, of
which one place takes two to four. Files of Git LFS are followed in ``saving``.
"""

from typing import Any
from urllib.parse import quote

from commonswatch.domain.keys import LocationKey
from commonswatch.fetch.connectors.shelf import (
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
    told, _ = ask_json(f"{_API}{repository}/git/trees/{quote(ref, safe='')}?recursive=1", reader)
    rows = (row for row in rows_of(field(told, "tree")) if row.get("type") == "blob" and name_of(row.get("path")))
    files = [RemoteFile(_raw(repository, ref, row["path"]), row["path"], size_of(row.get("size"))) for row in rows]
    return files, field(told, "truncated") is not True


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
