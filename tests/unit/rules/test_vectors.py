"""The same vectors run here and in the extension: one engine in two languages, one truth."""

import csv
import json
import os
from pathlib import Path
from typing import Any

import pytest
from commonswatch.rules import account_keys, location, work_keys

PROJECT = Path(__file__).resolve().parents[3]
VECTORS = PROJECT / "tests" / "fixtures" / "vectors"


def rows(name: str) -> list[Any]:
    loaded = json.loads((VECTORS / name).read_text(encoding="utf-8"))
    return [pytest.param(row, id=f"{number}-{row['text'][:40]!a}") for number, row in enumerate(loaded)]


def shared_rows(name: str) -> list[dict[str, str]]:
    """Rows of a table kept beside the project, if there is one."""
    folder = Path(os.environ.get("COMMONSWATCH_SHARED") or PROJECT.parent / "shared")
    table = folder / "domain" / name
    if not table.is_file():
        return []
    with table.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


LOCATIONS = rows("locations.json")
OPEN = [row for row in LOCATIONS if (row.values[0]["location"] or {"hidden": True}).get("hidden") is not True]


@pytest.mark.parametrize("row", rows("works.json"))
def test_a_work_has_the_keys_of_its_vector(row: dict[str, Any]) -> None:
    assert [[key.key, key.kind, key.how] for key in work_keys(row["text"])] == row["keys"]


@pytest.mark.parametrize("row", [row for row in rows("works.json") if "accounts" in row.values[0]])
def test_a_work_has_the_accounts_of_its_vector(row: dict[str, Any]) -> None:
    assert [key.key for key in account_keys(row["text"])] == row["accounts"]


@pytest.mark.parametrize("row", LOCATIONS)
def test_a_location_has_the_key_of_its_vector(row: dict[str, Any]) -> None:
    found, wanted = location(row["text"]), row["location"]
    assert (found is None) == (wanted is None)
    if found:
        assert {name: getattr(found, name) for name in {"hidden": False, **wanted}} == {"hidden": False, **wanted}


@pytest.mark.parametrize("row", OPEN)
def test_the_public_url_of_a_location_means_the_same_location_and_holds_no_secret(row: dict[str, Any]) -> None:
    found = location(row["text"])
    assert found
    again = location(found.url)
    assert again
    assert (again.key, again.kind, again.path, again.access) == (
        found.key,
        found.kind,
        again.path and found.path,
        None,
    )
    assert not found.access or found.access not in found.url + found.key + repr(found)


@pytest.mark.parametrize("row", shared_rows("url_forms.tsv"))
def test_a_work_has_the_key_of_the_shared_table(row: dict[str, str]) -> None:
    wanted = row["key"].rpartition("/")[0] if row["family"] == "blogger" else row["key"]  # it has the file's name, too
    assert [key.key for key in work_keys(row["url"])][:1] == [wanted] * bool(wanted)


@pytest.mark.parametrize("row", shared_rows("share_forms.tsv"))
def test_a_location_has_the_key_of_the_shared_table(row: dict[str, str]) -> None:
    found = location(row["text"])
    assert (found.key if found else "", (found and found.access) or "") == (row["key"], row["access"])
    assert not found or found.path == (row["path"] or found.path)
