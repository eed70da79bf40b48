"""Bytes in, fingerprints out. Foreign bytes are parsed only in a child process with limits, never in this one.

    examine_picture, examine_video, licence_of_page   what other rooms call; all hand the bytes to the pool
    PicturePool.hash_many              the same for the many pictures of a dataset: PDQ only
    pool, children, frames             this side: starts children, watches the time, replaces who breaks a limit
    child, limits                      that side: the program a child runs, and what it may use
    signatures, reading, greys, pdq, gates, video, marks, page_marks   what the child does with the bytes
    facts, clips                       what comes back, and whether two videos show the same

Importing this room loads no decoder: Pillow and PyAV live in the children only. docs/fingerprints.md says what is made.
"""

from commonswatch.fingerprints.facts import Mark, PictureFacts, PictureHashes, Unreadable, licence_of
from commonswatch.fingerprints.pool import PicturePool, examine_picture, examine_video, licence_of_page

__all__ = [
    "Mark",
    "PictureFacts",
    "PictureHashes",
    "PicturePool",
    "Unreadable",
    "examine_picture",
    "examine_video",
    "licence_of",
    "licence_of_page",
]
