"""The command line: starts things and asks things. Reads the settings; what is done is in ``services``."""

import errno
import socket
import sys
import threading
from pathlib import Path

import click

from commonswatch import logs, schema, supervisor
from commonswatch.context import Context, open_context
from commonswatch.domain.errors import CommonswatchError, InvalidInput
from commonswatch.domain.states import Role
from commonswatch.settings import Settings


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="commonswatch")
def main() -> None:
    """Commonswatch tells people when their Creative Commons media turn up elsewhere."""


def _settings() -> Settings:
    try:
        return Settings.from_env()
    except InvalidInput as error:
        raise click.ClickException(error.detail) from error


def _context(settings: Settings | None = None) -> Context:
    return open_context(settings or _settings())


@main.command()
def run() -> None:
    """Bring the database up to date and start web server and worker together. Ctrl-C ends both."""
    settings = _settings()
    _refuse_used_port(settings)
    context = _context(settings)
    click.echo("Commonswatch is starting …")
    schema.upgrade(context.database.engine)
    threading.Thread(target=_greet, args=(context,), daemon=True).start()
    sys.exit(supervisor.run(("serve", "worker")))


def _refuse_used_port(settings: Settings) -> None:
    """Say so before anything starts, rather than in the log of a server that dies again and again."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise click.ClickException(f"Cannot listen on {settings.host}: {error.strerror}") from error
            raise click.ClickException(
                f"Port {settings.port} is in use, perhaps by Commonswatch itself. "
                "End that program, or choose another port: COMMONSWATCH_PORT=8001 make run"
            ) from error


def _greet(context: Context) -> None:
    """Once the site answers, say where it is and what to do first."""
    from commonswatch.services.membership import setup

    supervisor.wait_for_site(context.settings.host, context.settings.port)
    with context.database.reading() as session:
        link = setup.make_setup_link(session, context.keyring, context.settings.site, context.now())
    lines = [f"Commonswatch is ready: {context.settings.site}   (Ctrl-C ends it)"]
    if link:
        lines.append(f"Make the first administrator (works once): {link}")
    if not context.settings.smtp_host:
        lines.append(f"No mail server is set: letters are written to {context.settings.home / 'outbox'}")
    if context.settings.fetch_played_hosts:
        lines.append("Careful: some host names are played by this machine (COMMONSWATCH_FETCH_PLAYED_HOSTS).")
    click.echo("\n" + "\n".join(lines) + "\n")


_end_with_parent = click.option("--end-with-parent", is_flag=True, hidden=True)


@main.command()
@_end_with_parent
def serve(end_with_parent: bool) -> None:
    """Start the web server alone (the worker must run elsewhere on the same database)."""
    from commonswatch import app, serving

    if end_with_parent:
        supervisor.end_with_parent()
    settings = _settings()
    logs.set_up(settings.log_level)
    serving.serve(app.create_app(settings), settings)


@main.command()
@_end_with_parent
def worker(end_with_parent: bool) -> None:
    """Start the worker alone: it verifies reports, fetches works, sends mail."""
    from commonswatch.jobs import runner

    if end_with_parent:
        supervisor.end_with_parent()
    settings = _settings()
    logs.set_up(settings.log_level)
    runner.run_until_stopped(_context(settings))


@main.command()
@click.option("--end", is_flag=True, help="End after the story instead of leaving the site running.")
def demo(end: bool) -> None:
    """Play the whole story on this machine with made-up pictures, then leave the filled site running."""
    from commonswatch.demo import story

    settings = _settings()
    _refuse_used_port(settings)
    sys.exit(story.play(settings, end_afterwards=end))


@main.group()
def db() -> None:
    """The database and its migrations."""


@db.command("upgrade")
def db_upgrade() -> None:
    """Run the migrations that have not been run yet."""
    schema.upgrade(_context().database.engine)
    click.echo("The database is up to date.")


@db.command("check")
def db_check() -> None:
    """Say whether the newest migration has been run (exit code 1 if not)."""
    if not schema.is_current(_context().database.engine):
        raise click.ClickException("The database is not up to date. Run: commonswatch db upgrade")
    click.echo("The database is up to date.")


@db.command("new-migration")
@click.argument("number")
@click.argument("title")
def db_new_migration(number: str, title: str) -> None:
    """Write the next migration from the difference between models and tables (for developers)."""
    schema.new_migration(_context().database.engine, number, title)


@main.group()
def audit() -> None:
    """The hash-chained log of decisions."""


@audit.command("verify")
def audit_verify() -> None:
    """Check the whole chain (exit code 1 if it does not hold)."""
    from commonswatch.services.deciding import audit as log

    with _context().database.reading() as session:
        try:
            count, digest = log.verify(session)
        except log.AuditBroken as error:
            raise click.ClickException(f"The audit log does not hold: {error.detail}") from error
    click.echo(f"{count} {'entry' if count == 1 else 'entries'}, chain intact. Last digest: {digest}")


@main.group()
def moderators() -> None:
    """Who may decide cases."""


@moderators.command("add")
@click.argument("address")
def moderators_add(address: str) -> None:
    """Make the account of ADDRESS a moderator (the account is made if there is none)."""
    from commonswatch.services.membership import accounts

    context = _context()
    try:
        with context.database.writing() as session:
            account = accounts.find_or_create_account(session, context.keyring, address, context.now())
            accounts.grant(session, account, Role.MODERATOR, "system", context.now())
    except CommonswatchError as error:
        raise click.ClickException(error.detail) from error
    click.echo("Done. They sign in with a link sent by mail.")


@main.command("setup-link")
def setup_link() -> None:
    """Print the one-time link that makes the first administrator."""
    from commonswatch.services.membership import setup

    context = _context()
    with context.database.reading() as session:
        link = setup.make_setup_link(session, context.keyring, context.settings.site, context.now())
    if not link:
        raise click.ClickException("There is an administrator already; they can appoint others on the site.")
    click.echo(link)


@main.command("export-openapi")
@click.argument("path", type=click.Path(path_type=Path), default=Path("docs/openapi.json"))
def export_openapi(path: Path) -> None:
    """Write the description of the API (docs/openapi.json)."""
    from commonswatch.api import openapi

    path.write_text(openapi.text(), encoding="utf-8")


@main.command("export-settings")
@click.argument("path", type=click.Path(path_type=Path), default=Path("docs/settings.md"))
def export_settings(path: Path) -> None:
    """Write the list of settings (docs/settings.md)."""
    from commonswatch import settings_page

    path.write_text(settings_page.as_markdown(), encoding="utf-8")
