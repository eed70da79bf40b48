"""The catalogue of datasets: its file is sound, its relations are right, and both languages agree on it.

Write the vectors anew after a change of the data: ``python -m tests.unit.rules.test_catalogue``.
"""

import hashlib
import json
import re
from collections import Counter
from graphlib import TopologicalSorter
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from commonswatch.rules import catalogue
from commonswatch.rules.catalogue import CATALOGUE, DATASETS, Catalogue, plain
from commonswatch.rules.datasets import Dataset, State

PROJECT = Path(__file__).resolve().parents[3]
VECTORS = PROJECT / "tests/fixtures/vectors/datasets.json"
DATA: dict[str, Any] = json.loads(files("commonswatch.rules").joinpath("datasets.json").read_text(encoding="utf-8"))
FIELDS = set(re.findall(r"`(\w+)`", (PROJECT / "docs/datasets.md").read_text(encoding="utf-8")))


def small(**changes: Any) -> Catalogue:
    """A catalogue of made-up datasets: two origins, mixed below; ``changes`` go into the mixed one."""

    def entry(name: str, *origins: str, **more: Any) -> dict[str, Any]:
        status = {"state": "live", "sources": ["paper"]}
        plain = {"id": name, "name": name.title(), "origin": "web", "organisation": "Example", "origin_class": "web"}
        return {**plain, "status": status, "derived_from": origins, "sources": ["paper"], **more}

    datasets = [entry("one"), entry("two"), entry("left", "one"), entry("mixed", "left", "two", **changes)]
    sources = {"paper": {"title": "A paper"}}
    return Catalogue({"checked": "2026-01-01", "sources": sources, "datasets": [*datasets, entry("last", "mixed")]})


def ids(found: tuple[Dataset, ...]) -> list[str]:
    return [one.id for one in found]


# ---- the file --------------------------------------------------------------------------------------------------------


def test_every_id_is_unique_and_fit_for_an_address() -> None:
    counted = Counter(one["id"] for one in DATA["datasets"])
    assert set(counted.values()) == {1}
    assert len(counted) == len(DATASETS) >= 53
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name) for name in counted)


def test_the_lineage_has_no_circle_and_leads_to_known_datasets() -> None:
    graph = {one["id"]: one["derived_from"] for one in DATA["datasets"]}
    assert set(TopologicalSorter(graph).static_order()) == set(graph)


def test_no_name_is_empty_or_means_two_datasets() -> None:
    meant: dict[str, set[str]] = {}
    for one in DATASETS:
        for name in one.names:
            meant.setdefault(plain(name), set()).add(one.id)
    assert "" not in meant
    assert {name: found for name, found in meant.items() if len(found) > 1} == {}


def test_a_file_name_that_several_datasets_have_is_generic_in_each_of_them() -> None:
    shared = Counter(name.lower() for one in DATASETS for name in one.files if name not in one.generic_files)
    lists_of_the_same_people = {"ms-celeb-1m_clean_list.txt"}
    assert {name for name, times in shared.items() if times > 1} == lists_of_the_same_people


@pytest.mark.parametrize("one", DATASETS, ids=lambda one: one.id)
def test_an_entry_is_as_the_format_says(one: Dataset) -> None:
    entry = next(entry for entry in DATA["datasets"] if entry["id"] == one.id)
    assert set(entry) <= FIELDS
    assert all(value for name, value in entry.items() if name not in ("derived_from", "files")), "left out, not empty"
    assert one.sources
    assert one.status.sources
    assert set(one.status.sources) <= set(one.sources), "a status rests on sources of the dataset"
    assert one.status.date is None or re.fullmatch(r"20\d\d(-[01]\d(-[0-3]\d)?)?", one.status.date)
    assert (len(one.accounts) >= 2) == (one.status.state == State.DISPUTED), "disputed: both accounts"
    assert set(one.generic_files) <= set(one.files)
    assert all(name.count("*") <= 1 and name == name.strip() for name in one.files)
    assert one.btih_sha256 is None or re.fullmatch("[0-9a-f]{64}", one.btih_sha256)
    assert all(re.fullmatch("[0-9a-f]{32}", digest) and name in one.files for name, digest in one.md5.items())
    assert all(users.names for users in one.known_users)


