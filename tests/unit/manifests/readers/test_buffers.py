"""Memory is lent again when nobody looks at it any more, never before."""

import numpy as np
from commonswatch.manifests.readers.buffers import Buffers


def test_memory_is_lent_again_only_when_the_last_view_of_it_has_gone():
    buffers = Buffers(100)
    first = buffers.lend(100)
    first[:] = b"a" * 100
    part = np.frombuffer(first[10:20], np.uint8)[2:4]
    where = np.frombuffer(first, np.uint8).ctypes.data
    del first
    second = buffers.lend(50)
    second[:] = b"b" * 50
    assert (bytes(part), len(second)) == (b"aa", 50)
    del part
    assert np.frombuffer(buffers.lend(100), np.uint8).ctypes.data == where


def test_more_than_usual_is_lent_too():
    buffers = Buffers(100)
    assert [len(buffers.lend(size)) for size in (1000, 100, 1001)] == [1000, 100, 1001]
