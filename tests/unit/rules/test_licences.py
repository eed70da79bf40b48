"""Every way a licence is written, and what to check in a copy. The vectors are read by the extension's tests too."""

import csv
import json
import os
import re
import time
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from commonswatch.domain.licences import LICENCES, Licence
from commonswatch.rules.licences import LIMITS, conditions, flickr_licence, read_creative_commons, read_licence
from hypothesis import given
from hypothesis import strategies as st

PROJECT = Path(__file__).resolve().parents[3]
VECTORS = json.loads((PROJECT / "tests" / "fixtures" / "vectors" / "licences.json").read_text(encoding="utf-8"))
RULES = json.loads(files("commonswatch.rules").joinpath("licences.json").read_text(encoding="utf-8"))
PARTS = ("code", "version", "jurisdiction", "kind", "how")


def shared_rows() -> list[dict[str, str]]:
    """Rows of a table kept beside the project, if there is one."""
    folder = Path(os.environ.get("COMMONSWATCH_SHARED") or PROJECT.parent / "shared")
    table = folder / "domain" / "licence_forms.tsv"
    if not table.is_file():
        return []
    with table.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


@pytest.mark.parametrize("row", VECTORS, ids=lambda row: ascii(row["text"][:50]))
def test_every_written_form_is_the_licence_of_its_vector(row: dict[str, Any]) -> None:
    licence, wanted = read_licence(row["text"]), row["licence"]
    assert (licence is None) == (wanted is None)
    if licence:
        assert {part: getattr(licence, part) for part in PARTS} == {part: wanted[part] for part in PARTS}
        assert list(licence.elements) == wanted["elements"]


@pytest.mark.parametrize("row", shared_rows(), ids=lambda row: row["text"][:50])
def test_every_written_form_of_the_shared_table_is_read(row: dict[str, str]) -> None:
    licence = read_licence(row["text"])
    found = (licence.code, licence.version, licence.jurisdiction, " ".join(licence.elements)) if licence else ("",) * 4
    assert found == (row["code"], row["version"], row["jurisdiction"], row["elements"])


def every_licence() -> list[Licence]:
    """All that Creative Commons ever published, in the words of the rule file."""
    return [
        Licence(RULES["codes"].get(unit.split("/")[1], unit.split("/")[1]), version, port.replace("unported", ""))
        for tools in RULES["published"]
        for unit in tools["units"]
        for version, ports in tools["versions"].items()
        for port in ports.split()
    ]


def test_every_published_licence_is_read_back_from_its_address_and_name() -> None:
    licences = every_licence()
    assert len(licences) > 600
    for licence in licences:
        assert read_licence(licence.url) == licence
        if licence.kind == "licence":
            assert read_licence(licence.name) == read_licence(licence.key) == licence


def test_no_port_is_read_that_was_never_made() -> None:
    published = {(one.version, one.jurisdiction) for one in every_licence()}
    ports = {port for _, port in published}
    for version in ("1.0", "2.0", "2.1", "2.5", "3.0", "4.0"):
        for port in ports - {port for known, port in published if known == version} - {""}:
            assert read_licence(f"https://creativecommons.org/licenses/by/{version}/{port}/") is None
            assert read_licence(f"cc-by-{version}-{port}") is None


@pytest.mark.parametrize("licence", LICENCES, ids=lambda licence: licence.name)
def test_a_licence_offered_in_forms_can_be_read_back_from_its_name_and_address(licence: Licence) -> None:
    assert read_creative_commons(licence.url) == licence
    assert read_creative_commons(licence.name) == licence
    assert read_creative_commons(licence.key) == licence


@pytest.mark.parametrize(
    "text",
    ["All Rights Reserved", "7", "United States Government Work", "Public domain", "CC BY-SA", "{{PD-self}}", "0"],
)
def test_no_work_can_be_registered_under_a_statement_or_a_licence_without_version(text: str) -> None:
    assert read_licence(text) is not None
    assert read_creative_commons(text) is None