def test_each_source_is_used_and_one_that_hands_out_copies_has_no_address() -> None:
    used = {
        named
        for one in DATASETS
        for named in [
            *one.sources,
            *(users.source for users in one.known_users),
            *(side.source for side in one.accounts),
        ]
    }
    assert used == set(CATALOGUE.sources.values())
    for source in used:
        assert source.title
        assert source.url is None or (source.url.startswith(("https://", "http://")) and not source.hands_out)


def test_nothing_in_the_file_opens_data_or_reaches_a_person() -> None:
    text = json.dumps(DATA, ensure_ascii=False)
    hosts = r"magnet:|btih:|pan\.baidu|drive\.google|dropbox\.com|mega\.nz|1drv|academictorrents\.com|[?&]pwd="
    assert not re.search(hosts, text, re.IGNORECASE)
    assert not re.search(r"[\w.]+@[\w.]+\.[a-z]{2,}|提取码|password[:=]", text)
    hexadecimal = set(re.findall(r"\b[0-9a-fA-F]{32,}\b", text))
    assert hexadecimal == {digest for one in DATASETS for _, digest in one.digests}


def test_an_entry_outside_the_format_is_refused() -> None:
    with pytest.raises(ValueError, match="stolen"):
        small(status={"state": "stolen", "sources": []})
    with pytest.raises(KeyError):
        small(sources=["nobody"])


# ---- relations -------------------------------------------------------------------------------------------------------


def test_relations_go_all_the_way_nearest_first() -> None:
    made_up = small()
    assert ids(made_up.ancestors("last")) == ["mixed", "left", "two", "one"]
    assert ids(made_up.derived("one")) == ["left", "mixed", "last"]
    assert ids(made_up.roots("last")) == ["two", "one"]
    assert ids(made_up.roots("one")) == ["one"]
    assert made_up.ancestors("one") == made_up.derived("last") == ()


def test_a_dataset_of_mixed_origin_is_in_both_families() -> None:
    made_up = small()
    families = {root: ids(members) for root, members in made_up.families().items()}
    assert families == {"one": ["one", "left", "mixed", "last"], "two": ["two", "mixed", "last"]}
    assert ids(made_up.family("mixed")) == ["one", "two", "left", "mixed", "last"]
    assert ids(made_up.family("left")) == ["one", "left", "mixed", "last"]


def test_relatives_leave_out_nothing_that_went_into_what_was_made_from_it() -> None:
    assert ids(small().relatives("one")) == ["one", "two", "left", "mixed", "last"]
    assert ids(small().relatives("last")) == ["one", "two", "left", "mixed", "last"]


@pytest.mark.parametrize("name", ["nothing-like-this", "", "\udcff", "x" * 100_000])
def test_an_unknown_name_has_no_dataset_and_no_relatives(name: str) -> None:
    assert catalogue.dataset(name) is None
    for relation in (catalogue.ancestors, catalogue.derived, catalogue.family, catalogue.relatives, catalogue.by_file):
        assert relation(name) == ()


def test_the_main_lines_of_descent() -> None:
    assert {"ms1m-ibug", "ms1m-arcface", "glint360k", "wc-ms-celeb"} <= set(ids(catalogue.derived("ms-celeb-1m")))
    assert set(ids(catalogue.ancestors("glint360k"))) == {"deepglint", "ms1m-v1c", "asian-celeb", "ms-celeb-1m"}
    assert ids(catalogue.ancestors("diveface")) == ["megaface", "yfcc100m"]
    assert set(catalogue.families()) == {"ms-celeb-1m", "asian-celeb", "dukemtmc", "yfcc100m"}


