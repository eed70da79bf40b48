"""The blocks of a page and the sections they stand in, as values. Who reads them: page.py."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from commonswatch.rules.links.pieces import Piece
from commonswatch.rules.links.words import words

LONGEST_SECTION = 20_000  # characters of a section that are evidence for its links
LINE_END = "\n\n"  # between lines that are said for themselves
LONGEST_STRETCH = 600  # characters of a stretch of words


@dataclass(eq=False)
class Section:
    """What stands under one heading: its headings from the nearest up, its words without those of tables, its code."""

    headings: tuple[str, ...] = ()
    _words: list[str] = field(default_factory=list)
    _code: list[str] = field(default_factory=list)
    _size: int = 0
    _count: int = 0  # words

    def add(self, block: "Block") -> None:
        """Take in a block, as long as there is room."""
        block.reach = self._count
        if block.kind == "row" or self._size > LONGEST_SECTION:
            return
        text = block.text
        self._size += len(text)
        self._count += len(words(text))
        block.reach = self._count
        self._words.append(text)
        if block.kind == "code":
            self._code.append(text)

    @cached_property
    def words(self) -> str:
        """All its words, once the page is read."""
        return "\n".join(self._words)[:LONGEST_SECTION]

    @cached_property
    def code(self) -> str:
        """Its code, once the page is read."""
        return "\n".join(self._code)[:LONGEST_SECTION]


@dataclass(eq=False)
class Block:
    """A stretch of a page that belongs together. Only rows have more than one cell."""

    kind: str  # heading, text, item, row, code, reference
    section: Section
    cells: list[list[Piece]] = field(default_factory=lambda: [[]])
    heads: tuple[str, ...] = ()  # of the columns
    row_name: str = ""  # first cell, or that of the row above where it is left out
    parents: tuple["Block", ...] = ()  # list items around it, nearest first
    lead: "Block | None" = None  # what stands before it in its section
    reach: int = 0  # words of its section up to its end
    has_lines: bool = False  # each of its lines has an address of its own

    @property
    def text(self) -> str:
        """All its words."""
        return " | ".join(said(cell) for cell in self.cells)

    @property
    def has_links(self) -> bool:
        """Whether a link stands in it."""
        return any(piece.url for cell in self.cells for piece in cell)

    @cached_property
    def is_about_its_links(self) -> bool:
        """Whether it has links of its own and does not lead to what follows; once the page is read."""
        if not self.has_links:
            return False
        pieces = [piece for cell in self.cells for piece in cell if piece.url or piece.text.strip(" ")]
        leads_on = bool(pieces) and not pieces[-1].url and pieces[-1].text.rstrip(" ").endswith((":", "："))
        return not leads_on

    @cached_property
    def ending(self) -> str:
        """Its last words, once the page is read."""
        return self.text[-LONGEST_STRETCH:]

    @cached_property
    def beginnings(self) -> list[str]:
        """The first words of each cell, once the page is read."""
        return [said(cell)[:LONGEST_STRETCH] for cell in self.cells]

    @cached_property
    def own_beginnings(self) -> list[str]:
        """The same without the texts of links."""
        return ["".join(piece.text for piece in cell if not piece.url)[:LONGEST_STRETCH] for cell in self.cells]

    @cached_property
    def first_links(self) -> list[int]:
        """Where in each cell the first link stands, once the page is read."""
        return [next((at for at, piece in enumerate(cell) if piece.url), len(cell)) for cell in self.cells]


def said(pieces: list[Piece]) -> str:
    """The words of pieces, with the text of the links among them."""
    return "".join(piece.text for piece in pieces)


def links_in(blocks: list[Block]) -> Iterator[tuple[Block, int, int]]:
    """Each link: its block, the number of its cell and its number among the pieces there."""
    for block in blocks:
        for cell, pieces in enumerate(block.cells):
            for at, piece in enumerate(pieces):
                if piece.url:
                    yield block, cell, at
