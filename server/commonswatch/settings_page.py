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
    return _HEAD + "".join(
        f"| `{PREFIX}{declared.name.upper()}` | {_code(declared.metadata['default'])} | {declared.metadata['help']} |\n"
        for declared in fields(Settings)
    )


def _code(default: str) -> str:
    return f"`{default}`" if default else ""
