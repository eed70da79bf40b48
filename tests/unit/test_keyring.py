"""The installation's keys: made once, private, and what they seal or sign cannot be forged."""

import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from commonswatch.domain.errors import NotFound
from commonswatch.keyring import Keyring, new_receipt
from hypothesis import given
from hypothesis import strategies as st


@pytest.fixture
def keyring(tmp_path: Path) -> Keyring:
    return Keyring.open(tmp_path / "keys")


def test_keys_are_made_once_and_only_the_owner_reads_them(tmp_path: Path) -> None:
    first, second = (Keyring.open(tmp_path / "keys") for _ in range(2))
    assert first == second
    assert len({first.digest_key, first.sealing_key, first.session_key, first.signing_seed}) == 4
    assert all(stat.S_IMODE(file.stat().st_mode) == 0o600 for file in (tmp_path / "keys").iterdir())
    assert first.sealing_key.hex() not in repr(first)


def test_a_damaged_key_stops_the_start_instead_of_being_replaced(tmp_path: Path) -> None:
    Keyring.open(tmp_path / "keys")
    (tmp_path / "keys" / "sealing_key").write_bytes(b"short")
    with pytest.raises(RuntimeError, match="sealing_key"):
        Keyring.open(tmp_path / "keys")


def test_what_is_sealed_opens_only_unchanged_and_with_the_same_key(keyring: Keyring, tmp_path: Path) -> None:
    sealed = keyring.seal_text("ada@example.org \ud800")
    assert keyring.unseal_text(sealed) == "ada@example.org \ud800"
    assert sealed != keyring.seal_text("ada@example.org \ud800")
    for damaged in (b"", sealed[:-1], sealed[:-1] + bytes([sealed[-1] ^ 1])):
        with pytest.raises(NotFound):
            keyring.unseal(damaged)
    with pytest.raises(NotFound):
        Keyring.open(tmp_path / "other").unseal(sealed)


def test_a_link_opens_one_thing_for_one_purpose_until_its_nonce_changes(keyring: Keyring) -> None:
    token = keyring.link_token("person", 12, b"nonce")
    assert keyring.read_link_number(token) == 12
    keyring.check_link("person", token, b"nonce")
    for purpose, nonce in (("unsubscribe", b"nonce"), ("person", b"other")):
        with pytest.raises(NotFound):
            keyring.check_link(purpose, token, nonce)
    with pytest.raises(NotFound):
        keyring.check_link("person", keyring.link_token("person", 13, b"nonce")[:8] + token[8:], b"nonce")


@given(st.text(max_size=60))
def test_no_text_as_a_token_does_more_than_be_refused(token: str) -> None:
    keyring = Keyring(bytes(32), bytes(32), bytes(32), bytes(32))
    with pytest.raises(NotFound):
        keyring.check_link("person", token, b"")


def test_a_receipt_cannot_be_guessed_and_starts_with_its_time():
    earlier, later = datetime(2026, 11, 23, 12, tzinfo=UTC), datetime(2026, 11, 23, 12, 1, tzinfo=UTC)
    receipts = {new_receipt(earlier) for _ in range(1000)}
    assert len(receipts) == 1000
    assert {len(receipt) for receipt in receipts} == {32}
    assert len({receipt[:8] for receipt in receipts}) == 1
    assert new_receipt(later)[:8] not in {receipt[:8] for receipt in receipts}
