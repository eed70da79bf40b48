"""The engine here and its twin in the extension give the same keys for ten thousand made-up texts."""

import json
import os
import random
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from commonswatch.rules import account_keys, location, work_keys

PROJECT = Path(__file__).resolve().parents[3]
RULES = PROJECT / "server" / "commonswatch" / "rules"
VECTORS = PROJECT / "tests" / "fixtures" / "vectors"
TOOL = PROJECT / "extension" / "tools" / "keys.mjs"

MANY = 10_000
SHOWN = 5
SEED = 2026
CHANGES_AT_MOST = 3
READY_MADE = 0.6  # the share that starts from a vector; the rest is made from the forms of the rule files

WRAPPERS = [
    "https://i0.wp.com/{bare}", "https://web.archive.org/web/20200102030405id_/{text}", "https://web.archive.org/web/2020/{bare}",
    "https://wsrv.nl/?url={bare}", "https://images.weserv.nl/?url=ssl:{bare}&w=3", "https://www.google.com/url?q={quoted}",
    "https://external-content.duckduckgo.com/iu/?u={quoted}", "https://camo.githubusercontent.com/0123456789abcdef01/{hex}",
    "[data]({text}), 提取码: ab12", "链接: {text} 密码：x9Y8", "see <{text}>.", "| {text} | ab12 |", "{bare}.evil.example/x", "x/{bare}",
]  # fmt: skip
ODD = [
    "%", "%2F", "%2f", "%3F", "%23", "%25", "%2541", "%C3%A9", "%c3", "%A9", "%ff", "%E0%80%80", "%ED%A0%80", "%F0%9F%98%80",
    "%F4%90%80%80", "%EF%BB%BF", "%00", "%0A", "%20", "+", " ", "&amp;", "&#38;", "&#x26;amp;", "&", "=", "=x", "?", "#", "/", "//",
    ".", "..", ":", "@", "\\", "|", "(", ")", "[", "]", "{", "}", "<", ">", "_", "-", "~", "!", "*", "'", '"', ",", ";", "^", "`",
    "utm_source=x", "&w=3", "?pwd=ab12", "&token=x", "-300x200.jpg", "-scaled.jpg", "_b.jpg", ".jpg", ".PHP", "\u0000", "\u0085", "\u00a0",
    "\u200d", "\u2028", "\u3000", "\ufeff", "\n", "\r", "\t", "\ud800", "\udfff", "é", "e\u0301", "İ", "ı", "ß", "ẞ", "ƛ", "ſ", "K", "Σ",
    "ς", "ა", "ǆ", "ŉ", "１", "½", "Ａ", "。", "：", "提取码", "日本", "пример", "😀", "𐐀", "\u0ece\u0301",
]  # fmt: skip
HOSTS = [
    "bücher.example", "BÜCHER.example", "xn--bcher-kva.example", "xn--a.example", "xn--bcher-.example", "пример.рф", "flіckr.com",
    "ｆｌｉｃｋｒ.com", "日本語。jp", "i❤.ws", "straße.example", "a_b.é.example", "-x.é.example", "ΣΑΣ.example", "l·l.cat", "xn--fa-hia.example",
    "www.flickr.com.", "flickr.com..", "flickr.com.evil.example", "192.0.2.1", "1.2.3", "localhost", "a" * 64 + ".example", "example.c0m",
    "user@flickr.com", "www.flickr.com:80", "www.flickr.com:0443", "example.org:8080", "example.org:99999", "[::1]", "exa\u200dmple.org",
    "\u0ece.example", "\u1c89.example", "ꟜA.example", "ქართული.example", "ไทย.example", "أ.example", "한국.example", "xn--.example",
]  # fmt: skip


def texts() -> list[str]:
    """The same made-up texts every time: forms of every host, changed in ways people and machines change them."""
    chance = random.Random(SEED)
    vectors = [
        row["text"] for name in ("works.json", "locations.json") for row in json.loads((VECTORS / name).read_text())
    ]
    forms = [*forms_of("media_hosts.json"), *forms_of("sharing_hosts.json")]
    made = list(vectors)
    while len(made) < MANY:
        text = chance.choice(vectors) if chance.random() < READY_MADE else example(chance, *chance.choice(forms))
        for _ in range(chance.randint(0, CHANGES_AT_MOST)):
            text = chance.choice(ALTERATIONS)(chance, text)
        made.append(
            text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
        )  # halves that meet are one
    return made


def forms_of(name: str) -> Iterator[tuple[dict[str, Any], list[str], dict[str, Any]]]:
    for family in json.loads((RULES / name).read_text(encoding="utf-8"))["families"]:
        for form in [*family.get("forms", []), *family.get("texts", [])]:
            yield form, family.get("domains") or ["example.org"], family.get("fields", {})


