"""What a rule file may say, each with the smallest file that says it."""

from typing import Any

import pytest
from commonswatch.rules.forms import filled
from commonswatch.rules.rulebook import Found, Rulebook

GENERIC = {
    "form": {"path": "/.+", "key": "url:{host}{path}{query}", "kind": "page"},
    "pictures": ".*\\.jpg",
    "scripts": ".*\\.php",
    "noise": "utm_[a-z]{1,9}",
    "picture_noise": "w",
    "secrets": "pwd",
}


def book(*forms: dict[str, Any], **more: Any) -> Rulebook:
    fields = {"id": "[0-9]{1,9}", "word": {"pattern": "[A-Za-z]+", "as": ["lower"]}, "short": more.pop("short", "x")}
    family = {"name": "example", "domains": ["pictures.example"], "fields": fields, "forms": list(forms), **more}
    return Rulebook({"families": [family], "generic": GENERIC})


def key(found: Found | None) -> str | None:
    return found and filled(found.form.key, found.values)


def test_a_form_whose_query_does_not_fit_leaves_the_address_to_the_next() -> None:
    rules = book(
        {"path": "/show", "query": {"id": "{id}"}, "key": "photo:{id}"},
        {"path": "/show", "query": {"album": "{id}"}, "key": "album:{id}"},
        {"path": "/{word}", "key": "word:{word}"},
    )
    assert key(rules.find("https://pictures.example/show?id=7&album=8")) == "photo:7"
    assert key(rules.find("https://pictures.example/show?id=x&album=8")) == "album:8"
    assert key(rules.find("https://pictures.example/show?")) == "word:show"
    assert key(rules.find("https://pictures.example/show/7")) is None


def test_a_form_whose_field_cannot_be_changed_leaves_it_to_the_next_too() -> None:
    short = {"pattern": "[0-9a-zA-Z]{1,9}", "as": ["base36"]}
    rules = book({"path": "/{short}", "key": "short:{short}"}, {"path": "/{word}", "key": "word:{word}"}, short=short)
    assert key(rules.find("https://pictures.example/1a")) == "short:46"
    assert key(rules.find("https://pictures.example/Ab")) == "word:ab"


def test_forms_of_other_hosts_of_the_family_are_not_asked() -> None:
    rules = book(
        {"host": "{word}\\.pictures\\.example", "path": "/{id}", "key": "of:{word}:{id}"},
        {"host": "pictures\\.example", "path": "/{id}", "key": "photo:{id}"},
    )
    assert key(rules.find("https://Anna.pictures.example/7")) == "of:anna:7"
    assert key(rules.find("https://pictures.example/7")) == "photo:7"
    assert key(rules.find("https://a.b.pictures.example/7")) is None


def test_an_account_may_be_all_a_form_gives() -> None:
    found = book({"path": "/by/{word}", "account": "user:{word}"}).find("https://pictures.example/by/Anna")
    assert found
    assert (found.form.key, filled(found.form.account, found.values)) == ("", "user:anna")


def test_an_address_of_a_known_host_may_be_read_as_any_other() -> None:
    rules = book({"path": "/stored/.*", "generic": True})
    assert key(rules.find("https://pictures.example/stored/a.jpg?w=3&v=1")) == "url:pictures.example/stored/a.jpg?v=1"
    assert key(rules.find("https://pictures.example/other/a.jpg")) is None


def test_software_that_many_run_is_known_by_its_paths_on_hosts_nobody_owns() -> None:
    everywhere = {
        "name": "software",
        "fields": {"id": "[0-9]{1,9}"},
        "forms": [{"path": "/set/{id}", "key": "{host}:{id}"}],
    }
    rules = Rulebook({"families": [{"name": "a", "domains": ["a.example"]}, everywhere], "generic": GENERIC})
    assert key(rules.find("https://www.lab.example:8080/set/7")) == "lab.example:8080:7"
    assert key(rules.find("https://a.example/set/7")) is None
    assert key(rules.find("https://a.example.lab.example/set/7")) is None
    assert key(rules.find("https://lab.example/7")) == "url:lab.example/7"


def test_the_first_text_that_fits_decides() -> None:
    rules = book(texts=[{"text": "{id}\\.example"}, {"text": "{id}\\.{word}", "key": "text:{word}"}])
    assert key(rules.find("7.jpg")) == "text:jpg"
    assert key(rules.find("7.example")) is None


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://any.example/a.jpg?w=3&utm_x=1&v=2", "url:any.example/a.jpg?v=2"),
        ("https://any.example/a.php?w=3&utm_x=1", "url:any.example/a.php?w=3&utm_x=1"),
        ("https://any.example/a?w=3&pwd=ab12", "url:any.example/a?w=3"),
        ("https://any.example/a.php?pwd=ab12", "url:any.example/a.php"),
        ("https://www.any.example/a?&&b", "url:any.example/a?b"),
        ("https://www.com/a", "url:www.com/a"),
        ("https://any.example/", None),
    ],
)
def test_of_any_other_host_what_makes_no_difference_goes_and_secrets_stand_apart(address: str, expected: str) -> None:
    found = book().find(address)
    assert key(found) == expected
    assert ("pwd" in address) == bool(found and found.values["secret"])
