"""What others would do: a naive loop, polars, duckdb, `wc -l`, isal alone. They know the addresses in the file only.

Each calls ``start`` when all is loaded and gives the number of rows with a registered key.
"""

import re
import subprocess
from pathlib import Path
from urllib.parse import unquote, urlsplit

from benchmarks.contenders.measuring import start

_PIECE = 4 * 2**20  # bytes
_STATIC = re.compile(r"/(?:[0-9]+/)?([0-9]+)_[0-9a-f]{10}(?:_[a-z])?\.jpg")
_PAGE = re.compile(r"/photos/[^/]+/([0-9]+)/?")


def naive_key(url: str) -> str | None:
    """The key of the addresses in the file, and of no others."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if host.endswith((".staticflickr.com", ".static.flickr.com")):
        found = _STATIC.fullmatch(parts.path)
        return f"flickr:photo:{found[1]}" if found else None
    if host == "www.flickr.com":
        found = _PAGE.fullmatch(parts.path)
        return f"flickr:photo:{found[1]}" if found else None
    if host == "upload.wikimedia.org":
        pieces = parts.path.split("/")
        return "wikimedia:commons:" + unquote(pieces[6 if pieces[3] == "thumb" else 5])
    if host == "commons.wikimedia.org":
        return "wikimedia:commons:" + unquote(parts.path.partition("File:")[2])
    query = "&".join(pair for pair in parts.query.split("&") if not pair.startswith("utm_")) if parts.query else ""
    return f"url:{host.removeprefix('www.')}{parts.path}" + (f"?{query}" if query else "")


def naive(path: Path, registered: Path) -> int:
    """A script of twenty lines."""
    known = set(registered.read_text().split("\n"))
    start()
    found = 0
    with path.open() as file:
        for line in file:
            _, picture, page = line.rstrip("\n").split("\t")
            found += naive_key(picture) in known or naive_key(page) in known
    return found


def polars(path: Path, registered: Path) -> int:
    """One expression a column, streamed, with one thread."""
    import polars as pl

    def key(name: str) -> pl.Expr:
        url = pl.col(name)
        host = url.str.extract(r"^https?://([^/?]+)").str.to_lowercase()
        where = url.str.extract(r"^https?://[^/?]+(/[^?]*)")
        query = url.str.extract(r"\?(.*)$").fill_null("").str.replace_all(r"(^|&)utm_[a-z]+=[^&]*", "")
        title = where.str.extract(r"^/(?:wikipedia/commons/(?:thumb/)?[0-9a-f]/[0-9a-f]{2}/|wiki/File:)([^/]+)")
        title = title.str.replace_all("%28", "(", literal=True).str.replace_all("%29", ")", literal=True)
        photo = where.str.extract(r"^/(?:photos/[^/]+/([0-9]+)/?|(?:[0-9]+/)?([0-9]+)_[0-9a-f]{10}.*)$", 1)
        photo = photo.fill_null(where.str.extract(r"^/(?:[0-9]+/)?([0-9]+)_[0-9a-f]{10}"))
        is_flickr = host.str.ends_with("flickr.com")
        is_wiki = host.str.ends_with(".wikimedia.org")
        other = pl.concat_str([pl.lit("url:"), host.str.strip_prefix("www."), where, query])
        return (
            pl.when(is_flickr)
            .then(pl.concat_str([pl.lit("flickr:photo:"), photo]))
            .when(is_wiki)
            .then(pl.concat_str([pl.lit("wikimedia:commons:"), title]))
            .otherwise(other)
        )

    known = pl.Series(registered.read_text().split("\n"))
    start()
    rows = pl.scan_csv(path, separator="\t", has_header=False, new_columns=["id", "picture", "page"], quote_char=None)
    hits = rows.filter(key("picture").is_in(known.implode()) | key("page").is_in(known.implode()))
    return int(hits.select(pl.len()).collect(engine="streaming").item())


def duckdb(path: Path, registered: Path) -> int:
    """One query, with one thread."""
    import duckdb as db

    base = db.connect()
    base.execute("SET threads = 1")
    columns = "delim='\t', header=false, quote='', escape=''"
    base.execute(
        "CREATE TABLE known AS SELECT DISTINCT column0 AS key "
        f"FROM read_csv('{registered}', {columns}, columns={{'column0': 'VARCHAR'}})"
    )
    start()

    def key(name: str) -> str:
        host = f"lower(regexp_extract({name}, '^https?://([^/?]+)', 1))"
        where = f"regexp_extract({name}, '^https?://[^/?]+(/[^?]*)', 1)"
        photo = f"regexp_extract({where}, '^/(?:photos/[^/]+/|(?:[0-9]+/)?)([0-9]+)(?:_[0-9a-f]{{10}}.*|/?)$', 1)"
        folder = "wikipedia/commons/(?:thumb/)?[0-9a-f]/[0-9a-f]{2}/"
        title = f"regexp_extract({where}, '^/(?:{folder}|wiki/File:)([^/]+)', 1)"
        title = f"replace(replace({title}, '%28', '('), '%29', ')')"
        query = f"regexp_replace(regexp_extract({name}, '\\?(.*)$', 1), '(^|&)utm_[a-z]+=[^&]*', '', 'g')"
        return (
            f"CASE WHEN {host} LIKE '%flickr.com' THEN 'flickr:photo:' || {photo} "
            f"WHEN {host} LIKE '%.wikimedia.org' THEN 'wikimedia:commons:' || {title} "
            f"ELSE 'url:' || regexp_replace({host}, '^www\\.', '') || {where} || {query} END"
        )

    shape = "columns={'id': 'VARCHAR', 'picture': 'VARCHAR', 'page': 'VARCHAR'}"
    rows = f"(SELECT {key('picture')} AS a, {key('page')} AS b FROM read_csv('{path}', {columns}, {shape}))"
    known = "(SELECT key FROM known)"
    return int(base.execute(f"SELECT count(*) FROM {rows} WHERE a IN {known} OR b IN {known}").fetchone()[0])


def count_lines(path: Path, registered: Path) -> None:
    """`wc -l`: how fast one can look at every byte."""
    del registered
    start()
    subprocess.run(["wc", "-l", path], check=True, stdout=subprocess.DEVNULL)


def unpack(path: Path, registered: Path) -> None:
    """The decompressor alone."""
    del registered
    from isal import igzip

    start()
    with igzip.open(path, "rb") as file:
        while file.read(_PIECE):
            pass
