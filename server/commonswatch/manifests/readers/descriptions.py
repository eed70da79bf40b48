"""What a small file says of a whole dataset: Croissant, datapackage, Kaggle's metadata, a Hugging Face card."""

import json
import re
from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

import yaml

_FRONT = re.compile(rb"\A---[ \t]*\r?\n(.*?\n)---[ \t]*\r?(?:\n|\Z)", re.DOTALL)
_LONGEST_FRONT = 2**17  # bytes
_DEEPEST = 32  # of a card; the time YAML takes grows with the square of the depth
_LARGEST = 2**20  # bytes of a JSON description
_MOST_FILES = 1000
_LONGEST = 500  # characters


_OPENS = (
    yaml.BlockSequenceStartToken,
    yaml.BlockMappingStartToken,
    yaml.FlowSequenceStartToken,
    yaml.FlowMappingStartToken,
)
_CLOSES = (yaml.BlockEndToken, yaml.FlowSequenceEndToken, yaml.FlowMappingEndToken)


class File(NamedTuple):
    """One file a description names: its path or address, and its digest if that is told."""

    path: str
    sha256: str = ""
    md5: str = ""


class Description(NamedTuple):
    """What is said of a dataset: by whom does not matter here, and none of it is proven."""

    kind: Literal["croissant", "datapackage", "kaggle", "card"]
    name: str = ""
    licences: tuple[str, ...] = ()
    files: tuple[File, ...] = ()
    sources: tuple[str, ...] = ()


def of_json(text: bytes) -> Description | None:
    """What a whole JSON file says, if it is a description."""
    if len(text) >= _LARGEST:
        return None
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(data, dict):
        return None
    if "distribution" in data or "mlcommons.org/croissant" in str(data.get("conformsTo")):
        return _croissant(data)
    if "licenses" in data and re.fullmatch(r"[\w-]+/[\w-]+", str(data.get("id"))):
        return _package(data, "kaggle")
    return _package(data, "datapackage") if isinstance(data.get("resources"), list) and "name" in data else None


def front_matter(head: bytes) -> dict[str, Any]:
    """The YAML between the dashes; nothing where it is broken, too long or deep, or refers to itself: it may expand."""
    found = _FRONT.match(head[:_LONGEST_FRONT])
    try:
        text = found[1].decode("utf-8", "replace") if found else ""
        data = yaml.safe_load(text) if _is_plain(text) else {}
    except (yaml.YAMLError, ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def _is_plain(text: str) -> bool:
    """Whether nothing in it refers to anything else, and nothing is nested deeper than any card is."""
    depth = 0
    for token in yaml.scan(text):
        depth += isinstance(token, _OPENS) - isinstance(token, _CLOSES)
        if depth > _DEEPEST or isinstance(token, yaml.AliasToken):
            return False
    return True


def of_card(front: dict[str, Any]) -> Description:
    """What a card says."""
    paths = [
        entry.get("path") for config in _objects(front.get("configs")) for entry in _objects(config.get("data_files"))
    ]
    files = tuple(File(path) for some in paths for path in _texts(some))
    return Description(
        "card",
        _text(front.get("pretty_name")),
        _texts(front.get("license")),
        files[:_MOST_FILES],
        _texts(front.get("source_datasets")),
    )


def _croissant(data: dict[str, Any]) -> Description:
    parts = _objects(data.get("distribution"))
    files = tuple(
        File(_text(part.get("contentUrl")), _text(part.get("sha256")), _text(part.get("md5"))) for part in parts
    )
    licences = tuple(
        licence for value in _list(data.get("license")) for licence in _texts(_named(value, "url", "@id", "name"))
    )
    return Description(
        "croissant",
        _text(data.get("name")),
        licences,
        tuple(file for file in files if file.path),
        _texts(data.get("url")),
    )


def _package(data: dict[str, Any], kind: Literal["datapackage", "kaggle"]) -> Description:
    licences = tuple(
        text for entry in _objects(data.get("licenses")) for text in _texts(_named(entry, "path", "name", "title"))
    )
    files = tuple(
        File(path, md5=_text(entry.get("hash")).removeprefix("md5:"))
        for entry in _objects(data.get("resources"))
        for path in _texts(entry.get("path"))
    )
    sources = tuple(
        text for entry in _objects(data.get("sources")) for text in _texts(_named(entry, "path", "web", "title"))
    )
    return Description(kind, _text(data.get("title") or data.get("name")), licences, files[:_MOST_FILES], sources)


def _named(value: Any, *names: str) -> Any:
    return next((value[name] for name in names if value.get(name)), "") if isinstance(value, dict) else value


def _list(value: Any) -> list[Any]:
    return value[:_MOST_FILES] if isinstance(value, list) else [value]


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    return (one for one in _list(value) if isinstance(one, dict))


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(text for one in _list(value) if (text := _text(one)))


def _text(value: Any) -> str:
    return value[:_LONGEST] if isinstance(value, str) else ""
