"""The command that reads a whole manifest and says which registered works are in it, and how each was won."""

import errno
import os
import sys

import click

from commonswatch.commands.lines import json_option, print_rows
from commonswatch.commands.opening import installed, say_if_slow
from commonswatch.domain.errors import CommonswatchError

_INTERRUPTED = 130  # what shells expect after Ctrl-C
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_MAKE_ROOM = "There is no room left on the disk. Make some and start the scan again: it goes on where it was."
_COLUMNS = {"row": 9, "how": 8, "work": 7, "what": 36, "place": 0}


@click.command()
@click.argument("manifests", nargs=-1, required=True, metavar="PATH|URL|-...")
@click.option("--dataset", metavar="ID", help="Keep what is found for this dataset, and an index of all its keys.")
@click.option("--deep", is_flag=True, help="Fingerprint the pictures inside archives and rows, too.")
@click.option("--cores", type=click.IntRange(1, 256), metavar="N", help="Processes for one large file; else all.")
@json_option
def scan(manifests: tuple[str, ...], dataset: str | None, deep: bool, cores: int | None, as_json: bool) -> None:
    """Which registered works are in a dataset's listing.

    Reads TSV, CSV, JSON, JSON Lines, Parquet, lists, archives and descriptions of datasets, compressed or not; what a
    file is shows by what is in it, not by its name. A scan that was killed goes on where it was when the same file is
    given again. --json prints one match a line (row, key or digest or distance, work, how), then a summary line.
    """
    from commonswatch.commands.scans_here import Here

    context = installed()
    say_if_slow()
    try:
        with Here(context, dataset, cores or os.cpu_count() or 1, deep=deep, as_json=as_json) as here:
            sources = (source for name in manifests for source in here.sources(name))
            print_rows((row for name, source in sources for row in here.scan(name, source)), as_json, _COLUMNS)
    except CommonswatchError as error:
        raise click.ClickException(error.detail) from error
    except KeyboardInterrupt:
        click.echo("Stopped. The same command goes on where it was.", err=True)
        sys.exit(_INTERRUPTED)
    except OSError as error:
        if error.errno not in _NO_ROOM:
            raise
        raise click.ClickException(_MAKE_ROOM) from error
    sys.exit(0 if here.read_anything else 1)
