"""Commands that read a list and say for each line what it means: works, locations, licences. They ask no network."""

from typing import BinaryIO

import click

from commonswatch.commands.lines import Row, file_argument, json_option, print_rows, read_lines


@click.command()
@json_option
@file_argument
def keys(file: BinaryIO, as_json: bool) -> None:
    """Which works addresses or file names mean.

    FILE (- for standard input) holds one a line. An address of an account gives the account's key; lines that mean
    neither have none.
    """
    columns = {"key": 44, "kind": 10, "how": 9, "input": 0}
    print_rows(map(_key_row, read_lines(file)), as_json, columns)


def _key_row(text: str) -> Row:
    from commonswatch.rules import account_keys, work_keys

    found = work_keys(text) or account_keys(text)
    first = found[0]._asdict() if found else {"key": None, "kind": None, "how": None}
    return {"input": text, **first, "also": [one.key for one in found[1:]]}


@click.command()
@json_option
@file_argument
def locations(file: BinaryIO, as_json: bool) -> None:
    """Which places links lead to.

    FILE (- for standard input) holds one link a line. Treat the output like the input: a torrent's key opens its data,
    and --json repeats the links and prints the access code of a share.
    """
    columns = {"key": 44, "kind": 10, "how": 9, "path": 24, "url": 0}
    print_rows(map(_location_row, read_lines(file)), as_json, columns)


def _location_row(text: str) -> Row:
    from commonswatch.rules import location

    found = location(text)
    names = ("key", "kind", "how", "path", "access", "url")
    return {"input": text, **{name: (getattr(found, name) or None) if found else None for name in names}}


@click.command()
@json_option
@file_argument
def licences(file: BinaryIO, as_json: bool) -> None:
    """Which licences are meant, however written.

    FILE (- for standard input) holds one a line. A number from 0 to 16 is a Flickr id. The kind tells licences from
    marks, dedications and other statements.
    """
    columns = {"key": 22, "kind": 10, "how": 9, "elements": 11, "input": 0}
    print_rows(map(_licence_row, read_lines(file)), as_json, columns)


def _licence_row(text: str) -> Row:
    from commonswatch.rules.licences import read_licence

    found = read_licence(text)
    names = ("key", "kind", "how", "code", "version", "jurisdiction")
    told = {name: (getattr(found, name) or None) if found else None for name in names}
    return {"input": text, **told, "elements": list(found.elements) if found else []}
