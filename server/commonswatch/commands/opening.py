"""What commands open before they do something: the settings and the context. In words when that is not possible."""

from typing import TYPE_CHECKING

import click

from commonswatch.domain.errors import InvalidInput
from commonswatch.settings import Settings

if TYPE_CHECKING:
    from commonswatch.context import Context


def read_settings() -> Settings:
    """The settings from the environment; ClickException with what is wrong with them."""
    try:
        return Settings.from_env()
    except InvalidInput as error:
        raise click.ClickException(error.detail) from error


def opened(settings: Settings | None = None) -> "Context":
    """The context of these settings, or of those in the environment."""
    from commonswatch.context import open_context

    return open_context(settings or read_settings())


def installed() -> "Context":
    """The context of an installation that is there and up to date; ClickException with what to do otherwise.

    A question must not make an empty installation and then answer from it.
    """
    from commonswatch import schema

    settings = read_settings()
    if not (settings.home / "keys").is_dir():
        raise click.ClickException(
            f"There is no installation in {settings.home.absolute()}. Go to the folder where Commonswatch was started, "
            "or name its home: COMMONSWATCH_HOME=/path/to/var commonswatch …"
        )
    context = opened(settings)
    if not schema.is_current(context.database.engine):
        raise click.ClickException("The database is not up to date. Run: commonswatch db upgrade")
    return context


def say_if_slow() -> None:
    """Say once, where a long command begins, that the slower twins of the C kernels do the work."""
    from commonswatch import native

    if native.library() is None:
        words = "The C kernels are not here (no compiler at installation, or COMMONSWATCH_NATIVE=off)"
        click.echo(f"{words}: slower twins in Python do their work, with the same results.", err=True)
