"""The scan kernel (`scan.c`) for Python: its structures, the types of its functions, hashes and lines.

What is looked for is in `scan_tables`, reading in `scan_kernel`. Nothing is decided here.

All functions need the compiled library (`available`); what does the same without it is in manifests/kernel.
"""

import ctypes
import functools
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from commonswatch import native

Buffer = bytes | bytearray | memoryview | NDArray[np.uint8]
Rows = NDArray[np.uint64]

SECRET_BYTES = 16
_VERSION = 6  # of scan.c
_TAILS = 4  # automata, as in scan.c
FORM = 13  # numbers of a form, as in scan.c

_pointer, _u64, _int32 = ctypes.c_void_p, ctypes.c_uint64, ctypes.c_int32


class ScanBook(ctypes.Structure):
    """`struct scan_book`: the rules, as manifests/kernel/book.py compiles them."""

    _fields_ = (
        *((name, _pointer) for name in ("code", "programs", "words", "pool", "classes", "families", "forms")),
        *((name, _pointer) for name in ("domains", "endings", "letters", "openings")),
        ("tail_steps", _pointer * _TAILS),
        ("tail_columns", _pointer * _TAILS),
        ("tail_widths", _int32 * _TAILS),
        ("tail_sizes", _int32 * _TAILS),
        *((f"n_{name}", _int32) for name in ("code", "programs", "words", "pool", "classes", "families", "forms")),
        *((name, _int32) for name in ("n_domains", "n_endings", "generic_form", "secrets", "noise", "picture_noise")),
        *((name, _int32) for name in ("pictures", "scripts", "texts", "n_texts", "widest")),
        *((name, _int32) for name in ("rare", "n_rare", "n_openings", "least_path")),
    )


class ScanRegistry(ctypes.Structure):
    """`struct scan_registry`: what is looked for."""

    _fields_ = (
        *((name, _pointer) for name in ("slots", "works", "counts", "tokens", "pairs")),
        *((name, _u64) for name in ("mask", "token_mask", "pair_mask", "seed")),
        ("checks", _pointer),
        ("secret", ctypes.c_char_p),
        ("least", _int32),
    )


class ScanMatches(ctypes.Structure):
    """`struct scan_matches`: room for registered keys that rows hold."""

    _fields_ = (
        *((name, _pointer) for name in ("rows", "works", "text_starts", "text_ends", "hows", "texts")),
        *((name, _u64) for name in ("n", "most", "text_size", "text_room", "row_start")),
        ("unsure", _pointer),
        ("n_unsure", _u64),
    )


class ScanPlan(ctypes.Structure):
    """`struct scan_plan`: how the cells of a row are read."""

    _fields_ = (
        ("own", _pointer),
        ("readings", _pointer),
        *((name, _int32) for name in ("n_columns", "delimiter", "quoted", "has_address", "tokens_tell")),
    )


class ScanFound(ctypes.Structure):
    """`struct scan_found`: room for rows worth reading, and for digests."""

    _fields_ = (
        *((name, _pointer) for name in ("rows", "asked", "digests", "digest_rows")),
        *((name, _u64) for name in ("n_rows", "n_digests", "most_digests")),
    )


_FUNCTIONS: dict[str, tuple[Any, list[Any]]] = {
    "scan_scratch_size": (_u64, []),
    "scan_quick": (_u64, [_u64, _pointer, _u64]),
    "scan_digest": (_u64, [_pointer, _pointer, _u64]),
    "scan_digests": (None, [_pointer, _pointer, _pointer, _u64, _pointer]),
    "scan_register": (_u64, [_pointer, _pointer, _pointer, _pointer, _u64, _u64]),
    "scan_mark": (None, [_pointer, _pointer, _u64]),
    "scan_tokens": (_u64, [_pointer, _pointer, _pointer, _u64]),
    "scan_move": (None, [_pointer, _pointer]),
    "scan_works": (_u64, [_pointer, _pointer, _u64, _pointer, _u64]),
    "scan_lines": (_u64, [_pointer, _u64, _pointer, _pointer, _u64, _pointer]),
    "scan_rows": (_u64, [*[_pointer] * 5, _u64, _pointer, _pointer, _u64, _u64, _pointer, _pointer]),
    "scan_matched": (_u64, [*[_pointer] * 4, _u64, *[_pointer] * 3, _u64, _pointer, _pointer]),
    "scan_runs": (ctypes.c_int64, [_pointer, _int32, _pointer, _u64, *[_pointer] * 4]),
    "scan_keys": (_int32, [_pointer, _pointer, _u64, _pointer, _pointer]),
    "scan_book_is_sound": (_int32, [_pointer]),
    "scan_forms_are_sound": (_int32, [_pointer]),
}


@functools.cache
def library() -> ctypes.CDLL:
    """The compiled kernel. Raises RuntimeError where it is not there."""
    fitting = _fitting()
    if fitting is None:
        raise RuntimeError("the compiled kernels are not there")
    for name, (result, arguments) in _FUNCTIONS.items():
        function = getattr(fitting, name)
        function.restype, function.argtypes = result, arguments
    return fitting


@functools.cache
def _fitting() -> ctypes.CDLL | None:
    """The library, unless it was compiled from another scan.c than this file was written for."""
    compiled = native.library()
    version = getattr(compiled, "scan_version", None)
    return compiled if version is not None and int(version()) == _VERSION else None


def available() -> bool:
    """Whether the compiled kernel is there."""
    return _fitting() is not None


def hashed(seed: int, text: bytes) -> int:
    """The seeded hash of the tables in memory: fast, not for keeping, never 0."""
    return int(library().scan_quick(seed, text, len(text)))


def digest(secret: bytes, text: bytes) -> int:
    """SipHash-2-4 of a text under a secret of 16 bytes."""
    return int(library().scan_digest(secret, text, len(text)))


def digests(secret: bytes, texts: Sequence[bytes]) -> Rows:
    """The digests of many texts, in their order."""
    joined, lengths = b"".join(texts), np.fromiter(map(len, texts), np.int64, len(texts))
    out = np.empty(len(texts), np.uint64)
    library().scan_digests(secret, joined, lengths.ctypes.data, len(texts), out.ctypes.data)
    return out


def lines(buffer: Buffer, most: int) -> tuple[Rows, Rows, int]:
    """Where at most so many lines start and end in a block, and where the last one's `\\n` ended."""
    data = np.frombuffer(buffer, np.uint8)
    starts, ends, read = np.empty(most, np.uint64), np.empty(most, np.uint64), ctypes.c_uint64()
    found = library().scan_lines(
        data.ctypes.data, len(data), starts.ctypes.data, ends.ctypes.data, most, ctypes.byref(read)
    )
    return starts[:found], ends[:found], read.value
