"""``commonswatch datasets``: the catalogue as a list, and all about one."""

from tests.cli.asking import ask, rows


def test_all_datasets_are_listed() -> None:
    found = rows("datasets")
    assert len(found) >= 53
    assert {"id", "name", "status", "ancestors", "derived", "sources"} <= set(found[0])
    table = ask("datasets").stdout.decode().splitlines()
    assert len(table) == len(found) + 1
    assert table[0].split() == ["ID", "NAME", "YEAR", "STATE", "MADE_FROM"]


def test_one_dataset_is_told_with_its_lineage_and_sources() -> None:
    [found] = rows("datasets", "megaface")
    assert found["ancestors"] == ["yfcc100m"]
    assert "diveface" in found["derived"]
    told = ask("datasets", "MegaFace").stdout.decode()
    assert "ANCESTORS       yfcc100m" in told
    assert "REPORTED USERS" in told
    assert "SOURCES" in told


def test_an_alias_finds_its_dataset_and_an_unknown_name_is_an_error_of_use() -> None:
    assert rows("datasets", "casia webface") == rows("datasets", "casia-webface")
    answer = ask("datasets", "no-such-set")
    assert (answer.returncode, answer.stdout) == (2, b"")
    assert b"no such dataset" in answer.stderr
