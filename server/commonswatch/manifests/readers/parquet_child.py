"""The program of a child that reads one Parquet file from its standard input, and may use little else."""

import json
import os
import resource
import sys
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from commonswatch.manifests.readers import roles
from commonswatch.manifests.readers.columns import columns_of
from commonswatch.manifests.readers.parquet_frames import BATCH, COLUMNS, END, HEAD, TROUBLE, Batch
from commonswatch.manifests.readers.shapes import Column

ADDRESS_SPACE = 2 * 2**30  # bytes, most of it never touched
_ROWS = 16_384  # of one batch
_LARGEST_CELL = 16_384  # bytes on average: more is a picture
_TOO_LARGE_CELLS = "Its columns of text have cells that are too large for a list: they were left out."
_BUFFER = 2**20  # bytes of a column that are read at a time
_OUT = 1
_BREAKS = (b"\t", b"\n", b"\r")


def main() -> None:
    """Send the columns, then all batches, then the end."""
    order = json.loads(sys.argv[1])
    _confine(order["seconds"])
    try:
        import pyarrow as pa  # noqa: PLC0415  # an extra
        import pyarrow.parquet as pq  # noqa: PLC0415
    except ImportError:
        _trouble("missing", "Parquet files can be read once `make extras` was run (the extra `columnar`).")
        return
    try:
        source = pa.PythonFile(os.fdopen(0, "rb"), mode="r")
        left_out = _send_all(pq.ParquetFile(source, pre_buffer=False, buffer_size=_BUFFER), order)
        if left_out:
            _trouble("too-large", left_out)
        _send(END, b"")
    except BrokenPipeError:
        return
    except (MemoryError, pa.ArrowMemoryError):
        _trouble("too-large", "The Parquet file needs more memory than it may have.")
    except Exception:  # noqa: BLE001  # damaged files raise anything
        _trouble("broken", "The Parquet file is damaged.")


