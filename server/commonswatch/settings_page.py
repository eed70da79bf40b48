"""The list of settings as a page of the documentation, made from their declarations."""

from dataclasses import fields

from commonswatch.settings import PREFIX, Settings

_HEAD = """# Settings

Made by `commonswatch export-settings` from `settings.py`. Each setting is an environment variable; each may also be
given as a file by adding `_FILE` to its name (for secrets). A wrong value stops the start, and all wrong values are
named at once.

| variable | default | meaning |
|---|---|---|
"""


def as_markdown() -> str:
    """All settings as a Markdown table."""
    return _HEAD + "".join(_row(declared.name, **declared.metadata) for declared in fields(Settings))


def _row(name: str, *, default: str, help: str, **_: object) -> str:  # noqa: A002 (the word of the metadata)
    shown = f"`{default}`" if default else ""
    return f"| `{PREFIX}{name.upper()}` | {shown} | {help} |\n"
