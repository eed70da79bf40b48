"""The files ``keys`` and ``pictures``, written, and read with every check. Deltas are in ``delta``."""

from commonswatch.watch_list.byte_reader import ByteReader
from commonswatch.watch_list.lists import PDQ_BITS, Lists, Rows, Shipping, ascends
from commonswatch.watch_list.prefixes import PREFIXES
from commonswatch.watch_list.refused import need
from commonswatch.watch_list.rice import Numbers, best_k, write_ascending

MOST_BYTES = 32 * 2**20
MOST_ENTRIES = 5_000_000
MOST_RULES_BYTES = 4 * 2**20
_WORD_BITS = 32


def write_keys(numbers: Numbers) -> bytes:
    """The file ``keys``."""
    return b"CWK1" + coded(numbers, with_count=True)


def coded(numbers: Numbers, *, with_count: bool = False) -> bytes:
    """The parameter and the stream of ascending numbers; in ``keys`` their number stands between."""
    k = best_k(numbers)
    return bytes([k]) + (len(numbers).to_bytes(4, "little") if with_count else b"") + write_ascending(numbers, k)


def read_keys(raw: bytes) -> Numbers:
    """The prefixes in the file ``keys``. Raise Refused."""
    reader = ByteReader(raw)
    reader.magic(b"CWK1")
    k = reader.number(1)
    numbers = reader.ascending(k, entries(reader), PREFIXES)
    reader.end()
    return numbers


def entries(reader: ByteReader) -> int:
    """A number of entries."""
    count = reader.number(4)
    need(count <= MOST_ENTRIES, "size")
    return count


def read_pictures(raw: bytes) -> tuple[Rows, Shipping]:
    """The rows in the file ``pictures``, and how they were cut. Raise Refused."""
    reader = ByteReader(raw)
    reader.magic(b"CWP1")
    bits, threshold = reader.number(2), reader.number(2)
    count = entries(reader)
    need(0 < bits <= PDQ_BITS and bits % _WORD_BITS == 0 and threshold <= bits, "range")
    places = reader.take(bits)
    need(len(set(places)) == bits, "range")
    shipping = Shipping(places, threshold)
    rows = shipping.rows(reader.take(count * shipping.width))
    reader.end()
    need(ascends(rows), "order")
    return rows, shipping


def read_lists(keys: bytes, pictures: bytes) -> Lists:
    """Both lists of a version out of their files. Raise Refused."""
    rows, shipping = read_pictures(pictures)
    return Lists(read_keys(keys), rows, shipping)
