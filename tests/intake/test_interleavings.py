"""Pulls while people go on answering, pages are cut short and the other system fails: nothing missed or doubled."""

from __future__ import annotations

import os
import random
import secrets
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from xinqiao.core.problem import XinqiaoError
from xinqiao.core.record import AGE_HEADER, Envelope, envelope_id
from xinqiao.core.source import System
from xinqiao.intake.arrivals import Arrivals
from xinqiao.intake.pull import row
from xinqiao.intake.pull.row import Row
from xinqiao.intake.pull.run import pull
from xinqiao.intake.pull.wire import Call, Reply, Unreachable, Wire

from .systems import SECRETS, Fake, Kept, fake_of, source_of

# In each system; `make soak` runs all thousand.
INTERLEAVINGS = 1_000 if "XINQIAO_SOAK" in os.environ else 200
CAN_BE_UNFINISHED = {System.LIMESURVEY, System.FORMBRICKS}
# With fewer rows a page than people send between two requests, these would run after them for ever.
FOLLOWS = {System.FORMBRICKS, System.WENJUANXING}
CAN_BE_DELETED = {System.FORMBRICKS, System.WENJUANXING, System.KOBO, System.LIMESURVEY}


@dataclass
class Chaos:
    """People, failures and clocks between the requests of a pull."""

    fake: Fake
    system: System
    chance: random.Random
    calm: bool = False
    outage: int = 0
    unfinished: list[Kept] = field(default_factory=list)

    def __call__(self, call: Call) -> Reply:
        if self.calm:
            return self.fake(call)
        self.people()
        if self.outage or self.chance.random() < 0.05:
            self.outage = self.outage - 1 if self.outage else 6
            if self.chance.random() < 0.3:
                raise Unreachable
            return Reply(status=self.chance.choice([500, 502, 503, 429]), body=b"<html>busy</html>")
        reply = self.fake(call)
        if self.chance.random() < 0.15:
            return Reply(status=reply.status, body=reply.body[: self.chance.randrange(len(reply.body))])
        return reply

    def people(self) -> None:
        self.fake.now += timedelta(seconds=self.chance.random() * 20)
        # Numbers have gaps, so that being some numbers behind is not the same as being some rows behind.
        self.fake.numbers += self.chance.choice([0] * 9 + [60])
        # A pull of LimeSurvey asks three times only; its rows are there once they have a number.
        times = 5 if self.system is System.LIMESURVEY else 1
        for _ in range(self.chance.choice([0, 0, 0, 1, 1, 2]) * times):
            open_ = self.system in CAN_BE_UNFINISHED and self.chance.random() < 0.3
            late = 0 if self.system is System.LIMESURVEY else self.chance.choice([0, 0, 4, 30])
            kept = self.fake.add({"role": "class"}, late, finished=not open_)
            if open_:
                self.unfinished.append(kept)
        if self.unfinished and self.chance.random() < 0.2:
            self.fake.finish(self.unfinished.pop(self.chance.randrange(len(self.unfinished))))
        if self.system in CAN_BE_DELETED and self.fake.rows and self.chance.random() < 0.05:
            self.fake.rows.remove(self.chance.choice(self.fake.rows))


class Plain:
    """Writes what a row is called where a seal would be, so that the test can see it."""

    def knows(self, _: Row) -> bool:
        return True

    def lacking(self, _: Sequence[Row]) -> Sequence[str]:
        return ()

    def seal(self, of: Row) -> Envelope:
        sealed = AGE_HEADER + of.id.encode() + b"\n" + secrets.token_bytes(8)
        return Envelope(id=envelope_id(sealed), form="feedback", received=date(2026, 5, 20), sealed=sealed)


@pytest.fixture(params=list(System), ids=str)
def system(request: pytest.FixtureRequest) -> System:
    found: System = request.param
    return found


def stored(store: Arrivals, after: int) -> Iterator[tuple[int, str]]:
    for number, envelope in store.envelopes("feedback", after):
        yield number, envelope.sealed.removeprefix(AGE_HEADER).partition(b"\n")[0].decode()


def test_nothing_is_missed_and_nothing_doubled(system: System, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Fewer, so that the cursor moves in so short a time.
    monkeypatch.setattr(row, "BEHIND", 12)
    last = 0
    broken_off = 0
    with Arrivals(tmp_path / "store.db") as store:
        # Thousands of commits to one disk would measure the disk.
        store._database.execute("PRAGMA synchronous = OFF")
        for seed in range(INTERLEAVINGS):
            chance = random.Random(f"{system} {seed}")  # noqa: S311 - repeatable, not secret
            fake = fake_of(system, cap=chance.choice([5, 9, 50] if system in FOLLOWS else [4, 9, 50]))
            # On some days midnight is near.
            fake.now += timedelta(minutes=chance.choice([0, 19.8]))
            chaos = Chaos(fake, system, chance)
            for _ in range(chance.choice([0, 0, 0, 24])):
                fake.add({"role": "class"})
            source = replace(source_of(system), name=f"away-{seed}")
            wire = Wire(source=source.name, send=chaos, pause=lambda _: None)
            for _ in range(chance.randrange(2, 5)):
                try:
                    pull(source, SECRETS[system], wire, store, Plain(), lambda *_: None)
                except XinqiaoError as error:
                    broken_off += 1
                    assert error.problems[0].code in {"pull-busy", "pull-unreachable", "pull-cut", "pull-incomplete"}
                fake.now += chance.choice([timedelta(seconds=1), timedelta(minutes=11), timedelta(hours=30)])
            fake.now += timedelta(minutes=1)
            chaos.calm = True
            pull(source, SECRETS[system], wire, store, Plain(), lambda *_: None)
            found = list(stored(store, last))
            last = max((number for number, _ in found), default=last)
            counted = Counter(name for _, name in found)
            assert {name: n for name, n in counted.items() if n > 1} == {}, f"doubled, seed {seed}"
            there = {fake.name_of(one) for one in fake.rows if one.finished}
            assert there - counted.keys() == set(), f"missed, seed {seed}"
    assert broken_off > INTERLEAVINGS / 20, "hardly a pull broke off: the interleavings are too tame"
