"""One JSON document, and the card of a dataset."""

import json
from collections.abc import Iterator
from typing import Any

from commonswatch.manifests import sniffing
from commonswatch.manifests.readers import descriptions
from commonswatch.manifests.readers.encodings import MARK, encoding_of, is_utf8, recoded
from commonswatch.manifests.readers.json_documents import JsonDocument
from commonswatch.manifests.readers.shapes import Block, Checkpoint, Column, Reading
from commonswatch.manifests.readers.streams import Prefixed, Recoded
from commonswatch.manifests.readers.unknown import Unknown
from commonswatch.manifests.readers.unwrapping import Unwrapped


class Json(Unknown):
    """One JSON document; a small one that describes a dataset is also understood as that."""

    def __init__(self, inside: Unwrapped, reading: Reading) -> None:
        self._inside = inside
        encoding = encoding_of(inside.head)
        text = (inside.head if encoding.is_plain else recoded(inside.head, encoding)).removeprefix(MARK)
        self._start = sniffing.start_of_json(text)
        self._document = JsonDocument(reading, several=sniffing.holds_several(text))
        self.about = descriptions.of_json(inside.head) if inside.whole else None
        reading.has_people = self.about is None
        self.kind = self.about.kind if self.about else "json"

    @property
    def columns(self) -> tuple[Column, ...]:  # type: ignore[override]
        """Those found so far."""
        return self._document.columns

    def blocks(self, checkpoint: Checkpoint | None) -> Iterator[Block]:  # noqa: ARG002
        """Its rows, from the first."""
        encoding = encoding_of(self._inside.head)
        name = encoding.name if encoding.name != "utf-8" or is_utf8(self._inside.head) else "latin-1"
        stream = Recoded(self._inside.from_start(), "utf-8-sig" if name == "utf-8" else name)
        return self._document.blocks(stream, start=self._start)


class Card(Unknown):
    """The card of a dataset: YAML between two lines of dashes, then text. Its rows are the files it names."""

    kind = "card"

    def __init__(self, inside: Unwrapped, reading: Reading) -> None:
        front = descriptions.front_matter(inside.head)
        self.about = descriptions.of_card(front)
        reading.has_people = False
        self._document = JsonDocument(reading)
        self._stream = Prefixed(json.dumps(front, default=str, skipkeys=True).encode(), _Nothing())

    @property
    def columns(self) -> tuple[Column, ...]:  # type: ignore[override]
        """Those found so far."""
        return self._document.columns

    def blocks(self, checkpoint: Checkpoint | None) -> Iterator[Block]:  # noqa: ARG002
        """What the front matter holds."""
        return self._document.blocks(self._stream)


class _Nothing:
    def readinto(self, buffer: Any) -> int:  # noqa: ARG002
        """The end."""
        return 0

    def close(self) -> None:
        """Nothing to do."""
