"""How text is written: its encoding, what stands before it, what ends its lines."""

from typing import NamedTuple

MARK = b"\xef\xbb\xbf"  # of UTF-8
_BOMS = (
    (MARK, "utf-8", 3),
    (b"\xff\xfe\x00\x00", "utf-32", 0),
    (b"\x00\x00\xfe\xff", "utf-32", 0),
    (b"\xff\xfe", "utf-16", 0),
    (b"\xfe\xff", "utf-16", 0),
)


class Encoding(NamedTuple):
    """How text is written: its encoding, how many bytes stand before it, whether lone returns end its lines, and the
    mark of its byte order, which some put before UTF-8, too.
    """

    name: str
    skipped: int
    returns: bool
    mark: bytes = b""

    @property
    def is_plain(self) -> bool:
        """Whether lines can be cut without recoding."""
        return self.name == "utf-8" and not self.returns

    def written(self, text: bytes) -> bytes:
        """Plain text as this one is written, without the mark."""
        if self.is_plain:
            return text
        order = "be" if self.mark[:1] in (b"\xfe", b"\x00") else "le"
        name = f"{self.name}-{order}" if self.name in ("utf-16", "utf-32") else self.name.removesuffix("-sig")
        told = text.decode("utf-8", "replace")
        return (told.replace("\n", "\r") if self.returns else told).encode(name, "replace")


def encoding_of(head: bytes) -> Encoding:
    """The encoding of a text."""
    for mark, name, skipped in _BOMS:
        if head.startswith(mark):
            returns = _has_returns(head[skipped:], name)
            return Encoding(f"{name}-sig" if returns and skipped else name, skipped, returns, mark)
    even, odd = head[:4096:2].count(0), head[1:4096:2].count(0)
    if max(even, odd) > min(len(head), 4096) / 5 and min(even, odd) <= max(even, odd) / 50:
        name = "utf-16-le" if odd > even else "utf-16-be"
        return Encoding(name, 0, _has_returns(head, name))
    returns = _has_returns(head, "utf-8")
    return Encoding("latin-1" if returns and not is_utf8(head) else "utf-8", 0, returns)


def is_utf8(head: bytes) -> bool:
    """Whether the first bytes of a text are UTF-8."""
    try:
        head.decode()
    except UnicodeDecodeError as failure:
        return failure.end >= len(head) - 3  # cut in the middle of a character
    return True


def _has_returns(head: bytes, encoding: str) -> bool:
    """Whether lone returns end the lines of a text."""
    text = head if encoding == "utf-8" else head.decode(encoding, "replace").encode()
    return b"\r" in text[:-1] and b"\n" not in text


def recoded(head: bytes, encoding: Encoding) -> bytes:
    """The first bytes of a text as plain UTF-8."""
    text = head.decode(encoding.name, "replace")
    return (text.replace("\r", "\n") if encoding.returns else text).encode("utf-8", "replace")
