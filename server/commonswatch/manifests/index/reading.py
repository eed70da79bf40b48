"""A key index as it is asked: one digest, many at once, or all in order."""

import os
import zlib
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import numpy as np
import numpy.typing as npt

from commonswatch.manifests.index import blocks
from commonswatch.manifests.index.blocks import Places
from commonswatch.manifests.index.entries import Numbers
from commonswatch.manifests.index.layout import CHECK, GROUP, GROUP_BITS, HEADER_BYTES, PASSED, Header, NotAnIndex
from commonswatch.manifests.index.mapped import DIRECTORY_DAMAGED, Mapped

_GROUPS_AT_ONCE = 4096


class KeyIndex:
    """An open index. Each look-up checks the blocks it reads: NotAnIndex instead of an answer from a damaged one.

    A single look-up reads two places of the file and nothing around them; for many at once the file is mapped.
    """

    def __init__(self, file: BinaryIO, header: Header) -> None:
        self._file, self._handle = file, file.fileno()
        self._header, self._widths, self._seed = header, header.widths, header.seed

    @classmethod
    def open(cls, path: Path) -> Self:
        """The index at ``path``; NotAnIndex when it is none, is cut off or has a damaged header."""
        file = path.open("rb", buffering=0)
        try:
            if hasattr(os, "posix_fadvise"):  # else the system reads ahead, as for a file that is read through
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_RANDOM)
            start = os.pread(file.fileno(), HEADER_BYTES, 0)
            return cls(file, Header.read(start, os.fstat(file.fileno()).st_size))
        except BaseException:
            file.close()
            raise

    def close(self) -> None:
        """Let go of the file."""
        if "_mapped" in self.__dict__:
            self._mapped.close()
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def rows(self) -> int:
        """How many rows the manifest had."""
        return self._header.rows

    @property
    def entries(self) -> int:
        """How many pairs of digest and row there are."""
        return self._header.entries

    @property
    def digest_bits(self) -> int:
        """How many leading bits of each digest are kept."""
        return self._widths.digest_bits

    @property
    def secret_id(self) -> bytes:
        """Which secret the digests were made with."""
        return self._header.secret_id

    @property
    def guessed(self) -> bool:
        """Whether its keys were read from file names alone, which may mean other works, too."""
        return self._header.guessed

    @property
    def chance(self) -> float:
        """How likely a digest that never stood in the manifest is found all the same."""
        return float(self.entries) / 2.0**self.digest_bits

    def rows_of(self, digest: int) -> list[int]:
        """The rows in which this digest stood, the first 4,096 in order; empty when in none."""
        widths = self._widths
        bucket = digest >> (64 - widths.bucket_bits)
        block = self._block(bucket >> GROUP_BITS)
        width = widths.entry_bytes
        count = (8 * (len(block) - CHECK - GROUP // 8)) // (8 * width + 1)
        length = GROUP // 8 + (count + 7) // 8
        before, end = blocks.around(int.from_bytes(block[:length], "little"), bucket & (GROUP - 1))
        if end > count:
            raise NotAnIndex(blocks.DAMAGED)
        low = digest >> (64 - widths.digest_bits) & (1 << widths.low_bits) - 1
        places = range(length + before * width, length + end * width, width)
        found = (int.from_bytes(block[place : place + width], "little") for place in places)
        return [whole & (1 << widths.row_bits) - 1 for whole in found if whole >> widths.row_bits == low]

    def rows_of_many(self, digests: npt.ArrayLike) -> dict[int, list[int]]:
        """The rows of each of many digests that is found; much faster than one by one."""
        wanted = np.unique(np.asarray(digests, np.uint64))
        places, rows = self._mapped.find(wanted)
        found: dict[int, list[int]] = {}
        for digest, row in zip(wanted[places].tolist(), rows.tolist(), strict=True):
            found.setdefault(digest, []).append(row)
        return found

    def pairs_of_many(self, digests: Numbers) -> tuple[Places, Numbers]:
        """For many digests at once: pairs of a place in ``digests`` and a row."""
        digests = np.asarray(digests, np.uint64)
        order = np.argsort(digests)
        places, rows = self._mapped.find(digests[order])
        return order[places], rows

    def verify(self) -> None:
        """Read the whole file; NotAnIndex when anything in it is damaged."""
        self._mapped.check_directory()
        groups = self._widths.groups
        entries = sum(
            len(self._mapped.entries(first, min(first + _GROUPS_AT_ONCE, groups))[0])
            for first in range(0, groups, _GROUPS_AT_ONCE)
        )
        if entries != self._header.entries:
            raise NotAnIndex("This key index does not hold as many entries as it says.")

    def span(self, number: int, bits: int) -> tuple[Numbers, Numbers]:
        """All entries whose digests begin with these bits (``number``, so many ``bits``), in order."""
        spare = self._widths.bucket_bits - GROUP_BITS - bits
        if spare >= 0:
            return self._mapped.entries(number << spare, (number + 1) << spare)
        digests, rows = self._mapped.entries(number >> -spare, (number >> -spare) + 1)
        inside = digests >> blocks.number(64 - bits) == number
        return digests[inside], rows[inside]

    @cached_property
    def _mapped(self) -> Mapped:
        return Mapped(self._handle, self._header)

    def _block(self, group: int) -> bytes:
        """One block that has passed its checksum."""
        bounds = os.pread(self._handle, 16, self._header.directory + 8 * group)
        start, end = int.from_bytes(bounds[:8], "little"), int.from_bytes(bounds[8:], "little")
        if not HEADER_BYTES <= start < end - CHECK < self._header.directory:
            raise NotAnIndex(DIRECTORY_DAMAGED)
        block = os.pread(self._handle, end - start, start)
        if len(block) != end - start or zlib.crc32(block, self._seed ^ group) != PASSED:
            raise NotAnIndex(blocks.DAMAGED)
        return block
