"""Commands for the watch list: make a version now, check everything that was published, change the signing key."""

import json
from datetime import UTC, datetime
from pathlib import Path

import click

from commonswatch.commands.opening import installed, read_settings
from commonswatch.domain.errors import CommonswatchError, Conflict


@click.group("watch-list")
def watch_list() -> None:
    """The list of publicly listed works that browsers download."""


@watch_list.command("build")
@click.option("--everything", is_flag=True, help="Look at all works, not only at those noted as changed.")
@click.option("--above", default=0, metavar="VERSION", help="Go on above this version (after a restore).")
def build(everything: bool, above: int) -> None:
    """Make the next version now, if anything has changed."""
    from commonswatch.services.watching import versions

    context = installed()
    try:
        made = versions.make(
            context.database,
            context.list_folder,
            context.key_folder,
            context.now(),
            above=above,
            everything=everything,
        )
    except CommonswatchError as error:
        raise click.ClickException(error.detail) from error
    if made is None:
        click.echo("Nothing has changed.")
    else:
        click.echo(f"Version {made.version}: {made.keys.count} keys, {made.pictures.count} pictures.")


@watch_list.command("verify")
def verify() -> None:
    """Check every version that was published: signatures, chain, files, deltas (exit code 1 if it does not hold)."""
    from commonswatch.services.watching import verifying

    context = installed()
    with context.database.reading() as session:
        try:
            told = verifying.verify(session, context.list_folder)
        except (Conflict, verifying.Broken) as error:
            raise click.ClickException(f"The watch list does not hold: {error.detail}") from error
    click.echo(
        f"{told.versions} {'version' if told.versions == 1 else 'versions'}, chain intact. The newest has all its "
        f"{told.files} files; {told.led_on} deltas led from version to version. Last manifest: {told.digest}"
    )
    for gap in told.gaps:
        click.echo(f"Not in this history: {gap} (was the database restored from a backup?)")


@watch_list.command("rotate-key")
def rotate_key() -> None:
    """Put a new signing key in force. The old one signs along for 90 days, so that every browser learns the new one."""
    from commonswatch.watch_list import signing_keys

    context = installed()
    key = signing_keys.rotate(context.key_folder, context.now())
    click.echo(f"New key: {key.public.key}. The next version is signed with both; it comes within seconds.")


@watch_list.command("download")
@click.argument("address")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--key", metavar="PUBLIC", help="The server's public key in base64, from a place you trust.")
def download(address: str, folder: Path, key: str | None) -> None:
    """Download and check the watch list of the server at ADDRESS into FOLDER. Needs no installation.

    The first time, the key the server shows is trusted and kept in FOLDER, unless you give the --key it must be.
    Everybody gets the same bytes, and nothing is told to the server but that somebody downloads it. ADDRESS is one on
    the public web, such as https://commonswatch.example: your own installation is asked without any list.
    """
    from commonswatch.context import fetch_policy
    from commonswatch.fetch import Fetcher
    from commonswatch.watch_list import folder as downloaded

    fetcher, home = Fetcher(fetch_policy(read_settings())), address.rstrip("/") + "/api/v1/watch-list"
    try:
        trusted = downloaded.trusted_key(folder) or downloaded.read_key(json.loads(fetcher.get(home + "/key").body))
        if key and trusted.public != key:
            raise click.ClickException("The server signs with another key than the one you gave.")
        envelope = fetcher.get(home, max_bytes=downloaded.MOST_ENVELOPE).body
        held = downloaded.keep(
            folder, envelope, trusted, lambda digest: fetcher.get(f"{home}/files/{digest}").body, datetime.now(UTC)
        )
    except (CommonswatchError, ValueError, RecursionError) as error:
        detail = error.detail if isinstance(error, CommonswatchError) else "The server's key cannot be read."
        raise click.ClickException(detail) from error
    made = f"{held.manifest.made_at:%Y-%m-%d %H:%M} UTC"
    click.echo(f"Version {held.manifest.version} of {made}: {held.manifest.keys.count} keys, signed by {trusted.key}.")
