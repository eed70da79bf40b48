"""Texts nobody would write, out of the vectors of the rules; from a seed."""

import json
import random
from pathlib import Path

VECTORS = Path(__file__).resolve().parents[3] / "fixtures" / "vectors" / "works.json"
TEXTS = [row["text"] for row in json.loads(VECTORS.read_text(encoding="utf-8"))]
DIRT = [
    "/", "//", "?", "#", "&", "=", "%", "%2F", "%3A", "%20", "%C3%A9", "%c3%a9", "%E5%86%99", "%28", "%29", "é", "写",
    ".", "-", "_", "..", "www.", "http://", "https://", "HTTP://", " ", '"', "<", ">", ";", "&amp;", "+",
    "utm_source=x",
    "w=300", "-300x200", "-scaled", "-e1234567890123", "_b", ".jpg", ".PNG", ".php", "@N00", "12345678901",
    "_0123456789", "(12345678)", ":80", ":8080", ":443", ".com", ".example", "xn--", "@", "\\", "\x00", "\x7f",
    "\u200b",
    "\u0301", "%00", "%FF", "%41", "File:", "Special:FilePath/", "-unsplash", "thumb/", "A", "z", "0", "|", "{", "}",
    "[", "]", "*", "~", "!", "'", "wp-content/uploads/", "1.2.3.4", "token=x", "v=Ab3-_exampl", "id=123",
]  # fmt: skip


def odd_text(chance: random.Random) -> str:
    """A vector with some dirt in it, in a wrapper, or with the end of another."""
    text = chance.choice(TEXTS)
    for _ in range(chance.choice([0, 1, 1, 1, 2, 3, 6])):
        at, kind = chance.randrange(len(text) + 1), chance.random()
        if kind < 0.45:
            text = text[:at] + chance.choice(DIRT) + text[at:]
        elif kind < 0.6:
            text = text[:at] + text[at + chance.choice([1, 1, 2, 5]) :]
        elif kind < 0.7:
            text = text[:at] + chance.choice(DIRT) + text[at + 1 :]
        elif kind < 0.8:
            text = text[:at] + text[at : at + 1].swapcase() + text[at + 1 :]
        elif kind < 0.9 and text[at : at + 1].isascii() and at < len(text):
            text = f"{text[:at]}%{ord(text[at]):02X}{text[at + 1 :]}"
        else:
            other = chance.choice(TEXTS)
            text = text[:at] + other[chance.randrange(len(other) + 1) :]
    tail = text.rsplit("/", 1)[-1]
    wrapped = [
        f"https://i0.wp.com/{text.split('://')[-1]}", f"https://web.archive.org/web/2020/{text}", f"a/b c/{tail}",
        f"http://example.com/x?u={text}", f"http://Www.Foo-Bar.example.com/{tail}",
    ]  # fmt: skip
    text = chance.choice(wrapped) if chance.random() < 0.12 else text
    return text.encode(errors="replace").decode()
