"""The key index of a manifest that was read once: which keyed digest stood in which row (docs/key-index.md).

Digests and row numbers only; how a key becomes a digest is decided elsewhere, and no text of a manifest is kept here.
"""

from commonswatch.manifests.index.forgetting import forget
from commonswatch.manifests.index.layout import NotAnIndex
from commonswatch.manifests.index.merging import Part, build, merge
from commonswatch.manifests.index.reading import KeyIndex
from commonswatch.manifests.index.runs import Runs
from commonswatch.manifests.index.writing import IndexWriter

__all__ = ["IndexWriter", "KeyIndex", "NotAnIndex", "Part", "Runs", "build", "forget", "merge"]
