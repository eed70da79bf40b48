"""The scan kernel (`scan.c`) for Python: structures, types of functions, arrays in and out. Nothing is decided here.

All functions need the compiled library (`available`); what does the same without it is in manifests/kernel.
"""

import ctypes
import functools
import secrets
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from commonswatch import native

Buffer = bytes | bytearray | memoryview | NDArray[np.uint8]
Rows = NDArray[np.uint64]

SECRET_BYTES = 16
_MOST_KEYS = 64  # of one row, as in scan.c
_FEW_WORKS = 8  # of one key: more are asked for again
_VERSION = 6  # of scan.c
_TAILS = 4  # automata, as in scan.c
FORM = 13  # numbers of a form, as in scan.c
_COUNTS = 1 << 22  # as in scan.c
_PAIRS = 32  # as in filters.h
_UNKNOWN = 1 << 20  # keys a table is made for when nobody says how many
_WIDTHS = {"classes": 256, "programs": 3, "families": 2, "forms": FORM, "domains": 4, "endings": 4, "openings": 512}

_pointer, _u64, _int32 = ctypes.c_void_p, ctypes.c_uint64, ctypes.c_int32


class _Book(ctypes.Structure):
    _fields_ = (
        *((name, _pointer) for name in ("code", "programs", "words", "pool", "classes", "families", "forms")),
        *((name, _pointer) for name in ("domains", "endings", "letters", "openings")),
        ("tail_steps", _pointer * _TAILS),
        ("tail_columns", _pointer * _TAILS),
        ("tail_widths", _int32 * _TAILS),
        ("tail_sizes", _int32 * _TAILS),
        *((f"n_{name}", _int32) for name in ("code", "programs", "words", "pool", "classes", "families", "forms")),
        *((name, _int32) for name in ("n_domains", "n_endings", "generic_form", "secrets", "noise", "picture_noise")),
        *((name, _int32) for name in ("pictures", "scripts", "texts", "n_texts", "widest")),
        *((name, _int32) for name in ("rare", "n_rare", "n_openings", "least_path")),
    )


class _Registry(ctypes.Structure):
    _fields_ = (
        *((name, _pointer) for name in ("slots", "works", "counts", "tokens", "pairs")),
        *((name, _u64) for name in ("mask", "token_mask", "pair_mask", "seed")),
        ("checks", _pointer),
        ("secret", ctypes.c_char_p),
        ("least", _int32),
    )


class _Matches(ctypes.Structure):
    _fields_ = (
        *((name, _pointer) for name in ("rows", "works", "text_starts", "text_ends", "hows", "texts")),
        *((name, _u64) for name in ("n", "most", "text_size", "text_room", "row_start")),
        ("unsure", _pointer),
        ("n_unsure", _u64),
    )


class _Plan(ctypes.Structure):
    _fields_ = (
        ("own", _pointer),
        ("readings", _pointer),
        *((name, _int32) for name in ("n_columns", "delimiter", "quoted", "has_address", "tokens_tell")),
    )


class _Found(ctypes.Structure):
    _fields_ = (
        *((name, _pointer) for name in ("rows", "asked", "digests", "digest_rows")),
        *((name, _u64) for name in ("n_rows", "n_digests", "most_digests")),
    )


_FUNCTIONS: dict[str, tuple[Any, list[Any]]] = {
    "scan_scratch_size": (_u64, []),
    "scan_quick": (_u64, [_u64, _pointer, _u64]),
    "scan_digest": (_u64, [_pointer, _pointer, _u64]),
    "scan_digests": (None, [_pointer, _pointer, _pointer, _u64, _pointer]),
    "scan_register": (_u64, [_pointer, _pointer, _pointer, _pointer, _u64, _u64]),
    "scan_mark": (None, [_pointer, _pointer, _u64]),
    "scan_tokens": (_u64, [_pointer, _pointer, _pointer, _u64]),
    "scan_move": (None, [_pointer, _pointer]),
    "scan_works": (_u64, [_pointer, _pointer, _u64, _pointer, _u64]),
    "scan_lines": (_u64, [_pointer, _u64, _pointer, _pointer, _u64, _pointer]),
    "scan_rows": (_u64, [*[_pointer] * 5, _u64, _pointer, _pointer, _u64, _u64, _pointer, _pointer]),
    "scan_matched": (_u64, [*[_pointer] * 4, _u64, *[_pointer] * 3, _u64, _pointer, _pointer]),
    "scan_runs": (ctypes.c_int64, [_pointer, _int32, _pointer, _u64, *[_pointer] * 4]),
    "scan_keys": (_int32, [_pointer, _pointer, _u64, _pointer, _pointer]),
    "scan_book_is_sound": (_int32, [_pointer]),
    "scan_forms_are_sound": (_int32, [_pointer]),
}


