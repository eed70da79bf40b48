"""Who signed the watch list, and that nobody rewrote what was published."""

from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from commonswatch.domain.errors import Conflict
from commonswatch.models import ListVersion
from commonswatch.services.watching import verifying
from commonswatch.watch_list import signing_keys
from commonswatch.watch_list.manifest import digest_of
from commonswatch.watch_list.refused import Refused

from tests.list_stage import Stage


def test_a_new_key_signs_beside_the_old_one_for_90_days(stage: Stage) -> None:
    stage.make()
    held = stage.follow()
    old, new = held.manifest.signing_keys[0], signing_keys.rotate(stage.keys, stage.now).public
    made = stage.make()
    assert made is not None
    assert made.signing_keys == (new, old)
    learnt = stage.follow(held)
    stage.now += timedelta(days=91)
    made = stage.make()
    assert made is not None
    assert made.signing_keys == (new,)
    stage.follow(learnt)
    with pytest.raises(Refused) as refused:
        stage.follow(held)  # slept all the time, and knows the old key only
    assert refused.value.why == "signature"
    assert stage.verify().versions == 3


def test_only_its_owner_may_read_a_key(stage: Stage) -> None:
    signing_keys.rotate(stage.keys, stage.now)
    assert {path.stat().st_mode & 0o777 for path in stage.keys.glob("signing_seed*")} == {0o600}
    assert len(signing_keys.read_keys(stage.keys, stage.now)) == 2


def test_a_crash_within_a_rotation_leaves_the_old_key_in_force(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    before = signing_keys.read_keys(stage.keys, stage.now)
    write = signing_keys._write

    def crash(path: Path, seed: bytes) -> None:
        if path.name == "signing_seed":
            raise OSError("the power is gone")
        write(path, seed)

    monkeypatch.setattr(signing_keys, "_write", crash)
    with pytest.raises(OSError, match="power"):
        signing_keys.rotate(stage.keys, stage.now)
    assert signing_keys.read_keys(stage.keys, stage.now) == before


def test_the_whole_history_is_verified(stage: Stage) -> None:
    for n in range(5):
        stage.work(f"flickr:photo:{n}", pdq=sha256(bytes([n])).digest())
        stage.make()
    told = stage.verify()
    assert (told.versions, told.files, told.led_on, told.gaps) == (5, 3 + len(stage.follow().manifest.deltas), 4, [])
    assert told.digest == digest_of(stage.follow().text)


CHANGES_OF_HISTORY = {
    "a changed head": lambda row: setattr(row, "head", row.head.replace('"count":2', '"count":3')),
    "another text with its own digest": lambda row: (
        setattr(row, "head", row.head.replace("Z", "0Z", 1)),
        setattr(row, "digest", bytes(32)),
    ),
    "another signature": lambda row: setattr(row, "signatures", "[]"),
    "another step": lambda row: setattr(row, "step", row.step.replace('"bytes":', '"bytes":1')),
}


@pytest.mark.parametrize("changed", CHANGES_OF_HISTORY.values(), ids=list(CHANGES_OF_HISTORY))
def test_a_history_that_was_rewritten_is_noticed(stage: Stage, changed: Callable[[ListVersion], object]) -> None:
    for n in range(3):
        stage.work(f"flickr:photo:{n}")
        stage.make()
    with stage.database.writing() as session:
        changed(session.get_one(ListVersion, 2))
    with pytest.raises((verifying.Broken, Conflict)):
        stage.verify()


def test_a_version_that_was_signed_by_a_stranger_is_noticed(stage: Stage) -> None:
    stage.make()
    (stage.keys / "signing_seed").write_bytes(bytes(32))  # not rotated: put in place
    stage.make()
    with pytest.raises(verifying.Broken, match="Version 2 is signed by no key"):
        stage.verify()


def test_steps_that_nobody_would_take_are_left_out(stage: Stage) -> None:
    stage.work("flickr:photo:0")
    for n in range(1, 12):
        stage.work(f"flickr:photo:{n}")
        stage.make()
    manifest = stage.follow().manifest
    sizes = [step.bytes for step in manifest.deltas]
    assert sum(sizes) < manifest.keys.bytes + manifest.pictures.bytes + sizes[0]
