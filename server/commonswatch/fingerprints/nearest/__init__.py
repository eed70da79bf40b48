"""The nearest set: all fingerprints within 31 of 256 bits of a question, exactly, out of millions (docs/nearest.md).

Fingerprints are added and removed at once. The large part is a file that is mapped read-only and shared by all
processes. Nothing here knows works or the database: an entry is a number and 256 bits.

    bands       how 256 bits are cut so that nothing within 31 is missed
    segment     a part that does not change: its layout in memory and in a file, searching it
    twin        sorting and searching one without a compiler; with one, native.nearest does it
    nearest_set segments, what was added since, what was removed
    files       written aside and moved into place; what is damaged or somebody else's is refused
"""

from commonswatch.fingerprints.nearest.bands import FARTHEST
from commonswatch.fingerprints.nearest.files import NO_MARK, Mark, Refused
from commonswatch.fingerprints.nearest.nearest_set import NearestSet, Turned, nearest_turns

__all__ = ["FARTHEST", "NO_MARK", "Mark", "NearestSet", "Refused", "Turned", "nearest_turns"]
