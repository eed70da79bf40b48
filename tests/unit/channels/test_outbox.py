import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest
from commonswatch.channels import outbox
from commonswatch.channels.message import compose
from commonswatch.domain.errors import InvalidInput, NotFound

from tests.unit.channels.letters import SENDER, SENT, STOP, letter


def test_a_letter_is_kept_once_for_the_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "home" / "outbox"
    first = outbox.write(compose(letter(), SENDER, SENT), folder)
    before = first.stat().st_ino
    again = outbox.write(compose(letter(), SENDER, SENT), folder)
    assert again == first
    assert first.stat().st_ino == before
    assert os.listdir(folder) == [first.name]  # noqa: PTH208 - hidden files too
    assert stat.S_IMODE(first.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_kept_letter_reads_back_as_it_was_written(tmp_path: Path) -> None:
    path = outbox.write(compose(letter("invitation", works=["Zoë’s picnic"]), SENDER, SENT), tmp_path)
    kept = outbox.read_letter(tmp_path, path.name)
    assert kept.subject == "Would you like to be told where pictures of you turn up?"
    assert (kept.to, kept.date) == ("bob@example.org", SENT)
    assert "- Zoë’s picnic\n" in kept.text
    assert "<li>Zoë’s picnic</li>" in kept.html
    assert kept.links == ("https://watch.example.org/p/abc", STOP)
    assert "bob@example.org" not in repr(kept)


def test_the_newest_letters_come_first_and_strange_files_never(tmp_path: Path) -> None:
    for number in range(3):
        written = replace(letter(minutes=number + 2), message_id=f"<{number}@watch.example.org>")
        os.utime(outbox.write(compose(written, SENDER, SENT), tmp_path), (number, number))
    (tmp_path / "notes.txt").write_text("no letter")
    (tmp_path / ".half.part").write_text("half a letter")
    (tmp_path / ("a" * 64 + ".eml")).symlink_to(tmp_path / "notes.txt")
    shown = outbox.list_letters(tmp_path, most=2)
    assert ["4 minutes" in shown[0].text, "3 minutes" in shown[1].text, len(shown)] == [True, True, 2]
    assert outbox.list_letters(tmp_path / "absent") == []


@pytest.mark.parametrize(
    "name", ["../secret.eml", "/etc/passwd", "", ".", "a.eml", "a" * 64 + ".eml", "A" * 64 + ".eml", "a\x00.eml",
             "a" * 64 + ".eml\n", "b" * 64 + ".eml"]
)  # fmt: skip
def test_no_name_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    (tmp_path / "secret.eml").write_text("To: eve@evil.example\n\nsecret")
    folder = tmp_path / "outbox"
    folder.mkdir()
    (folder / ("b" * 64 + ".eml")).symlink_to(tmp_path / "secret.eml")
    with pytest.raises(NotFound):
        outbox.read_letter(folder, name)


def test_a_failed_write_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def disk_full(number: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", disk_full)
    with pytest.raises(OSError, match="No space"):
        outbox.write(compose(letter(), SENDER, SENT), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_broken_file_can_still_be_shown(tmp_path: Path) -> None:
    (tmp_path / ("c" * 64 + ".eml")).write_bytes(b"\xff\xfe\x00 no mail at all\r\nDate: never\r\n\r\n" + b"x" * 10)
    [kept] = outbox.list_letters(tmp_path)
    assert kept.date is None


def test_a_letter_needs_a_message_id(tmp_path: Path) -> None:
    mail = compose(letter(), SENDER, SENT)
    del mail["Message-ID"]
    with pytest.raises(InvalidInput):
        outbox.write(mail, tmp_path)
