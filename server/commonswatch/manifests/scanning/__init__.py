"""A whole manifest against everything that is registered: in blocks, on all cores, resumable, with what was found.

    scan = Scan(FileSource(path), Looking(registry, sieve), Options())
    for match in scan: …            # in the order of the rows
    scan.summary

No database and no network: what is registered is given, what is found is handed out.
"""

from commonswatch.manifests.scanning.engine import Options, Scan
from commonswatch.manifests.scanning.findings import Match, Progress, Summary
from commonswatch.manifests.scanning.passes import Looking
from commonswatch.manifests.scanning.source import FileSource, StreamSource

__all__ = ["FileSource", "Looking", "Match", "Options", "Progress", "Scan", "StreamSource", "Summary"]
