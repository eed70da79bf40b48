"""What the scan kernel looks for: registered keys as hashes, with their works, and the tokens they are known by."""

import ctypes
import secrets
from collections.abc import Sequence

import numpy as np

from commonswatch.native.scan import SECRET_BYTES, ScanRegistry, library

_FEW_WORKS = 8  # of one key: more are asked for again
_COUNTS = 1 << 22  # as in filters.h
_PAIRS = 32  # as in filters.h
_UNKNOWN = 1 << 20  # keys a table is made for when nobody says how many


class Tables:
    """A hash table of registered keys and their works: 20 bytes a slot; it grows when three slots in four are used.
    A key is known by two hashes of 64 bits, the second one SipHash under a secret of this table.

    Beside it a filter of tokens: runs of at least ``least`` letters and digits that a row with a registered key holds.
    """

    def __init__(self, expected: int = 0, least: int = 0) -> None:
        self._seed, self._secret = secrets.randbits(64), secrets.token_bytes(SECRET_BYTES)
        self._used = 0
        self._structure: ScanRegistry | None = None
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

    def structure(self) -> ScanRegistry:
        """What the C reads. Keep the table, and put nothing in, as long as this is in use."""
        if self._structure is None:
            arrays = (self._slots, self._works, self._counts, self._tokens, self._pairs)
            pointers = [array.ctypes.data for array in arrays]
            masks = len(self._slots) - 1, len(self._tokens) - 1, len(self._pairs) - 1
            checks = self._checks.ctypes.data
            self._structure = ScanRegistry(*pointers, *masks, self._seed, checks, self._secret, self._least)
        return self._structure

    def mark(self, run: bytes) -> None:
        """Let rows with this run of letters and digits be read, whatever else they hold."""
        library().scan_mark(ctypes.byref(self.structure()), run, len(run))

    def add(self, keys: Sequence[bytes], works: Sequence[int]) -> None:
        """Put keys in, each with its work; a key may have several."""
        while 4 * (self._used + len(keys)) > 3 * len(self._slots):
            self._grow()
        lengths, numbers = np.fromiter(map(len, keys), np.int64, len(keys)), np.array(works, np.uint32)
        joined = b"".join(keys)
        if self.least:
            table = self.structure()
            without = library().scan_tokens(ctypes.byref(table), joined, lengths.ctypes.data, len(keys))
            self.least = 0 if without else table.least  # 0: a key has no token, all rows must be read
        self._used += int(
            library().scan_register(
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
        library().scan_move(ctypes.byref(before), ctypes.byref(self.structure()))
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
        found = library().scan_runs(ctypes.byref(self.structure()), which, padded.ctypes.data + 64, len(text), *out)
        return None if found < 0 else (hashes[:found].tolist(), ends[:found].tolist(), odd.tolist(), firsts.tolist())

    def works(self, key: bytes) -> list[int]:
        """The works of a key; none when it is not registered."""
        found = room = _FEW_WORKS
        while found >= room:
            room = found + 1
            out = np.empty(room, np.uint32)
            found = int(library().scan_works(ctypes.byref(self.structure()), key, len(key), out.ctypes.data, room))
        return [int(work) for work in out[:found]]

    def __len__(self) -> int:
        return self._used
