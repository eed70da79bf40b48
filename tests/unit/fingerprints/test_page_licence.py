"""Which licence a web page gives for its picture."""

import pytest
from commonswatch.domain.licences import Licence
from commonswatch.fingerprints import PicturePool

BY = "https://creativecommons.org/licenses/by/2.0/"
SA = "https://creativecommons.org/licenses/by-sa/4.0/"
FLICKR = f'<html><body><a class="photo-license-url" href="{BY}" rel="license cc:license" target="_newtab">Some</a>'
COMMONS = f"""<html><head><link rel="license" href="https://creativecommons.org/licenses/by-sa/3.0/"></head><body>
<span class="licensetpl" style="display:none"><span class="licensetpl_link" style="display:none">{SA}</span></span>
<span class="licensetpl_link">{BY}</span></body></html>"""
JSON_LD = f"""<script type="application/ld+json">{{"@graph":[{{"@type":"WebPage","license":"{SA}"}},
{{"@type":["ImageObject"],"license":{{"@id":"{BY}"}}}}]}}</script><a rel="license" href="{SA}">site</a>"""


@pytest.mark.parametrize(
    ("page", "licence"),
    [
        pytest.param(FLICKR, Licence("by", "2.0"), id="Flickr: rel=license"),
        pytest.param(COMMONS, Licence("by-sa", "4.0"), id="Commons: its template, not the licence of its text"),
        pytest.param(JSON_LD, Licence("by", "2.0"), id="JSON-LD of the picture, not of the page"),
        pytest.param(f'<link itemprop="license" href="{BY}">', Licence("by", "2.0"), id="microdata"),
        pytest.param(f'<meta property="og:license" content="{BY}">', Licence("by", "2.0"), id="og"),
        pytest.param('<meta name="DC.rights" content="CC BY-SA 4.0">', Licence("by-sa", "4.0"), id="Dublin Core"),
        pytest.param(f'<head><link rel=license href="{SA}">', Licence("by-sa", "4.0"), id="head, when nothing else"),
        pytest.param(f'<footer><a rel="license" href="{SA}">site</a></footer>', None, id="a footer is about the site"),
        pytest.param(f'<a rel=license href="{BY}"><a rel=license href="{SA}">', None, id="two licences say nothing"),
        pytest.param(f'<a rel=license href="{BY}"><a rel=license href="{BY}">', Licence("by", "2.0"), id="twice"),
        pytest.param(f'<a href="{BY}">a link without rel</a>', None, id="no rel"),
        pytest.param("", None, id="empty"),
        pytest.param('<script type="application/ld+json">{"@type":"ImageObject","license":', None, id="broken JSON"),
        pytest.param("<![if<!ELEMENT <?x <!-- <a rel=license href=", None, id="broken HTML"),
    ],
)
def test_a_page_names_the_licence_of_its_picture(pool: PicturePool, page: str, licence: Licence | None) -> None:
    assert pool.licence_of_page(page.encode()) == licence


@pytest.mark.parametrize("page", [b"\xff\x00" * 9, b"<" * 3_000_000, b"<a " * 700_000, b"[" * 3_000_000], ids=range(4))
def test_hostile_pages_name_nothing_and_raise_nothing(page: bytes) -> None:
    with PicturePool(1, wall_seconds=3) as own:
        assert own.licence_of_page(page) is None
        assert own.licence_of_page(FLICKR.encode()) == Licence("by", "2.0")


def test_deeply_nested_json_names_nothing(pool: PicturePool) -> None:
    deep = '<script type="application/ld+json">' + "[" * 100_000 + "</script>"
    assert pool.licence_of_page(deep.encode()) is None
