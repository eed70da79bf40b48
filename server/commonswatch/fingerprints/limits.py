"""What a child may use, set by the child itself before the first foreign byte reaches it.

Linux keeps all of them. macOS knows no address-space limit and no `no_new_privs`: there the parent's clock
(`pool.WALL_SECONDS`), the CPU limit and the pixel limit remain.
"""

import ctypes
import math
import resource
import sys
from typing import NamedTuple


class Limits(NamedTuple):
    """What one child may use."""

    address_space: int  # bytes
    cpu_seconds: int  # for one frame of the conversation


PICTURES = Limits(768 * 2**20, 10)
VIDEOS = Limits(1536 * 2**20, 60)
DESCRIPTORS = 32

_PR_SET_NO_NEW_PRIVS = 38


def confine(limits: Limits = PICTURES) -> None:
    """Give up memory, files and rights for good. On Linux, OSError or ValueError if that is not possible."""
    for kind, most in (
        (resource.RLIMIT_AS, limits.address_space),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, DESCRIPTORS),
    ):
        try:
            resource.setrlimit(kind, (most, most))
        except (OSError, ValueError):
            if sys.platform == "linux":
                raise
    if sys.platform == "linux" and ctypes.CDLL(None).prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        raise OSError("no_new_privs could not be set")


def allow_cpu(limits: Limits = PICTURES) -> None:
    """Let the next picture use its seconds; the kernel ends the child that uses more (SIGXCPU)."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = math.ceil(used.ru_utime + used.ru_stime) + limits.cpu_seconds
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.getrlimit(resource.RLIMIT_CPU)[1]))
