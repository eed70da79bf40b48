"""One line of a page → its pieces: words, and links with their text. Knows neither lists nor tables nor datasets.

Markdown and HTML are read side by side, as in READMEs. Hostile input: every step looks at a bounded stretch.
"""

import re
from dataclasses import dataclass, replace
from itertools import takewhile

from commonswatch.rules.links.pieces import Commands, Piece, Tag, clean, reference, target, trimmed, unescaped

_LONGEST_TAG = 4000  # characters
_MOST_OPEN = 16  # brackets in brackets; the outermost of more are none
_MOST_SAID = 60  # pieces of the text of a link
_LONGEST_TEXT = 1000  # characters of it

_SPECIAL = re.compile(
    r"!\[|\[|\]|<|`+|~~|\\"
    r"|(?:https?|ftp)://|magnet:\?|(?:hf|s3|gs|oss|cos)://"
    r"|(?:pan|yun)\.baidu\.com/|drive\.google\.com/|(?:www\.)?dropbox\.com/s|1drv\.ms/"
)
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)|<!--")
_HREF = re.compile(r"[\s\"']href\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>\"']+))", re.IGNORECASE)
_ALT = re.compile(r"[\s\"']alt\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", re.IGNORECASE)
_BARE = re.compile(r"[!#-;=?-_a-z{}~]{1,4096}")  # printable ASCII without quotes, angle brackets, `|`, back-ticks
_SCHEME = re.compile(r"(?:https?|ftp)://[^/?#]|magnet:\?|(?:hf|s3|gs|oss|cos)://.", re.IGNORECASE)


_RAW = ("script", "style", "noscript", "svg", "textarea", "template")  # their inside is not read
_RAW_ENDS = {name: re.compile(f"</{name}", re.IGNORECASE | re.ASCII) for name in _RAW}
_ENDS_LINK = ("td", "th", "tr", "table", "li", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6")


@dataclass
class _Open:
    """A link whose text is being read."""

    kind: str  # `[`, `!` or `a`
    start: int  # number of pieces before its text
    url: str = ""


class InlineReader:
    """Reads lines to pieces. ``references`` are the targets of `[text][name]` and their lines, by lower-case name."""

    def __init__(self, references: dict[str, tuple[str, int]], commands: Commands, *, markdown: bool) -> None:
        self._references = references
        self._commands = commands
        self._raw = ""  # the tag whose inside is being passed over
        self._markdown = markdown
        self._open: list[_Open] = []
        self._pieces: list[Piece | Tag] = []
        self._line = 0

    def read(self, text: str, line: int) -> list[Piece | Tag]:
        """The pieces of a line. An `<a>` that is still open goes on in the next line."""
        self._line = line
        self._pieces = []
        self._open = [replace(one, start=0) for one in self._open if one.kind == "a"][-1:]
        at = 0
        while at < len(text):
            if self._raw:
                at = self._pass_over(text, at)
                continue
            found = _SPECIAL.search(text, at)
            self._say(text[at : found.start() if found else len(text)])
            at = self._step(text, found) if found else len(text)
        return self._pieces

    def _pass_over(self, text: str, at: int) -> int:
        end = _RAW_ENDS[self._raw].search(text, at)
        if end is None:
            return len(text)
        self._raw = ""
        return end.start()

    def reset(self) -> None:
        """Close what is still open: a block ends."""
        self._open = []

    def _step(self, text: str, found: re.Match[str]) -> int:
        sign, at = found[0], found.start()
        if sign == "<":
            return self._tag(text, at)
        if sign[-1] in "/?s" and len(sign) > 3:
            return self._bare(text, at)
        if not self._markdown:
            self._say(sign)
        elif sign in ("[", "!["):
            self._open = [*self._open[1 - _MOST_OPEN :], _Open(sign[0], len(self._pieces))]
        elif sign == "]":
            return self._close(text, at)
        elif sign == "\\":
            self._say(" " if text[at + 1 : at + 2] == "|" else text[at + 1 : at + 2])
            return at + 2
        return found.end()

    def _say(self, words: str) -> None:
        at = 0
        for end, url in self._commands.read(words):
            self._pieces += [Piece(words[at:end], line=self._line), Piece("", url, self._line)]
            at = end
        if at < len(words):
            self._pieces.append(Piece(unescaped(words[at:]), line=self._line))

    def _close(self, text: str, at: int) -> int:
        """A `]`: the end of a link, or of nothing. Without its beginning, as after a cut, all before it is the text."""
        url, end = target(text, at + 1)
        opened = self._open.pop() if self._open and self._open[-1].kind != "a" else None
        line = self._line
        if url is None and opened:
            name, end = reference(text, at + 1)
            url, line = self._references.get((name or self._text(opened.start)).strip().lower(), ("", line))
        if url is None or not _SCHEME.match(url):
            return max(end, at + 1)
        if opened is None or opened.kind == "[":
            self._link(url, opened.start if opened else self._behind_link(), line)
        return end

    def _behind_link(self) -> int:
        """The number of the first piece since the link before."""
        after = takewhile(lambda piece: isinstance(piece, Tag) or not piece.url, reversed(self._pieces))
        return len(self._pieces) - len(list(after))

    def _text(self, start: int) -> str:
        last = self._pieces[max(start, len(self._pieces) - _MOST_SAID) :]
        return "".join(piece.text for piece in last if isinstance(piece, Piece))[-_LONGEST_TEXT:]

    def _link(self, url: str, start: int, line: int) -> None:
        text = self._text(start)
        inside = [piece for piece in self._pieces[start:] if isinstance(piece, Piece) and piece.url]
        del self._pieces[start:]
        self._pieces += [piece for piece in inside if piece.url != url]
        self._pieces.append(Piece("" if _SCHEME.match(text.strip()) else text, clean(url), line))

    def _bare(self, text: str, at: int) -> int:
        run = _BARE.match(text, at)
        url = trimmed(run[0]) if run else ""
        inside = bool(self._open) and self._open[-1].kind in "[a"
        if inside and self._markdown and "](" in url:
            url = url.split("](")[0]
        if inside and self._open[-1].kind == "a":
            self._say(url)
        elif _SCHEME.match(url) or not url.lower().startswith(("http", "ftp")):
            self._pieces.append(Piece("", clean(url), self._line))
        return at + max(len(url), 1)

    def _tag(self, text: str, at: int) -> int:
        found = _TAG.match(text, at)
        end = text.find("-->" if found and found[0] == "<!--" else ">", at, at + _LONGEST_TAG)
        if found is None or end < 0:
            auto = self._markdown and _SCHEME.match(text, at + 1)
            self._say("" if auto else "<")
            return at + 1
        if found[2] is None:
            return end + 3
        self._take_tag(found[2].lower(), bool(found[1]), text[at : end + 1])
        return end + 1

    def _take_tag(self, name: str, closes: bool, written: str) -> None:
        if name in ("a", *_ENDS_LINK) and self._open and self._open[-1].kind == "a":
            opened = self._open.pop()
            if opened.url:
                self._link(opened.url, opened.start, self._line)
        if name == "a" and not closes:
            url = unescaped(_first(_HREF.search(written))).strip(" ")
            self._open.append(_Open("a", len(self._pieces), url if _SCHEME.match(url) else ""))
        elif name == "img":
            self._say(_first(_ALT.search(written)))
        elif name in _RAW:
            self._raw = "" if closes or written.endswith("/>") else name
        elif name != "a":
            self._pieces.append(Tag(name, closes))


def _first(found: re.Match[str] | None) -> str:
    return next((group for group in found.groups() if group), "") if found else ""
