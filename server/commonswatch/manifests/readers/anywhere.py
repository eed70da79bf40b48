"""Addresses and file names that stand somewhere in a text: in markup, in scripts, in quotes, several in one cell."""

import re
from collections.abc import Iterator
from urllib.parse import unquote

from commonswatch.domain.keys import MANY_WORKS, WorkKey
from commonswatch.rules import work_keys

_MOST = 20_000  # of one text
_LONGEST = 5000  # characters: more than any address may have
_ENTITIES = re.compile(r"&(?:quot|apos|lt|gt|nbsp|#34|#39|#x22|#x27|#x2[fF]);")
_WORDS = re.compile(r'[^\s"<>`|^]+')
_START = re.compile(r"https?://|https?%3a%2f%2f|(?<![\w.:/-])(?=//[a-z0-9-]+\.[a-z0-9.-]+/)", re.IGNORECASE)
_NEXT = re.compile(r"[,;](?=[\W_]*(?:https?:|//))|[({\[]+https?:")  # where one of several ends
_EXTENSION = r"(?:jpe?g|png|gif|webp|bmp|tiff?|avif|heic|svg|mp4|webm|avi|mov|mkv)"
_BEHIND_PICTURE = re.compile(rf"\.{_EXTENSION}(?=[,;~^=)\]}}*'])", re.IGNORECASE)
_PICTURE = re.compile(rf".*\.{_EXTENSION}(?:#[0-9])?", re.IGNORECASE)
_PAGE = re.compile(r"(?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,12}/.*", re.IGNORECASE)  # an address without a scheme
_TITLE = re.compile(rf"\b(?:File|Image):[^\n\"<>|\[\]{{}}#/]{{1,240}}?\.{_EXTENSION}\b", re.IGNORECASE)
_APART = re.compile(r"[,;='\[\]{}*]+")
_CLOSING = {")": "(", "]": "[", "}": "{"}


def pieces(text: str) -> Iterator[str]:
    """Everything in a text that may be an address or the name of a picture, cut out of what stands around it."""
    text = _opened(text)
    for number, piece in enumerate(_pieces(text)):
        if number >= _MOST:
            return
        yield piece


def works_in(text: str) -> list[WorkKey]:
    """The keys of all works that are named in a text."""
    return [key for piece in pieces(text) for key in work_keys(piece) if key.kind not in MANY_WORKS]


def _opened(text: str) -> str:
    """Without what languages write before quotes and slashes; paths of Windows with slashes."""
    if "&" in text:
        text = _ENTITIES.sub(lambda entity: "/" if entity[0].lower() == "&#x2f;" else '"', text)
    if "\\" in text:
        text = text.replace("\\/", "/").replace('\\"', '"').replace("\\'", "'").replace("\\\\", "/").replace("\\", "/")
    return text


def _pieces(text: str) -> Iterator[str]:
    if ":" in text:
        for title in _TITLE.finditer(text):
            yield title[0]
    for word in _WORDS.finditer(text):
        yield from _of_word(word[0])


def _of_word(word: str) -> Iterator[str]:
    at = 0
    while found := _START.search(word, at):
        yield from _names(word[at : found.start()])
        at = _end(word, found.start())
        address = _trimmed(word[found.start() : at])
        yield unquote(address) if "%" in found[0] else address
    yield from _names(word[at:])


def _end(word: str, start: int) -> int:
    """Where the address that starts here ends."""
    most = start + _LONGEST
    quote = word.find("'", start, most) if word[start - 1 : start] == "'" else -1
    other, picture = _NEXT.search(word, start, most), _BEHIND_PICTURE.search(word, start, most)
    ends = [quote, other.start() if other else -1, picture.end() if picture else -1]
    return max(start + 1, min([end for end in ends if end > 0], default=len(word)))


def _names(text: str) -> Iterator[str]:
    """File names and addresses without a scheme."""
    for part in _APART.split(text) if "." in text else ():
        name = _trimmed(part)
        if _PICTURE.fullmatch(name) or _PAGE.fullmatch(name):
            yield name


def _trimmed(text: str) -> str:
    """Without the signs of a sentence at its end, and brackets that are open or closed elsewhere."""
    while text and len(text) <= _LONGEST:
        last = text[-1]
        if last in ".,;:!?'*~" or (last in _CLOSING and text.count(last) > text.count(_CLOSING[last])):
            text = text[:-1]
        elif text[0] in "([{":
            text = text[1:]
        else:
            break
    return text
