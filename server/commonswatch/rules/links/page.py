"""A page, Markdown or HTML → its blocks in order. Knows no dataset.

A small tolerant reader instead of a library: the same in both languages, linear, and it keeps line numbers.
"""

import re

from commonswatch.rules.links.blocks import Block
from commonswatch.rules.links.inline import InlineReader
from commonswatch.rules.links.markdown import MarkdownReader
from commonswatch.rules.links.outline import Outline
from commonswatch.rules.links.pieces import Commands, Piece
from commonswatch.rules.links.tags import TagReader

LONGEST_PAGE = 1_000_000  # characters; the rest is not read
MOST_LINES = 200_000
_MOST_JOINED = 6  # lines a tag may be spread over
_LONGEST_OPEN_TAG = 1000
_OPEN_TAG = re.compile(r"<[A-Za-z][^<>]*$")


def read_blocks(page: str, *, markdown: bool, commands: Commands) -> list[Block]:
    """The blocks of a page. At most 1,000,000 characters and 200,000 lines are read. Never raises."""
    lines = page[:LONGEST_PAGE].replace("\r\n", "\n").replace("\r", "\n").split("\n")[:MOST_LINES]
    joined = _joined(lines)
    return (MarkdownReader(joined, commands).read() if markdown else _read_html(joined, commands)).blocks


def _read_html(lines: list[str], commands: Commands) -> Outline:
    outline = Outline()
    tags, inline = TagReader(outline), InlineReader({}, commands, markdown=False)
    for number, line in enumerate(lines):
        for piece in inline.read(line.replace("\t", " ") + " ", number + 1):
            if isinstance(piece, Piece):
                outline.add(piece)
            else:
                tags.take(piece)
    outline.finish()
    return outline


def _joined(lines: list[str]) -> list[str]:
    """The lines with tags that go on over the next lines put together; as many as before."""
    joined = list(lines)
    at = 0
    while at < len(joined):
        end = at + 1
        while end < min(len(joined), at + _MOST_JOINED) and _is_open(joined[at]):
            joined[at] += " " + joined[end]
            joined[end] = ""
            end += 1
        at = end
    return joined


def _is_open(line: str) -> bool:
    last = line.rfind("<", max(0, len(line) - _LONGEST_OPEN_TAG))
    return last >= 0 and bool(_OPEN_TAG.match(line, last))
