"""The parent's side: a few children started ahead, shared by all threads, and a fresh one for each that failed."""

import atexit
import importlib.util
import json
import os
import tempfile
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from queue import LifoQueue
from typing import Any, BinaryIO, Self

from commonswatch.domain.licences import Licence
from commonswatch.fingerprints import frames, signatures
from commonswatch.fingerprints.children import STOPPED, Child
from commonswatch.fingerprints.facts import (
    PictureFacts,
    PictureHashes,
    Unreadable,
    from_json,
    hashes_from_json,
    printable,
)
from commonswatch.rules.licences import read_creative_commons

LARGEST_PICTURE = 50 * 2**20  # bytes
LARGEST_PAGE = 2 * 2**20  # bytes
LARGEST_VIDEO = 8 * 2**30  # bytes
WALL_SECONDS = 15.0  # for one picture, with the start of a child if none is ready
WALL_SECONDS_OF_VIDEO = 120.0
_PACK, _PACK_BYTES = 32, 16 * 2**20  # pictures that are hashed by one frame to a child

_TOO_LARGE = "The file is larger than 50 MB."
_VIDEO_TOO_LARGE = "The video is larger than 8 GB."
_NO_EXTRA = "This is a video, and what reads videos is not installed here: pip install 'commonswatch[video]'"
_NO_CHILD = "The picture cannot be read just now: the server is short of memory."


class PicturePool:
    """Reads foreign bytes in ``size`` child processes; any number of threads may call it.

    A child that died, broke a limit or refused something is replaced, so that no picture is read by a process in
    which a hostile one has been.
    """

    def __init__(self, size: int = 2, *, wall_seconds: float = WALL_SECONDS) -> None:
        self._size, self._wall_seconds = size, wall_seconds
        self._one_video = threading.Lock()
        self._places: LifoQueue[Child | None] = LifoQueue()  # None: a place whose child is still to be started
        self._children: set[Child] = set()
        self._closed = False
        for _ in range(size):
            self._places.put(self._start())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def examine(self, data: bytes) -> PictureFacts:
        """Read one picture or video. Raises Unreadable with the reason, in words for the person who sent it."""
        if signatures.media_type(data).startswith("video/"):
            with tempfile.TemporaryFile() as file:
                file.write(data)
                return self.examine_video(file)
        if len(data) > LARGEST_PICTURE:
            raise Unreadable(_TOO_LARGE)
        try:
            return from_json(self._ask(frames.PICTURE, data))
        except (KeyError, TypeError, ValueError, RecursionError):
            raise Unreadable(STOPPED) from None

    def examine_video(self, file: BinaryIO) -> PictureFacts:
        """Read one video from an open file, in a child of its own; one at a time. Raises Unreadable with the reason."""
        if importlib.util.find_spec("av") is None:
            raise Unreadable(_NO_EXTRA)
        file.flush()
        if os.fstat(file.fileno()).st_size > LARGEST_VIDEO:
            raise Unreadable(_VIDEO_TOO_LARGE)
        try:
            with self._one_video:
                return from_json(json.loads(_answer_about_video(file.fileno())))
        except (KeyError, TypeError, ValueError, RecursionError) as failure:
            reason = failure.detail if isinstance(failure, Unreadable) else STOPPED
            raise Unreadable(reason.replace("picture", "video")) from None

    def hash_many(self, pictures: Sequence[bytes], *, scaled: bool = False) -> list[PictureHashes | Unreadable]:
        """Hash many pictures in all children at once; in their order, and the reason for those that are unreadable.

        ``scaled`` decodes large JPEGs at a smaller scale: a third faster, and a hash moves by up to ten bits.
        A child goes on after a picture that its decoders refuse; one that ends takes no other picture with it.
        """
        word = frames.SCALED if scaled else frames.HASHES
        with ThreadPoolExecutor(self._size) as threads:
            found = list(threads.map(lambda some: self._hash_pack(word, some), _packs(pictures)))
        return [one for some in found for one in some]

    def _hash_pack(self, word: bytes, pictures: Sequence[bytes]) -> list[PictureHashes | Unreadable]:
        try:
            found = hashes_from_json(self._ask(word, frames.packed(pictures)))
            if len(found) == len(pictures):
                return found
            reason = Unreadable(STOPPED)
        except (Unreadable, KeyError, TypeError, ValueError, RecursionError) as failure:
            reason = failure if isinstance(failure, Unreadable) else Unreadable(STOPPED)
        if len(pictures) == 1:
            return [reason]
        return [one for picture in pictures for one in self._hash_pack(word, [picture])]

    def licence_of_page(self, page: bytes) -> Licence | None:
        """The licence a web page gives for its picture; None when it names none or cannot be read. Never raises."""
        try:
            told = self._ask(frames.PAGE, page[:LARGEST_PAGE])["licence"]
        except (Unreadable, KeyError, TypeError, ValueError, RecursionError):
            return None
        return read_creative_commons(told) if isinstance(told, str) else None

    def close(self) -> None:
        """End all children. Whoever waits for one gets Unreadable."""
        self._closed = True
        for child in self._children.copy():
            child.process.kill()
        while not self._places.empty():
            self._end(self._places.get())
        self._places.put(None)

    def let_go(self) -> None:
        """In a forked copy of this process: these children belong to the one that started them."""
        self._closed = True
        for child in self._children:
            child.let_go()

    def _ask(self, word: bytes, body: bytes) -> Any:
        """Ask a child; once more if somebody else killed it, for example the system for want of memory."""
        for _ in range(2):
            answer = self._ask_one(word, body)
            if answer is not None:
                return json.loads(answer)
        raise Unreadable(STOPPED)

    def _ask_one(self, word: bytes, body: bytes) -> bytes | None:
        """The answer of one child, or None when it was killed from outside. Raises Unreadable."""
        child, usable = self._places.get(), False
        try:
            child = child or self._start()
            if child is None:
                raise Unreadable(_NO_CHILD)
            kind, answer = child.ask(word, body, self._wall_seconds)
            usable = kind == frames.FACTS and not child.worn
        except frames.Ended:
            if child:
                child.raise_for_its_death()
            return None
        finally:
            self._places.put(child if usable else self._replace(child))
        if kind != frames.FACTS:
            raise Unreadable(printable(answer.decode("utf-8", "replace")))
        return answer

    def _start(self) -> Child | None:
        if self._closed:
            return None
        try:
            child = Child()
        except OSError:
            return None
        self._children.add(child)
        return child

    def _replace(self, child: Child | None) -> Child | None:
        self._end(child)
        return self._start()

    def _end(self, child: Child | None) -> None:
        if child:
            child.end()
            self._children.discard(child)


