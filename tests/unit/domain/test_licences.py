"""Every form in which people and files write a Creative Commons licence is read, and nothing else is."""

import pytest
from commonswatch.domain.licences import LICENCES, Licence, conditions, parse_licence

READ = [
    ("https://creativecommons.org/licenses/by-nc-sa/4.0/", Licence("by-nc-sa", "4.0")),
    ("http://creativecommons.org/licenses/by/2.0/", Licence("by", "2.0")),
    ("https://creativecommons.org/licenses/by-sa/3.0/de/deed.en", Licence("by-sa", "3.0", "de")),
    ("https://creativecommons.org/licenses/by-nc-nd/2.0/uk/legalcode", Licence("by-nc-nd", "2.0", "uk")),
    ("https://creativecommons.org/licenses/by/3.0/igo/", Licence("by", "3.0", "igo")),
    ("https://creativecommons.org/licenses/by-nc/4.0/deed.zh-hans", Licence("by-nc", "4.0")),
    ("//creativecommons.org/licenses/by-sa/4.0", Licence("by-sa", "4.0")),
    ("https://creativecommons.org/licenses/by/4.0/rdf", Licence("by", "4.0")),
    ("https://creativecommons.org/licenses/by-nd-nc/1.0/", Licence("by-nc-nd", "1.0")),
    ("https://creativecommons.org/publicdomain/zero/1.0/", Licence("cc0", "1.0")),
    ("https://creativecommons.org/publicdomain/mark/1.0/deed.de", Licence("pdm", "1.0")),
    ("CC BY-NC 2.0", Licence("by-nc", "2.0")),
    ("cc-by-nc-sa-4.0", Licence("by-nc-sa", "4.0")),
    ("CC-BY-NC-SA-3.0-IGO", Licence("by-nc-sa", "3.0", "igo")),
    ("BY-SA 4.0", Licence("by-sa", "4.0")),
    ("CC0-1.0", Licence("cc0", "1.0")),
    ("Public Domain Dedication (CC0)", Licence("cc0", "1.0")),
    ("Public Domain Mark", Licence("pdm", "1.0")),
    ("{{cc-by-sa-4.0}}", Licence("by-sa", "4.0")),
    ("{{self|cc-by-sa-3.0|GFDL}}", Licence("by-sa", "3.0")),
    ("{{Cc-zero}}", Licence("cc0", "1.0")),
    ("Attribution-ShareAlike License", Licence("by-sa", "2.0")),
    ("Attribution-NonCommercial-NoDerivs License", Licence("by-nc-nd", "2.0")),
    ("Creative Commons Attribution-ShareAlike 4.0 International License", Licence("by-sa", "4.0")),
]

NOT_READ = [
    "",
    "All Rights Reserved",
    "United States Government Work",
    "No known copyright restrictions",
    "https://creativecommons.org/licenses/",
    "https://creativecommons.org/licences/by/4.0/",
    "https://creativecommons.org/licenses/by-nd-sa/4.0/",
    "https://creativecommons.org/licenses/nc/4.0/",
    "https://creativecommons.org/licenses/by/9.9/",
    "https://creativecommons.org.example/licenses/by/4.0/",
    "https://example.org/?creativecommons.org/licenses/by/4.0/",
    "CC BY-SA",
    "by",
    "nc",
    "Attribution-NoDerivs-ShareAlike License",
    "\0",
    "cc-by-" * 100_000,
]


@pytest.mark.parametrize(("text", "licence"), READ)
def test_every_written_form_names_its_licence(text: str, licence: Licence) -> None:
    assert parse_licence(text) == licence


@pytest.mark.parametrize("text", NOT_READ, ids=range(len(NOT_READ)))
def test_what_names_no_licence_is_none(text: str) -> None:
    assert parse_licence(text) is None


@pytest.mark.parametrize("licence", LICENCES, ids=lambda licence: licence.name)
def test_a_licence_offered_in_forms_can_be_read_back_from_its_name_and_address(licence: Licence) -> None:
    assert parse_licence(licence.url) == licence
    assert parse_licence(licence.name) == licence


def test_elements_stand_in_the_order_of_the_name() -> None:
    assert Licence("by-nc-sa", "4.0").elements == ("BY", "NC", "SA")
    assert Licence("cc0", "1.0").elements == ()


def test_conditions_are_questions_and_accuse_nobody() -> None:
    for licence in LICENCES:
        for question in conditions(licence):
            assert "?" in question
            assert "violat" not in question.lower()


def test_each_element_has_a_condition_and_public_domain_has_none() -> None:
    asked = conditions(Licence("by-nc-nd", "2.0"))
    assert asked[0] == "BY: is the creator named next to the picture?"
    assert {question.split(":")[0] for question in asked} == {"BY", "NC", "ND"}
    assert conditions(Licence("cc0", "1.0")) == conditions(Licence("pdm", "1.0")) == ()


def test_only_version_four_asks_when_it_was_found_out() -> None:
    assert any("30 days" in question for question in conditions(Licence("by", "4.0")))
    assert not any("30 days" in question for question in conditions(Licence("by", "3.0")))
