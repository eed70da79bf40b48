"""Whatever strangers write: read, or refused with InvalidInput, never anything else, and never slowly."""

import time

import pytest
from commonswatch.domain.errors import InvalidInput
from commonswatch.services.registering.page_pictures import picture_addresses
from commonswatch.services.registering.rows import Row, RowError, parse_people, parse_rows
from commonswatch.services.words import is_clean, one_line
from hypothesis import given
from hypothesis import strategies as st

_any_text = st.text(st.characters(codec=None, exclude_categories=())) | st.text(";<>@\"',\t\r\n\0 abhttps:/.=?")


@given(st.binary(max_size=400) | _any_text | _any_text.map(lambda text: "url,title,people shown\n" + text))
def test_any_upload_becomes_rows_or_is_refused(upload: str | bytes) -> None:
    try:
        rows = parse_rows(upload, 1000)
    except InvalidInput:
        return
    for row in rows:
        assert isinstance(row, Row | RowError)
        row.url.encode()  # can be stored
        assert is_clean(row.url)
        if isinstance(row, Row):
            assert is_clean(row.title)
            assert all(is_clean(person.name) and person.name for person in row.people)


@given(_any_text)
def test_any_names_become_people_or_are_refused(text: str) -> None:
    try:
        named = parse_people(text)
    except InvalidInput:
        return
    assert all(one.name and "\n" not in one.name and "\n" not in (one.address or "") for one in named)


@given(_any_text, st.integers(1, 50))
def test_one_line_is_one_short_clean_line_and_stays_so(text: str, length: int) -> None:
    line = one_line(text, length)
    assert len(line) <= length
    assert is_clean(line)
    line.encode()  # can be stored
    assert one_line(line, length) == line


@given(st.binary(max_size=300), st.text(max_size=40))
def test_any_page_gives_web_addresses_or_none(page: bytes, address: str) -> None:
    tag = f'<meta property="og:image" content="{address}">'.encode("utf-8", "replace")
    for found in picture_addresses(page + tag, "https://pages.example/a"):
        assert found.startswith(("https://", "http://"))


@pytest.mark.parametrize(
    "page",
    [
        b"<meta " * 300_000,
        b"<meta a>" * 250_000,
        b"<meta " + b"a='" * 600_000,
        b'<meta property="og:image" content="/x">' * 50_000,
    ],
)
def test_no_page_takes_long(page: bytes) -> None:
    started = time.process_time()
    assert len(picture_addresses(page, "https://pages.example/")) <= 10
    assert time.process_time() - started < 1
