import gettext
import re
from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from html.parser import HTMLParser

import pytest
from commonswatch.channels.message import Sender, compose
from commonswatch.domain.errors import InvalidInput

from tests.unit.channels.letters import CONTEXTS, SENDER, SENT, STOP, letter

EXPECTED = {"From", "To", "Date", "Message-ID", "Auto-Submitted", "Subject", "List-Unsubscribe",
            "List-Unsubscribe-Post", "MIME-Version", "Content-Type"}  # fmt: skip
HOSTILE_TEXTS = [
    "x\r\nBcc: eve@evil.example", "x\nBcc: eve@evil.example", "x\rBcc: eve@evil.example",
    "\r\n\r\nbody", "x\n Bcc: e",
    "=?utf-8?q?hi=0d=0aBcc:eve@evil.example?=", "=?utf-8?q?hi=0aBcc:eve@evil.example?=",
    "=?UTF-8?B?aGkNCkJjYzogZXZlQGV2aWwuZXhhbXBsZQ==?=", "=?utf-8?q?a?= =?utf-8?q?=0d=0aBcc:e@evil.example?=",
    "=?iso-8859-1?q?=0d=0a=0d=0abody?=", "=?utf-7?q?+AA0ACg-Bcc:e@evil.example?=", "=\u200b?utf-8?q?=0d=0aBcc:e?=",
    "=\r\n?utf-8?q?=0d=0aBcc:e?=", "=\x00?utf-8?q?=0aBcc:e?=", "==??utf-8?q?=0d=0aBcc:e?=",
    "=?=?utf-8?q?=0aBcc:e?=",
    "=?utf-8*en?q?=0d=0aBcc:e@evil.example?=", "x\u2028Bcc: e@evil.example", "x\u2029Bcc: e", "x\x85Bcc: e",
    "x\x0bBcc: e", "x\x0cBcc: e", "x\x1cBcc: e", "x\x1dBcc: e", "x\x1eBcc: e", "x\x00Bcc: e", "x\u202eBcc: e",
    "x\ud800Bcc: e", "%0d%0aBcc: e@evil.example", "\\r\\nBcc: e", "ä" * 300 + "\r\nBcc: e",
    "a" * 998 + "\r\nBcc: e",
    "{{ 7 * 7 }}\r\nBcc: e", "e@evil.example, f@evil.example", '"x" <e@evil.example>', "嘊嘍Bcc: e", "%(num)s %s %",
    "=?utf-8?q?=3D=3Futf-8=3Fq=3F=0d=0aBcc=3Ae=3F=3D?=", "x" + " " * 900 + "\nBcc: e", "<script>alert(1)</script>",
]  # fmt: skip


def received(mail: EmailMessage) -> EmailMessage:
    """The mail as another program reads it from the wire."""
    return message_from_bytes(mail.as_bytes(), policy=default)


def text(mail: EmailMessage, kind: str = "plain") -> str:
    part = received(mail).get_body((kind,))
    assert part is not None
    return str(part.get_content())


@pytest.mark.parametrize("hostile", HOSTILE_TEXTS)
def test_hostile_words_add_no_header_and_no_recipient(hostile: str) -> None:
    written = replace(letter("alert", site=hostile, conditions=[hostile]), to="bob@example.org")
    mail = compose(written, Sender(SENDER.address, hostile), SENT)
    for seen in (mail, received(mail)):
        assert set(seen.keys()) == EXPECTED
        assert len(seen.keys()) == len(EXPECTED)
        assert [address.addr_spec for address in seen["To"].addresses] == ["bob@example.org"]
        assert [address.addr_spec for address in seen["From"].addresses] == [SENDER.address]
    head = mail.as_bytes().split(b"\r\n\r\n")[0]
    assert not re.search(rb"(?im)^bcc", head)
    assert all(len(line) < 998 for line in head.split(b"\r\n"))


@pytest.mark.parametrize("hostile", HOSTILE_TEXTS)
def test_hostile_words_in_any_other_place_of_the_head_are_refused(hostile: str) -> None:
    for bad in (
        replace(letter(), to=f"bob@example.org{hostile}"),
        replace(letter(), message_id=f"<a@b.example>{hostile}"),
        replace(letter(), unsubscribe_url=f"https://watch.example.org/{hostile}\n"),
        replace(letter(), language=f"en{hostile}"),
    ):
        with pytest.raises(InvalidInput):
            compose(bad, SENDER, SENT)


