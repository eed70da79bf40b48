"""One row as the exact engine reads it, against what is registered: this decides, nothing else does."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from commonswatch.manifests.rows import Row
from commonswatch.manifests.scanning.findings import SUREST, How, Match


class Registry(Protocol):
    """The works that are looked for."""

    def works(self, text: str) -> Sequence[int]:
        """The works with this work key or digest (`md5:…`, `sha256:…` in hexadecimal); usually none."""

    def __len__(self) -> int: ...


def texts_of(row: Row) -> Iterator[tuple[How, str]]:
    """The keys and digests of a row as they are registered and indexed, and how each was won."""
    for key in row.keys:
        yield ("guessed" if key.how == "guessed" else "key"), key.key
    for digest in row.digests:
        yield "digest", f"{digest.algorithm}:{digest.bits.hex()}"


def matches_of(row: Row, registry: Registry) -> list[Match]:
    """The registered works of a row: each once, by the surest way it was won."""
    best: dict[int, Match] = {}
    for how, text in texts_of(row):
        for work_id in registry.works(text):
            known = best.get(work_id)
            if known is None or SUREST[how] < SUREST[known.how]:
                best[work_id] = Match(row.number, row.place, how, text, work_id)
    return [best[work_id] for work_id in sorted(best)]


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
