"""zstd: the library's own stream, and whether the file ended between two frames, which the library does not tell."""

from collections.abc import Generator
from contextlib import suppress
from typing import Any

import zstandard

from commonswatch.manifests.readers.shapes import Trouble
from commonswatch.manifests.readers.streams import PIECE, Stream

_WINDOW = 2**27  # bytes: what `zstd --long` writes
_AT_ONCE = PIECE // 8  # bytes, in and out: damage costs no more than that of what stands before it
_SKIPPABLE = range(0x184D2A50, 0x184D2A60)
_ONE_BYTE_AGAIN = 1  # the kind of block that is one byte, however long it becomes


class Zstd(Stream):
    """Frame after frame, never more than asked for."""

    def __init__(self, below: Any) -> None:
        super().__init__(below)
        self._followed = _Followed(below)
        self._failure: Exception | None = None
        made: Any = zstandard.ZstdDecompressor(max_window_size=_WINDOW)
        self._reader = made.stream_reader(self._followed, read_size=_AT_ONCE, read_across_frames=True, closefd=False)

    def readinto(self, buffer: Any) -> int:
        """What comes out at once: were more waited for, damage would take that with it."""
        view = memoryview(buffer)[:_AT_ONCE]
        read = int(self._reader.readinto1(view)) if view else 0
        if view and not read and not self._followed.is_whole:
            raise Trouble("broken", "The compressed file ends in the middle.")
        return read

    def piece(self) -> bytes:
        """Several times what comes out at once, so that other threads are waited for less often."""
        if self._failure:
            raise self._failure
        room, filled = memoryview(bytearray(PIECE)), 0
        try:
            while filled < PIECE and (read := self.readinto(room[filled:])):
                filled += read
        except Exception as failure:  # the library's, or of what is below: told behind what came before it
            if not filled:
                raise
            self._failure = failure
        return bytes(room[:filled])


class _Followed:
    """A source whose frames are followed (RFC 8878, section 3) while the library reads it."""

    def __init__(self, below: Any) -> None:
        self._below = below
        self._frames = _frames()
        self._wanted, self._held, self.is_whole = next(self._frames), b"", True

    def read(self, size: int) -> bytes:
        """As files do."""
        data = bytes(self._below.read(size) or b"")
        with suppress(StopIteration):  # no frame: the library says so itself
            self._follow(data)
        return data

    def _follow(self, data: bytes) -> None:
        at = 0
        while at < len(data):
            size, is_skipped = self._wanted
            part = data[at : at + size - len(self._held)] if not is_skipped else b""
            step = len(part) or min(size, len(data) - at)
            at, self._held = at + step, self._held + part
            if is_skipped and step < size:
                self._wanted = size - step, True
            elif is_skipped or len(self._held) == size:
                self._wanted, self._held = self._frames.send(self._held), b""
            self.is_whole = self._wanted == _A_FRAME and not self._held


_Wanted = tuple[int, bool]  # so many bytes; whether nobody has to see them
_A_FRAME: _Wanted = (4, False)


def _frames() -> Generator[_Wanted, bytes, None]:
    """What comes next, again and again; ends at what is no frame."""
    while True:
        number = int.from_bytes((yield _A_FRAME), "little")
        if number in _SKIPPABLE:
            yield from _skip(int.from_bytes((yield 4, False), "little"))
        elif number == int.from_bytes(zstandard.FRAME_HEADER, "little"):
            yield from _blocks()
        else:
            return


def _blocks() -> Generator[_Wanted, bytes, None]:
    """The rest of one frame: its header, blocks, and a sum behind them."""
    descriptor = (yield 1, False)[0]
    is_single, has_sum = descriptor >> 5 & 1, descriptor >> 2 & 1
    size = (is_single, 2, 4, 8)[descriptor >> 6]
    yield from _skip((not is_single) + (0, 1, 2, 4)[descriptor & 3] + size)
    is_last = False
    while not is_last:
        header = int.from_bytes((yield 3, False), "little")
        is_last = bool(header & 1)
        yield from _skip(1 if header >> 1 & 3 == _ONE_BYTE_AGAIN else header >> 3)
    yield from _skip(4 * has_sum)


def _skip(size: int) -> Generator[_Wanted, bytes, None]:
    if size:
        yield size, True
