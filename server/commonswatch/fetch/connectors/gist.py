"""A gist: its files, by GitHub's REST API (docs.github.com/rest/gists)."""

from commonswatch.domain.keys import LocationKey
from commonswatch.fetch.connectors.shelf import Reader, RemoteFile, Shelf, ask_json, field, name_of, shelf_of, size_of

_HOME = "https://gist.githubusercontent.com/"


def files(where: LocationKey, reader: Reader) -> Shelf:
    """All files of the gist."""
    told, _ = ask_json("https://api.github.com/gists/" + where.key.partition(":")[2], reader)
    listed = field(told, "files")
    rows = [one for one in listed.values() if isinstance(one, dict)] if isinstance(listed, dict) else []
    found = (
        RemoteFile(row["raw_url"], row["filename"], size_of(row.get("size")))
        for row in rows
        if name_of(row.get("filename")) and name_of(row.get("raw_url")).startswith(_HOME)
    )
    return shelf_of(found, complete=field(told, "truncated") is not True)
