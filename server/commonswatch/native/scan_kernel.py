"""The scan kernel reads blocks of rows: arrays in and out."""

import ctypes
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from commonswatch.native.scan import (
    FORM,
    SECRET_BYTES,
    Buffer,
    Rows,
    ScanBook,
    ScanFound,
    ScanMatches,
    ScanPlan,
    library,
)
from commonswatch.native.scan_tables import Tables

_MOST_KEYS = 64  # of one row, as in scan.c
_WIDTHS = {"classes": 256, "programs": 3, "families": 2, "forms": FORM, "domains": 4, "endings": 4, "openings": 512}


@dataclass(frozen=True)
class Result:
    """What a block gave: rows that may hold a registered work, and, when wanted, the digests of all keys with rows."""

    rows: Rows
    asked: NDArray[np.bool_]
    digests: Rows
    digest_rows: Rows


class Kernel:
    """The kernel with its book, ready to read blocks in any number of threads."""

    def __init__(
        self,
        arrays: Mapping[str, NDArray[Any]],
        numbers: Mapping[str, int],
        tails: Sequence[tuple[bytes, NDArray[np.uint32]]],
    ) -> None:
        self._kept = arrays, tails
        self._threads = threading.local()
        self._book = _book(arrays, numbers)
        for which, (columns, steps) in enumerate(tails):
            self._book.tail_columns[which] = np.frombuffer(columns, np.uint8).ctypes.data  # of the bytes kept above
            self._book.tail_steps[which] = steps.ctypes.data
            self._book.tail_widths[which], self._book.tail_sizes[which] = steps.shape[1], steps.size
        if not library().scan_book_is_sound(ctypes.byref(self._book)):
            raise ValueError("the book of rules is not sound")

    def keys(self, text: bytes) -> list[bytes] | None:
        """The keys of one text, as the kernel reads it; None where it is not sure. For tests."""
        room = _Texts(_MOST_KEYS * 8, 0)
        book, out = ctypes.byref(self._book), ctypes.byref(room.structure)
        is_sure = library().scan_keys(book, text, len(text), out, self._scratch())
        return [key.encode() for key in room.found().texts] if is_sure else None

    def matched(
        self, buffer: Buffer, starts: Rows, ends: Rows, rows: Rows, tables: Tables, plan: "Plan"
    ) -> tuple["Matched", list[int]]:
        """The registered keys in some rows, and those of the rows of which the kernel is not sure."""
        data, registry = np.frombuffer(buffer, np.uint8), tables.structure()
        starts, ends = np.ascontiguousarray(starts, np.uint64), np.ascontiguousarray(ends, np.uint64)
        rows = np.ascontiguousarray(rows[rows < len(starts)], np.uint64)
        found, unsure, size = Matched([], [], [], []), list[int](), 4 * len(rows) + _MOST_KEYS
        while len(rows):
            room = _Texts(size, len(rows))
            read = library().scan_matched(
                ctypes.byref(self._book), ctypes.byref(registry), ctypes.byref(plan.structure), data.ctypes.data,
                len(data), starts.ctypes.data, ends.ctypes.data, rows.ctypes.data, len(rows),
                ctypes.byref(room.structure), self._scratch(),
            )  # fmt: skip
            found = found.with_more(room.found())
            unsure += room.unsure()
            if read < len(rows) and not room.is_full:
                raise ValueError("a row lies outside of its block")
            rows, size = rows[read:], 2 * size
        return found, unsure

    def rows(
        self, buffer: Buffer, starts: Rows, ends: Rows, first: int, tables: Tables, plan: "Plan", secret: bytes | None
    ) -> Result:
        """Read all rows of a block; digests are made under a secret."""
        if secret is not None and len(secret) != SECRET_BYTES:
            raise ValueError("a secret has 16 bytes")
        data, done, total = np.frombuffer(buffer, np.uint8), 0, len(starts)
        starts, ends = np.ascontiguousarray(starts, np.uint64), np.ascontiguousarray(ends, np.uint64)
        registry, parts = tables.structure(), list[Result]()
        while done < total:
            room = _Room(total - done, 2 * (total - done) + 2 * _MOST_KEYS if secret else 0)
            read = library().scan_rows(
                ctypes.byref(self._book), ctypes.byref(registry), ctypes.byref(plan.structure), secret,
                data.ctypes.data, len(data), starts.ctypes.data + 8 * done, ends.ctypes.data + 8 * done, total - done,
                first + done, ctypes.byref(room.structure), self._scratch(),
            )  # fmt: skip
            if not read:
                raise ValueError("a row lies outside of its block")
            done += int(read)
            parts.append(room.result())
        return parts[0] if len(parts) == 1 else _joined(parts)

    def _scratch(self) -> Any:
        if not hasattr(self._threads, "scratch"):
            self._threads.scratch = np.zeros(int(library().scan_scratch_size()), np.uint8)
        return self._threads.scratch.ctypes.data


