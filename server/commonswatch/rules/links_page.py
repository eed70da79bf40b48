"""A page, Markdown or HTML → its blocks in order: headings, paragraphs, list items, table rows, code. Knows no dataset.

A small tolerant reader instead of a library: the same in both languages, linear, and it keeps line numbers.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from commonswatch.rules.links_inline import Commands, InlineReader, Piece, Tag

LONGEST_PAGE = 5_000_000  # characters; the rest is not read
MOST_LINES = 200_000
LONGEST_SECTION = 20_000  # characters of a section that are evidence for its links
MOST_CELLS = 200  # of a row
_DEEPEST = 12  # list items inside list items
_MOST_JOINED = 6  # lines a tag may be spread over

_DEFINITION = re.compile(r" {0,3}\[([^\[\]]{1,100})\]: {0,4}<?([^ \t<>]{4,4096})>?")
_HEADING = re.compile(r" {0,3}(#{1,6})([^#0-9!].*)")
_UNDERLINE = re.compile(r" {0,3}(?:=+|-+|\^+)[ \t]*")
_RULE = re.compile(r"[ \t]*(?:-[- ]{2,}|\*[* ]{2,}|_[_ ]{2,})")
_ITEM = re.compile(r"([ \t]*)((?:[-*+]|[0-9]{1,3}[.)])[ \t]+)(.*)")
_FENCE = re.compile(r"[ \t]*(?:[-*+][ \t]+)?(`{3,}|~{3,})")
_DELIMITER = re.compile(r"[ \t]*\|?(?:[ \t]*:?-+:?[ \t]*\|)*[ \t]*:?-+:?[ \t]*\|?[ \t]*")
_MATTER = re.compile(r"(?:title|pretty_name) *: *(.+)")
_BOLD = re.compile(r"[ \t]*(?:\*\*|__)([^*_]{2,100})(?:\*\*|__) *[:：]?[ \t]*")
_NUMBERED = re.compile(  # a paragraph that is a heading: `1、MegaFace`, `（二）MegaFace`
    r" *(?:[0-9]{1,2}[、．]|[一二三四五六七八九十]{1,3}、|[（(][0-9一二三四五六七八九十]{1,2}[)）])[^。.：:；;]{2,40}"
)
_LONGEST_LEAD = 60  # characters of an item that leads on to the paragraphs behind it
_OPEN_TAG = re.compile(r"<[A-Za-z][^<>]*$")
_BREAKING = ("p", "div", "center", "section", "article", "table", "tbody", "thead", "details", "summary", "dl", "hr")


@dataclass(eq=False)
class Section:
    """What stands under one heading: its headings from the nearest up, its words without those of tables, its code."""

    headings: tuple[str, ...] = ()
    _words: list[str] = field(default_factory=list)
    _code: list[str] = field(default_factory=list)
    _size: int = 0

    def add(self, block: "Block") -> None:
        """Take in a block, as long as there is room."""
        if block.kind == "row" or self._size > LONGEST_SECTION:
            return
        text = block.text
        self._size += len(text)
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

    @property
    def text(self) -> str:
        """All its words."""
        return " | ".join(said(cell) for cell in self.cells)

    @property
    def has_links(self) -> bool:
        """Whether a link stands in it."""
        return any(piece.url for cell in self.cells for piece in cell)

    @property
    def is_about_its_links(self) -> bool:
        """Whether it has links of its own and does not lead to what follows."""
        pieces = [piece for cell in self.cells for piece in cell if piece.url or piece.text.strip(" ")]
        leads_on = bool(pieces) and not pieces[-1].url and pieces[-1].text.rstrip(" ").endswith((":", "："))
        return self.has_links and not leads_on


def said(pieces: list[Piece]) -> str:
    """The words of pieces, with the text of the links among them."""
    return "".join(piece.text for piece in pieces)


def read_blocks(page: str, *, markdown: bool, commands: Commands = ()) -> list[Block]:
    """The blocks of a page. At most 5,000,000 characters and 200,000 lines are read. Never raises."""
    lines = _joined(page[:LONGEST_PAGE].replace("\r\n", "\n").replace("\r", "\n").split("\n")[:MOST_LINES])
    return _PageReader(lines, commands, markdown=markdown).read()


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
    last = line.rfind("<", max(0, len(line) - 1000))
    return last >= 0 and bool(_OPEN_TAG.match(line, last))


class _PageReader:
    def __init__(self, lines: list[str], commands: Commands, *, markdown: bool) -> None:
        self._lines = lines
        self._markdown = markdown
        self._inline = InlineReader(_definitions(lines) if markdown else {}, commands, markdown=markdown)
        self._code_reader = InlineReader({}, commands, markdown=False)
        self._blocks: list[Block] = []
        self._section = Section()
        self._headings: list[tuple[int, str]] = []
        self._items: list[tuple[int, Block]] = []
        self._block: Block | None = None
        self._lead: Block | None = None  # the paragraph before, in this section; or an item that leads on
        self._heading = 0  # level of the heading being read from tags
        self._heads: tuple[str, ...] | None = None  # of the table being read
        self._in_table = False  # of HTML
        self._row_name = ""
        self._fence = ""
        self._matter = False
        self._depth = 0  # of HTML lists

    def read(self) -> list[Block]:
        """All blocks."""
        for number, line in enumerate(self._lines):
            self._take(number, line)
        self._finish()
        return self._blocks

    def _take(self, number: int, line: str) -> None:
        if not self._markdown:
            self._add(self._inline.read(line.replace("\t", " ") + " ", number + 1))
        elif self._fenced(line) or self._in_matter(number, line):
            pass
        elif self._fence:
            self._add_code(self._code_reader.read(line + "\n", number + 1))
        else:
            self._take_markdown(number, line)

    def _fenced(self, line: str) -> bool:
        found = _FENCE.match(line)
        if not self._fence and found and "`" not in line[found.end() :]:
            self._start("code")
            self._fence = found[1]
            return True
        if self._fence and found and found[1].startswith(self._fence):
            self._fence = ""
            self._finish()
            return True
        return False

    def _in_matter(self, number: int, line: str) -> bool:
        if number == 0 and line.rstrip() == "---":
            self._matter = True
        elif self._matter and line.rstrip() in ("---", "..."):
            self._matter = False
            return True
        found = _MATTER.fullmatch(line) if self._matter else None
        if found:
            self._headings.append((0, found[1]))
            self._section = Section(tuple(text for _, text in reversed(self._headings)))
        return self._matter

    def _take_markdown(self, number: int, line: str) -> None:
        line = line.lstrip(">") if line.startswith(">") else line
        following = self._lines[number + 1] if number + 1 < len(self._lines) else ""
        if not line.strip(" \t"):
            if not self._in_table:
                self._finish()
                self._heads = None
                self._inline.reset()
        elif _is_delimiter(line) or (_RULE.fullmatch(line) and not self._in_paragraph()):
            self._finish()
        elif "|" in line and (
            self._heads is not None or line.lstrip(" \t").startswith("|") or _is_delimiter(following)
        ):
            self._row(number, line, is_head=_is_delimiter(following))
        elif _UNDERLINE.fullmatch(line) and self._in_paragraph() and len(line.strip(" \t")) > 2:
            self._underlined(1 if "=" in line else 2)
        else:
            self._take_words(number, line)

    def _in_paragraph(self) -> bool:
        return self._block is not None and self._block.kind == "text"

    def _row(self, number: int, line: str, *, is_head: bool) -> None:
        cells = _cells(self._inline.read(line.strip(" \t"), number + 1))
        self._inline.reset()
        self._finish()
        block = self._new("row")
        block.cells = [[piece for piece in cell if isinstance(piece, Piece)] for cell in cells] or [[]]
        self._close_row(block, is_head=is_head)

    def _close_row(self, block: Block, *, is_head: bool) -> None:
        block.lead = self._lead
        texts = [said(cell).strip(" ") for cell in block.cells]
        if is_head:
            self._heads, self._row_name = tuple(texts), ""
        else:
            self._heads = self._heads or ()
            left_out = len(texts) < len(self._heads) or not texts[0]
            self._row_name = self._row_name if left_out else texts[0]
            block.heads, block.row_name = self._heads, self._row_name
        self._keep(block)

    def _take_words(self, number: int, line: str) -> None:
        heading = _HEADING.fullmatch(line)
        item = _ITEM.fullmatch(line) if not heading else None
        bold = _BOLD.fullmatch(line) if not heading and not item and self._block is None else None
        if line.startswith(("[", " ")) and "]:" in line and _DEFINITION.match(line):
            self._finish()
            self._start("reference")
            self._add(self._inline.read(line.split("]:", 1)[1], number + 1))
            self._finish()
            return
        if item:
            self._item(_width(item[1]), _width(item[1] + item[2]))
            line = item[3]
            heading = _HEADING.fullmatch(line)
        if heading:
            self._start("heading", level=len(heading[1]))
            self._add(self._inline.read(heading[2].strip(" #\t"), number + 1))
            self._finish()
        elif bold:
            self._start("heading", level=7)
            self._add(self._inline.read(line, number + 1))
            self._finish()
        else:
            if not item and self._block is None:
                self._leave_items(_width(line[: len(line) - len(line.lstrip(" \t"))]))
            self._add(self._inline.read(line.strip(" \t") + " ", number + 1))

    def _underlined(self, level: int) -> None:
        block = self._block
        if block is not None:
            block.kind, self._heading = "heading", level
            self._finish()

    def _item(self, indent: int, _inner: int) -> None:
        self._finish()
        self._leave_items(indent)
        self._start("item")
        if self._block is not None and len(self._items) < _DEEPEST:
            self._items.append((indent, self._block))

    def _leave_items(self, indent: int) -> None:
        while self._items and self._items[-1][0] >= indent:
            self._items.pop()

    def _start(self, kind: str, level: int = 0) -> None:
        self._finish()
        self._block = self._new(kind)
        self._block.lead = self._lead
        self._heading = level

    def _new(self, kind: str) -> Block:
        return Block(kind, self._section, parents=tuple(block for _, block in reversed(self._items)))

    def _finish(self) -> None:
        block, self._block = self._block, None
        if block is None or not any(block.cells):
            return
        if block.kind == "row":
            self._close_row(block, is_head=self._heads is None and not any(p.url for cell in block.cells for p in cell))
            return
        if block.kind == "text" and _NUMBERED.fullmatch(block.text) and not block.has_links:
            block.kind, self._heading = "heading", 8
        self._keep(block)
        if block.kind == "heading":
            while self._headings and self._headings[-1][0] >= self._heading:
                self._headings.pop()
            self._headings.append((self._heading, block.text.strip(" ")))
            self._section, self._lead = Section(tuple(text for _, text in reversed(self._headings))), None
            self._heads = None

    def _keep(self, block: Block) -> None:
        self._blocks.append(block)
        block.section.add(block)
        text = block.text.rstrip(" ") if block.kind == "item" else ""
        is_title = len(text) <= _LONGEST_LEAD and not block.parents and not block.has_links
        if block.kind == "text" or (text and (is_title or text.endswith((":", "：")))):
            self._lead = block

    def _add_code(self, pieces: list[Piece | Tag]) -> None:
        for piece in pieces:
            if isinstance(piece, Piece) and self._block is not None:
                self._block.cells[-1].append(piece)

    def _add(self, pieces: list[Piece | Tag]) -> None:
        for piece in pieces:
            if isinstance(piece, Tag):
                self._take_tag(piece)
            else:
                if self._block is None and piece.text.strip() + piece.url:
                    self._start("text")
                if self._block is not None and self._block.cells:
                    self._block.cells[-1].append(piece)

    def _take_tag(self, tag: Tag) -> None:
        name = tag.name
        in_row = self._block is not None and self._block.kind == "row"
        if name in ("h1", "h2", "h3", "h4", "h5", "h6", "title"):
            self._finish()
            if not tag.closes:
                self._start("heading", level=0 if name == "title" else int(name[1]))
        elif in_row and name not in ("tr", "td", "th", "table"):
            self._break_line()
        elif name in ("ul", "ol"):
            self._depth = min(max(self._depth + (-1 if tag.closes else 1), 0), _DEEPEST)
            self._finish()
            self._leave_items(self._depth + 1 if tag.closes else 99)
        elif name == "li" and not tag.closes:
            self._item(self._depth, 0)
        elif name == "pre":
            self._finish()
            if not tag.closes:
                self._start("code")
        elif name == "br":
            self._break_line()
        else:
            self._take_table_tag(name, tag)

    def _break_line(self) -> None:
        if self._block is not None and self._block.cells:
            self._block.cells[-1].append(Piece("\n"))

    def _take_table_tag(self, name: str, tag: Tag) -> None:
        if name == "tr":
            self._finish()
            if not tag.closes:
                self._start("row")
                if self._block is not None:
                    self._block.cells = []
        elif name in ("td", "th"):
            block = self._block
            if block is not None and block.kind == "row" and not tag.closes and len(block.cells) < MOST_CELLS:
                block.cells.append([])
        elif name in _BREAKING:
            self._finish()
            if name == "table":
                self._heads, self._in_table = None, not tag.closes


def _is_delimiter(line: str) -> bool:
    """Whether a line is the one under the head of a table: `|---|:-:|`."""
    return "|" in line and "-" in line and bool(_DELIMITER.fullmatch(line))


def _width(blanks: str) -> int:
    return len(blanks) + 3 * blanks.count("\t")


def _cells(pieces: list[Piece | Tag]) -> list[list[Piece | Tag]]:
    cells: list[list[Piece | Tag]] = [[]]
    for piece in pieces:
        if isinstance(piece, Tag) or piece.url or "|" not in piece.text:
            cells[-1].append(Piece("\n") if isinstance(piece, Tag) and piece.name == "br" else piece)
            continue
        first, *others = piece.text.split("|")
        cells[-1].append(Piece(first, line=piece.line))
        cells += [[Piece(text, line=piece.line)] for text in others[: MOST_CELLS - len(cells)]]
    if not any(isinstance(p, Piece) and p.text.strip() + p.url for p in cells[0]):
        cells = cells[1:]
    return cells


def _definitions(lines: list[str]) -> dict[str, tuple[str, int]]:
    found: dict[str, tuple[str, int]] = {}
    for number, line in enumerate(lines):
        if "]:" in line:
            match = _DEFINITION.match(line)
            if match:
                found.setdefault(match[1].strip().lower(), (match[2], number + 1))
    return found


def links_in(blocks: list[Block]) -> Iterator[tuple[Block, int, int]]:
    """Each link: its block, the number of its cell and its number among the pieces there."""
    for block in blocks:
        for cell, pieces in enumerate(block.cells):
            for at, piece in enumerate(pieces):
                if piece.url:
                    yield block, cell, at
