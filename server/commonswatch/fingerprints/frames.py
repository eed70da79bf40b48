"""How parent and child talk through pipes: a word of one letter, eight bytes of length, then the bytes."""

import os

PICTURE = b"P"  # parent: read this picture
PAGE = b"H"  # parent: read this web page's licence
FACTS = b"F"  # child: this is in it, as JSON
REFUSED = b"R"  # child: it cannot be used, and why, in words for people

_HEAD = 9


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
    read = bytearray()
    while len(read) < length:
        try:
            part = os.read(descriptor, min(length - len(read), 1 << 20))
        except OSError as failure:
            raise Ended from failure
        if not part:
            raise Ended
        read += part
    return bytes(read)
