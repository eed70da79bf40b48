"""A downloaded watch list in its folder: no older version takes the place of a newer one, and keys may change."""

from datetime import timedelta
from pathlib import Path

import pytest
from commonswatch.watch_list import folder, signing_keys
from commonswatch.watch_list.following import Held
from commonswatch.watch_list.refused import Refused
from commonswatch.watch_list.signing import PublicKey

from tests.list_stage import Stage, holds

KEY = "flickr:photo:53000000001"


def _published(stage: Stage, *keys: str) -> str:
    for key in keys:
        stage.work(key)
    made = stage.make(everything=True)
    assert made is not None
    return stage.envelope()


def _keep(stage: Stage, at: Path, envelope: str, key: PublicKey | None = None) -> Held:
    trusted = folder.trusted_key(at) or key
    assert trusted is not None
    return folder.keep(at, envelope.encode(), trusted, stage.folder.get, stage.now)


def _key(stage: Stage) -> PublicKey:
    return signing_keys.read_keys(stage.keys, stage.now)[0].public


def test_an_old_list_that_is_sent_again_is_refused_and_the_newer_one_stays(stage: Stage, tmp_path: Path) -> None:
    at = tmp_path / "list"
    older = _published(stage)
    newer = _published(stage, KEY)
    assert holds(_keep(stage, at, older, _key(stage)))
    assert holds(_keep(stage, at, newer), KEY)
    with pytest.raises(Refused, match="version"):
        _keep(stage, at, older)
    assert holds(folder.read(at, stage.now), KEY)
    assert holds(_keep(stage, at, newer), KEY), "the same again is no fault"


def test_a_key_that_took_the_place_of_another_is_followed_after_the_old_one_has_gone(
    stage: Stage, tmp_path: Path
) -> None:
    at = tmp_path / "list"
    envelope, first = _published(stage), _key(stage)
    _keep(stage, at, envelope, first)
    second = signing_keys.rotate(stage.keys, stage.now).public
    _keep(stage, at, _published(stage, KEY))
    stage.now += timedelta(days=91)
    held = _keep(stage, at, _published(stage, "url:a.example/1.jpg"))
    assert [key.key for key in held.manifest.signing_keys] == [second.key]
    assert folder.trusted_key(at) == second
    assert holds(folder.read(at, stage.now), KEY, "url:a.example/1.jpg")


def test_a_folder_that_was_damaged_is_filled_again_by_the_key_it_trusts(stage: Stage, tmp_path: Path) -> None:
    at = tmp_path / "list"
    envelope = _published(stage, KEY)
    _keep(stage, at, envelope, _key(stage))
    (at / folder.ENVELOPE).write_bytes(b'{"manifest": "')
    assert holds(_keep(stage, at, envelope), KEY)
    assert not list(at.glob("*.new"))
