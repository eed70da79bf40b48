"""Commands that write the documents made from the program (for developers)."""

from pathlib import Path

import click


@click.command("export-openapi")
@click.argument("path", type=click.Path(path_type=Path), default=Path("docs/openapi.json"))
def export_openapi(path: Path) -> None:
    """Write the description of the API (docs/openapi.json)."""
    from commonswatch.api import openapi

    path.write_text(openapi.text(), encoding="utf-8")


@click.command("export-settings")
@click.argument("path", type=click.Path(path_type=Path), default=Path("docs/settings.md"))
def export_settings(path: Path) -> None:
    """Write the list of settings (docs/settings.md)."""
    from commonswatch import settings_page

    path.write_text(settings_page.as_markdown(), encoding="utf-8")
