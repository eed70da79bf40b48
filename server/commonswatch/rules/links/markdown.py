"""Lines of Markdown → the outline: headings, lists, tables, code, quotes, front matter. HTML in it goes to tags.py."""

import re
from collections.abc import Sequence

from commonswatch.rules.links.inline import InlineReader
from commonswatch.rules.links.outline import MOST_CELLS, Outline
from commonswatch.rules.links.pieces import Commands, Piece, Tag
from commonswatch.rules.links.tags import TagReader

_BOLD_LEVEL = 7  # of a line all in bold
_DEFINITION = re.compile(r" {0,3}\[([^\[\]]{1,100})\]: {0,4}<?([^ \t<>]{4,4096})>?")
_HEADING = re.compile(r" {0,3}(#{1,6})([^#0-9!].*)")
_UNDERLINE = re.compile(r" {0,3}(?:=+|-+|\^+)[ \t]*")
_RULE = re.compile(r"[ \t]*(?:-[- ]{2,}|\*[* ]{2,}|_[_ ]{2,})")
_ITEM = re.compile(r"([ \t]*)(?:[-*+]|[0-9]{1,3}[.)])[ \t]+(.*)")
_FENCE = re.compile(r"[ \t]*(?:[-*+][ \t]+)?(`{3,}|~{3,})")
_DASHES = re.compile(r"[ \t]*:?-+:?[ \t]*")
_MATTER = re.compile(r"(?:title|pretty_name) *: *(.+)")
_BOLD = re.compile(r"[ \t]*(?:\*\*|__)([^*_]{2,100})(?:\*\*|__) *[:：]?[ \t]*")


class MarkdownReader:
    """Takes the lines of a page, one after the other."""

    def __init__(self, lines: Sequence[str], commands: Commands) -> None:
        self._lines = lines
        self._outline = Outline()
        self._tags = TagReader(self._outline)
        self._inline = InlineReader(_definitions(lines), commands, markdown=True)
        self._commands = commands
        self._code = InlineReader({}, commands, markdown=False)
        self._fence = ""
        self._in_matter = False

    def read(self) -> Outline:
        """All lines."""
        for number, line in enumerate(self._lines):
            if self._take_fence(line) or self._take_matter(number, line):
                continue
            if self._fence:
                self._add(self._code.read(line + "\n", number + 1), with_tags=False)
            else:
                self._take(number, line.lstrip(">") if line.startswith(">") else line)
        self._outline.finish()
        return self._outline

    def _take_fence(self, line: str) -> bool:
        found = _FENCE.match(line)
        if not self._fence and found and "`" not in line[found.end() :]:
            self._outline.start("code")
            self._fence, self._code = found[1], InlineReader({}, self._commands, markdown=False)
            return True
        if self._fence and found and found[1].startswith(self._fence):
            self._fence = ""
            self._outline.finish()
            return True
        return False

    def _take_matter(self, number: int, line: str) -> bool:
        """The front matter: only its titles are read."""
        if number == 0 and line.rstrip() == "---":
            self._in_matter = True
        elif self._in_matter and line.rstrip() in ("---", "..."):
            self._in_matter = False
            return True
        found = _MATTER.fullmatch(line) if self._in_matter else None
        if found:
            self._outline.open_section(0, found[1])
        return self._in_matter

    def _take(self, number: int, line: str) -> None:
        outline = self._outline
        following = self._lines[number + 1] if number + 1 < len(self._lines) else ""
        in_paragraph = outline.block is not None and outline.block.kind == "text"
        begins_row = outline.heads is not None or line.lstrip(" \t").startswith("|") or _is_delimiter(following)
        if not line.strip(" \t"):
            self._take_blank()
        elif _is_delimiter(line) or (_RULE.fullmatch(line) and not in_paragraph):
            outline.finish()
        elif "|" in line and begins_row:
            self._take_row(number, line, is_head=_is_delimiter(following))
        elif _UNDERLINE.fullmatch(line) and in_paragraph and len(line.strip(" \t")) > 2:
            outline.make_heading(1 if "=" in line else 2)
        elif line.startswith(("[", " ")) and "]:" in line and _DEFINITION.match(line):
            outline.start("reference")
            self._add(self._inline.read(line.split("]:", 1)[1], number + 1))
            outline.finish()
        else:
            self._take_words(number, line)

    def _take_blank(self) -> None:
        if not self._tags.in_table:
            self._outline.finish()
            self._outline.heads = None
            self._inline.reset()

    def _take_row(self, number: int, line: str, *, is_head: bool) -> None:
        cells = _cells(self._inline.read(line.strip(" \t"), number + 1))
        self._inline.reset()
        block = self._outline.start("row")
        block.cells, self._outline.block = cells, None
        self._outline.finish_row(block, is_head=is_head)

    def _take_words(self, number: int, line: str) -> None:
        outline = self._outline
        item = _ITEM.fullmatch(line) if not _HEADING.fullmatch(line) else None
        if item:
            outline.start_item(_width(item[1]))
            line = item[2]
        heading = _HEADING.fullmatch(line)
        is_bold = not heading and not item and outline.block is None and _BOLD.fullmatch(line)
        if heading or is_bold:
            outline.start("heading", level=len(heading[1]) if heading else _BOLD_LEVEL)
            self._add(self._inline.read(heading[2].strip(" #\t") if heading else line, number + 1))
            outline.finish()
            return
        if not item and outline.block is None:
            outline.leave_items(_width(line[: len(line) - len(line.lstrip(" \t"))]))
        pieces = self._inline.read(line.strip(" \t") + " ", number + 1)
        if not item:
            self._outline.break_between(pieces)
        self._add(pieces)

    def _add(self, pieces: list[Piece | Tag], *, with_tags: bool = True) -> None:
        for piece in pieces:
            if isinstance(piece, Piece):
                self._outline.add(piece)
            elif with_tags:
                self._tags.take(piece)


def _is_delimiter(line: str) -> bool:
    """Whether a line is the one under the head of a table: `|---|:-:|`."""
    if "|" not in line or "-" not in line or line.strip("|:- \t"):
        return False
    cells = line.strip(" \t").removeprefix("|").removesuffix("|").split("|")
    return all(_DASHES.fullmatch(cell) for cell in cells)


def _width(blanks: str) -> int:
    return len(blanks) + 3 * blanks.count("\t")


def _cells(pieces: list[Piece | Tag]) -> list[list[Piece]]:
    """The cells of a row. Tags are line breaks there."""
    cells: list[list[Piece]] = [[]]
    for piece in pieces:
        if isinstance(piece, Tag):
            cells[-1] += [Piece("\n")] if piece.name == "br" else []
            continue
        first, *others = [piece.text] if piece.url else piece.text.split("|")
        cells[-1].append(Piece(first, piece.url, piece.line))
        cells += [[Piece(text, line=piece.line)] for text in others[: MOST_CELLS - len(cells)]]
    starts_with_sign = not any(piece.text.strip() + piece.url for piece in cells[0])
    return cells[1:] or [[]] if starts_with_sign else cells


def _definitions(lines: Sequence[str]) -> dict[str, tuple[str, int]]:
    """The targets of `[text][name]` and their lines, by lower-case name."""
    found: dict[str, tuple[str, int]] = {}
    for number, line in enumerate(lines):
        match = _DEFINITION.match(line) if "]:" in line else None
        if match:
            found.setdefault(match[1].strip().lower(), (match[2], number + 1))
    return found
