"""What a child may use, set by the child itself before the first foreign byte reaches it.

Linux keeps all of them. macOS knows no address-space limit and no `no_new_privs`: there the parent's clock
(`pool.WALL_SECONDS`), the CPU limit and the pixel limit remain.
"""

import ctypes
import math
import resource
import sys

ADDRESS_SPACE = 768 * 2**20  # bytes
CPU_SECONDS = 10  # for one picture
DESCRIPTORS = 32

_PR_SET_NO_NEW_PRIVS = 38


def confine() -> None:
    """Give up memory, files and rights for good. On Linux, OSError or ValueError if that is not possible."""
    for kind, most in (
        (resource.RLIMIT_AS, ADDRESS_SPACE),
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


def allow_cpu() -> None:
    """Let the next picture use CPU_SECONDS; the kernel ends the child that uses more (SIGXCPU)."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = math.ceil(used.ru_utime + used.ru_stime) + CPU_SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.getrlimit(resource.RLIMIT_CPU)[1]))
