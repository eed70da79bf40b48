"""A file with its layers of compression taken off: its first bytes, and how it is read from its start or its end."""

import tempfile
from contextlib import suppress
from typing import Any

from commonswatch.manifests import sniffing
from commonswatch.manifests.readers.compression import compression_of, unpacked
from commonswatch.manifests.readers.guards import Ahead, Counted, Measured
from commonswatch.manifests.readers.shapes import Limits, Trouble
from commonswatch.manifests.readers.streams import PIECE, Broken, Prefixed, read_head


class Unwrapped:
    """A file with its layers of compression taken off, and the first bytes of what is inside."""

    def __init__(self, raw: Counted, limits: Limits, *, is_plain_file: bool, unpacked: int = 0) -> None:
        """``unpacked``: what came out of others that count together with this one."""
        self.raw, self._limits, self.is_plain_file = raw, limits, is_plain_file
        self._unpacked, self._layers = unpacked, list[Measured]()
        self.layers: list[str] = []
        self.head, self.whole = b"", False
        self._spool: Any = None
        self.stream: Any = raw if is_plain_file else Ahead(raw, limits.wait)

    def unwrap(self) -> None:
        """Take the layers off, as many as are allowed."""
        self._look()
        while compression := compression_of(self.head):
            if len(self.layers) >= self._limits.layers:
                raise Trouble("expands", f"It is compressed more than {self._limits.layers} times over.")
            self.layers.append(compression)
            self._layers.append(Measured(unpacked(self.stream, compression), self.raw, self._limits, self._unpacked))
            self.stream = self._layers[-1]
            self._look()
        if self.layers:
            self.stream = Ahead(self.stream, self._limits.wait)

    def _look(self) -> None:
        self.head, trouble = read_head(self.stream, sniffing.HEAD)
        self.whole = len(self.head) < sniffing.HEAD and trouble is None
        if trouble and not self.head:
            raise trouble
        self.stream = Prefixed(self.head, Broken(self.stream, trouble) if trouble else self.stream)

    @property
    def unpacked(self) -> int:
        """Bytes that came out of the layer that gave most, and of the others before it."""
        return max((layer.count for layer in self._layers), default=self._unpacked)

    def from_start(self) -> Any:
        """What is inside, from its first byte: the file itself where nothing was taken off, so that one can seek."""
        if self.is_plain_file and not self.layers:
            self.raw.seek(0)
            return self.raw
        return self.stream

    def file(self) -> Any:
        """The same as a file on disk, for formats that are read from their end."""
        if self.is_plain_file and not self.layers:
            return self.raw.below
        if self._spool is None:
            self._spool = _spooled(self.stream, self._limits.spool)
        return self._spool

    def close(self) -> None:
        """Close everything."""
        with suppress(OSError, ValueError):
            self.stream.close()
        if self._spool is not None:
            self._spool.close()


def _spooled(stream: Any, most: int) -> Any:
    file = tempfile.TemporaryFile(prefix="manifest-")  # noqa: SIM115  # closed by who asked for it
    while piece := stream.read(PIECE):
        file.write(piece)
        if file.tell() > most:
            file.close()
            raise Trouble("too-large", f"It holds more than {most // 2**30} GiB.")
    file.seek(0)
    return file