@functools.cache
def _library() -> ctypes.CDLL:
    library = _fitting()
    if library is None:
        raise RuntimeError("the compiled kernels are not there")
    for name, (result, arguments) in _FUNCTIONS.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library


@functools.cache
def _fitting() -> ctypes.CDLL | None:
    """The library, unless it was compiled from another scan.c than this file was written for."""
    library = native.library()
    version = getattr(library, "scan_version", None)
    return library if version is not None and int(version()) == _VERSION else None


def available() -> bool:
    """Whether the compiled kernel is there."""
    return _fitting() is not None


def hashed(seed: int, text: bytes) -> int:
    """The seeded hash of the tables in memory: fast, not for keeping, never 0."""
    return int(_library().scan_quick(seed, text, len(text)))


def digest(secret: bytes, text: bytes) -> int:
    """SipHash-2-4 of a text under a secret of 16 bytes."""
    return int(_library().scan_digest(secret, text, len(text)))


def digests(secret: bytes, texts: Sequence[bytes]) -> Rows:
    """The digests of many texts, in their order."""
    joined, lengths = b"".join(texts), np.fromiter(map(len, texts), np.int64, len(texts))
    out = np.empty(len(texts), np.uint64)
    _library().scan_digests(secret, joined, lengths.ctypes.data, len(texts), out.ctypes.data)
    return out


def lines(buffer: Buffer, most: int) -> tuple[Rows, Rows, int]:
    """Where at most so many lines start and end in a block, and where the last one's `\\n` ended."""
    data = np.frombuffer(buffer, np.uint8)
    starts, ends, read = np.empty(most, np.uint64), np.empty(most, np.uint64), ctypes.c_uint64()
    found = _library().scan_lines(
        data.ctypes.data, len(data), starts.ctypes.data, ends.ctypes.data, most, ctypes.byref(read)
    )
    return starts[:found], ends[:found], read.value


