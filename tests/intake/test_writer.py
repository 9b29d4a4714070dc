from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from xinqiao.core.problem import XinqiaoError, refuse
from xinqiao.core.record import Envelope
from xinqiao.intake import writer as module
from xinqiao.intake.store import Store
from xinqiao.intake.writer import Writer

from .conftest import DAY, FORM

Sealed = Callable[..., Envelope]


class Gate:
    """Holds back each commit until it is opened, and remembers how much each one took."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.open, self.reached, self.batches = threading.Event(), threading.Event(), list[int]()
        append = Store.append

        def held(store: Store, envelopes: Sequence[Envelope]) -> int:
            self.reached.set()
            self.open.wait(10)
            self.batches.append(len(envelopes))
            return append(store, envelopes)

        monkeypatch.setattr(Store, "append", held)


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Gate:
    return Gate(monkeypatch)


@pytest.fixture
def writer(store_path: Path) -> Iterator[Writer]:
    started = Writer(store_path, 0.1)
    started.start()
    yield started
    started.close()


def held(gate: Gate, writer: Writer, envelopes: Sequence[Envelope]) -> list[Future[None]]:
    """The first envelope is being committed, the others wait behind it."""
    first = writer.put(envelopes[0])
    assert gate.reached.wait(10)
    return [first, *(writer.put(one) for one in envelopes[1:])]


def test_nothing_is_acknowledged_before_its_commit_and_those_who_wait_share_one(
    gate: Gate, writer: Writer, envelope: Sealed, store_path: Path
) -> None:
    futures = held(gate, writer, [envelope() for _ in range(9)])
    assert not any(future.done() for future in futures)
    gate.open.set()
    assert [future.result(10) for future in futures] == [None] * 9
    assert gate.batches == [1, 8]


def test_closing_stores_what_waits(gate: Gate, writer: Writer, envelope: Sealed, store_path: Path) -> None:
    futures = held(gate, writer, [envelope() for _ in range(5)])
    gate.open.set()
    writer.close()
    assert all(future.done() and future.exception() is None for future in futures)
    with Store(store_path) as store:
        assert store.counts() == {FORM: 5}
    with pytest.raises(XinqiaoError, match="store-busy"):
        writer.put(envelope()).result(10)


def test_who_goes_away_harms_nobody(gate: Gate, writer: Writer, envelope: Sealed) -> None:
    futures = held(gate, writer, [envelope() for _ in range(4)])
    assert futures[2].cancel()
    assert not futures[0].cancel()
    gate.open.set()
    assert [futures[at].result(10) for at in (0, 1, 3)] == [None] * 3
    assert gate.batches == [1, 2]


def test_more_than_the_queue_holds_is_turned_away_at_once(
    gate: Gate, envelope: Sealed, store_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "QUEUE_LIMIT", 2)
    small = Writer(store_path, 0.1)
    small.start()
    futures = held(gate, small, [envelope() for _ in range(4)])
    with pytest.raises(XinqiaoError, match="store-busy"):
        futures[3].result(0)
    gate.open.set()
    small.close()
    assert [future.exception() for future in futures[:3]] == [None] * 3


def test_a_large_batch_is_committed_in_parts(
    gate: Gate, writer: Writer, envelope: Sealed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BATCH_LIMIT", 3)
    futures = held(gate, writer, [envelope() for _ in range(8)])
    gate.open.set()
    assert [future.result(10) for future in futures] == [None] * 8
    assert gate.batches == [1, 3, 3, 1]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_an_error_nobody_thought_of_leaves_nobody_waiting(
    writer: Writer, envelope: Sealed, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> int:
        raise RuntimeError

    monkeypatch.setattr(Store, "append", broken)
    with pytest.raises(XinqiaoError, match="store-unusable"):
        writer.put(envelope()).result(10)
    with pytest.raises(XinqiaoError, match="store-"):
        writer.put(envelope()).result(10)


def test_a_store_that_cannot_be_opened_is_told_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(XinqiaoError, match="store-unusable"):
        Writer(tmp_path, 0.1).start()


def taken(writer: Writer, envelopes: Sequence[Envelope], per_day: int) -> list[bool]:
    """Which of them were stored, each put with the number that its form takes a day."""
    futures = [writer.put(one, per_day=per_day) for one in envelopes]
    return [future.exception(10) is None for future in futures]


def test_a_day_takes_its_number_however_it_is_asked(writer: Writer, envelope: Sealed, store_path: Path) -> None:
    here = [envelope() for _ in range(4)]
    other = [envelope(form="another") for _ in range(2)]
    tomorrow = [replace(one, received=DAY + timedelta(days=1)) for one in (envelope(), envelope())]
    assert taken(writer, [here[0], here[0], here[1]], 2) == [True] * 3
    assert taken(writer, [here[2], *other, here[0], here[3]], 2) == [False, True, True, True, False]
    with pytest.raises(XinqiaoError, match="submit-day-full"):
        writer.put(here[2], per_day=2).result(10)
    assert taken(writer, [*tomorrow, here[2]], 2) == [True, True, False]
    assert taken(writer, here, 3) == [True, True, True, False]
    with Store(store_path) as store:
        assert store.counts() == {FORM: 5, "another": 2}


def test_the_days_number_outlives_a_new_start_and_a_failed_commit(
    envelope: Sealed, store_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = Writer(store_path, 0.1), Writer(store_path, 0.1)
    first.start()
    assert taken(first, [envelope(), envelope()], 3) == [True, True]
    first.close()
    second.start()
    with monkeypatch.context() as patch:
        patch.setattr(Store, "append", full)
        assert taken(second, [envelope()], 3) == [False]
    assert taken(second, [envelope(), envelope()], 3) == [True, False]
    second.close()


def full(store: Store, _: object) -> int:
    raise refuse("store-full")