def example(chance: random.Random, form: dict[str, Any], domains: list[str], fields: dict[str, Any]) -> str:
    """A text of a form."""

    def written(pattern: str) -> str:
        definition = {name: one if isinstance(one, str) else one["pattern"] for name, one in fields.items()}
        return matching(chance, re.sub(r"\{([a-z_]+)\}", lambda field: f"(?:{definition[field[1]]})", pattern))

    if "text" in form:
        return written(form["text"])
    host = written(form["host"]) if "host" in form else chance.choice(["", "www."]) + chance.choice(domains)
    asked = {**form.get("query", {}), **(form.get("maybe", {}) if chance.random() < 0.7 else {})}
    fragment = f"#{written(asked.pop('#'))}" if "#" in asked else ""
    query = "&".join(f"{name}={written(pattern)}" for name, pattern in asked.items())
    scheme = chance.choice(["https://", "http://", "//", ""])
    return f"{scheme}{host}{written(form.get('path', '/x'))}{'?' if query else ''}{query}{fragment}"


def matching(chance: random.Random, pattern: str) -> str:
    """A text that fits a regular expression of the rules (groups, classes, repetitions, dots)."""
    from re import _constants as code  # type: ignore[attr-defined]
    from re import _parser as parser  # type: ignore[attr-defined]

    def write(parsed: Any) -> str:
        return "".join(one(kind, value) for kind, value in parsed)

    def one(kind: Any, value: Any) -> str:
        if kind is code.LITERAL:
            return chr(value)
        if kind is code.ANY:
            return chance.choice("abc019-_.é日 ")
        if kind is code.NOT_LITERAL:
            return "x" if value != ord("x") else "y"
        if kind is code.IN:
            return within(value)
        if kind is code.BRANCH:
            return write(chance.choice(value[1]))
        if kind is code.SUBPATTERN:
            return write(value[-1])
        if kind in (code.MAX_REPEAT, code.MIN_REPEAT):
            least, most, inner = value
            times = chance.randint(least, min(int(most), least + 6))
            return "".join(write(inner) for _ in range(times))
        return ""  # an anchor

    def within(choices: list[Any]) -> str:
        if choices[0][0] is code.NEGATE:
            return chance.choice("abXY019-_.~é日")
        kind, value = chance.choice(choices)
        return chr(value) if kind is code.LITERAL else chr(chance.randint(*value))

    return write(parser.parse(pattern))


def put_in(chance: random.Random, text: str) -> str:
    at = chance.randint(0, len(text))
    return text[:at] + chance.choice(ODD) + text[at:]


def escaped(chance: random.Random, text: str) -> str:
    at = chance.randrange(len(text)) if text else 0
    letters = "".join(f"%{byte:02{chance.choice('xX')}}" for byte in text[at : at + 1].encode(errors="surrogatepass"))
    return text[:at] + letters + text[at + 1 :]


def wrapped(chance: random.Random, text: str) -> str:
    from urllib.parse import quote

    bare = re.sub(r"^[A-Za-z]*:?//", "", text)
    whole = text.encode(errors="replace")
    return chance.choice(WRAPPERS).format(text=text, bare=bare, quoted=quote(whole, safe=""), hex=whole.hex())


def on_another_host(chance: random.Random, text: str) -> str:
    return re.sub(r"^((?:[A-Za-z]*:?//)?)[^/?#]*", lambda start: start[1] + chance.choice(HOSTS), text)


ALTERATIONS = [
    put_in,
    put_in,
    escaped,
    wrapped,
    on_another_host,
    lambda _, text: text.upper(),
    lambda _, text: text.swapcase(),
    lambda chance, text: text[: chance.randint(0, len(text))],
    lambda chance, text: text[chance.randint(0, min(12, len(text))) :],
    lambda _, text: text.replace("/", "//"),
    lambda _, text: text.replace("&", "&amp;"),
    lambda chance, text: text.replace("/", f"{chance.choice(['.', ':8080', ':443', ':'])}/", 3),
    lambda _, text: text.rpartition("/")[2],
]


def here(text: str) -> dict[str, Any]:
    found = location(text)
    return {
        "works": [asdict(key) for key in work_keys(text)],
        "accounts": [asdict(key) for key in account_keys(text)],
        "location": found and asdict(found),
    }


def test_both_languages_give_the_same_keys_for_ten_thousand_texts() -> None:
    node = shutil.which("node")
    if node is None and not os.environ.get("CI"):
        pytest.skip("Node is not installed")
    assert node, "Node is missing: sh tests/browser/install.sh"
    made = texts()
    lines = "".join(f"{json.dumps(text)}\n" for text in made)
    ran = subprocess.run([node, str(TOOL)], input=lines, capture_output=True, text=True, check=True, timeout=120)
    there = [json.loads(line) for line in ran.stdout.splitlines()]
    assert len(there) == len(made) >= MANY
    differ = [(text, mine, other) for text, other in zip(made, there, strict=True) if (mine := here(text)) != other]
    shown = "\n\n".join(f"{text!a}\n  Python     {mine}\n  JavaScript {other}" for text, mine, other in differ[:SHOWN])
    assert not differ, f"{len(differ)} disagreements\n{shown}"
    assert sum(bool(one["works"]) for one in there) > MANY // 4, "most texts mean nothing: the test tests little"
    assert sum(bool(one["location"]) for one in there) > MANY // 4
