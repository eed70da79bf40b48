import pytest
from commonswatch.domain.addresses import mailbox, parse_address
from commonswatch.domain.errors import InvalidInput


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("ada@example.org", "ada@example.org"),
        ("  Ada.B+x@EXAMPLE.org ", "Ada.B+x@example.org"),
        ("o'neil_1@mail.example.co.uk", "o'neil_1@mail.example.co.uk"),
        ("ada@bücher.example", "ada@xn--bcher-kva.example"),
        ("ada@XN--BCHER-KVA.example", "ada@xn--bcher-kva.example"),
        ("ada@exa。mple。org", "ada@exa.mple.org"),
        ("a" * 64 + "@example.org", "a" * 64 + "@example.org"),
    ],
)
def test_one_plain_address_is_normalised(written: str, address: str) -> None:
    assert parse_address(written) == address


NOT_ONE_ADDRESS = [
    "", " ", "@", "ada", "ada@", "@example.org", "ada@localhost", "ada@example.org, bob@example.org",
    "ada@example.org;bob@example.org", "ada@example.org bob@example.org", " " * 600 + "ada@example.org",
    "Ada <ada@example.org>", "<ada@example.org>",
    '"ada b"@example.org', '"ada"@example.org', "ada(x)@example.org", "ada@(x)example.org", "ada@[127.0.0.1]",
    "ada@127.0.0.1", "ada@example.1", "ada@@example.org", "ada@bob@example.org", ".ada@example.org",
    "ada.@example.org", "a..da@example.org", "ada@example.org.", "ada@.example.org", "ada@example..org",
    "ada@-example.org", "ada@example-.org", "ada@exa_mple.org", "ada@example.org\n", "\nada@example.org",
    "ada@example.org\r\nBcc: eve@example.org",
    "ada\r\n@example.org", "ada\x00@example.org", "ada\u2028@example.org",
    "ada@example.org\u2029", "adä@example.org", "ada＠example.org", "ada\u202e@example.org", "ada@exam\x00ple.org",
    "=?utf-8?q?ada=0d=0aBcc:eve?=@example.org", "=?utf-8?q?ada=2c?=@example.org", "a" * 65 + "@example.org",
    "ada@" + "a" * 64 + ".org", "ada@" + "a." * 126 + "org", "ada@" + "a" * 100_000, "ada@xn--a.example",
    "ada@\ud800.example", "group:ada@example.org;", "ada%eve@example.org@x", "ada,eve@example.org",
    "ada\t@example.org",
]  # fmt: skip


@pytest.mark.parametrize("written", NOT_ONE_ADDRESS)
def test_anything_else_is_refused_without_repeating_it(written: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_address(written)
    assert refused.value.detail == "Write one mail address, such as name@example.org."


@pytest.mark.parametrize("written", ["Ada+list@example.org", "ada@example.org", "ada+1+2@example.org"])
def test_addresses_of_one_mailbox_are_recognised(written: str) -> None:
    assert mailbox(written) == "ada@example.org"


def test_gmail_knows_no_dots_and_others_do() -> None:
    assert mailbox("A.d.a+x@googlemail.com") == mailbox("ada@gmail.com")
    assert mailbox("a.da@example.org") != mailbox("ada@example.org")
    assert mailbox("+ada@example.org") == "+ada@example.org"