def _packs(pictures: Sequence[bytes]) -> Iterator[list[bytes]]:
    """A few pictures each; those that are too large alone, to be refused."""
    pack: list[bytes] = []
    for picture in pictures:
        if pack and (len(pack) == _PACK or sum(map(len, pack)) + len(picture) > _PACK_BYTES):
            yield pack
            pack = []
        pack.append(picture if len(picture) <= LARGEST_PICTURE else b"")
    if pack:
        yield pack


def _answer_about_video(descriptor: int) -> bytes:
    """What a child made for it says of the video in an open file. Raises Unreadable."""
    try:
        child = Child(descriptor)
    except OSError:
        raise Unreadable(_NO_CHILD) from None
    try:
        kind, answer = child.ask(frames.VIDEO, b"", WALL_SECONDS_OF_VIDEO)
    except frames.Ended:
        child.raise_for_its_death()
        raise Unreadable(STOPPED) from None
    finally:
        child.end()
    if kind != frames.FACTS:
        raise Unreadable(printable(answer.decode("utf-8", "replace")))
    return answer


_starting = threading.Lock()


@cache
def _pool_of(process_id: int) -> PicturePool:  # noqa: ARG001  # a forked copy starts its own
    pool = PicturePool()
    atexit.register(pool.close)
    os.register_at_fork(after_in_child=pool.let_go)
    return pool


def _own_pool() -> PicturePool:
    with _starting:
        return _pool_of(os.getpid())


os.register_at_fork(before=_starting.acquire, after_in_parent=_starting.release, after_in_child=_starting.release)


def examine_picture(data: bytes) -> PictureFacts:
    """Read one picture in this process's own pool of two children, started at the first call. Raises Unreadable."""
    return _own_pool().examine(data)


def examine_video(file: BinaryIO) -> PictureFacts:
    """Read one video from an open file. Raises Unreadable."""
    return _own_pool().examine_video(file)


def licence_of_page(page: bytes) -> Licence | None:
    """The licence a web page gives for its picture, None when it names none; read in a child too. Never raises."""
    return _own_pool().licence_of_page(page)
