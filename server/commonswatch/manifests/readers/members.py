"""Members of archives as rows: a picture with what lies beside it under the same name, as WebDataset keeps them."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from commonswatch.manifests.readers.joined import Joined
from commonswatch.manifests.readers.json_lines import walk
from commonswatch.manifests.readers.shapes import Block, Column, Reading, Trouble
from commonswatch.manifests.readers.streams import read_fully

_PICTURES = frozenset(["jpg", "jpeg", "png", "gif", "webp", "bmp", "tif", "tiff", "avif", "heic", "jfif", "ppm"])
_LISTS = frozenset(["csv", "tsv", "jsonl", "ndjson", "parquet", "list", "lst"])
_BESIDE = frozenset(["json", "txt", "cls", "url", "caption", "meta"])
_PACKED = frozenset(["gz", "bz2", "xz", "zst"])
_LIST_NAME = re.compile(
    r"(?i)(?:list|urls?|index|meta|annot|info|train|test|val|data|fold)[^/.0-9]*[^/.]{0,8}\.[^/]*$|files/[^/]*[^\W\d_]{2}[^/]*\.txt$"
)
_LARGEST_SMALL_TEXT = 2**16  # bytes


def extension(name: str) -> str:
    """What stands behind the last dot, small; without that of a compression."""
    rest, _, last = name.lower().rpartition(".")
    return rest.rpartition(".")[2] if last in _PACKED else last


def is_picture(name: str) -> bool:
    """Whether a member is a picture, by its name."""
    return extension(name) in _PICTURES


def is_list(name: str, size: int) -> bool:
    """Whether a member is a list to be read itself: by its name, or a text too large to be about one picture."""
    kind = extension(name)
    return kind in _LISTS or (
        kind in ("txt", "json") and (size > _LARGEST_SMALL_TEXT or _LIST_NAME.search(name) is not None)
    )


class Samples:
    """Gathers members into rows."""

    def __init__(self, reading: Reading) -> None:
        self._reading, self._joined = reading, Joined(reading)
        self._base = ""
        self._cells: dict[str, str] = {}
        self._has_picture = False

    @property
    def columns(self) -> tuple[Column, ...]:
        """Those found so far."""
        return self._joined.reader.columns

    def add(self, name: str, size: int, content: Callable[[], Any]) -> Iterator[Block]:
        """Take one member; give a block when there is enough."""
        kind = extension(name)
        base, picture = _base(name), kind in _PICTURES
        if base != self._base or (picture and self._has_picture):
            yield from self._flush()
            self._base, self._cells = base, {"member": name}
        if picture and not self._has_picture:
            self._cells["member"], self._has_picture = name, True
        elif not picture and size <= _LARGEST_SMALL_TEXT and kind in _BESIDE:
            self._read_beside(name, content())

    def rest(self) -> Iterator[Block]:
        """What is left."""
        yield from self._flush()
        yield from self._joined.rest()

    def _flush(self) -> Iterator[Block]:
        cells, self._cells = self._cells, {}
        self._base, self._has_picture = "", False
        if cells:
            yield from self._joined.add(cells, member=cells["member"])

    def _read_beside(self, name: str, content: Any) -> None:
        try:
            text = read_fully(content, _LARGEST_SMALL_TEXT).decode("utf-8", "replace")
        except Trouble as trouble:
            self._reading.note(trouble.problem.what, trouble.problem.detail)
            return
        if name.lower().endswith(".json"):
            self._add_json(text)
        else:
            self._cells.setdefault(name.rpartition(".")[2].lower(), text.strip()[:_LARGEST_SMALL_TEXT])

    def _add_json(self, text: str) -> None:
        try:
            data = json.loads(text)
        except (ValueError, RecursionError):
            return
        for name, cell in walk(data):
            self._cells.setdefault(f"json.{name}", cell)


def _base(name: str) -> str:
    """What members of one sample have in common: up to the first dot behind the last slash [webdataset]."""
    folder, slash, file = name.rpartition("/")
    return f"{folder}{slash}{file.partition('.')[0]}"
