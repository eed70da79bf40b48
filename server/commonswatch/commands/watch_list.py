"""Commands for the watch list: make a version now, check everything that was published, change the signing key."""

import click

from commonswatch.commands.opening import installed
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