class Plan:
    """How the cells of a row are read: numbers of scan.c, and the patterns of its own that some columns have."""

    def __init__(
        self,
        readings: Sequence[tuple[int, int]],
        own: Mapping[str, NDArray[Any]],
        *,
        delimiter: int,
        quoted: bool,
        has_address: bool,
        tokens_tell: bool,
    ) -> None:
        self._kept = own
        self._readings = np.array(readings or [(0, 0)], np.int32)
        self._own = _book(own, {})
        if not library().scan_forms_are_sound(ctypes.byref(self._own)):
            raise ValueError("the patterns of the columns are not sound")
        self.structure = ScanPlan(
            ctypes.addressof(self._own),
            self._readings.ctypes.data,
            len(readings),
            delimiter,
            quoted,
            has_address,
            tokens_tell,
        )


def _book(arrays: Mapping[str, NDArray[Any]], numbers: Mapping[str, int]) -> ScanBook:
    book = ScanBook(**{name: array.ctypes.data for name, array in arrays.items()}, **numbers)
    for name, array in arrays.items():
        if name != "letters":
            setattr(book, f"n_{name}", array.size // _WIDTHS.get(name, 1))
    return book


class Matched(NamedTuple):
    """Registered keys, in order of their rows, then of their works; each work once in a row, by its surest key.

    ``hows``: 0 by a digest, 1 by its key, 2 by one that may mean another work.
    """

    rows: list[int]
    hows: list[int]
    texts: list[str]
    works: list[int]

    def with_more(self, other: "Matched") -> "Matched":
        """These, then others."""
        rows, hows, texts, works = other
        return Matched(self.rows + rows, self.hows + hows, self.texts + texts, self.works + works)


class _Texts:
    """Room for keys as they stand in rows, and for the rows of which nothing is sure."""

    def __init__(self, most: int, rows: int) -> None:
        self._rows, self._works, self._starts, self._ends = (np.empty(most, np.uint32) for _ in range(4))
        self._hows, self._texts = np.empty(most, np.uint8), np.empty(128 * most, np.uint8)
        self._unsure = np.empty(rows, np.uint32)
        arrays = (self._rows, self._works, self._starts, self._ends, self._hows, self._texts)
        pointers = (array.ctypes.data for array in arrays)
        self.structure = ScanMatches(*pointers, 0, most, 0, len(self._texts), 0, self._unsure.ctypes.data, 0)

    @property
    def is_full(self) -> bool:
        """Whether something had no room."""
        return not self.structure.most

    def unsure(self) -> list[int]:
        """The rows of which nothing was written down."""
        rows: list[int] = self._unsure[: int(self.structure.n_unsure)].tolist()
        return rows

    def found(self) -> Matched:
        """What was written down."""
        n = int(self.structure.n)
        texts = self._texts[: int(self.structure.text_size)].tobytes()
        spans = zip(self._starts[:n].tolist(), self._ends[:n].tolist(), strict=True)
        keys = [texts[start:end].decode() for start, end in spans]
        return Matched(self._rows[:n].tolist(), self._hows[:n].tolist(), keys, self._works[:n].tolist())


class _Room:
    def __init__(self, rows: int, most_digests: int) -> None:
        self._rows, self._asked = np.empty(rows, np.uint64), np.empty(rows, np.uint8)
        self._digests, self._digest_rows = np.empty(most_digests, np.uint64), np.empty(most_digests, np.uint64)
        pointers = [one.ctypes.data for one in (self._rows, self._asked, self._digests, self._digest_rows)]
        self.structure = ScanFound(*pointers, 0, 0, most_digests)

    def result(self) -> Result:
        rows, keys = int(self.structure.n_rows), int(self.structure.n_digests)
        return Result(
            self._rows[:rows].copy(),
            self._asked[:rows].astype(np.bool_),
            self._digests[:keys].copy(),
            self._digest_rows[:keys].copy(),
        )


def _joined(parts: Sequence[Result]) -> Result:
    if not parts:
        nothing = np.empty(0, np.uint64)
        return Result(nothing, np.empty(0, np.bool_), nothing, nothing)
    return Result(
        np.concatenate([part.rows for part in parts]),
        np.concatenate([part.asked for part in parts]),
        np.concatenate([part.digests for part in parts]),
        np.concatenate([part.digest_rows for part in parts]),
    )
