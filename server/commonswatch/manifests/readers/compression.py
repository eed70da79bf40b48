"""Which compression a stream has, and a stream without it. isal does gzip where it is installed."""

import bz2
import lzma
import zlib
from collections.abc import Callable
from typing import Any, Protocol, cast

import zstandard

from commonswatch.manifests.readers.shapes import Trouble
from commonswatch.manifests.readers.streams import PIECE, Stream

_XZ_MEMORY = 256 * 2**20  # bytes: the largest dictionary of `xz -9` needs 65 MiB
_ZSTD_WINDOW = 2**27  # bytes: what `zstd --long` writes
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
        return _Zstd(stream)
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

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        """Give at most that many bytes."""


class Unpacked(Stream):
    """One layer of compression taken off; several members in a row are one stream, what follows them is ignored."""

    def __init__(self, below: Any, make: Callable[[], Decompressor], magic: bytes) -> None:
        super().__init__(below)
        self._make, self._magic = make, magic
        self._member = make()
        self._given = b""

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
            data = self._given or (self.below.read(PIECE) if self._member.needs_input else b"")
            if not data and self._member.needs_input:
                raise Trouble("broken", "The compressed file ends in the middle.")
            self._given = b""
            out = self._member.decompress(data, most)
            if out:
                return out
        return b""

    def _next_member(self) -> bool:
        rest = self._member.unused_data or self.below.read(PIECE)
        while 0 < len(rest) < len(self._magic) and (more := self.below.read(PIECE)):
            rest += more
        if not rest.startswith(self._magic):
            return False
        self._member, self._given = self._make(), rest
        return True


class _Zstd(Stream):
    """The library's own stream: frame after frame, never more than asked for."""

    def __init__(self, below: Any) -> None:
        super().__init__(below)
        made = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW)
        self._reader = made.stream_reader(below, read_size=PIECE // 8, read_across_frames=True, closefd=False)

    def readinto(self, buffer: Any) -> int:
        """As files do."""
        return int(self._reader.readinto(buffer))


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

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
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
