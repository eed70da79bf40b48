"""What is looked for: registered work keys, and digests of files, with their works. No text of them is kept."""

from collections.abc import Iterable, Sequence
from itertools import islice

from commonswatch.manifests.kernel.marks import LEAST, marks
from commonswatch.native import scan
from commonswatch.native.scan_tables import Tables

_BATCH = 50_000


class Registry:
    """Keys of works (`flickr:photo:105`) and of files (`md5:…`, `sha256:…` in small hexadecimal digits) → works.

    The compiled kernel keeps two 64-bit hashes of each, under secrets that never leave the process: that a foreign key
    is taken for one of a million is one chance in 2¹⁰⁸, and nobody can look for such a key. Forked processes share it.
    """

    def __init__(self, keys: Iterable[tuple[str, int]], expected: int = 0) -> None:
        self._marks = marks()
        self.tables = Tables(expected, LEAST) if scan.available() else None
        if self.tables is not None:
            for run in self._marks.runs:
                self.tables.mark(run)
        self.known: dict[bytes, int] = {}  # without the compiled kernel: the keys themselves
        self._further: dict[bytes, list[int]] = {}  # of keys with several works
        rows = iter(keys)
        while batch := list(islice(rows, _BATCH)):
            self._add([key.encode(errors="surrogatepass") for key, _ in batch], [work for _, work in batch])

    def _add(self, keys: Sequence[bytes], works: Sequence[int]) -> None:
        if self.tables is not None:
            if self.tables.least and any(key.startswith(self._marks.unmarked) for key in keys):
                self.tables.least = 0
            self.tables.add(keys, works)
            return
        for key, work in zip(keys, works, strict=True):
            if self.known.setdefault(key, work) != work:
                self._further.setdefault(key, []).append(work)

    def works(self, text: str) -> list[int]:
        """The works with this key; usually none."""
        key = text.encode(errors="surrogatepass")
        if self.tables is not None:
            return self.tables.works(key)
        return [self.known[key], *self._further.get(key, [])] if key in self.known else []

    def __len__(self) -> int:
        return len(self.tables) if self.tables is not None else len(self.known) + sum(map(len, self._further.values()))
