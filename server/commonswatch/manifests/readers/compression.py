"""Which compression a stream has, and a stream without it. isal does gzip where it is installed."""

import bz2
import lzma
import re
import zlib
from collections.abc import Callable
from typing import Any, Protocol, cast

from commonswatch.manifests.readers.shapes import Trouble
from commonswatch.manifests.readers.streams import PIECE, Stream
from commonswatch.manifests.readers.zstd import Zstd

_XZ_MEMORY = 256 * 2**20  # bytes: the largest dictionary of `xz -9` needs 65 MiB
_FIRST, _MOST = 4096, 3 * PIECE // 16  # bytes a member is given first, and at most: what often gives a piece
_ZEROS = re.compile(rb"\0*")
MAGIC = {
    "gzip": b"\x1f\x8b\x08",
    "bzip2": b"BZh",
    "xz": b"\xfd7zXZ\x00",
    "zstd": b"\x28\xb5\x2f\xfd",
}
_BZIP2_BLOCKS = (b"1AY&SY", b"\x17rE8P\x90")


def compression_of(head: bytes) -> str:
    """`gzip`, `bzip2`, `xz`, `zstd`, or nothing."""
    for name, magic in MAGIC.items():
        if head.startswith(magic) and (name != "bzip2" or head[4:10] in _BZIP2_BLOCKS):
            return name
    return ""


def unpacked(stream: Any, compression: str) -> Stream:
    """The stream without that layer."""
    if compression == "zstd":
        return Zstd(stream)
    return Unpacked(stream, _MAKERS[compression], MAGIC[compression])


class Decompressor(Protocol):
    """What `bz2`, `lzma` and isal's `igzip_lib` have in common."""

    @property
    def eof(self) -> bool:
        """Whether this member has ended."""

    @property
    def needs_input(self) -> bool:
        """Whether nothing more comes out without more going in."""

    @property
    def unused_data(self) -> bytes:
        """What was given to it behind the end of its member."""

    def decompress(self, data: bytes | memoryview, max_length: int = -1) -> bytes:
        """Give at most that many bytes."""


class Unpacked(Stream):
    """One layer of compression taken off. Several members in a row are one stream, zeros behind them are filling.

    A member is given little at first, then more: one that is damaged takes less with it, and of many short ones none
    copies all that follows it.
    """

    def __init__(self, below: Any, make: Callable[[], Decompressor], magic: bytes) -> None:
        super().__init__(below)
        self._make, self._magic = make, magic
        self._member, self._step = make(), _FIRST
        self._room = memoryview(bytearray(PIECE))
        self._given, self._at = self._room[:0], 0

    def readinto(self, buffer: Any) -> int:
        """The next bytes, never more than asked for, whatever the compression makes of its input."""
        view = memoryview(buffer)
        out = self._next(len(view))
        view[: len(out)] = out
        return len(out)

    def piece(self) -> bytes:
        """As the library hands them out."""
        return self._next(PIECE)

    def _next(self, most: int) -> bytes:
        while not self._member.eof or self._next_member():
            data = self._some() if self._member.needs_input else b""
            if not data and self._member.needs_input:
                raise Trouble("broken", "The compressed file ends in the middle.")
            out = self._member.decompress(data, most)
            if out:
                return out
        return b""

    def _some(self) -> memoryview:
        if self._at == len(self._given):
            self._given, self._at = self._read(), 0
        data = self._given[self._at : self._at + self._step]
        self._at += len(data)
        self._step = min(2 * self._step, _MOST)
        return data

    def _read(self, kept: bytes = b"") -> memoryview:
        """What comes next, behind what is kept; in memory of which the libraries copy what they have no use for yet."""
        self._room[: len(kept)] = kept
        return self._room[: len(kept) + int(self.below.readinto(self._room[len(kept) :]) or 0)]

    def _next_member(self) -> bool:
        at = max(0, self._at - len(self._member.unused_data))
        while (at := _past_zeros(self._given, at)) == len(self._given):
            self._given, at = self._read(), 0
            if not self._given:
                self._at = 0
                return False
        while (left := len(self._given) - at) < len(self._magic):
            self._given, at = self._read(bytes(self._given[at:])), 0
            if len(self._given) == left:
                break
        if self._given[at : at + len(self._magic)] != self._magic:
            raise Trouble("broken", "Behind what is compressed stands something else, which was not read.")
        self._member, self._step, self._at = self._make(), _FIRST, at
        return True


def _past_zeros(data: memoryview, at: int) -> int:
    found = _ZEROS.match(data, at)
    return found.end() if found else at


class _Zlib:
    """zlib with the manners of the others."""

    def __init__(self) -> None:
        self._object = zlib.decompressobj(31)
        self.unused_data = b""

    @property
    def eof(self) -> bool:
        """As `bz2` has it."""
        return self._object.eof

    @property
    def needs_input(self) -> bool:
        """As `bz2` has it."""
        return not self._object.unconsumed_tail

    def decompress(self, data: bytes | memoryview, max_length: int = -1) -> bytes:
        """As `bz2` has it."""
        out = self._object.decompress(self._object.unconsumed_tail + data, max(max_length, 0))
        self.unused_data = self._object.unused_data
        return out


def _gzip() -> Decompressor:
    try:
        from isal import igzip_lib  # noqa: PLC0415  # an extra
    except ImportError:
        return cast("Decompressor", _Zlib())
    return cast("Decompressor", igzip_lib.IgzipDecompressor(flag=igzip_lib.DECOMP_GZIP))


_MAKERS: dict[str, Callable[[], Decompressor]] = {
    "gzip": _gzip,
    "bzip2": bz2.BZ2Decompressor,
    "xz": lambda: lzma.LZMADecompressor(memlimit=_XZ_MEMORY),
}
