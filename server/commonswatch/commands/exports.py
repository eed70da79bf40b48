"""Commands that write the documents made from the program (for developers)."""

from pathlib import Path

import click

_PATH = click.Path(path_type=Path, dir_okay=False, writable=True)


@click.command("export-openapi")
@click.argument("path", type=_PATH, default=Path("docs/openapi.json"))
def export_openapi(path: Path) -> None:
    """Write the description of the API (docs/openapi.json)."""
    from commonswatch.api import openapi

    _write(path, openapi.text())


@click.command("export-settings")
@click.argument("path", type=_PATH, default=Path("docs/settings.md"))
def export_settings(path: Path) -> None:
    """Write the list of settings (docs/settings.md)."""
    from commonswatch import settings_page

    _write(path, settings_page.as_markdown())


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise click.ClickException(
            f"{path} cannot be written: {error.strerror}. Go to the project's folder."
        ) from error
