"""The command that says in which lists something stands, of all that this installation has read."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from commonswatch.commands.lines import Row, json_option, print_rows
from commonswatch.commands.opening import installed

if TYPE_CHECKING:
    from commonswatch.services.scanning.listed_in import Answer, Standing

_DIGEST = re.compile(r"(?:(sha256|md5):)?([0-9a-f]{64}|[0-9a-f]{32})", re.IGNORECASE)
_DIGITS = {"md5": 32, "sha256": 64}
_COLUMNS = {"input": 40, "dataset": 16, "list": 24, "place": 14, "rows": 5, "how": 8, "scan": 5, "key": 0}


@click.command()
@json_option
@click.argument("inputs", nargs=-1, required=True, metavar="URL|KEY|DIGEST…")
def listed(inputs: tuple[str, ...], as_json: bool) -> None:
    """In which lists that were read something stands, registered or not.

    The lists themselves are gone; their key indexes answer, each in a few microseconds.
    """
    from commonswatch.manifests.kernel import key_digest
    from commonswatch.services.scanning import checking, listed_in

    context = installed()
    secret = checking.index_secret(context.keyring)
    with context.database.reading() as session:
        answers = [
            (text, listed_in.look(session, context.settings.home, secret, _keys(text), key_digest)) for text in inputs
        ]
        print_rows([row for text, answer in answers for row in _rows(text, answer)], as_json, _COLUMNS)
    for number in answers[0][1].damaged:
        click.echo(f"The index of scan {number} cannot be read and was passed over.", err=True)


def _keys(text: str) -> frozenset[str]:
    from commonswatch import rules
    from commonswatch.domain.keys import MANY_WORKS

    if (digest := _DIGEST.fullmatch(text)) and _DIGITS.get(digest[1] or "", len(digest[2])) == len(digest[2]):
        names = {size: name for name, size in _DIGITS.items()}
        return frozenset({f"{names[len(digest[2])]}:{digest[2].lower()}"})
    found = {key.key for key in rules.work_keys(text) if key.kind not in MANY_WORKS}
    return frozenset(found or {text})


def _rows(text: str, answer: "Answer") -> Iterator[Row]:
    empty = dict.fromkeys(_COLUMNS, None) | {"input": text, "list": f"in none of {answer.asked}"}
    yield from map(_row, [text] * len(answer.standing), answer.standing) if answer.standing else [empty]


def _row(text: str, one: "Standing") -> Row:
    return {
        "input": text,
        "dataset": one.scan.dataset,
        "list": one.scan.name,
        "place": f"line {one.line}" if one.line is not None else f"row {one.row}",
        "rows": one.rows,
        "how": "guessed" if one.guessed else "key",
        "scan": one.scan.id,
        "key": one.key,
    }
