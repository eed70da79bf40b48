"""Reading what people paste and upload: every line judged by itself, every kind of file, nothing hostile gets in."""

import pytest
from commonswatch.domain.errors import InvalidInput
from commonswatch.domain.licences import Licence
from commonswatch.domain.states import Listing
from commonswatch.services.registering.rows import (
    CSV_TEMPLATE,
    LONGEST_FILE,
    PersonNamed,
    Row,
    RowError,
    parse_people,
    parse_rows,
)

PICTURE = "https://pictures.example/harbour.jpg"


def _only(text: str | bytes) -> Row | RowError:
    [row] = parse_rows(text, 10)
    return row


def test_a_list_has_one_address_per_line() -> None:
    rows = parse_rows(f"\n  {PICTURE}\r\n\r\nhttps://www.flickr.com/photos/someone/53381630964/\n", 10)
    assert [(row.line, row.url) for row in rows] == [
        (2, PICTURE),
        (4, "https://www.flickr.com/photos/someone/53381630964/"),
    ]
    assert all(isinstance(row, Row) and row.keys for row in rows)


def test_the_template_we_offer_can_be_read() -> None:
    first, second = parse_rows(("\ufeff" + CSV_TEMPLATE).encode(), 10)
    assert isinstance(first, Row)
    assert (first.line, first.licence, first.title) == (2, Licence("by", "4.0"), "Harbour at dawn")
    assert isinstance(second, Row)
    assert second.licence is None
    assert second.people == (PersonNamed("Ada Example", "ada@example.org"), PersonNamed("Bob Example"))


def test_each_row_may_say_whether_it_is_listed() -> None:
    lines = [f"https://pictures.example/{n}.jpg,{word}" for n, word in enumerate(("public", "Server only", "", "yes"))]
    *rows, wrong = parse_rows("\n".join(["url,listing", *lines]), 10)
    assert [row.listing for row in rows if isinstance(row, Row)] == [Listing.PUBLIC, Listing.SERVER_ONLY, None]
    assert isinstance(wrong, RowError)
    assert "server-only" in wrong.problem


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1"])
def test_a_csv_may_come_from_any_spreadsheet(delimiter: str, encoding: str) -> None:
    header = delimiter.join(("Title", "URL", "License", "People shown"))
    cells = delimiter.join(('"Bäume, ""alt"""', PICTURE, "CC BY-SA 4.0", '"Ada <ada@example.org>; Bo"'))
    row = _only(f"{header}\r\n{cells}\r\n".encode(encoding))
    assert isinstance(row, Row)
    assert (row.title, row.licence) == ('Bäume, "alt"', Licence("by-sa", "4.0"))
    assert row.people == (PersonNamed("Ada", "ada@example.org"), PersonNamed("Bo"))


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("no address at all", "blanks"),
        ("ftp://pictures.example/a.jpg", "https://"),
        ("javascript:alert(1)", "https://"),
        ("https://", "https://"),
        ("https://[::1", "https://"),
        ("http://127.0.0.1/a.jpg", "private"),
        ("http://[::1]/a.jpg", "private"),
        ("http://169.254.169.254/latest/meta-data", "private"),
        ("http://localhost/a.jpg", "private"),
        ("http://printer.local/a.jpg", "private"),
        ("https://ada:secret@pictures.example/a.jpg", "password"),
        ("https://pictures.example/a\0.jpg", "invisible"),
        ("https://pictures.example/\u202egpj.exe", "invisible"),
        ("https://pictures.example/\ud800.jpg", "invisible"),
        ("https://pictures.example/" + "a" * 3000, "longer"),
        ("https://example.org/", "single picture"),
        ("https://www.flickr.com/photos/example_user/albums/72157600000000001", "single picture"),
        ("https://www.youtube.com/@example", "single picture"),
        (f"{PICTURE},CC BY 4.0,My title", "CSV template"),
    ],
)
def test_each_wrong_line_says_what_to_change_and_spoils_no_other(line: str, words: str) -> None:
    wrong, good = parse_rows(f"{line}\n{PICTURE}", 10)
    assert isinstance(wrong, RowError)
    assert words in wrong.problem
    assert "\0" not in wrong.url
    assert wrong.url.encode()
    assert isinstance(good, Row)


