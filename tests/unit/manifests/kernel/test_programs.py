"""Programs try what expressions say in the same order as Python's `re`: whatever is captured is the same."""

import random
from typing import Any

import pytest
from commonswatch.manifests.kernel.book import compiled
from commonswatch.manifests.kernel.openings import openings
from commonswatch.manifests.kernel.programs import Pool, Programs
from commonswatch.native.scan_kernel import Kernel
from commonswatch.rules.forms import filled
from commonswatch.rules.rulebook import Rulebook

pytestmark = pytest.mark.usefixtures("native")

GENERIC = {
    "form": {"path": "/.+", "key": "url:{host}{path}{query}", "kind": "page"},
    "pictures": ".*\\.jpg",
    "scripts": ".*\\.php",
    "noise": "utm_[a-z]{1,9}",
    "picture_noise": "w",
    "secrets": "pwd",
}
FIELDS = {
    "a": "[ab]+|a{1,3}b",
    "b": "(?:ab|a|b-){0,3}b?",
    "c": "[^/]{1,5}",
    "d": "[0-9]{2,4}",
    "low": {"pattern": "[A-Za-z_.-]{1,9}", "as": ["lower"]},
    "up": {"pattern": "[0-9a-f]{1,20}", "as": ["upper"]},
    "all": ".*",
    "some": ".+",
    "rest": "[^/]{0,3}",
}
EXPRESSIONS = [
    "/+{a}{b}",
    "/+{b}{a}-?{c}",
    "/+(?:{a}|{d})/*{c}",
    "/+{all}-{some}",
    "/+(?:a|ab|abc|b)(?:c|bc|)?{c}",
    "/+(?:jpg|jpeg|gif|png|jp)(?:eg)?{all}",
    "/+(?:[Aa]b|[Aa]|b){0,2}{d}?{low}",
    "/+{up}(?:_(?:[ab]|[0-9]k))?(?:_d)?\\.(?:a|ab|b)",
    "/+(?:{d}/+){0,1}{a}[_-]{up}",
    "/*{a}/+{low}(?:/.*)?",
    "(?:/+a)?/+{c}/{d}",
    "/+é{c}|/+a{c}é",
    "/{some}{d}",
    "/+{c}{rest}",
]
LETTERS = [
    "a",
    "b",
    "ab",
    "c",
    "abc",
    "A",
    "B",
    "-",
    "_",
    ".",
    "/",
    "//",
    "1",
    "23",
    "456",
    "k",
    "d",
    "jp",
    "eg",
    "é",
    "写",
]


def rules(path: str) -> dict[str, Any]:
    key = "x:" + "|".join(f"{{{name}}}" for name in FIELDS if f"{{{name}}}" in path)
    forms = [
        {"path": "/+only/{d}", "key": "only:{d}", "kind": "photo"},
        {"path": path, "key": key, "kind": "photo"},
        {"path": "/+(?:a|b){all}", "key": "last:{all}", "kind": "photo"},
    ]
    family = {"name": "example", "domains": ["pictures.example"], "fields": FIELDS, "forms": forms}
    return {"families": [family], "generic": GENERIC}


def kernel_of(entries: dict[str, Any]) -> Kernel:
    made = compiled(entries)
    return Kernel(made.arrays, made.numbers, [(one.columns, one.steps) for one in made.tails])


@pytest.mark.parametrize("path", EXPRESSIONS)
def test_what_an_expression_captures_is_captured(path: str) -> None:
    entries = rules(path)
    engine, kernel, chance = Rulebook(entries), kernel_of(entries), random.Random(path)
    fitting = 0
    for _ in range(4000):
        text = "https://pictures.example/" + "".join(chance.choices(LETTERS, k=chance.randrange(9)))
        found = engine.find(text)
        expected = [filled(found.form.key, found.values)] if found else []
        keys = kernel.keys(text.encode())
        assert keys is not None, text
        assert [key.decode() for key in keys] == expected, text
        fitting += bool(expected) and expected[0].startswith("x:")
    assert fitting > 2


def test_more_turns_than_are_remembered_are_not_sure() -> None:
    entries = rules("/+" + "(?:a|[ab]b?)" * 120 + "c")
    assert kernel_of(entries).keys(b"https://pictures.example/" + b"a" * 240) is None


@pytest.mark.parametrize(
    ("path", "first", "second"),
    [
        ("/+photos?/+(?:tags|me)/{d}", b"p", b"tm"),
        ("/+(?:[0-9]{1,6}/+){0,2}{d}_", b"0123456789", b"0123456789/"),
        ("/*", b"/", b"/"),
        ("/+a/*", b"a", b"/"),
        ("(?:/a)?/b/+c.*", b"ab", b"bc"),
    ],
)
def test_paths_start_as_openings_say(path: str, first: bytes, second: bytes) -> None:
    programs = Programs(pool := Pool())
    start, _ = programs.add(path, FIELDS, ())
    assert openings(programs.code, start, pool) == (set(first), set(second))


def test_fields_nobody_asks_for_are_not_captured() -> None:
    programs = Programs(Pool())
    assert programs.add("/+{a}/{d}", FIELDS, {"d"})[1] == ["d"]
