"""Futures that a thread ends are heard of in the event loop: each once, all of a batch together."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from typing import TypeVar

import pytest

from xinqiao.core.problem import XinqiaoError, refuse
from xinqiao.intake.wakes import Wakes

Given = TypeVar("Given")


def run(work: Callable[[], Awaitable[Given]]) -> Given:
    """In a thread of its own: browser tests leave an event loop in this one."""

    async def whole() -> Given:
        return await asyncio.wait_for(work(), 20)

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, whole()).result()


def test_those_who_end_together_wake_the_loop_once(monkeypatch: pytest.MonkeyPatch) -> None:
    woken: list[object] = []
    wake = Wakes._wake
    monkeypatch.setattr(Wakes, "_wake", lambda self: (woken.append(self), wake(self)))

    async def work() -> list[int]:
        wakes, futures = Wakes(), [Future[int]() for _ in range(200)]
        asked = asyncio.gather(*(wakes.end_of(one) for one in futures))
        await asyncio.sleep(0)
        thread = threading.Thread(target=lambda: [one.set_result(at) for at, one in enumerate(futures)])
        thread.start()
        # The loop stands still meanwhile, as it does where it works on something else.
        thread.join()
        return await asked

    assert run(work) == list(range(200))
    assert len(woken) == 1


def test_nobody_is_forgotten_however_many_threads_end_futures() -> None:
    async def work() -> list[int]:
        wakes, futures = Wakes(), [Future[int]() for _ in range(2_000)]
        asked = asyncio.gather(*(wakes.end_of(one) for one in futures))

        def end(part: int) -> None:
            for at in range(part, len(futures), 4):
                futures[at].set_result(at)

        threads = [threading.Thread(target=end, args=(part,)) for part in range(4)]
        for thread in threads:
            thread.start()
        return await asked

    assert run(work) == list(range(2_000))


def test_an_error_is_told_and_one_that_has_ended_is_heard_at_once() -> None:
    async def work() -> int:
        wakes, failed, ended = Wakes(), Future[int](), Future[int]()
        failed.set_exception(refuse("store-busy"))
        ended.set_result(7)
        with pytest.raises(XinqiaoError, match="store-busy"):
            await wakes.end_of(failed)
        return await wakes.end_of(ended)

    assert run(work) == 7


def test_who_stops_waiting_takes_back_what_he_asked_and_harms_nobody() -> None:
    async def work() -> int:
        wakes, left, kept = Wakes(), Future[int](), Future[int]()
        leaving, staying = asyncio.create_task(wakes.end_of(left)), asyncio.create_task(wakes.end_of(kept))
        await asyncio.sleep(0)
        leaving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await leaving
        with pytest.raises(CancelledError):
            left.result(0)
        kept.set_result(3)
        return await staying

    assert run(work) == 3