def test_a_dataset_is_described_in_plain_values_with_its_relations() -> None:
    facts = json.loads(json.dumps(small(aliases=["M"]).described(small(aliases=["M"]).datasets["mixed"])))
    assert facts["aliases"] == ["M"]
    assert facts["status"]["state"] == "live"
    assert (facts["ancestors"], facts["derived"]) == (["left", "two", "one"], ["last"])
    assert "year" not in facts
    assert json.dumps([catalogue.described(one) for one in DATASETS])


# ---- recognising -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ms1m-arcface", "ms1m-arcface"),
        ("MS1M_ArcFace", "ms1m-arcface"),
        ("ms1m v2", "ms1m-arcface"),
        ("MS1M-RetinaFace (MS1MV3)", "ms1m-retinaface"),
        ("FF++", "faceforensics"),
        ("MS-Celeb-1M", "ms-celeb-1m"),
    ],
)
def test_a_dataset_is_found_by_any_of_its_names_however_spelled(name: str, expected: str) -> None:
    found = catalogue.dataset(name)
    assert found
    assert found.id == expected


def test_a_file_is_recognised_at_the_end_of_a_path_and_generic_names_only_when_asked() -> None:
    made_up = small(files=["Faces.zip", "train.rec", "part-*.parquet", "lists/all.txt"], generic_files=["train.rec"])
    for name in ("faces.ZIP", "a/b/faces.zip", "part-0001-x.parquet", "x/lists/all.txt", "faces.zip/"):
        assert ids(made_up.by_file(name)) == ["mixed"], name
    for name in ("train.rec", "all.txt", "part-", "parquet", "my-faces.zip", "part-.parquet/x", ""):
        assert made_up.by_file(name) == (), name
    assert ids(made_up.by_file("data/train.rec", generic=True)) == ["mixed"]


def test_a_star_needs_room_for_both_ends() -> None:
    made_up = small(files=["ab*ba"])
    assert made_up.by_file("aba") == ()
    assert ids(made_up.by_file("abba")) == ["mixed"]


def test_a_digest_recognises_a_file_and_a_torrent_without_keeping_its_hash() -> None:
    info_hash = "0123456789abcdef" * 2 + "01234567"
    made_up = small(signatures={"btih_sha256": hashlib.sha256(info_hash.encode()).hexdigest(), "md5": {"a": "0" * 32}})
    for found in (made_up.by_torrent(info_hash.upper()), made_up.by_signature("md5", "0" * 32)):
        assert found
        assert found.id == "mixed"
    assert made_up.by_torrent("f" * 40) is None
    assert made_up.by_signature("btih_sha256", "0" * 32) is None


# ---- both languages --------------------------------------------------------------------------------------------------


def vectors() -> dict[str, Any]:
    """What both languages say of every dataset, name and file."""
    related = {
        one.id: {
            "ancestors": ids(catalogue.ancestors(one.id)),
            "derived": ids(catalogue.derived(one.id)),
            "family": ids(catalogue.family(one.id)),
        }
        for one in DATASETS
    }
    names = {spelled: one.id for one in DATASETS for name in one.aliases for spelled in (name, name.upper())}
    paths = {f"some/folder/{name.replace('*', '0')}": name for one in DATASETS for name in one.files}
    found = {path: [ids(catalogue.by_file(path, generic=generic)) for generic in (False, True)] for path in paths}
    return {
        "datasets": related,
        "names": {**names, "nothing like this": None, "": None},
        "files": {path: {"datasets": own, "with_generic": every} for path, (own, every) in found.items()},
    }


def test_the_vectors_are_what_the_catalogue_says() -> None:
    written = json.loads(VECTORS.read_text(encoding="utf-8"))
    assert written == vectors(), "run: python -m tests.unit.rules.test_catalogue"
    for name, expected in written["names"].items():
        found = catalogue.dataset(name)
        assert (found and found.id) == expected


if __name__ == "__main__":
    lines = {
        part: ",\n".join(f"    {json.dumps(name)}: {json.dumps(value)}" for name, value in rows.items())
        for part, rows in vectors().items()
    }
    text = ",\n".join(f'  "{part}": {{\n{rows}\n  }}' for part, rows in lines.items())
    VECTORS.write_text(f"{{\n{text}\n}}\n", encoding="utf-8")
