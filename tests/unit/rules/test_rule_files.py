"""The rule files themselves: every language that reads them must read the same, and in linear time."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from importlib.resources import files
from itertools import pairwise
from typing import Any

import pytest
from commonswatch.rules.changes import CHANGES
from commonswatch.rules.patterns import Values
from commonswatch.rules.rulebook import Rulebook

HOSTS = ["media_hosts.json", "sharing_hosts.json"]
OF_HOSTS = {
    "host",
    "path",
    "text",
    "pattern",
    "pictures",
    "scripts",
    "noise",
    "picture_noise",
    "secrets",
    "opens",
    "hash",
    "beside",
}
EXPRESSIONS = {  # under which names expressions stand: alone, in a list, or as the values of a table
    "media_hosts.json": OF_HOSTS | {"query", "maybe", "fields", "codes"},
    "sharing_hosts.json": OF_HOSTS | {"query", "maybe", "fields", "codes"},
    "licences.json": {"fields", "addresses", "address", "text", "templates"},
    "links.json": {"before", "id", "list_files"},
}
GIVES = ("key", "url", "inside", "access", "address", "account")
BUILT_IN = {"host", "site", "path", "query", "search", "secret"}
UNITS = re.compile(r"\\.|\[(?:\\.|[^\]\\])*\]|\{[0-9,]+\}|\(\?:|.")


def entries(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(files("commonswatch.rules").joinpath(name).read_text(encoding="utf-8"))
    return loaded


def forms(entry: dict[str, Any]) -> list[dict[str, Any]]:
    return [*entry.get("forms", []), *entry.get("texts", []), *([entry["form"]] if "form" in entry else [])]


def expressions(value: Any, names: set[str]) -> Iterator[str]:
    """Every regular expression of a file."""
    if isinstance(value, list):
        for one in value:
            yield from expressions(one, names)
    if isinstance(value, dict):
        for name, one in value.items():
            if name in names:
                of_table = [text for key, text in one.items() if key != "note"] if isinstance(one, dict) else []
                alone = [one] if isinstance(one, str) else []
                in_list = one if isinstance(one, list) else []
                yield from (text for text in [*alone, *in_list, *of_table] if isinstance(text, str))
            yield from expressions(one, names)


def parts(expression: str) -> Iterator[tuple[str, str]]:
    """The units of an expression, each with the one behind it."""
    return pairwise([*UNITS.findall(re.sub(r"\{[a-z_]+\}", "_", expression)), ""])


def is_endless(quantifier: str) -> bool:
    return quantifier in ("*", "+") or (quantifier.startswith("{") and quantifier.endswith(",}"))


def wide_open_ends(expression: str) -> int:
    """How many repetitions of any letter may follow one another in a text."""
    levels = [[0]]
    for unit, after in parts(expression):
        if unit[0] == "(":
            levels.append([0])
        elif unit == "|":
            levels[-1].append(0)
        elif unit == ")":
            inner = levels.pop()
            levels[-1][-1] += max(inner)
        elif is_endless(after) and unit == ".":
            levels[-1][-1] += 1
    return max(levels[0])


def repeats_a_repetition(expression: str) -> bool:
    levels = [False]
    for unit, after in parts(expression):
        if unit[0] == "(":
            levels.append(False)
        elif unit == ")":
            inner = levels.pop()
            if inner and is_endless(after):
                return True
            levels[-1] |= inner or is_endless(after)
        else:
            levels[-1] |= is_endless(after)
    return False


def is_foreign(expression: str) -> bool:
    """Whether a language may read it otherwise. Only punctuation is escaped, groups are written (?:…)."""
    plain = re.sub(r"\\[.()\[\]{}*+?|\\^$t/-]", "_", expression)
    outside = re.sub(r"\[[^\]]*\]", "_", plain)
    return "\\" in plain or bool(re.search(r"\((?!\?:)|[*+?}][*+]", outside))


@pytest.mark.parametrize(("name", "names"), EXPRESSIONS.items())
def test_expressions_are_read_alike_in_every_language_and_in_linear_time(name: str, names: set[str]) -> None:
    found = list(expressions(entries(name), names))
    assert found
    assert [one for one in found if is_foreign(one)] == []
    assert [one for one in found if repeats_a_repetition(one)] == []
    assert [one for one in found if wide_open_ends(one) > 2] == []


def test_the_checks_of_expressions_can_fail() -> None:
    assert repeats_a_repetition("(?:a+b)*")
    assert repeats_a_repetition("(?:x(?:a|b){2,})+")
    assert not repeats_a_repetition("(?:a{1,9}b)*c+")
    assert wide_open_ends(".*a.*|b.*(?:.+|c)[^/]*.*") == 3
    assert all(map(is_foreign, (r"\d", r"a\b", "(a)", "(?=a)", "a*+")))
    assert not is_foreign(r"(?:a\.b)?[^/]*")
    entry = {"fields": {"a": "1", "b": {"pattern": "2", "as": ["lower"]}}, "codes": ["3"], "key": "4"}
    assert list(expressions([entry], {"fields", "pattern", "codes"})) == ["1", "2", "3"]


@pytest.mark.parametrize("name", HOSTS)
def test_templates_name_only_fields_that_are_there(name: str) -> None:
    loaded = entries(name)
    for entry in [*loaded["families"], loaded["generic"]]:
        fields = set(entry.get("fields", {}))
        assert all(
            change in CHANGES
            for field in entry.get("fields", {}).values()
            if isinstance(field, dict)
            for change in field["as"]
        )
        for form in forms(entry):
            for template in (one.get(part, "") for one in (form, *form.get("also", [])) for part in GIVES):
                assert set(re.findall(r"\{([a-z_]+)\}", template)) <= fields | BUILT_IN


@pytest.mark.parametrize("name", HOSTS)
def test_every_form_can_be_made_ready_and_every_domain_has_one_family(name: str) -> None:
    loaded = entries(name)
    book = Rulebook(loaded)
    domains = Counter(domain for entry in loaded["families"] for domain in entry.get("domains", []))
    assert set(domains.values()) == {1}
    assert all(domain == domain.lower() and "." in domain for domain in domains)
    for family in book.families:
        for form in [*family.forms, *family.texts]:
            assert [form.pattern(part).read("") for part in ("host", "path", "text")]
            assert all(second.key for second, _ in form.seconds(Values()))
        family.at("example.org")


def test_a_host_is_added_by_data_alone() -> None:
    loaded = entries("media_hosts.json")
    loaded["families"].append(
        {
            "name": "example",
            "domains": ["pictures.example"],
            "fields": {"id": "[0-9]{1,9}"},
            "forms": [{"path": "/p/{id}", "key": "example:{id}", "kind": "photo"}],
        }
    )
    book = Rulebook(loaded)
    found = book.find("https://i0.wp.com/www.pictures.example/p/7?w=3")
    assert found
    assert (found.form.key, found.values["id"], found.how) == ("example:{id}", "7", "unwrapped")
    assert book.find("https://pictures.example.evil.example/p/7") is None
