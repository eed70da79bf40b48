"""The small optional C library of kernels: plain C, compiled at installation where there is a compiler.

One C file and one binding file for each kernel; here is only how the library is found. A room that uses a kernel keeps
a twin of it without C, which does the same more slowly and is its oracle in tests. No rule about hosts lives here.
"""

import ctypes
import functools
import os
from pathlib import Path

_FOLDER = Path(__file__).parent
_OFF = "COMMONSWATCH_NATIVE"


@functools.cache
def library() -> ctypes.CDLL | None:
    """The compiled kernels, or None where they were not built or are switched off (``COMMONSWATCH_NATIVE=off``)."""
    return None if os.environ.get(_OFF) == "off" else _compiled()


def _compiled() -> ctypes.CDLL | None:
    for path in sorted(_FOLDER.glob("_kernels*")):
        try:
            return ctypes.CDLL(str(path))
        except OSError:  # built for another machine
            continue
    return None
