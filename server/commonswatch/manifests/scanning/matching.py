"""One row as the exact engine reads it, against what is registered: this decides, nothing else does."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from commonswatch.manifests.readers.shapes import Block
from commonswatch.manifests.rows import read_keys
from commonswatch.manifests.scanning.findings import SUREST, How, Match


class Registry(Protocol):
    """The works that are looked for."""

    def works(self, text: str) -> Sequence[int]:
        """The works with this work key or digest (`md5:…`, `sha256:…` in hexadecimal); usually none."""

    def __len__(self) -> int: ...


Texts = list[tuple[How, str]]


def texts_in(block: Block, number: int) -> Texts:
    """The keys and digests of one record as they are registered and indexed, and how each was won."""
    keys, digests = read_keys(block.reader, block.record(number))
    texts: Texts = [("guessed" if key.how == "guessed" else "key", key.key) for key in keys]
    return texts + [("digest", f"{digest.algorithm}:{digest.bits.hex()}") for digest in digests]


def matches_in(block: Block, number: int, texts: Texts, registry: Registry) -> list[Match]:
    """The registered works of a record: each once, by the surest way it was won, of equal ones the first."""
    best: dict[int, tuple[How, str]] = {}
    for how, text in texts:
        for work_id in registry.works(text):
            known = best.get(work_id)
            if known is None or SUREST[how] < SUREST[known[0]]:
                best[work_id] = how, text
    if not best:
        return []
    row, place = block.first_row + number, block.place(number)
    return [Match(row, place, *best[work_id], work_id) for work_id in sorted(best)]


class Known:
    """A few registered works, kept as they are told: for tests and for lists that fit into memory ten times over."""

    def __init__(self, texts: Iterable[tuple[str, int]]) -> None:
        self._works: dict[str, list[int]] = {}
        for text, work_id in texts:
            self._works.setdefault(text, []).append(work_id)

    def works(self, text: str) -> Sequence[int]:
        """The works with this key or digest."""
        return self._works.get(text, ())

    def __len__(self) -> int:
        return len(self._works)