def test_flickr_ids_are_its_seventeen() -> None:
    assert [flickr_licence(str(number)) is not None for number in range(-1, 19)] == [False, *[True] * 17, False, False]
    assert flickr_licence("16") == Licence("by-nc-nd", "4.0")
    assert flickr_licence("") is flickr_licence("٤") is None


def test_a_statement_says_what_it_is() -> None:
    kinds = {code: Licence(code).kind for code in RULES["kinds"]}
    assert kinds == RULES["kinds"]
    assert Licence("by", "4.0").kind == "licence"
    assert Licence("arr").name == "All rights reserved"
    assert Licence("arr").url == ""


def test_elements_stand_in_the_order_of_the_name() -> None:
    assert Licence("by-nc-sa", "4.0").elements == ("BY", "NC", "SA")
    assert Licence("cc0", "1.0").elements == ()


def test_how_a_licence_was_read_does_not_make_it_another_one() -> None:
    assert read_licence("(CC BY 4.0)") == read_licence("CC BY 4.0") == Licence("by", "4.0")


def test_conditions_are_questions_and_accuse_nobody() -> None:
    for licence in LICENCES:
        for question in conditions(licence):
            assert "?" in question
            assert "violat" not in question.lower()


def test_each_element_has_a_condition_and_public_domain_has_none() -> None:
    asked = conditions(Licence("by-nc-nd", "2.0"))
    assert asked[0].startswith("BY: is the creator named")
    assert {question.split(":")[0].split(" ")[0] for question in asked} == {"BY", "NC", "ND", "Before"}
    for statement in ("cc0", "pdm", "arr", "usgov"):
        assert conditions(Licence(statement, "1.0")) == ()


def test_conditions_follow_the_version() -> None:
    assert any("30 days" in question for question in conditions(Licence("by", "4.0")))
    assert not any("30 days" in question for question in conditions(Licence("by", "3.0")))
    assert any("title" in question for question in conditions(Licence("by", "3.0")))
    assert not any("title" in question for question in conditions(Licence("by", "4.0")))


def test_the_two_limits_of_every_finding_are_there() -> None:
    assert len(LIMITS) == 2
    assert "exceptions" in LIMITS[0]
    assert "biometric" in LIMITS[1]


PIECES = (
    "cc-by",
    "-",
    " ",
    "creativecommons.org/",
    "licenses/",
    "by-nc",
    "/3.0",
    "{{",
    "}}",
    "|",
    "4.0",
    "\0",
    "attribution",
)


@given(st.one_of(st.text(max_size=200), st.lists(st.sampled_from(PIECES), max_size=30).map("".join)))
def test_any_text_is_read_without_harm(text: str) -> None:
    licence = read_licence(text)
    assert licence is None or licence.key


@pytest.mark.parametrize(
    "piece", ["cc-by-", "-", "{{cc-by|", "creative commons ", "a.", "cc by-nc-nd-sa 4", "by nc nd sa ", "\udc80", "no "]
)
def test_a_megabyte_is_read_in_time(piece: str) -> None:
    text = piece * (1_000_000 // len(piece))
    began = time.process_time()
    read_licence(text)
    assert time.process_time() - began < 0.1


def expressions() -> list[str]:
    entries = [*RULES["statements"], *RULES["names"], *RULES["within"], RULES["flickr"], RULES["wikidata"]]
    written = [entry.get("address", entry.get("text")) for entry in entries]
    return [*RULES["addresses"], *RULES["fields"].values(), *written, RULES["templates"]["names"]]


@pytest.mark.parametrize("expression", expressions(), ids=range(len(expressions())))
def test_expressions_keep_to_what_every_language_shares(expression: str) -> None:
    plain = re.sub(r"\\[.()\[\]{}*+?|\\^$]", "_", expression)
    assert "\\" not in plain, "only punctuation is escaped"
    outside = re.sub(r"\[[^\]]*\]", "_", plain)
    assert not re.search(r"\((?!\?:)", outside), "groups are written (?:…); fields are the only captures"
    assert not re.search(r"[*+?}][*+]", outside), "no possessive quantifiers"
    assert not re.search(r"[*+]\)(?:[*+]|\{[0-9]+,\})", outside), "a repetition of a repetition is exponential"
