"""The command for those who build datasets: a manifest without the works of people who ask not to be in it."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TextIO

import click

from commonswatch.commands import packing
from commonswatch.commands.opening import installed
from commonswatch.domain.errors import CommonswatchError

if TYPE_CHECKING:
    from commonswatch.manifests.cleaning import Cleaned, Objections
    from commonswatch.manifests.opening import Manifest

_NOT_COMPARABLE = (
    "None of its columns has addresses, file names, numbers of pictures or digests, so nothing can be compared. "
    "Is it the right file? `commonswatch scan` says what it is."
)
_MARKED, _LEFT = "marked", "left out"


@click.command()
@click.argument("manifest", type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path))
@click.option(
    "--out",
    required=True,
    type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
    metavar="CLEAN",
    help="Where the clean one goes; - for standard output.",
)
@click.option("--mark", is_flag=True, help="Keep all rows and add a column that says which somebody objects to.")
@click.option(
    "--rows",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the number of each such row (from 0) and why.",
)
@click.option(
    "--watch-list",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Ask a downloaded watch list instead of this installation (see `watch-list download`).",
)
@click.option("--exit-code", is_flag=True, help="Exit with 3 when somebody objects to a row.")
@click.option("--json", "as_json", is_flag=True, help="The summary as one JSON object.")
def check(
    manifest: Path, out: Path, mark: bool, rows: Path | None, watch_list: Path | None, exit_code: bool, as_json: bool
) -> None:
    """Leave out of MANIFEST what people object to: before a dataset is made, not after.

    Left out are rows that hold a registered work (in whichever form of its address, id or file name) and rows with an
    opt-out mark of their own. Everything else stays as it was. Text keeps its form, a CLEAN that ends in .gz, .bz2 or
    .xz is packed; documents of JSON, Parquet and archives become a table of the columns that were read (with commas for
    a CLEAN that ends in .csv, else with tabs). MANIFEST may
    be - for standard input.

    It exits with 0 when all was read, with 2 when it ended early (what came before is in CLEAN), with 1 when CLEAN was
    not written.
    """
    _refuse_same(manifest, out, rows)
    try:
        objections = _listed(watch_list) if watch_list else _registered()
        with _noting(rows) as noted, packing.written(out) as file:
            commas = ".csv" in (suffix.lower() for suffix in out.suffixes[-2:])
            done = _run(manifest, objections, file, mark=mark, commas=commas, rows=noted)
            _check_read(done)
    except CommonswatchError as error:
        raise click.ClickException(error.detail) from error
    except OSError as error:
        raise click.ClickException(f"{out} cannot be written: {error.strerror}.") from error
    told = json.dumps(_summary(done)) if as_json else _words(done, out, mark=mark)
    click.echo(told, err=packing.is_stream(out))
    sys.exit(2 if done.problem else 3 if exit_code and done.objected else 0)


def _refuse_same(manifest: Path, out: Path, rows: Path | None) -> None:
    named = [(one, path) for one, path in (("CLEAN", out), ("The file for --rows", rows)) if path is not None]
    for name, path in named:
        if packing.is_stream(path):
            continue
        if path.exists() and os.path.samestat(path.stat(), _stat(manifest)):
            raise click.ClickException(f"{name} must be another file than MANIFEST.")
        if not path.parent.is_dir():
            raise click.ClickException(f"There is no folder {path.parent}. Make it first.")
    if rows is not None and rows.absolute() == out.absolute():
        raise click.ClickException("The file for --rows must be another one than CLEAN.")


def _stat(manifest: Path) -> os.stat_result:
    return os.fstat(0) if packing.is_stream(manifest) else manifest.stat()


@contextmanager
def _noting(path: Path | None) -> Iterator[TextIO | None]:
    if path is None:
        yield None
        return
    with path.open("w") as file:
        yield file


def _check_read(done: "Cleaned") -> None:
    if done.rows == 0 and done.problem:
        raise click.ClickException(f"Nothing could be read. {done.problem.detail}")
    if done.rows and not done.comparable:
        raise click.ClickException(_NOT_COMPARABLE)


def _run(
    path: Path, objections: "Objections", out: BinaryIO, *, mark: bool, commas: bool, rows: TextIO | None
) -> "Cleaned":
    from commonswatch.manifests.opening import open_manifest

    if packing.is_stream(path):
        with open_manifest(sys.stdin.buffer, name="standard input") as opened:
            return _clean(opened, objections, out, mark=mark, commas=commas, rows=rows)
    with open_manifest(path) as opened:
        return _clean(opened, objections, out, mark=mark, commas=commas, rows=rows)


def _clean(
    manifest: "Manifest", objections: "Objections", out: BinaryIO, *, mark: bool, commas: bool, rows: TextIO | None
) -> "Cleaned":
    from commonswatch.manifests.cleaning import Cleaned, clean

    def note(row: int, why: str) -> None:
        click.echo(f"{row}\t{why}", file=rows)

    done, (_, total) = Cleaned(), manifest.position()
    with click.progressbar(length=total or 0, file=sys.stderr, label=manifest.name[:30]) as bar:
        for done in clean(manifest, objections, out, mark=mark, commas=commas, note=note if rows else None):  # noqa: B007  # the last counts
            bar.update(max(0, manifest.position()[0] - bar.pos))
    return done


def _registered() -> "Objections":
    from commonswatch.manifests.cleaning import Registered
    from commonswatch.manifests.kernel import Registry
    from commonswatch.services.scanning import registered

    with installed().database.reading() as session:
        return Registered(Registry(registered.texts(session), registered.count(session)))


def _listed(folder: Path) -> "Objections":
    from commonswatch.manifests.cleaning import Listed
    from commonswatch.watch_list import folder as downloaded

    try:
        return Listed(downloaded.read(folder, datetime.now(UTC)).lists.keys)
    except OSError as error:
        raise click.ClickException(
            f"{folder} holds no whole watch list. Get one: commonswatch watch-list download ADDRESS {folder}"
        ) from error


def _summary(done: "Cleaned") -> dict[str, object]:
    problem = done.problem.detail if done.problem else None
    return {"rows": done.rows, "objected": done.objected, "why": dict(done.by), "partial": problem}


def _words(done: "Cleaned", out: Path, *, mark: bool) -> str:
    reasons = ", ".join(f"{count:,} {why}" for why, count in sorted(done.by.items()))
    word = "row was" if done.objected == 1 else "rows were"
    told = f"{done.rows:,} {'row' if done.rows == 1 else 'rows'} read, "
    told += f"{done.objected:,} {word} {_MARKED if mark else _LEFT}"
    told += f" ({reasons}). " if reasons else ". "
    told += "" if packing.is_stream(out) else f"The clean manifest is {out}."
    return f"{told}\nIt ended early: {done.problem.detail} What came before is in it." if done.problem else told
