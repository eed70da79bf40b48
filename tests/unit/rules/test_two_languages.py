"""The engine here and its twin in the extension give the same keys for ten thousand made-up texts."""

import json
import os
import random
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from re import _parser as regular_expressions  # type: ignore[attr-defined]  # the only reader of them there is
from typing import Any
from urllib.parse import quote

import pytest
from commonswatch.rules import account_keys, location, page_location, work_keys
from commonswatch.rules.catalogue import by_file, dataset
from commonswatch.rules.licences import read_licence

PROJECT = Path(__file__).resolve().parents[3]
RULES = PROJECT / "server" / "commonswatch" / "rules"
VECTORS = PROJECT / "tests" / "fixtures" / "vectors"
TOOL = PROJECT / "extension" / "tools" / "keys.mjs"

MANY = 10_000
SHOWN = 5
SEED = 2026
CHANGES_AT_MOST = 3
REPEATED = 6  # more than a repetition needs
ANYTHING = "abXY019-_.~é日"
READY_MADE = 0.6  # the share that starts from a vector; the rest is made from the forms of the rule files

ODD = json.loads((PROJECT / "tests" / "fixtures" / "odd_texts.json").read_text(encoding="ascii"))


def texts() -> list[str]:
    """The same texts every time: the vectors, ten thousand made-up addresses, and some other words."""
    chance = random.Random(SEED)
    addresses, words = list(written("works.json", "locations.json")), [*written("licences.json"), *names()]
    forms = [*forms_of("media_hosts.json"), *forms_of("sharing_hosts.json")]
    made = [
        chance.choice(addresses) if chance.random() < READY_MADE else example(chance, *chance.choice(forms))
        for _ in range(MANY)
    ]
    made += chance.choices(words, k=MANY // 5)
    return [*addresses, *words, *(altered(chance, text) for text in made)]


def written(*vectors: str) -> Iterator[str]:
    for name in vectors:
        yield from (row["text"] for row in json.loads((VECTORS / name).read_text(encoding="utf-8")))


def names() -> list[str]:
    known = json.loads((VECTORS / "datasets.json").read_text(encoding="utf-8"))
    return [*known["names"], *known["files"]]


def altered(chance: random.Random, text: str) -> str:
    """A text changed in ways people and machines change them, or not at all."""
    for _ in range(chance.randint(0, CHANGES_AT_MOST)):
        text = chance.choice(ALTERATIONS)(chance, text)
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")  # halves that meet are one


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
    """A text that fits a regular expression of the rules: groups, classes, repetitions and dots."""

    def write(parsed: Any) -> str:
        return "".join(writers[str(kind)](value) for kind, value in parsed)

    def repeat(value: Any) -> str:
        least, most, inner = value
        return "".join(write(inner) for _ in range(chance.randint(least, min(int(most), least + REPEATED))))

    def within(value: Any) -> str:
        kind, letters = chance.choice(value)
        if str(value[0][0]) == "NEGATE":
            return chance.choice(ANYTHING)
        return chr(letters) if str(kind) == "LITERAL" else chr(chance.randint(*letters))

    writers: dict[str, Callable[[Any], str]] = {
        "LITERAL": chr,
        "ANY": lambda _: chance.choice(ANYTHING),
        "NOT_LITERAL": lambda _: chance.choice(ANYTHING),
        "AT": lambda _: "",
        "BRANCH": lambda value: write(chance.choice(value[1])),
        "SUBPATTERN": lambda value: write(value[-1]),
        "MAX_REPEAT": repeat,
        "IN": within,
    }
    return write(regular_expressions.parse(pattern))


def put_in(chance: random.Random, text: str) -> str:
    at = chance.randint(0, len(text))
    return text[:at] + chance.choice(ODD["pieces"]) + text[at:]


def escaped(chance: random.Random, text: str) -> str:
    at = chance.randrange(len(text)) if text else 0
    letters = "".join(f"%{byte:02{chance.choice('xX')}}" for byte in text[at : at + 1].encode(errors="surrogatepass"))
    return text[:at] + letters + text[at + 1 :]


def wrapped(chance: random.Random, text: str) -> str:
    bare = re.sub(r"^[A-Za-z]*:?//", "", text)
    whole = text.encode(errors="replace")
    return chance.choice(ODD["wrappers"]).format(text=text, bare=bare, quoted=quote(whole, safe=""), hex=whole.hex())


def on_another_host(chance: random.Random, text: str) -> str:
    return re.sub(r"^((?:[A-Za-z]*:?//)?)[^/?#]*", lambda start: start[1] + chance.choice(ODD["hosts"]), text)


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
    found, page = location(text), page_location(text)
    licence, known = read_licence(text), dataset(text)
    return {
        "works": [named(key, "key kind how") for key in work_keys(text)],
        "accounts": [named(key, "key kind how") for key in account_keys(text)],
        "location": found and named(found, "key kind url path access how hidden"),
        "page": page and named(page, "key kind url path access how hidden"),
        "licence": licence
        and {**named(licence, "code version jurisdiction kind how"), "elements": [*licence.elements]},
        "dataset": known and known.id,
        "files": [one.id for one in by_file(text, generic=True)],
    }


def named(key: object, names: str) -> dict[str, Any]:
    return {name: getattr(key, name) for name in names.split()}


def test_both_languages_give_the_same_keys_for_ten_thousand_texts() -> None:
    node = shutil.which("node")
    if node is None and not os.environ.get("CI"):
        pytest.skip("Node is not installed")
    assert node, "Node is missing: sh tests/browser/install.sh"
    made = texts()
    lines = "".join(f"{json.dumps(text)}\n" for text in made)
    ran = subprocess.run([node, str(TOOL)], input=lines, capture_output=True, encoding="utf-8", check=True, timeout=120)
    there = [json.loads(line) for line in ran.stdout.rstrip("\n").split("\n")]
    assert len(there) == len(made) >= MANY
    differ = [(text, mine, other) for text, other in zip(made, there, strict=True) if (mine := here(text)) != other]
    shown = "\n\n".join(f"{text!a}\n  Python     {mine}\n  JavaScript {other}" for text, mine, other in differ[:SHOWN])
    assert not differ, f"{len(differ)} disagreements\n{shown}"
    assert sum(bool(one["works"]) for one in there) > MANY // 6, "most texts mean nothing: the test tests little"
    assert sum(bool(one["location"]) for one in there) > MANY // 6
