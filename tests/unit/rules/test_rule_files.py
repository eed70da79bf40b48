"""The rule files themselves: every language that reads them must read the same, and in linear time."""

import json
import re
from collections import Counter
from importlib.resources import files
from typing import Any

import pytest
from commonswatch.rules.changes import CHANGES
from commonswatch.rules.patterns import Values
from commonswatch.rules.rulebook import Rulebook

FILES = ["media_hosts.json", "sharing_hosts.json"]
EXPRESSIONS = ("host", "path", "text", "pattern", "pictures", "scripts", "noise", "picture_noise", "secrets")
GIVES = ("key", "url", "inside", "access", "address")
BUILT_IN = {"host", "site", "path", "query", "search", "secret"}


def entries(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(files("commonswatch.rules").joinpath(name).read_text(encoding="utf-8"))
    return loaded


def forms(entry: dict[str, Any]) -> list[dict[str, Any]]:
    return [*entry.get("forms", []), *entry.get("texts", []), *([entry["form"]] if "form" in entry else [])]


def expressions(value: Any) -> list[str]:
    """Every regular expression of a file."""
    if isinstance(value, list):
        return [found for one in value for found in expressions(one)]
    if not isinstance(value, dict):
        return []
    found = [value[name] for name in EXPRESSIONS if isinstance(value.get(name), str)]
    found += [one for name in ("query", "maybe") for one in value.get(name, {}).values()]
    found += [one for one in value.get("fields", {}).values() if isinstance(one, str)] + value.get("codes", [])
    return found + [one for inner in value.values() for one in expressions(inner)]


ALL = [
    pytest.param(one, id=f"{name}-{number}") for name in FILES for number, one in enumerate(expressions(entries(name)))
]


@pytest.mark.parametrize("expression", ALL)
def test_expressions_keep_to_what_python_javascript_and_re2_share(expression: str) -> None:
    plain = re.sub(r"\\[.()\[\]{}*+?|\\^$t]", "_", expression)
    assert "\\" not in plain, "only punctuation is escaped: classes such as \\d and \\w differ between languages"
    outside = re.sub(r"\[[^\]]*\]", "_", plain)
    assert not re.search(r"\((?!\?:)", outside), "groups are written (?:…); fields are the only captures"
    assert not re.search(r"[*+?}][*+]", outside), "no possessive quantifiers"


@pytest.mark.parametrize("expression", ALL)
def test_expressions_need_no_more_than_a_few_open_ends(expression: str) -> None:
    outside = re.sub(r"\[[^\]]*\]", "_", re.sub(r"\\.", "_", expression))
    assert not re.search(r"[*+]\)(?:[*+]|\{[0-9]+,\})", outside), "a repetition of a repetition is exponential"
    assert outside.count(".*") + outside.count(".+") <= 2


@pytest.mark.parametrize("name", FILES)
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


@pytest.mark.parametrize("name", FILES)
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