def test_the_head_is_what_mail_programs_ask_for() -> None:
    mail = received(compose(letter(), SENDER, SENT))
    assert mail["Message-ID"] == "<abc123@watch.example.org>"
    assert mail["Date"].datetime == SENT
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["From"].addresses[0].display_name == "Commonswatch"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_a_long_unsubscribe_address_stays_readable_for_machines() -> None:
    head = compose(letter(stop=STOP), SENDER, SENT).as_bytes().split(b"\r\n\r\n")[0]
    assert f"\r\nList-Unsubscribe: <{STOP}>\r\n".encode() in head


def test_without_an_address_to_stop_there_is_no_word_of_stopping() -> None:
    mail = compose(letter(stop=None), SENDER, SENT)
    assert "List-Unsubscribe" not in mail
    assert "List-Unsubscribe-Post" not in mail
    assert "Stop these mails" not in text(mail) + text(mail, "html")


def test_a_sign_in_letter_has_the_link_its_life_and_a_way_to_do_nothing() -> None:
    words = text(compose(letter(), SENDER, SENT))
    assert "https://watch.example.org/sign-in/abc" in words
    assert "for 10 minutes" in words
    assert "do nothing" in words
    assert "for 1 minute." in text(compose(letter(minutes=1), SENDER, SENT))


def test_an_invitation_says_who_what_and_what_never_happens() -> None:
    mail = compose(letter("invitation", works=[f"Title {n}" for n in range(1, 9)]), SENDER, SENT)
    for kind in ("plain", "html"):
        words = text(mail, kind)
        assert "Ada Example registered 8 pictures" in words
        assert "Title 5" in words
        assert "Title 6" not in words
        assert "and 3 more" in words
        assert "never recognises faces" in words
        assert "the only mail you will get unless you confirm" in words
        assert "https://watch.example.org/p/abc" in words


def test_an_alert_counts_in_words_and_says_found() -> None:
    one = compose(letter("alert", count=1), SENDER, SENT)
    shown = compose(letter("alert", about="shown", count=3), SENDER, SENT)
    assert one["Subject"] == "A work of yours was found at sets.example"
    assert shown["Subject"] == "3 works showing you were found at sets.example"
    words = text(one)
    assert "https://sets.example/faces?id=1&b=2\n" in words.replace("\r", "")
    assert "2026-11-20" in words
    assert "looks the same" in words
    assert "conditions to check" in words
    assert "exceptions such as research" in words
    assert "Creative Commons licences concern copyright only" in words
    assert "https://watch.example.org/found/1" in words


def test_an_alert_names_the_first_works_and_counts_the_others() -> None:
    mail = compose(letter("alert", count=30, works=[f"Title {n}" for n in range(1, 21)]), SENDER, SENT)
    for kind in ("plain", "html"):
        words = text(mail, kind)
        assert "Title 5" in words
        assert "Title 6" not in words
        assert "and 25 more" in words


@pytest.mark.parametrize("template", CONTEXTS)
def test_no_letter_accuses_and_none_carries_pictures_or_loads_anything(template: str) -> None:
    mail = compose(letter(template), SENDER, SENT)
    page = text(mail, "html")
    words = (str(mail["Subject"]) + text(mail) + page).lower()
    assert not re.search("stolen|steal|theft|thief|violat|infring|illegal|abuse", words)
    assert not re.search(r"<(img|script|link|iframe|object)|url\(|@import", page)
    assert "prefers-color-scheme: dark" in page
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]


class _Links(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for name, value in attrs if name in ("href", "src")]


def test_a_title_is_neither_markup_nor_a_link() -> None:
    title = '<a href="http://evil.example">Picnic</a> www.evil.example {{ product }}'
    mail = compose(letter("invitation", works=[title], creator="<b>Ada</b>"), SENDER, SENT)
    page = text(mail, "html")
    assert _Links(page).found == ["https://watch.example.org/p/abc", STOP]
    assert "<b>" not in page
    assert "&lt;b&gt;Ada" in page
    for words in (text(mail), page):
        assert not re.search(r"evil\.example|http://", words)
        assert "{{ product }}" in words


