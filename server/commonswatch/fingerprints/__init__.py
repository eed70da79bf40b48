"""Bytes in, fingerprints out. Foreign bytes are parsed only in a child process with limits, never in this one.

    examine_picture, licence_of_page   what other rooms call; both hand the bytes to the pool
    pool, frames                       this side: starts children, watches the time, replaces who breaks a limit
    child, limits                      that side: the program a child runs, and what it may use
    signatures, reading, marks, page_marks   what the child does with the bytes
    facts                              what comes back

Importing this room loads no decoder: Pillow and numpy live in the children only.
"""

from commonswatch.fingerprints.facts import Mark, PictureFacts, Unreadable, licence_of
from commonswatch.fingerprints.pool import PicturePool, examine_picture, licence_of_page

__all__ = [
    "Mark",
    "PictureFacts",
    "PicturePool",
    "Unreadable",
    "examine_picture",
    "licence_of",
    "licence_of_page",
]
