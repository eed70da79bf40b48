import pytest
from commonswatch.channels.words import for_header, not_a_link, one_line, site_name, web_address
from commonswatch.domain.errors import InvalidInput


@pytest.mark.parametrize(
    "hostile",
    ["a\r\nb", "a\nb", "a\x00b", "a\x0bb", "a\x85b", "a\u2028b", "a\u2029b", "a\u202eb", "a\u2066b", "a\u200bb",
     "a\ufeffb", "a\ud800b", "a\ue000b", "a\U000e0041b", "a \t b"],
)  # fmt: skip
def test_what_cannot_be_seen_becomes_one_space(hostile: str) -> None:
    assert one_line(hostile) == "a b"


def test_long_words_are_cut_and_say_so() -> None:
    assert one_line("a" * 1_000_000) == "a" * 199 + "…"
    assert len(for_header("=?" * 500)) <= 300


def test_letters_of_all_languages_stay() -> None:
    for words in ("Zoë’s picnic – nº 2", "ピクニック", "صورة", "नमस्ते", "Ångström 🙂"):
        assert one_line(words) == words


def test_towers_of_marks_are_cut_down() -> None:
    assert one_line("a" + "\u0300" * 100) == "a" + "\u0300" * 3


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("see http://evil.example/x", "see http: //evil. example/x"),
        ("www.evil.example", "www. evil. example"),
        ("www.1evil.example", "www. 1evil. example"),
        ("evil.example", "evil. example"),
        ("evil。example", "evil. example"),
        ("eve@evil.example", "eve @ evil. example"),
        ("bit.ly/2x", "bit. ly/2x"),
        ("evil.jpg.example", "evil. jpg. example"),
        ("evil.png/x", "evil. png/x"),
        ("evil.\u200bexample", "evil. example"),
        ("IMG_2041.jpg", "IMG_2041.jpg"),
        ("Version 2.0, 3.5 m", "Version 2.0, 3.5 m"),
        ("A picnic. With dogs.", "A picnic. With dogs."),
    ],
)
def test_words_cannot_become_a_link(written: str, shown: str) -> None:
    assert not_a_link(written) == shown


def test_a_web_address_loses_what_may_be_secret() -> None:
    assert web_address("https://a:b@share.example/f?id=1#key") == "https://share.example/f?id=1"
    assert web_address("http://127.0.0.1:8000/p/x") == "http://127.0.0.1:8000/p/x"


@pytest.mark.parametrize(
    "text",
    ["", "javascript:alert(1)", "data:text/html,x", "ftp://a.example/", "//a.example", "https://", "https:///x",
     "https://a.example/ x", "https://a.example/\nx", 'https://a.example/"onclick=', "https://a.example/<b>",
     "https://a.example/ä", "https://[::1", "https://a.example/" + "a" * 2000,
     "HTTPS://a.example\r\nBcc: b@c.example"],
)  # fmt: skip
def test_what_is_no_web_address_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        web_address(text)


def test_a_site_is_shown_as_it_is_written_and_nothing_else_passes_for_one() -> None:
    assert site_name("sets.example") == "sets.example"
    assert site_name("sets.example/x http://evil.example") == "sets. example/x http: //evil. example"
