"""Commands for whoever looks after an installation: the database, the audit log, the moderators."""

import click

from commonswatch.commands.opening import installed, opened
from commonswatch.domain.errors import CommonswatchError
from commonswatch.domain.states import Role


@click.group()
def db() -> None:
    """The database and its migrations."""


@db.command("upgrade")
def db_upgrade() -> None:
    """Run the migrations that have not been run yet."""
    from commonswatch import schema

    schema.upgrade(opened().database.engine)
    click.echo("The database is up to date.")


@db.command("check")
def db_check() -> None:
    """Say whether the newest migration has been run (exit code 1 if not)."""
    installed()
    click.echo("The database is up to date.")


@db.command("new-migration")
@click.argument("number")
@click.argument("title")
def db_new_migration(number: str, title: str) -> None:
    """Write the next migration from the difference between models and tables (for developers)."""
    from commonswatch import schema

    schema.new_migration(opened().database.engine, number, title)


@click.group()
def audit() -> None:
    """The hash-chained log of decisions."""


@audit.command("verify")
def audit_verify() -> None:
    """Check the whole chain (exit code 1 if it does not hold)."""
    from commonswatch.services.deciding import audit as log

    with installed().database.reading() as session:
        try:
            count, digest = log.verify(session)
        except log.AuditBroken as error:
            raise click.ClickException(f"The audit log does not hold: {error.detail}") from error
    click.echo(f"{count} {'entry' if count == 1 else 'entries'}, chain intact. Last digest: {digest}")


@click.group()
def moderators() -> None:
    """Who may decide cases."""


@moderators.command("add")
@click.argument("address")
def moderators_add(address: str) -> None:
    """Make the account of ADDRESS a moderator (the account is made if there is none)."""
    from commonswatch.services.membership import accounts

    context = installed()
    try:
        with context.database.writing() as session:
            account = accounts.find_or_create_account(session, context.keyring, address, context.now())
            accounts.grant(session, account, Role.MODERATOR, "system", context.now())
    except CommonswatchError as error:
        raise click.ClickException(error.detail) from error
    click.echo("Done. They sign in with a link sent by mail.")