def _confine(seconds: float) -> None:
    for kind, most in (
        (resource.RLIMIT_AS, ADDRESS_SPACE),
        (resource.RLIMIT_CPU, int(seconds) + 1),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        with suppress(OSError, ValueError):  # macOS knows no limit of the address space
            resource.setrlimit(kind, (most, most))


def _send_all(file: Any, order: dict[str, Any]) -> str:
    """All rows of the columns that matter; return what was left out of them, in a sentence, if anything was."""
    candidates, has_larger = _candidates(file)
    names = candidates[: order["columns"]]
    columns = _columns(file, names)
    _send(COLUMNS, json.dumps(columns).encode())
    wanted = [column.name for column in columns]
    before = 0
    for group in range(file.num_row_groups):
        rows = file.metadata.row_group(group).num_rows
        skipped = max(0, order["start"] - before)
        before += rows
        if skipped < rows:
            _send_group(file, group, wanted, skipped)
    if len(candidates) > len(names):
        return f"It has more than {len(names)} columns: the others were left out."
    return _TOO_LARGE_CELLS if has_larger and not wanted else ""


def _send_group(file: Any, group: int, wanted: list[str], skipped: int) -> None:
    if not wanted:
        return
    for batch in file.iter_batches(_ROWS, row_groups=[group], columns=wanted, use_threads=False):
        part = batch.slice(min(skipped, batch.num_rows))
        skipped -= batch.num_rows - part.num_rows
        if part.num_rows:
            _send_batch(group, part, wanted)


def _send_batch(group: int, batch: Any, wanted: list[str]) -> None:
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.compute as pc  # noqa: PLC0415

    found = dict(_leaves(batch))
    cells = [_clean(found[name]) for name in wanted]
    tab, empty = (pa.scalar(sign, pa.large_binary()) for sign in (b"\t", b""))
    # A tab stands at the end of a row as well, so that no word goes on in the next one.
    joined = pc.binary_join_element_wise(*cells, empty, tab, null_handling="replace", null_replacement=b"")
    joined = pc.fill_null(joined, b"")
    _, offsets, data = joined.buffers()
    start = joined.offset * 8
    bounds = memoryview(offsets)[start : start + 8 * (len(joined) + 1)]
    _send(BATCH, Batch.head(group, len(joined)), bounds, memoryview(data) if data else b"")


def _clean(array: Any) -> Any:
    """As bytes without tabs and line breaks."""
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.compute as pc  # noqa: PLC0415

    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if _is_list(array.type):
        array = pc.binary_join(type(array).from_arrays(array.offsets, pc.fill_null(array.values, "")), " ")
    if pa.types.is_floating(array.type):
        array = pc.cast(pc.if_else(pc.is_nan(array), None, array), pa.int64(), safe=False)
    if pa.types.is_integer(array.type):
        array = pc.cast(array, pa.large_string())
    array = pc.cast(array, pa.large_binary())
    for sign in _BREAKS:
        if pc.any(pc.match_substring(array, sign)).as_py():
            array = pc.replace_substring(array, sign, b" ")
    return array


def _candidates(file: Any) -> tuple[list[str], bool]:
    """The columns that hold text or whole numbers, those inside structures too; not those that hold pictures.

    And whether there are others with text in them: a few very large cells make a column of addresses look like that.
    """
    sizes: dict[str, list[int]] = {}
    if file.num_row_groups:
        group = file.metadata.row_group(0)
        for number in range(group.num_columns):
            chunk = group.column(number)
            sizes[chunk.path_in_schema] = [chunk.total_uncompressed_size, max(chunk.num_values, 1)]
    names = [name for name, kind in _leaf_types(file.schema_arrow) if _is_text(kind) or _may_be_id(name, kind)]
    small = [name for name in names if sizes.get(name, [0, 1])[0] / sizes.get(name, [0, 1])[1] < _LARGEST_CELL]
    return small, len(small) < len(names)


def _columns(file: Any, names: list[str]) -> list[Column]:
    """Those of the candidates whose names and first cells say that they matter."""
    if not names:
        return []
    first = next(file.iter_batches(roles.SAMPLE, columns=names, use_threads=False), None)
    found = {name: _texts(_clean(array)) for name, array in _leaves(first)} if first is not None else {}
    rows = [list(row) for row in zip(*(found[name] for name in names), strict=True)] if found else []
    return [column for column in columns_of(names, rows) if column.role not in ("", "payload")]


def _texts(array: Any) -> list[str]:
    return [(cell or b"").decode("utf-8", "replace") for cell in array.to_pylist()]


def _leaf_types(schema: Any) -> Iterator[tuple[str, Any]]:
    for name, kind in ((field.name, field.type) for field in schema):
        yield from _inner_types(name, kind)


def _inner_types(name: str, kind: Any) -> Iterator[tuple[str, Any]]:
    import pyarrow as pa  # noqa: PLC0415

    if pa.types.is_struct(kind):
        for number in range(kind.num_fields):
            field = kind.field(number)
            yield from _inner_types(f"{name}.{field.name}", field.type)
    else:
        yield name, kind


def _leaves(batch: Any) -> Iterator[tuple[str, Any]]:
    import pyarrow as pa  # noqa: PLC0415

    open_ones = list(zip(batch.schema.names, batch.columns, strict=True))
    while open_ones:
        name, array = open_ones.pop(0)
        if pa.types.is_struct(array.type):
            fields = [array.type.field(number).name for number in range(array.type.num_fields)]
            open_ones = [
                (f"{name}.{field}", inner) for field, inner in zip(fields, array.flatten(), strict=True)
            ] + open_ones
        else:
            yield name, array


def _is_list(kind: Any) -> bool:
    import pyarrow as pa  # noqa: PLC0415

    return bool(pa.types.is_list(kind) or pa.types.is_large_list(kind)) and bool(
        pa.types.is_string(kind.value_type) or pa.types.is_large_string(kind.value_type)
    )


def _may_be_id(name: str, kind: Any) -> bool:
    """Whether these are ids with gaps, which pandas keeps as floating points."""
    import pyarrow as pa  # noqa: PLC0415

    return bool(pa.types.is_float64(kind)) and roles.FLICKR.is_called(roles.squeezed(name))


def _is_text(kind: Any) -> bool:
    import pyarrow as pa  # noqa: PLC0415

    if _is_list(kind):
        return True
    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    types = pa.types
    return bool(
        types.is_string(kind)
        or types.is_large_string(kind)
        or types.is_binary(kind)
        or types.is_large_binary(kind)
        or types.is_integer(kind)
    )


def _trouble(what: str, detail: str) -> None:
    with suppress(BrokenPipeError):
        _send(TROUBLE, json.dumps([what, detail]).encode())


def _send(word: bytes, *parts: Any) -> None:
    views = [memoryview(part).cast("B") for part in parts]
    _write(memoryview(HEAD.pack(word, sum(map(len, views)))))
    for view in views:
        _write(view)


def _write(view: memoryview) -> None:
    while view:
        view = view[os.write(_OUT, view) :]


if __name__ == "__main__":
    main()
