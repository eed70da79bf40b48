"""What Markdown and HTML have in common: headings, list items, table rows and paragraphs become blocks, in order."""

import re
from collections.abc import Sequence

from commonswatch.rules.links.blocks import LINE_END, Block, Section, said
from commonswatch.rules.links.pieces import Piece, Tag

MOST_CELLS = 200  # of a row
DEEPEST = 12  # list items inside list items
NUMBERED_LEVEL = 8  # of a numbered paragraph that is a heading: below all others
_LONGEST_LEAD = 60  # characters of an item that leads on to the paragraphs behind it
_SAID_ALONE = {  # shapes of a line and the next one that do not belong together
    ("words, address", "words, address"),
    ("address, words", "address, words"),
    ("address", "words"),
    ("address", "words, address"),
}
_NUMBERED = re.compile(  # `1、MegaFace`, `（二）MegaFace`
    r" *(?:[0-9]{1,2}[、．]|[一二三四五六七八九十]{1,3}、|[（(][0-9一二三四五六七八九十]{1,2}[)）])[^。.：:；;]{2,40}"
)


class Outline:
    """The blocks read so far, and where the reading is: in which section, items, table and block."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.block: Block | None = None
        self.heads: tuple[str, ...] | None = None  # of the table being read
        self._level = 0  # of the heading being read
        self._section = Section()
        self._headings: list[tuple[int, str]] = []
        self._items: list[tuple[int, Block]] = []
        self._lead: Block | None = None  # the paragraph before, in this section; or an item that leads on
        self._row_name = ""
        self._line = ""  # shape of the line before

    def start(self, kind: str, level: int = 0) -> Block:
        """Begin a block; ``level`` is that of a heading."""
        self.finish()
        self._level = level
        self.block = Block(
            kind, self._section, parents=tuple(block for _, block in reversed(self._items)), lead=self._lead
        )
        return self.block

    def start_item(self, indent: int) -> None:
        """Begin a list item; those that are not indented less are no longer around it."""
        self.finish()
        self.leave_items(indent)
        block = self.start("item")
        if len(self._items) < DEEPEST:
            self._items.append((indent, block))

    def leave_items(self, indent: int) -> None:
        """End the items that are indented as much or more."""
        while self._items and self._items[-1][0] >= indent:
            self._items.pop()

    def add(self, piece: Piece) -> None:
        """Add words or a link to the block. Words outside of blocks begin a paragraph."""
        if self.block is None and piece.text.strip() + piece.url:
            self.start("text")
        if self.block is not None and self.block.cells:
            self.block.cells[-1].append(piece)

    def break_between(self, pieces: Sequence[Piece | Tag]) -> None:
        """A new line of a paragraph: behind an address, and where it is written like the line before, it is alone."""
        before, self._line = self._line, _shape(pieces)
        alone = (before, self._line) in _SAID_ALONE
        if alone and self.block is not None and self.block.kind == "text":
            self.block.cells[-1].append(Piece(LINE_END))
            self.block.has_lines = True

    def make_heading(self, level: int) -> None:
        """The paragraph being read was a heading."""
        if self.block is not None:
            self.block.kind, self._level = "heading", level
            self.finish()

    def open_section(self, level: int, heading: str) -> None:
        """What follows stands under this heading, until one of its level or above."""
        while self._headings and self._headings[-1][0] >= level:
            self._headings.pop()
        self._headings.append((level, heading))
        self._section, self._lead = Section(tuple(text for _, text in reversed(self._headings))), None
        self.heads = None

    def finish(self) -> None:
        """End the block being read."""
        block, self.block = self.block, None
        if block is None or not any(block.cells):
            return
        if block.kind == "row":
            self.finish_row(block, is_head=self.heads is None and not block.has_links)
            return
        if block.kind == "text" and _NUMBERED.fullmatch(block.text) and not block.has_links:
            block.kind, self._level = "heading", NUMBERED_LEVEL
        self._keep(block)
        if block.kind == "heading":
            self.open_section(self._level, block.text.strip(" "))

    def finish_row(self, block: Block, *, is_head: bool) -> None:
        """Keep a row, with the heads of its columns and the name in its first cell, or in that of the row above."""
        texts = [said(cell).strip(" ") for cell in block.cells]
        if is_head:
            self.heads, self._row_name = tuple(texts), ""
        else:
            self.heads = self.heads or ()
            left_out = len(texts) < len(self.heads) or not texts[0]
            self._row_name = self._row_name if left_out else texts[0]
            block.heads, block.row_name = self.heads, self._row_name
        self._keep(block)

    def _keep(self, block: Block) -> None:
        self.blocks.append(block)
        block.section.add(block)
        text = block.text.rstrip(" ") if block.kind == "item" else ""
        is_title = len(text) <= _LONGEST_LEAD and not block.parents and not block.has_links
        if block.kind == "text" or (text and (is_title or text.endswith((":", "：")))):
            self._lead = block


def _shape(pieces: Sequence[Piece | Tag]) -> str:
    """Whether a line is words, an address without a text, or both, and which comes first. Empty for other lines."""
    said = [piece for piece in pieces if isinstance(piece, Piece) and (piece.url or piece.text.strip(" "))]
    links = [piece for piece in said if piece.url]
    if not links:
        return "words"
    if len(links) > 1 or links[0].text or not (said[0].url or said[-1].url):
        return ""
    first = "address, words" if said[0].url else "words, address"
    return first if len(said) > 1 else "address"
