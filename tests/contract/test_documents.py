"""What the documents say is what the code does."""

import re
import subprocess
from pathlib import Path

from commonswatch import settings_page

PROJECT = Path(__file__).parents[2]


def _tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(["git", "ls-files", *patterns], cwd=PROJECT, capture_output=True, text=True, check=True)
    return [PROJECT / name for name in listed.stdout.splitlines()]


def test_the_settings_page_is_what_the_settings_declare() -> None:
    written = (PROJECT / "docs/settings.md").read_text(encoding="utf-8")
    assert written == settings_page.as_markdown(), "run: commonswatch export-settings"


def test_each_link_between_documents_leads_somewhere() -> None:
    broken = [
        f"{page.relative_to(PROJECT)}: {target}"
        for page in _tracked("*.md", ":!tests/fixtures")
        for target in re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]
    assert broken == []


def test_each_room_is_on_the_architecture_page() -> None:
    page = (PROJECT / "docs/architecture.md").read_text(encoding="utf-8")
    package = PROJECT / "server/commonswatch"
    rooms = {path.parent.name for path in package.glob("*/__init__.py")}
    assert {room for room in rooms if f"  {room}/ " not in page} == set()


def test_each_python_file_says_what_lives_in_it_and_has_a_telling_name() -> None:
    for file in _tracked("server/**/*.py", "migrations/*.py", "benchmarks/*.py"):
        assert file.read_text(encoding="utf-8").lstrip().startswith('"""'), f"{file} has no docstring"
        assert file.stem not in {"utils", "helpers", "common", "misc", "manager"}, file
