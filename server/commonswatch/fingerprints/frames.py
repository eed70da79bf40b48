"""How parent and child talk through pipes: a word of one letter, eight bytes of length, then the bytes."""

import contextlib
import fcntl
import os
import struct
from collections.abc import Sequence

PICTURE = b"P"  # parent: read this picture
HASHES = b"S"  # parent: hash these pictures
SCALED = b"C"  # parent: hash these pictures, large ones decoded at a smaller scale
VIDEO = b"V"  # parent: read the video in the file you were started with
PAGE = b"H"  # parent: read this web page's licence
FACTS = b"F"  # child: this is in it, as JSON
REFUSED = b"R"  # child: it cannot be used, and why, in words for people

_HEAD = 9
_PIPE = 1 << 20  # bytes; the usual 64 KB are a change of process every 20 microseconds


class Ended(Exception):  # it is how every conversation ends, not always an error
    """The other side is gone, or does not keep to the form."""


def send(descriptor: int, word: bytes, body: bytes) -> None:
    """Write one frame. Raises Ended when nobody reads any more."""
    try:
        for part in (word + len(body).to_bytes(_HEAD - 1), body):
            rest = memoryview(part)
            while rest:
                rest = rest[os.write(descriptor, rest) :]
    except OSError as failure:
        raise Ended from failure


def receive(descriptor: int, most: int) -> tuple[bytes, bytes]:
    """Read one frame of at most ``most`` bytes. Raises Ended when there is none."""
    head = _read(descriptor, _HEAD)
    length = int.from_bytes(head[1:])
    if length > most:
        raise Ended
    return head[:1], _read(descriptor, length)


def _read(descriptor: int, length: int) -> bytes:
    read = bytearray(length)
    rest = memoryview(read)
    while rest:
        try:
            done = os.readv(descriptor, [rest])
        except OSError as failure:
            raise Ended from failure
        if not done:
            raise Ended
        rest = rest[done:]
    return bytes(read)


def widen(descriptor: int) -> None:
    """Let a pipe hold more, where the system can (Linux, up to its own limit)."""
    with contextlib.suppress(OSError, AttributeError):
        fcntl.fcntl(descriptor, fcntl.F_SETPIPE_SZ, _PIPE)


def packed(bodies: Sequence[bytes]) -> bytes:
    """Several bodies as one."""
    return b"".join([struct.pack(f"<I{len(bodies)}Q", len(bodies), *map(len, bodies)), *bodies])


def unpacked(body: bytes) -> list[bytes]:
    """The bodies of ``packed``. Raises ValueError when it is not of that form."""
    try:
        (count,) = struct.unpack_from("<I", body)
        lengths = struct.unpack_from(f"<{count}Q", body, 4)
    except struct.error as failure:
        raise ValueError("not a pack") from failure
    bodies, start = [], 4 + 8 * count
    for length in lengths:
        bodies.append(body[start : start + length])
        start += length
    return bodies
