"""/api/v1/watch-list: what every extension downloads. Everybody gets the same bytes, without a token or a cookie."""

from hashlib import sha256 as digest_of

from flask import Response, request
from sqlalchemy.orm import Session

from commonswatch.api.operations import EVERYBODY, Operation, count_read, product
from commonswatch.api.schemas.watch_list import ListKey, SignedManifest
from commonswatch.domain.errors import CommonswatchError, NotFound
from commonswatch.services.watching import history

_BRIEFLY = "public, max-age=300"
_FOR_GOOD = "public, max-age=31536000, immutable"
_NONE_YET = "There is no watch list yet. The worker makes the first one within seconds."
SMALL_FILE = 65_536
"""Bytes up to which a file does not count as a read: somebody far behind fetches hundreds of deltas."""


def read_watch_list() -> Response:
    """The signed manifest of the newest version (docs/watch-list.md), with an ETag."""
    with product().database.reading() as session:
        row = history.newest_version(session)
        if row is None:
            raise NotFound(_NONE_YET)
        etag = digest_of(row.digest + row.signatures.encode()).hexdigest()
        envelope = "" if etag in request.if_none_match else history.published(session, row).envelope
    return _cached(Response(envelope, content_type="application/json"), etag, _BRIEFLY)


def read_watch_list_key() -> Response:
    """The public key the server signs with now: for who meets this server for the first time."""
    with product().database.reading() as session:
        key = newest_key(session)
    if key is None:
        raise NotFound(_NONE_YET)
    return _cached(Response(key.model_dump_json(), content_type="application/json"), key.key, _BRIEFLY)


def newest_key(session: Session) -> ListKey | None:
    """The key the newest version is signed with. None while there is none: pairing goes on without."""
    try:
        key = history.newest(session).manifest.signing_keys[0]
    except CommonswatchError:
        return None
    return ListKey(key=key.key, public=key.public)


def read_watch_list_file(sha256: str) -> Response:
    """One file of the watch list, named by its digest. It never changes."""
    raw = product().list_folder.get(sha256)
    if len(raw) > SMALL_FILE and sha256 not in request.if_none_match:
        count_read(None)
    if digest_of(raw).hexdigest() != sha256:
        raise NotFound("This file is damaged. It comes back with the next version.")
    return _cached(Response(raw, content_type="application/octet-stream"), sha256, _FOR_GOOD)


def _cached(response: Response, etag: str, how: str) -> Response:
    response.set_etag(etag)
    response.headers["Cache-Control"] = how
    response.make_conditional(request)
    return response


_ETAG = {"ETag": "Send it as If-None-Match the next time.", "Cache-Control": "For how long it may be kept."}

OPERATIONS = (
    Operation(
        method="GET",
        path="/watch-list",
        summary="The newest version of the watch list, signed",
        access=EVERYBODY,
        view=read_watch_list,
        told={200: SignedManifest, 304: None},
        told_headers=_ETAG,
        problems=(404, 429),
        limited=True,
    ),
    Operation(
        method="GET",
        path="/watch-list/key",
        summary="The key the watch list is signed with",
        access=EVERYBODY,
        view=read_watch_list_key,
        told={200: ListKey, 304: None},
        told_headers=_ETAG,
        problems=(404, 429),
        limited=True,
    ),
    Operation(
        method="GET",
        path="/watch-list/files/{sha256}",
        summary="A file of the watch list",
        access=EVERYBODY,
        view=read_watch_list_file,
        told={200: None, 304: None},
        told_as="application/octet-stream",
        told_headers=_ETAG,
        problems=(404, 429),
    ),
)
