"""Pictures and children that mean harm: nobody but the child suffers, and the answer says why."""

import io
import os
import resource
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
from commonswatch.fingerprints import PictureFacts, PicturePool, Unreadable, examine_picture, limits
from commonswatch.fingerprints.children import Child
from PIL import Image

from tests.factories.pictures import photo, scene

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="the kernel's view of a child is read from /proc")


@pytest.fixture(scope="module")
def pool() -> Iterator[PicturePool]:
    """One pool for all that happens here: it has to stand it."""
    with PicturePool(1) as children:
        yield children


def refusal(pool: PicturePool, data: bytes) -> str:
    with pytest.raises(Unreadable) as caught:
        pool.examine(data)
    return caught.value.detail


def child_of(pool: PicturePool) -> psutil.Process:
    """The one child of a pool of one, once it has read a picture and thus set its limits."""
    pool.examine(photo(0, (64, 64)))
    (child,) = pool._children
    return psutil.Process(child.process.pid)


def png(width: int, height: int, rows: bytes) -> bytes:
    """A grey PNG; ``rows`` is the compressed picture."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def encoded(picture: Image.Image, form: str, **options: object) -> bytes:
    written = io.BytesIO()
    picture.save(written, form, **options)  # type: ignore[arg-type]
    return written.getvalue()


@pytest.mark.parametrize(
    ("width", "height"), [(10_000, 10_000), (6_400, 6_251), (2**31 - 1, 2**31 - 1), (1, 2**31 - 1)]
)
def test_a_pixel_bomb_is_refused_by_its_size_before_it_is_decoded(pool: PicturePool, width: int, height: int) -> None:
    rows = zlib.compress(bytes(10_001) * 1_000, 9)
    began = time.monotonic()
    assert refusal(pool, png(width, height, rows)) == "The picture has more than 40 million pixels."
    assert time.monotonic() - began < 5


def test_forty_million_pixels_are_read_within_the_limits(pool: PicturePool) -> None:
    facts = pool.examine(encoded(Image.linear_gradient("L").resize((8_000, 5_000)).convert("RGB"), "JPEG"))
    assert (facts.width, facts.height) == (8_000, 5_000)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF", "AVIF"])
@pytest.mark.parametrize("share", [0.03, 0.8])
def test_a_truncated_picture_is_refused(pool: PicturePool, form: str, share: float) -> None:
    data = encoded(scene(1, (640, 480)), form)
    assert refusal(pool, data[: int(len(data) * share)]) in (
        "The picture is cut off: its file ends too early.",
        "The picture is damaged and cannot be read.",
    )


def test_a_jpeg_without_its_end_says_that_it_is_cut_off(pool: PicturePool) -> None:
    data = photo(1)
    assert refusal(pool, data[: len(data) // 2]) == "The picture is cut off: its file ends too early."


def test_an_animation_of_many_large_frames_costs_one_frame(pool: PicturePool) -> None:
    frames = [Image.new("P", (3_000, 3_000), number) for number in range(24)]
    bomb = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])
    began = time.monotonic()
    assert pool.examine(bomb).width == 3_000
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "The file is empty."),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "SVG drawings are not read"),
        (b"\xef\xbb\xbf <?xml version='1.0'?><!-- x --><svg >", "SVG drawings are not read"),
        (b"<!DOCTYPE html><html><svg></svg>", "The address gave a web page, not a picture."),
        (b"\n\n  <HTML><body>", "The address gave a web page, not a picture."),
        (b"\0\0\0\x20ftypisom\0\0\2\0", "The video is damaged and cannot be read."),
        (b"\x1aE\xdf\xa3\x01", "The video is damaged and cannot be read."),
        (b"RIFF\0\0\0\0AVI LIST", "This kind of video is not read."),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "HEIC pictures are not read."),
        (b"%PDF-1.7", "This is not a picture that can be read"),
        (b"%!PS-Adobe-3.0 EPSF-3.0", "This is not a picture that can be read"),
        (b"PK\3\4" + bytes(100), "This is not a picture that can be read"),
        (b"II*\0" + bytes(100), "This is not a picture that can be read"),
        (bytes(5_000), "This is not a picture that can be read"),
        (b"\xff\xd8\xff" + bytes(range(256)) * 20, "The picture is damaged and cannot be read."),
        (b"GIF89a" + b"\xff" * 5_000, "The picture"),
        (b"RIFF\xff\xff\xff\xffWEBPVP8X" + bytes(100), "The picture"),
    ],
    ids=lambda value: value[:12].hex() if isinstance(value, bytes) else "",
)
def test_what_is_no_picture_is_refused_with_the_reason(pool: PicturePool, data: bytes, reason: str) -> None:
    assert refusal(pool, data).startswith(reason)
    assert pool.examine(photo(1, (64, 64))).width == 64


def test_a_file_above_the_largest_size_never_reaches_a_child(pool: PicturePool) -> None:
    assert refusal(pool, b"\xff\xd8\xff" + bytes(50 * 2**20)) == "The file is larger than 50 MB."


def test_a_child_killed_before_its_picture_is_replaced_unnoticed(pool: PicturePool) -> None:
    child = child_of(pool)
    child.kill()
    assert pool.examine(photo(1, (64, 64))).width == 64
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE


def test_a_child_killed_in_the_middle_gets_one_more_try(pool: PicturePool) -> None:
    child = child_of(pool)
    child.suspend()
    with ThreadPoolExecutor(1) as threads:
        answer = threads.submit(pool.examine, photo(1))
        time.sleep(0.2)
        child.kill()
        assert answer.result(timeout=10).width == 1024


def test_a_child_killed_twice_gives_a_reason_and_no_hang(pool: PicturePool) -> None:
    stop = threading.Event()

    def killer() -> None:
        while not stop.wait(0.001):
            for child in pool._children.copy():
                child.process.kill()

    thread = threading.Thread(target=killer)
    thread.start()
    try:
        assert refusal(pool, photo(1)) == "The picture could not be read: reading it had to be stopped."
    finally:
        stop.set()
        thread.join()
    assert pool.examine(photo(1)).width == 1024


def test_a_child_that_does_not_answer_is_stopped_by_the_clock_and_replaced() -> None:
    with PicturePool(1, wall_seconds=1) as pool:
        child_of(pool).suspend()
        began = time.monotonic()
        assert refusal(pool, photo(1)) == "Reading the picture took too long."
        assert time.monotonic() - began < 3
        assert pool.examine(photo(1, (64, 64))).width == 64


@LINUX
def test_a_child_may_use_no_more_than_its_limits(pool: PicturePool) -> None:
    process = child_of(pool)
    assert process.rlimit(psutil.RLIMIT_AS) == (768 * 2**20, 768 * 2**20)
    assert process.rlimit(psutil.RLIMIT_FSIZE) == (0, 0)
    assert process.rlimit(psutil.RLIMIT_NOFILE) == (32, 32)
    assert process.rlimit(psutil.RLIMIT_CPU)[0] <= limits.PICTURES.cpu_seconds + 3
    assert "NoNewPrivs:\t1" in Path(f"/proc/{process.pid}/status").read_text()
    assert set(process.environ()) == {"OPENBLAS_NUM_THREADS"}


@LINUX
def test_a_child_inherits_no_socket_and_no_file_of_the_server(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, (tmp_path / "database").open("w") as database:
        for one in (server, database):
            os.set_inheritable(one.fileno(), True)
        with PicturePool(1) as pool:
            process = child_of(pool)
            assert {Path(entry).name for entry in Path(f"/proc/{process.pid}/fd").iterdir()} == {"0", "1", "2"}
            assert process.net_connections() == []


@LINUX
def test_a_child_that_computes_for_ever_is_ended_by_the_kernel() -> None:
    program = (
        "from commonswatch.fingerprints import limits\n"
        "limits.confine(); limits.allow_cpu(limits.Limits(0, 1))\nwhile True: pass"
    )
    ended = subprocess.run([sys.executable, "-I", "-c", program], timeout=10, check=False)
    assert ended.returncode == -signal.SIGXCPU


@LINUX
def test_confined_code_can_write_no_file_and_take_no_more_memory(tmp_path: Path) -> None:
    program = (
        "import sys; from commonswatch.fingerprints import limits; limits.confine()\n"
        "try: bytearray(800 * 2**20); sys.exit('memory')\nexcept MemoryError: pass\n"
        "try:\n    with open(sys.argv[1], 'w') as file: file.write('x')\nexcept OSError: sys.exit(0)\n"
        "sys.exit('file')"
    )
    command = [sys.executable, "-I", "-c", program, str(tmp_path / "written")]
    ended = subprocess.run(command, timeout=10, check=False, capture_output=True, text=True)
    assert (ended.returncode, ended.stderr) == (0, "")


@LINUX
def test_memory_stays_below_800_megabytes_and_the_parent_does_not_grow(pool: PicturePool) -> None:
    pool.examine(photo(1))
    noise = Image.effect_noise((500, 500), 90).resize((7_700, 5_190))
    hungry = encoded(noise.convert("RGBA"), "WEBP", quality=1, method=0)
    del noise
    before = psutil.Process().memory_info().rss  # only now: making the picture itself takes hundreds of megabytes
    reached: list[int] = []
    stop = threading.Event()

    def watch() -> None:
        while not stop.wait(0.01):
            for child in pool._children.copy():
                try:
                    reached.append(psutil.Process(child.process.pid).memory_info().rss)
                except psutil.Error:
                    continue

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        assert refusal(pool, hungry) == "The picture needs too much memory to be read."
    finally:
        stop.set()
        thread.join()
    assert max(reached) < 800e6
    assert psutil.Process().memory_info().rss - before < 100e6


def test_a_child_that_met_something_hostile_reads_no_other_picture(pool: PicturePool) -> None:
    first = child_of(pool).pid
    assert child_of(pool).pid == first
    refusal(pool, b"GIF89a" + b"\xff" * 99)
    assert child_of(pool).pid != first


def test_eight_threads_share_two_children() -> None:
    pictures = {seed: photo(seed, (320, 240)) for seed in range(8)}

    def examine(turn: int) -> PictureFacts | str:
        if turn % 5 == 4:
            return refusal(pool, b"<svg>")
        return pool.examine(pictures[turn % 8])

    with PicturePool(2) as pool, ThreadPoolExecutor(8) as threads:
        found = list(threads.map(examine, range(40)))
        assert len(pool._children) == 2
    for turn, facts in enumerate(found):
        if turn % 5 != 4:
            assert isinstance(facts, PictureFacts)
            assert facts.sha256 == examine_picture(pictures[turn % 8]).sha256


def test_who_waits_for_a_closed_pool_is_told_so() -> None:
    pool = PicturePool(1)
    pool.close()
    assert "cannot be read" in refusal(pool, photo(1, (64, 64)))


def test_the_children_end_when_their_parent_is_killed() -> None:
    program = (
        "import time; from commonswatch.fingerprints import pool, frames\n"
        "children = pool.PicturePool(2)\n"
        "print(*[child.process.pid for child in children._children], flush=True)\ntime.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        children = [psutil.Process(int(pid)) for pid in parent.stdout.readline().split()]
        assert len(children) == 2
        parent.kill()
    _, alive = psutil.wait_procs(children, timeout=5)
    assert [one for one in alive if one.status() != psutil.STATUS_ZOMBIE] == []


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_copy_of_the_server_starts_its_own_children() -> None:
    expected = examine_picture(photo(1, (64, 64))).sha256
    reader, writer = os.pipe()
    forked = os.fork()
    if forked == 0:
        try:
            os.write(writer, examine_picture(photo(1, (64, 64))).sha256)
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        assert pipe.read() == expected
    os.waitpid(forked, 0)
    assert examine_picture(photo(1, (64, 64))).sha256 == expected


@pytest.mark.parametrize(
    "answer",
    [b"", b"F" + b"\xff" * 8, b"F" + (2).to_bytes(8) + b"[]", b"F" + (2).to_bytes(8) + b"{}", b"X" * 40],
    ids=["silence", "endless", "list", "nothing", "noise"],
)
def test_a_child_taken_over_can_only_be_useless(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, answer: bytes) -> None:
    program = f"import os; os.read(0, 9); os.write(1, {answer!r})"
    monkeypatch.setattr("commonswatch.fingerprints.children._COMMAND", (sys.executable, "-I", "-c", program))
    with PicturePool(1) as pool:
        refusal(pool, b"\xff\xd8\xff")


def test_an_idle_child_uses_no_descriptor_after_it_ended() -> None:
    before = psutil.Process().num_fds()
    for _ in range(3):
        Child().end()
    assert psutil.Process().num_fds() == before
    assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] > limits.DESCRIPTORS
