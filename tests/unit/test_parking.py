"""Plain code waits on an event loop without a thread, and in a thread as anywhere."""

import asyncio
import threading
import time

import pytest
from commonswatch import parking


def _waits_for(signals: list[parking.Signal], seconds: float = 5.0) -> str:
    signal = parking.Signal()
    signals.append(signal)
    signal.wait(seconds)
    return "went on"


def test_on_a_loop_many_wait_at_once_without_a_thread_each() -> None:
    signals: list[parking.Signal] = []

    async def main() -> list[str]:
        waiting = [asyncio.create_task(parking.run(_waits_for, signals)) for _ in range(200)]
        await asyncio.sleep(0)
        assert len(signals) == 200
        assert threading.active_count() < 50
        threading.Thread(target=parking.give, args=(signals,)).start()
        return await asyncio.gather(*waiting)

    assert asyncio.run(main()) == ["went on"] * 200


def test_in_a_thread_the_same_code_blocks_it() -> None:
    signals: list[parking.Signal] = []
    told: list[str] = []
    thread = threading.Thread(target=lambda: told.append(_waits_for(signals)))
    thread.start()
    while not signals:
        time.sleep(0.001)
    assert told == []
    parking.give(signals)
    thread.join(5)
    assert told == ["went on"]


def test_nobody_waits_longer_than_asked() -> None:
    async def main() -> str:
        return await parking.run(_waits_for, [], 0.01)

    began = time.monotonic()
    assert asyncio.run(main()) == "went on"
    assert _waits_for([], 0.01) == "went on"
    assert time.monotonic() - began < 4


def test_an_exception_reaches_whoever_started_the_code() -> None:
    def fails() -> None:
        parking.Signal().wait(0.001)
        raise ValueError("after the wait")

    async def main() -> None:
        await parking.run(fails)

    with pytest.raises(ValueError, match="after the wait"):
        asyncio.run(main())


def test_a_cancelled_request_ends_the_code_where_it_waits() -> None:
    ended: list[str] = []

    def waits() -> None:
        try:
            parking.Signal().wait(60)
        finally:
            ended.append("cleaned up")

    async def main() -> None:
        task = asyncio.create_task(parking.run(waits))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert ended == ["cleaned up"]
