"""The command that looks into the catalogue of datasets."""

from collections.abc import Iterator
from typing import Any

import click

from commonswatch.commands.lines import Row, json_option, print_rows

_UNSAID = ("id", "hands_out")  # parts of a fact that are for programs
_TITLES = {"known_users": "REPORTED USERS"}  # named by the source beside them; no proof


@click.command()
@click.argument("name", required=False, metavar="[ID]")
@json_option
def datasets(name: str | None, as_json: bool) -> None:
    """Known datasets, or all about one.

    ID may also be a name or an alias. All is told as reported by the sources named with it.
    """
    from commonswatch.rules.catalogue import DATASETS, dataset, described

    found = dataset(name) if name is not None else None
    if name is not None and found is None:
        raise click.UsageError("There is no such dataset. All of them: commonswatch datasets")
    facts = [described(one) for one in ([found] if found else DATASETS)]
    if found and not as_json:
        click.echo("\n".join(_told(facts[0])))
    else:
        columns = {"id": 20, "name": 44, "year": 4, "state": 10, "made_from": 0}
        print_rows(facts if as_json else map(_in_short, facts), as_json, columns)


def _in_short(facts: Row) -> Row:
    return {
        **{name: facts.get(name) for name in ("id", "name", "year")},
        "state": facts["status"]["state"],
        "made_from": facts.get("derived_from", ()),
    }


def _told(facts: Row) -> Iterator[str]:
    """A line for each fact; facts with parts of their own, such as sources, one below the other."""
    for title, value in facts.items():
        several = isinstance(value, list | tuple) and value and isinstance(value[0], dict)
        for number, one in enumerate(value if several else [value]):
            heading = "" if number else _TITLES.get(title, title.replace("_", " ").upper())
            yield f"{heading:<15} {_words(one) or '-'}"


def _words(value: Any) -> str:
    if isinstance(value, dict):
        return " · ".join(filter(None, (_words(part) for name, part in value.items() if name not in _UNSAID)))
    if isinstance(value, list | tuple):
        return ", ".join(map(_words, value))
    return "" if value is None else str(value)
