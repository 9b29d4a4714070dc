"""How many answers a second the receiver makes durable, and how many are opened and read.

Run: python benchmarks/intake.py [--seconds 10]. One receiver process; 64 clients, each on a connection of its own,
in another process; sealed answers of the smallest size class; the store on the disk of the temporary folder
(TMPDIR). Then the same receiver with a commit for each request, for as long, and again from the beginning: the
two take turns three times, and the middle figure of each is told. Then opening and reading on one core, in its own
processor time, the usual way and with the library alone, in turns: the middle and the best of ten of each.
"""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import os
import statistics
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "intake"))

from receiving import FORM, Process, many, nursery  # noqa: E402

from xinqiao.core.record import Envelope, envelope_id  # noqa: E402
from xinqiao.core.text import Lang  # noqa: E402
from xinqiao.intake.opening import Opening  # noqa: E402
from xinqiao.intake.seal import Identity, new_identity, payload, seal  # noqa: E402
from xinqiao.intake.store import Store  # noqa: E402

CLIENTS = 64
TURNS = 3
OPENED = 500
ANSWERS = {f"phq9_{at}": "1" for at in range(1, 10)} | {"note": "最近睡得不太好，但是在慢慢变好。"}


class Load(NamedTuple):
    """Requests a second; the middle and the 99th percentile of how long one took, in milliseconds; the receiver's own
    processor time for one, in milliseconds, which other work on the machine sways less."""

    rate: float
    middle: float
    p99: float
    cost: float


def processor_seconds(process: Process) -> float:
    """What a process has used up to now (Linux)."""
    parts = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")


async def client(port: int, answers: list[bytes], until: float, took: list[float]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for sealed in answers:
        began = time.perf_counter()
        if began >= until:
            break
        head = f"POST /submit/{FORM} HTTP/1.1\r\nHost: x\r\nContent-Type: application/octet-stream\r\n"
        writer.write(f"{head}Content-Length: {len(sealed)}\r\n\r\n".encode() + sealed)
        said = await reader.readuntil(b"}")
        if not said.startswith(b"HTTP/1.1 201"):
            raise SystemExit("an answer was not taken")
        took.append(time.perf_counter() - began)
    writer.close()


async def loaded(process: Process, sealed: bytes, seconds: float) -> Load:
    answers = many(sealed, int(seconds * 4_000) + CLIENTS)
    took: list[float] = []
    began, used = time.perf_counter(), processor_seconds(process)
    parts = [answers[at::CLIENTS] for at in range(CLIENTS)]
    await asyncio.gather(*(client(process.port, part, began + seconds, took) for part in parts))
    whole = time.perf_counter() - began
    cost = 1e3 * (processor_seconds(process) - used) / len(took)
    ordered = sorted(took)
    return Load(len(took) / whole, 1e3 * statistics.median(ordered), 1e3 * ordered[int(0.99 * len(ordered))], cost)


def receiving(publics: tuple[str, str], sealed: bytes, seconds: float) -> None:
    found: dict[str, list[Load]] = {"": [], "alone": []}
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / "store.db"
        with nursery(store, publics) as born:
            for _ in range(TURNS):
                for how, loads in found.items():
                    process = born.receiver(how)
                    loads.append(asyncio.run(loaded(process, sealed, seconds)))
                    process.kill()
        with Store(store) as kept:
            held = kept.counts()[FORM]
    for how, name in (("", "group commit"), ("alone", "a commit for each")):
        rate, middle, p99, cost = (statistics.median(part) for part in zip(*found[how], strict=True))
        print(f"{name:>18}  {rate:7,.0f} a second   middle {middle:6.1f} ms   p99 {p99:6.1f} ms   cost {cost:.2f} ms")
    ratios = [group.rate / alone.rate for group, alone in zip(found[""], found["alone"], strict=True)]
    print(f"{'ratio':>18}  {statistics.median(ratios):7.2f}   ({', '.join(f'{one:.2f}' for one in ratios)})")
    print(f"{'kept':>18}  {held:7,}")


def opening(reader: Identity, sealed: bytes) -> None:
    envelope = Envelope(id=envelope_id(sealed), form=FORM, received=date(2026, 5, 20), sealed=sealed)
    alone = dataclasses.replace(reader)
    object.__setattr__(alone, "fast", lambda _: None)
    found: dict[str, list[float]] = {"opened and read": [], "the library alone": []}
    for _ in range(10):
        for (_, rates), key in zip(found.items(), (reader, alone), strict=True):
            began = time.process_time()
            opened = sum(1 for _ in Opening(envelopes=[envelope] * OPENED, identity=key, form=FORM))
            rates.append(opened / (time.process_time() - began))
    for name, rates in found.items():
        print(f"{name:>18}  {statistics.median(rates):7,.0f} a second and core, at best {max(rates):,.0f}")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=10)
    given = options.parse_args()
    reader = new_identity()
    publics = (reader.public, new_identity().public)
    sealed = seal(payload(FORM, 1, Lang.ZH, ANSWERS), publics)
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before")
    receiving(publics, sealed, given.seconds)
    opening(reader, sealed)


if __name__ == "__main__":
    main()