def test_wrong_cells_of_a_csv_are_named_by_line() -> None:
    text = "\n".join(
        (
            "url;licence;people shown",
            f"{PICTURE};all mine;",
            f"{PICTURE};;Ada <not an address>",
            f'{PICTURE};;"Ada <a@example.org\nBcc: b@example.org>"',
            f"{PICTURE};;<ada@example.org>",
            ";;",
            f'{PICTURE};;"never closed',
        )
    )
    problems = {row.line: row.problem for row in parse_rows(text, 20) if isinstance(row, RowError)}
    assert list(problems) == [2, 3, 4, 6]
    assert "licence" in problems[2]
    assert "mail address" in problems[3]
    assert "no name" in problems[6]


def test_a_quotation_mark_that_is_never_closed_does_not_take_the_file_with_it() -> None:
    text = "url,title\n" + f'{PICTURE},"open\n' + "".join(f"https://pictures.example/{i}.jpg,\n" for i in range(9000))
    rows = parse_rows(text, 50_000)
    assert isinstance(rows[0], RowError)
    assert "quotation mark" in rows[0].problem
    assert any(isinstance(row, Row) for row in rows)


def test_titles_and_names_lose_what_could_mislead_but_keep_their_letters() -> None:
    row = _only(f'url,title,people shown\n{PICTURE},"<b>ا\u202eگربه\u200cها</b>\0x",<i>Ø\n'.encode())
    assert isinstance(row, Row)
    assert row.title == "<b>اگربه\u200cها</b> x"
    assert row.people == (PersonNamed("<i>Ø"),)


@pytest.mark.parametrize("text", ["", "\n \n", "url,licence\n", b"", b"\xff\xfe"])
def test_nothing_to_register_is_said(text: str | bytes) -> None:
    with pytest.raises(InvalidInput, match="no address"):
        parse_rows(text, 10)


def test_bytes_that_are_no_text_become_rows_that_say_so() -> None:
    assert all(isinstance(row, RowError) for row in parse_rows(bytes(range(256)) * 8, 100))


@pytest.mark.parametrize("start", [b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF-1.7"])
def test_a_spreadsheet_that_is_no_csv_is_refused_as_a_whole(start: bytes) -> None:
    with pytest.raises(InvalidInput, match="Save as"):
        parse_rows(start + bytes(range(256)) * 8, 100)


def test_more_rows_than_allowed_and_bigger_files_are_refused() -> None:
    with pytest.raises(InvalidInput, match="more than 3 rows"):
        parse_rows(f"{PICTURE}\n" * 4, 3)
    with pytest.raises(InvalidInput, match="10 MB"):
        parse_rows(b"a" * (LONGEST_FILE + 1), 3)


def test_people_are_read_from_lines_and_semicolons() -> None:
    assert parse_people('Ada <Ada@Example.org>\n"Bo, Jr"; cy@example.org;\n ') == (
        PersonNamed("Ada", "Ada@example.org"),
        PersonNamed("Bo, Jr"),
        PersonNamed("cy", "cy@example.org"),
    )
    for wrong in (
        "<ada@example.org>",
        "Ada <ada@example.org",
        "Ada <ada",
        "Ada <a@b>",
        "a@example.org, b@example.org",
        "x" * 201,
        "; ".join(["A"] * 51),
    ):
        with pytest.raises(InvalidInput):
            parse_people(wrong)


@pytest.mark.parametrize("text", ["ada@example.org <ada@example.org>", '"ada@example.org" <ada@example.org>'])
def test_an_address_written_as_a_name_is_not_kept_as_one(text: str) -> None:
    assert parse_people(text) == (PersonNamed("ada", "ada@example.org"),)