class Tables:
    """A hash table of registered keys and their works: 20 bytes a slot; it grows when three slots in four are used.
    A key is known by two hashes of 64 bits, the second one SipHash under a secret of this table.

    Beside it a filter of tokens: runs of at least ``least`` letters and digits that a row with a registered key holds.
    """

    def __init__(self, expected: int = 0, least: int = 0) -> None:
        self._seed, self._secret = secrets.randbits(64), secrets.token_bytes(SECRET_BYTES)
        self._used = 0
        self._structure: _Registry | None = None
        self._least = least
        self._counts = np.zeros(_COUNTS if least else 1, np.uint8)
        lines = 1 << max(7, ((expected or _UNKNOWN) // 8).bit_length()) if least else 1
        self._tokens = np.zeros(4 * lines, np.uint64)  # of so many keys one foreign run in 200 passes
        self._pairs = np.zeros((lines, _PAIRS), np.uint16)
        self._make(1 << max(10, (4 * expected // 3).bit_length()))

    @property
    def least(self) -> int:
        """Letters of the shortest token; 0: tokens tell nothing, all rows must be read."""
        return self._least

    @least.setter
    def least(self, least: int) -> None:
        self._least, self._structure = least, None

    def _make(self, size: int) -> None:
        self._structure = None
        self._slots, self._works = np.zeros(size, np.uint64), np.zeros(size, np.uint32)
        self._checks = np.zeros(size, np.uint64)

    def structure(self) -> _Registry:
        """What the C reads. Keep the table, and put nothing in, as long as this is in use."""
        if self._structure is None:
            arrays = (self._slots, self._works, self._counts, self._tokens, self._pairs)
            pointers = [array.ctypes.data for array in arrays]
            masks = len(self._slots) - 1, len(self._tokens) - 1, len(self._pairs) - 1
            checks = self._checks.ctypes.data
            self._structure = _Registry(*pointers, *masks, self._seed, checks, self._secret, self._least)
        return self._structure

    def mark(self, run: bytes) -> None:
        """Let rows with this run of letters and digits be read, whatever else they hold."""
        _library().scan_mark(ctypes.byref(self.structure()), run, len(run))

    def add(self, keys: Sequence[bytes], works: Sequence[int]) -> None:
        """Put keys in, each with its work; a key may have several."""
        while 4 * (self._used + len(keys)) > 3 * len(self._slots):
            self._grow()
        lengths, numbers = np.fromiter(map(len, keys), np.int64, len(keys)), np.array(works, np.uint32)
        joined = b"".join(keys)
        if self.least:
            table = self.structure()
            without = _library().scan_tokens(ctypes.byref(table), joined, lengths.ctypes.data, len(keys))
            self.least = 0 if without else table.least  # 0: a key has no token, all rows must be read
        self._used += int(
            _library().scan_register(
                ctypes.byref(self.structure()),
                joined,
                lengths.ctypes.data,
                numbers.ctypes.data,
                len(keys),
                len(self._slots) - self._used - 1,
            )
        )

    def _grow(self) -> None:
        kept, before = (self._slots, self._works, self._checks), self.structure()
        self._make(2 * len(self._slots))
        _library().scan_move(ctypes.byref(before), ctypes.byref(self.structure()))
        del kept

    def runs(self, text: bytes, which: int) -> tuple[list[int], list[int], list[int], list[int]] | None:
        """Hashes and ends of the runs of letters in a short text, odd bytes, last letters of first tokens; for tests.

        ``which`` of three ways, from the plainest on; None where this processor cannot go it.
        """
        around, blocks = bytes(64), len(text) // 64 + 1
        padded = np.frombuffer(around + text + around + around, np.uint8)
        hashes, ends = np.zeros(len(text) // 4 + 1, np.uint64), np.zeros(len(text) // 4 + 1, np.uint16)
        odd, firsts = np.zeros(blocks, np.uint64), np.zeros(blocks, np.uint64)
        out = [array.ctypes.data for array in (hashes, ends, odd, firsts)]
        found = _library().scan_runs(ctypes.byref(self.structure()), which, padded.ctypes.data + 64, len(text), *out)
        return None if found < 0 else (hashes[:found].tolist(), ends[:found].tolist(), odd.tolist(), firsts.tolist())

    def works(self, key: bytes) -> list[int]:
        """The works of a key; none when it is not registered."""
        found = room = _FEW_WORKS
        while found >= room:
            room = found + 1
            out = np.empty(room, np.uint32)
            found = int(_library().scan_works(ctypes.byref(self.structure()), key, len(key), out.ctypes.data, room))
        return [int(work) for work in out[:found]]

    def __len__(self) -> int:
        return self._used


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
        if not _library().scan_book_is_sound(ctypes.byref(self._book)):
            raise ValueError("the book of rules is not sound")

    def keys(self, text: bytes) -> list[bytes] | None:
        """The keys of one text, as the kernel reads it; None where it is not sure. For tests."""
        room = _Texts(_MOST_KEYS * 8, 0)
        book, out = ctypes.byref(self._book), ctypes.byref(room.structure)
        is_sure = _library().scan_keys(book, text, len(text), out, self._scratch())
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
            read = _library().scan_matched(
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
            read = _library().scan_rows(
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
            self._threads.scratch = np.zeros(int(_library().scan_scratch_size()), np.uint8)
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
        if not _library().scan_forms_are_sound(ctypes.byref(self._own)):
            raise ValueError("the patterns of the columns are not sound")
        self.structure = _Plan(
            ctypes.addressof(self._own),
            self._readings.ctypes.data,
            len(readings),
            delimiter,
            quoted,
            has_address,
            tokens_tell,
        )


def _book(arrays: Mapping[str, NDArray[Any]], numbers: Mapping[str, int]) -> _Book:
    book = _Book(**{name: array.ctypes.data for name, array in arrays.items()}, **numbers)
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
        self.structure = _Matches(*pointers, 0, most, 0, len(self._texts), 0, self._unsure.ctypes.data, 0)

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
        self.structure = _Found(*pointers, 0, 0, most_digests)

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
