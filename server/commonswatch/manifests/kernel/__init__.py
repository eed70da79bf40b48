"""Rows of a manifest → which of them may hold a registered work, and keyed digests of all their keys.

Written in C (`native/scan.c`), with a slower twin here. Neither decides: a row found here is read again by the exact
engine, and so is each row the kernel is not sure of. No host is known to either: docs/scan-kernel.md.
"""

from commonswatch.manifests.kernel.digests import key_digest, key_digests
from commonswatch.manifests.kernel.lines import lines
from commonswatch.manifests.kernel.registry import Registry
from commonswatch.manifests.kernel.scanner import Found, Scanner

__all__ = ["Found", "Registry", "Scanner", "key_digest", "key_digests", "lines"]
