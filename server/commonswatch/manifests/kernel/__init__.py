"""Rows of a manifest → which of them may hold a registered work, and keyed digests of all their keys.

Written in C (`native/scan.c`), with a slower twin here, that finds candidates only. What either is not sure of is read
by the exact engine. No host is known to either: docs/scan-kernel.md.
"""

from commonswatch.manifests.kernel.digests import key_digest, key_digests
from commonswatch.manifests.kernel.lines import lines
from commonswatch.manifests.kernel.registry import Registry
from commonswatch.manifests.kernel.scanner import Found, Scanner

__all__ = ["Found", "Registry", "Scanner", "key_digest", "key_digests", "lines"]
