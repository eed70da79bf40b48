"""What we do: whole scans as the command runs them, and the kernel alone on blocks that are read for it."""

from collections.abc import Iterator
from itertools import groupby
from operator import attrgetter
from pathlib import Path

from commonswatch.manifests.kernel import Registry
from commonswatch.manifests.readers.shapes import Block, Column, Place
from commonswatch.manifests.readers.text import TextReader
from commonswatch.manifests.scanning import FileSource, Looking, Options, Scan
from commonswatch.manifests.scanning.matching import matches_in, texts_in
from commonswatch.manifests.scanning.sieves import Kernel, Sifted

from benchmarks.contenders.measuring import start

SECRET = bytes(range(16))
CHUNK = 2**20  # bytes: as the reader of lines has it


def registry_of(registered: Path) -> Registry:
    """A million keys, each with a work."""
    with registered.open() as file:
        return Registry(((line.rstrip("\n"), number) for number, line in enumerate(file)), 1_000_000)


def sieve_of(registry: Registry, secret: bytes | None = None, *, confirm: bool = False) -> Kernel:
    """As scans have it, made ready."""
    sieve = Kernel(registry, secret, is_trusted=not confirm)
    sieve.prepare()
    return sieve


def scan(path: Path, registered: Path, *, cores: int = 1, index: Path | None = None) -> int:
    """The rows that match: with checkpoints, the journal of matches, and in the order of the rows."""
    registry = registry_of(registered)
    sieve, source = sieve_of(registry, SECRET if index else None), FileSource(path)
    with source.open():
        pass  # rules that are made at their first use are loaded, too
    start()
    looking, options = Looking(registry, sieve, indexed=index is not None), Options(index=index, cores=cores)
    found = Scan(source, looking, options, lambda _progress: None)
    return sum(1 for _ in groupby(found, attrgetter("row")))


def kernel(path: Path, registered: Path, *, secret: bytes | None = None, confirm: bool = False) -> int:
    """The rows that match, of lines that nobody had to look for the meaning of."""
    registry = registry_of(registered)
    sieve = sieve_of(registry, secret, confirm=confirm)
    reader = TextReader((Column("id"), Column("picture", "address"), Column("page", "address")), "\t")
    start()
    blocks = (Block(buffer, 0, reader, Place, dict) for buffer in chunks(path))
    return sum(matching_rows(block, sieve(block), registry) for block in blocks)


def matching_rows(block: Block, told: Sifted, registry: Registry) -> int:
    """How many rows match: those the kernel is not sure of are read by the exact engine."""
    sure = {match.row for match in told.matches}
    asked = [row for row in told.rows if matches_in(block, row, texts_in(block, row), registry)]
    return len(sure) + len(asked)


def chunks(path: Path) -> Iterator[memoryview]:
    """Whole lines, in a buffer that is used again."""
    buffer = bytearray(CHUNK)
    view, kept = memoryview(buffer), 0
    with path.open("rb", buffering=0) as file:
        while read := file.readinto(view[kept:]):
            last = buffer.rfind(b"\n", 0, kept + read) + 1
            yield view[:last]
            kept = kept + read - last
            buffer[:kept] = buffer[last : last + kept]
