"""How wide the fields of one key index are, and its header. How blocks are filled is in ``blocks``."""

import struct
import zlib
from dataclasses import dataclass
from typing import Self

from commonswatch.domain.errors import InvalidInput

MAGIC = b"CWKEYS\r\n"  # the line end shows a file that was sent as text
VERSION = 1
GROUP_BITS = 8  # a block holds 256 buckets
GROUP = 1 << GROUP_BITS
CHECK = 4  # bytes of a block's checksum
PASSED = 0x2144DF1C  # the CRC-32 of anything followed by its own CRC-32
_SMALL = 2**16  # bytes: nobody minds an index of that size
BYTES_A_ROW = 13  # what an index may take for one row of its manifest
MOST_ROW_BITS = 40
_MOST_BUCKET_BITS = 38
_NARROWEST, _WIDEST = 6, 8  # bytes of one entry
_FIELDS = struct.Struct("<8sHBBBB?xQQQQ8s8sI")
HEADER_BYTES = _FIELDS.size + CHECK


class NotAnIndex(InvalidInput):
    """The file is no key index, is damaged, or is not of this version; ``detail`` says which."""


@dataclass(frozen=True)
class Widths:
    """How many bits of a digest are kept, how many of them name its bucket, bits of a row number, bytes of an entry."""

    digest_bits: int
    bucket_bits: int
    row_bits: int
    entry_bytes: int

    def __post_init__(self) -> None:
        if not (
            GROUP_BITS <= self.bucket_bits <= _MOST_BUCKET_BITS
            and self.bucket_bits < self.digest_bits <= 64
            and 1 <= self.row_bits <= MOST_ROW_BITS
            and self.low_bits + self.row_bits <= 8 * self.entry_bytes <= 64
        ):
            raise NotAnIndex("The fields of this key index cannot be so wide.")

    @property
    def of_each(self) -> tuple[int, int, int, int]:
        """As the header tells them."""
        return self.digest_bits, self.bucket_bits, self.row_bits, self.entry_bytes

    @property
    def low_bits(self) -> int:
        """The bits of a digest that stand in the entry itself."""
        return self.digest_bits - self.bucket_bits

    @property
    def groups(self) -> int:
        """How many blocks the file has."""
        return 1 << (self.bucket_bits - GROUP_BITS)

    def bits_an_entry(self, entries: int) -> float:
        """The mean size of one entry with its share of bitmap, checksum, padding and directory."""
        a_block = GROUP + 64 + 8 * CHECK + 3.5
        return 8 * self.entry_bytes + 1 + self.groups * a_block / max(1, entries)


def choose(entries: int, rows: int, at_most: int = 64) -> Widths:
    """The widths that keep most bits of each digest (``at_most`` so many) within 13 bytes a manifest row.

    A manifest with more than two keys a row cannot keep 48 bits of each within that: there the narrowest are taken.
    """
    row_bits = max(1, (rows - 1).bit_length())
    around = max(GROUP_BITS, entries.bit_length())
    budget = 8 * max(BYTES_A_ROW * rows, _SMALL) / max(1, entries)

    def widths(entry_bytes: int, bucket_bits: int) -> Widths:
        digest_bits = min(64, at_most, 8 * entry_bytes - row_bits + bucket_bits)
        return Widths(digest_bits, bucket_bits, row_bits, entry_bytes)

    possible = [
        widths(entry_bytes, bucket_bits)
        for entry_bytes in range(_NARROWEST, _WIDEST + 1)
        for bucket_bits in range(max(GROUP_BITS, around - 2), around + 2)
    ]
    fitting = [each for each in possible if each.bits_an_entry(entries) <= budget]
    if not fitting:
        return widths(_NARROWEST, around)
    return max(fitting, key=lambda each: (each.digest_bits, -each.bits_an_entry(entries)))


@dataclass(frozen=True)
class Header:
    """What stands at the start of an index."""

    widths: Widths
    entries: int
    rows: int
    directory: int  # where the directory starts, in bytes
    length: int  # of the whole file, in bytes
    secret_id: bytes  # which secret the digests were made with: 8 bytes that say nothing of it
    salt: bytes  # this file's own: a block of another file does not pass its checksum here
    directory_check: int
    guessed: bool = False  # the manifest holds no addresses: its keys were read from file names

    @property
    def seed(self) -> int:
        """What the checksum of block ``n`` starts with is this, XOR ``n``."""
        return zlib.crc32(self.salt)

    def packed(self) -> bytes:
        """The header as it stands in the file."""
        body = _FIELDS.pack(
            *(MAGIC, VERSION, *self.widths.of_each),
            *(self.guessed, self.entries, self.rows, self.directory, self.length),
            *(self.secret_id, self.salt, self.directory_check),
        )
        return body + zlib.crc32(body).to_bytes(CHECK, "little")

    @classmethod
    def read(cls, start: bytes, length: int) -> Self:
        """The header from a file's first bytes and its length; NotAnIndex says what is wrong with it."""
        if start[: len(MAGIC)] != MAGIC:
            raise NotAnIndex("This file is not a key index.")
        if len(start) < HEADER_BYTES:
            raise NotAnIndex("This key index is cut off within its header.")
        body, check = start[: _FIELDS.size], start[_FIELDS.size : HEADER_BYTES]
        if zlib.crc32(body).to_bytes(CHECK, "little") != check:
            raise NotAnIndex("The header of this key index is damaged.")
        fields = _FIELDS.unpack(body)
        _, version, *widths, guessed, entries, rows, directory, told, secret, salt, check_of_all = fields
        if version != VERSION:
            raise NotAnIndex(f"This key index has version {version}; this program reads version {VERSION}.")
        header = cls(Widths(*widths), entries, rows, directory, told, secret, salt, check_of_all, guessed)
        if told != length:
            raise NotAnIndex("This key index is cut off." if length < told else "Something follows this key index.")
        if directory + 8 * (header.widths.groups + 1) != length:
            raise NotAnIndex("The directory of this key index is not where it should be.")
        return header
