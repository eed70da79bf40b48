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
