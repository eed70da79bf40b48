"""Commands about precision: why a match is one, and which pictures are never matches."""

import json

import click

from commonswatch.commands.lines import json_option
from commonswatch.commands.opening import installed
from commonswatch.domain.errors import CommonswatchError


@click.command()
@click.argument("match", type=int)
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of lines.")
def explain(match: int, as_json: bool) -> None:
    """Say why a match is one, and what speaks against it today.

    MATCH is the number a case shows beside each piece of evidence, under “Technical”.
    """
    from commonswatch.services.looking_up import explaining

    with installed().database.reading() as session:
        try:
            told = explaining.explain(session, match)
        except CommonswatchError as error:
            raise click.ClickException(error.detail) from error
    if as_json:
        click.echo(json.dumps({"match": told.number, "stands": told.stands, "facts": told.facts}))
        return
    width = max(len(what) for what, _ in told.facts)
    for what, value in told.facts:
        click.echo(f"{what:{width}}  {value}")
    click.echo(f"{'today':{width}}  {'it would match again' if told.stands else 'it would be no match'}")


@click.group("common-pictures")
def common_pictures() -> None:
    """Pictures that many have (logos, placeholders): never taken for a work."""


@common_pictures.command("add")
@click.argument("fingerprint")
@click.argument("reason")
def add(fingerprint: str, reason: str) -> None:
    """Add FINGERPRINT (pdq:… or sha256:…, see `commonswatch fingerprint`); REASON says what picture it is."""
    from commonswatch.services.excluding import pictures

    context = installed()
    try:
        algorithm, bits = pictures.read_fingerprint(fingerprint)
        with context.database.writing() as session:
            entry = pictures.add(session, algorithm, bits, reason, "system", context.now())
            number = entry.id
    except CommonswatchError as error:
        raise click.ClickException(error.detail) from error
    click.echo(f"Common picture {number} is never taken for a work.")


@common_pictures.command("list")
@json_option
def show(as_json: bool) -> None:
    """List them, newest first."""
    from commonswatch.services.excluding import pictures

    with installed().database.reading() as session:
        page = 1
        while entries := pictures.read(session, page=page):
            for entry in entries:
                told = {"number": entry.id, "standing": entry.standing.value, "reason": entry.reason}
                told["fingerprint"] = f"{entry.algorithm}:{entry.bits.hex()}"
                line = "{number:>5}  {standing:11}  {fingerprint}  {reason}".format(**told)
                click.echo(json.dumps(told) if as_json else line)
            page += 1
        if page == 1 and not as_json:
            click.echo("There are none.")


@common_pictures.command("remove")
@click.argument("number", type=int)
def remove(number: int) -> None:
    """Take one off the list; reports that waited for a word on it are checked again."""
    from commonswatch.services.excluding import pictures

    context = installed()
    try:
        with context.database.writing() as session:
            pictures.remove(session, number, "system", context.now())
    except CommonswatchError as error:
        raise click.ClickException(error.detail) from error
    click.echo("Removed. It may match again.")
