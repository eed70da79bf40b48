"""What the page about permissions says is what the manifest asks for."""

import json
import re
from pathlib import Path

PROJECT = Path(__file__).parents[2]
MANIFEST = json.loads((PROJECT / "extension/src/manifest.json").read_text(encoding="utf-8"))
PAGE = (PROJECT / "docs/permissions.md").read_text(encoding="utf-8")


def _part(title: str) -> str:
    return PAGE.split(f"## {title}")[1].split("\n## ")[0]


def _named_in_table(title: str) -> set[str]:
    return set(re.findall(r"^\| `([^`]+)` \|", _part(title), re.MULTILINE))


def test_each_permission_is_explained_and_no_other() -> None:
    assert _named_in_table("Asked at installation") == set(MANIFEST["permissions"])
    assert _named_in_table("Asked later") == set(MANIFEST["optional_host_permissions"])
    assert "optional_permissions" not in MANIFEST


def test_what_is_never_asked_for_is_not_in_the_manifest() -> None:
    never = _part("Never")
    assert MANIFEST["incognito"] in never
    for name in re.findall(r"`(\w+)`", never.split("- Code")[0]):
        assert name == "incognito" or name not in MANIFEST.keys() | set(MANIFEST["permissions"]) - {"not_allowed"}
    policy = MANIFEST["content_security_policy"]["extension_pages"]
    assert re.search(r"script-src 'self'(;|$)", policy)
    assert "unsafe" not in policy


def test_firefox_is_told_the_same() -> None:
    told = MANIFEST["browser_specific_settings"]["gecko"]["data_collection_permissions"]
    words = _part("How this is told to Firefox")
    assert told["required"] == ["none"]
    assert set(told["optional"]) == set(re.findall(r"`(\w+)`", words)) - {"data_collection_permissions", "none"}
