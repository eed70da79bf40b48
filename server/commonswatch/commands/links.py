"""The command that reads one page and says what each link hands out. It asks no network."""

from collections.abc import Iterator
from typing import BinaryIO

import click

from commonswatch.commands.lines import Row, json_option, print_rows
from commonswatch.rules import page_location

_LARGEST_PAGE = 32 * 2**20  # bytes


@click.command()
@click.argument("page", type=click.File("rb"))
@click.option("--at", required=True, metavar="URL", help="Where the page is; its owner and name are evidence too.")
@json_option
def links(page: BinaryIO, at: str, as_json: bool) -> None:
    """Which datasets the links of a page hand out.

    PAGE (- for standard input) is HTML, Markdown or text. Each link is told with its role (data, features, list,
    weights, other) and the reason. Treat the output like the page: --json repeats the links with what opens them.
    """
    if page_location(at) is None:
        raise click.UsageError(
            "--at must be the web address of the page, such as https://github.com/o/n/blob/main/README.md"
        )
    columns = {"line": 5, "role": 8, "dataset": 20, "key": 44, "reason": 0}
    print_rows(_rows(page, at), as_json, columns)


def _rows(page: BinaryIO, at: str) -> Iterator[Row]:
    from commonswatch.rules import location
    from commonswatch.rules.links import read_links

    text = page.read(_LARGEST_PAGE).decode("utf-8-sig", "replace")
    kind = "text/html" if page.name.lower().endswith((".html", ".htm")) else None
    for link in read_links(text, at, kind):
        place = location(link.url)
        where = {name: getattr(place, name) if place else None for name in ("key", "kind", "how")}
        told = {name: getattr(link, name) for name in ("line", "url", "dataset", "role", "reason")}
        yield {"input": link.url, **where, **told}
