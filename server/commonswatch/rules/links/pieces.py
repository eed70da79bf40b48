"""What a line is read to, and the small questions about addresses in it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_LONGEST_TARGET = 4096  # characters
_DEEPEST = 3  # brackets inside the address of a link
_ESCAPES = {"&nbsp;": " ", "&quot;": '"', "&#39;": "'", "&lt;": "<", "&gt;": ">", "&#124;": "/", "&amp;": "&"}
_ENDS = ".,;:!?'*~)]}"
_PAIRS = {")": "(", "]": "[", "}": "{"}
_MOST_ENDS = 8


class Commands:
    """Commands that name a file without an address: a word each has, its form with one group, the address it means."""

    def __init__(self, commands: Sequence[tuple[str, str, str]] = ()) -> None:
        self._signs = tuple(sign for sign, _, _ in commands)
        self._addresses = tuple(address for _, _, address in commands)
        self._form = re.compile("|".join(form for _, form, _ in commands))

    def read(self, words: str) -> Iterator[tuple[int, str]]:
        """Where each command that names a file ends, and the address it means."""
        if any(sign in words for sign in self._signs):
            for found in self._form.finditer(words):
                yield found.end(), self._addresses[(found.lastindex or 1) - 1] + found[found.lastindex or 0]


@dataclass(frozen=True)
class Piece:
    """A stretch of words, or a link: its text and where it leads."""

    text: str
    url: str = ""
    line: int = 0


@dataclass(frozen=True)
class Tag:
    """An HTML tag that is not about links: the page reader knows what it means."""

    name: str
    closes: bool


def unescaped(text: str) -> str:
    """A text with the escapes of HTML that matter here read."""
    if "&" not in text:
        return text
    for escape, sign in _ESCAPES.items():
        text = text.replace(escape, sign)
    return text


def clean(url: str) -> str:
    """An address as written, without the escapes of HTML."""
    return url.replace("&amp;", "&")


def trimmed(url: str) -> str:
    """A bare address without the punctuation of the sentence around it; brackets that belong to it stay."""
    for _ in range(_MOST_ENDS):
        last = url[-1:]
        if not last or last not in _ENDS or (last in _PAIRS and url.count(_PAIRS[last]) >= url.count(last)):
            break
        url = url[:-1]
    return url


def target(text: str, at: int) -> tuple[str | None, int]:
    """The address in `(address "title")`, and where it ends. None if there is none."""
    if text[at : at + 1] != "(":
        return None, at
    depth, end = 0, at
    while end < min(len(text), at + _LONGEST_TARGET):
        sign = text[end]
        depth += (sign == "(") - (sign == ")")
        end += 1
        if depth == 0 or sign == "）":
            inside = text[at + 1 : end - 1].strip()
            return (inside.split()[0].strip("<>") if inside else ""), end
        if depth > _DEEPEST:
            break
    return None, at


def reference(text: str, at: int) -> tuple[str, int]:
    """The name in `[name]`, and where it ends."""
    end = text.find("]", at, at + 200) if text[at : at + 1] == "[" else -1
    return (text[at + 1 : end], end + 1) if end > 0 else ("", at)