def test_an_administrator_names_the_product() -> None:
    mail = compose(letter("invitation"), Sender("mail@watch.example.org", "Bilderwache"), SENT)
    assert mail["From"].addresses[0].display_name == "Bilderwache"
    assert "Bilderwache watches over" in text(mail)
    assert "Commonswatch" not in text(mail) + text(mail, "html") + str(mail["Subject"])


class _Shouting(gettext.NullTranslations):
    def gettext(self, message: str) -> str:
        return message.replace("Your sign-in link", "IHR ZUGANG")

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        return f"GILT %(num)s MINUTEN <{n}>"


def test_translations_are_used_and_escaped() -> None:
    mail = compose(letter(), SENDER, SENT, _Shouting())
    assert mail["Subject"] == "IHR ZUGANG for Commonswatch"
    assert "GILT 10 MINUTEN <10>" in text(mail)


@pytest.mark.parametrize(
    "written",
    [
        letter(link="javascript:alert(1)"),
        letter(minutes=-1),
        letter("alert", since="yesterday"),
        letter("alert", basis=["face"]),
        letter("invitation", works=[]),
        replace(letter(), template="../../secret"),
        replace(letter(), context={}),
    ],
)
def test_values_that_do_not_fit_are_refused_without_repeating_them(written: object) -> None:
    with pytest.raises(InvalidInput) as refused:
        compose(written, SENDER, SENT)  # type: ignore[arg-type]
    said = refused.value.detail + str(refused.value.problems)
    assert not any(value in said for value in ("alert(1)", "yesterday", "face", "secret"))


HELD = {"name": "MS-Celeb-1M", "certainty": "holds", "count": 1}
CERTAIN_WORDS = {"holds": "holds", "should-hold": "should hold", "may-hold": "may hold"}


@pytest.mark.parametrize("certainty", list(CERTAIN_WORDS))
@pytest.mark.parametrize(
    ("about", "count", "whose"),
    [
        ("creator", 1, "a work of yours"),
        ("creator", 3, "3 works of yours"),
        ("shown", 1, "your picture"),
        ("shown", 3, "3 pictures of you"),
    ],
)
def test_a_letter_about_a_copy_says_in_words_how_sure_it_is(certainty: str, about: str, count: int, whose: str) -> None:
    held = {**HELD, "certainty": certainty, "count": count}
    values = {"basis": ["membership"], "certainty": certainty, "copies": [held], "about": about, "count": count}
    mail = compose(letter("alert", **values), SENDER, SENT)
    words = CERTAIN_WORDS[certainty]
    assert mail["Subject"] == f"A copy of a dataset that {words} {whose} was posted at sets.example"
    text, page = (mail.get_body((kind,)).get_content() for kind in ("plain", "html"))  # type: ignore[union-attr]
    for body in (text, page):
        flat = " ".join(body.split())
        assert f"MS-Celeb-1M {words} {count} of them" in flat
        assert "We have not downloaded the copy." in flat
        assert "stolen" not in flat.lower()


def test_what_was_found_in_another_way_too_is_told_as_found() -> None:
    values = {"basis": ["key", "membership"], "copies": [HELD]}
    mail = compose(letter("alert", **values), SENDER, SENT)
    assert mail["Subject"] == "2 works of yours were found at sets.example"


@pytest.mark.parametrize(("about", "whose"), [("creator", "works of yours"), ("shown", "works showing you")])
def test_the_subject_counts_only_what_was_found_and_the_letter_says_what_a_copy_may_hold(
    about: str, whose: str
) -> None:
    values = {"basis": ["key", "membership"], "copies": [HELD], "count": 7, "found": 2, "about": about}
    mail = compose(letter("alert", **values), SENDER, SENT)
    assert mail["Subject"] == f"2 {whose} were found at sets.example"
    for kind in ("plain", "html"):
        said = " ".join(text(mail, kind).split())
        assert "A copy of a dataset that is offered there holds, or may hold, 5 more." in said
        assert "7 works" not in said
