"""HTML tags → the outline. Links are read in inline.py; what no tag here means anything is passed over."""

from commonswatch.rules.links.outline import DEEPEST, MOST_CELLS, Outline
from commonswatch.rules.links.pieces import Piece, Tag

_HEADINGS = {"title": 0, "h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}
_OF_TABLES = ("tr", "td", "th", "table")
_BREAKING = ("p", "div", "center", "section", "article", "table", "tbody", "thead", "details", "summary", "dl", "hr")


class TagReader:
    """Takes the tags of a page, one after the other."""

    def __init__(self, outline: Outline) -> None:
        self._outline = outline
        self._depth = 0  # of lists
        self.in_table = False

    def take(self, tag: Tag) -> None:
        """What a tag begins or ends."""
        outline, name = self._outline, tag.name
        in_row = outline.block is not None and outline.block.kind == "row"
        if name in _HEADINGS:
            outline.finish()
            if not tag.closes:
                outline.start("heading", level=_HEADINGS[name])
        elif name in _OF_TABLES:
            self._take_table(name, closes=tag.closes)
        elif name == "br" or in_row:
            self._break_line()
        elif name in ("ul", "ol", "li"):
            self._take_list(name, closes=tag.closes)
        elif name == "pre":
            outline.finish()
            if not tag.closes:
                outline.start("code")
        elif name in _BREAKING:
            outline.finish()

    def _break_line(self) -> None:
        if self._outline.block is not None:
            self._outline.add(Piece("\n"))

    def _take_list(self, name: str, *, closes: bool) -> None:
        if name == "li" and not closes:
            self._outline.start_item(self._depth)
        elif name != "li":
            self._depth = min(max(self._depth + (-1 if closes else 1), 0), DEEPEST)
            self._outline.finish()
            self._outline.leave_items(self._depth + 1)

    def _take_table(self, name: str, *, closes: bool) -> None:
        outline = self._outline
        if name == "table":
            outline.finish()
            outline.heads, self.in_table = None, not closes
        elif name == "tr":
            outline.finish()
            if not closes:
                outline.start("row").cells = []
        elif outline.block is not None and outline.block.kind == "row" and not closes:
            outline.block.cells += [[]] if len(outline.block.cells) < MOST_CELLS else []
