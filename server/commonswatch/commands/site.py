"""Commands that start the product or its parts, and the one-time link for its first administrator."""

import contextlib
import errno
import fcntl
import shutil
import socket
import sys
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from commonswatch.commands.opening import installed, opened, read_settings, say_if_slow
from commonswatch.settings import Settings

if TYPE_CHECKING:
    from commonswatch.context import Context
    from commonswatch.supervisor import Command

_end_with_parent = click.option("--end-with-parent", is_flag=True, hidden=True)


@click.command()
def run() -> None:
    """Bring the database up to date and start web server and worker together. Ctrl-C ends both."""
    from commonswatch import schema

    settings = read_settings()
    _refuse_used_port(settings)
    context = opened(settings)
    with _only_one(settings):
        click.echo("Commonswatch is starting …")
        say_if_slow()
        schema.upgrade(context.database.engine)
        threading.Thread(target=_greet, args=(context,), daemon=True).start()
        sys.exit(_supervise(settings, [("worker",)]))


@contextlib.contextmanager
def _only_one(settings: Settings) -> Iterator[None]:
    """Refuse to run twice in one home, which would also happen unnoticed with another port."""
    with (settings.home / "run.lock").open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # until this process ends, however it does
        except OSError as error:
            raise click.ClickException(
                f"Commonswatch is running in {settings.home.absolute()} already. End it with Ctrl-C, or "
                "start this one in a home of its own: COMMONSWATCH_HOME=other make run"
            ) from error
        yield


def _supervise(settings: Settings, others: "list[Command]") -> int:
    """Run the web processes, which share one port, and other commands until Ctrl-C; return the exit code."""
    from commonswatch import serving, supervisor

    web = [("serve", "--alone")] * settings.web_processes
    port = settings.port or serving.free_port(settings.host)
    numbers = settings.home / f"numbers-{port}"
    shutil.rmtree(numbers, ignore_errors=True)  # of a run that was killed
    numbers.mkdir(parents=True)
    try:
        environment = {"COMMONSWATCH_PORT": str(port), "PROMETHEUS_MULTIPROC_DIR": str(numbers.absolute())}
        return supervisor.run([*web, *others], environment)
    finally:
        shutil.rmtree(numbers, ignore_errors=True)


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


def _greet(context: "Context") -> None:
    """Once the site answers, say where it is and what to do first."""
    from commonswatch import supervisor
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


@click.command()
@_end_with_parent
@click.option("--alone", is_flag=True, hidden=True, help="One process, whatever the settings say.")
def serve(end_with_parent: bool, alone: bool) -> None:
    """Start the web server alone (the worker must run elsewhere on the same database)."""
    from commonswatch import supervisor

    if end_with_parent:
        supervisor.end_with_parent()
    settings = read_settings()
    if settings.web_processes > 1 and not alone:
        sys.exit(_supervise(settings, []))
    from commonswatch import app, logs, serving

    logs.set_up(settings.log_level)
    serving.serve(app.create_app(settings), settings)


@click.command()
@_end_with_parent
def worker(end_with_parent: bool) -> None:
    """Start the worker alone: it verifies reports, fetches works, sends mail."""
    from commonswatch import logs, supervisor
    from commonswatch.jobs import runner

    if end_with_parent:
        supervisor.end_with_parent()
    settings = read_settings()
    logs.set_up(settings.log_level)
    runner.run_until_stopped(opened(settings))


@click.command()
@click.option("--end", is_flag=True, help="End after the story instead of leaving the site running.")
def demo(end: bool) -> None:
    """Play the whole story on this machine with made-up pictures, then leave the filled site running."""
    from commonswatch.demo import story

    settings = read_settings()
    _refuse_used_port(settings)
    sys.exit(story.play(settings, end_afterwards=end))


@click.command("setup-link")
def setup_link() -> None:
    """Print the one-time link that makes the first administrator."""
    from commonswatch.services.membership import setup

    context = installed()
    with context.database.reading() as session:
        link = setup.make_setup_link(session, context.keyring, context.settings.site, context.now())
    if not link:
        raise click.ClickException("There is an administrator already; they can appoint others on the site.")
    click.echo(link)
