"""Each answer's bytes are forced to the disk before its 201 leaves: read from the calls that the receiver makes."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from xinqiao.core.record import envelope_id

from .conftest import Keys
from .receiving import Line, many, nursery

# Process, then a call, or the second half of one that another process interrupted.
CALL = re.compile(r"^(\d+)\s+(?:<\.\.\. )?(\w+)(?:\((.*)| resumed>(.*))$")
WAL = re.compile(r"^\d+<[^>]*\.db-wal>")
ID = re.compile(r"[0-9a-f]{64}")
# In a page of the store a byte before an id may be written in digits (`\1`, `\001`), so every place may begin one.
WRITTEN = re.compile(r"(?=([0-9a-f]{64}))")
CLIENTS, EACH = 4, 6


def traced(log: Path) -> list[str]:
    """The command that writes the receiver's calls to `log`."""
    calls = "trace=pwrite64,pwritev,write,writev,fdatasync,fsync,sendto,sendmsg"
    return ["strace", "-f", "-y", "-s", "8192", "-e", calls, "-e", "signal=none", "-o", str(log)]


def early(lines: Iterable[str]) -> tuple[set[str], int]:
    """The ids whose 201 left before their write had been forced to the disk, and how many were acknowledged."""
    written: set[str] = set()
    forcing: dict[str, set[str]] = {}
    durable: set[str] = set()
    acknowledged: set[str] = set()
    for line in lines:
        if not (call := CALL.match(line)):
            continue
        process, name, begun, ended = call[1], call[2], call[3], call[4]
        if begun is not None and name in {"pwrite64", "pwritev"} and WAL.match(begun):
            written |= set(WRITTEN.findall(begun))
        if begun is not None and name in {"fdatasync", "fsync"} and WAL.match(begun):
            # What is written while it runs is not forced by it.
            forcing[process] = set(written)
        finished = ended if begun is None else begun
        if name in {"fdatasync", "fsync"} and process in forcing and finished.endswith("= 0"):
            durable |= forcing.pop(process)
        if begun is not None and name in {"sendto", "sendmsg", "write", "writev"} and '{\\"id\\":' in begun:
            acknowledged |= set(ID.findall(begun))
            if not acknowledged <= durable:
                return acknowledged - durable, len(acknowledged)
    return set(), len(acknowledged)


def watched(folder: Path, keys: Keys, answers: list[bytes], synchronous: str) -> tuple[set[str], int]:
    """`early` of a receiver that takes these answers from several clients at once."""
    log = folder / "calls"
    with nursery(folder / "store.db", keys.publics, synchronous=synchronous, under=traced(log)) as born:
        process = born.receiver()

        def send(part: list[bytes]) -> None:
            line = Line(process.port)
            assert all(line.send(one) for one in part)
            line.close()

        with ThreadPoolExecutor(CLIENTS) as pool:
            list(pool.map(send, [answers[at::CLIENTS] for at in range(CLIENTS)]))
        process.kill()
    return early(log.read_text(encoding="utf-8", errors="replace").splitlines())


@pytest.fixture
def can_trace(tmp_path: Path) -> None:
    if not shutil.which("strace"):
        pytest.skip("strace, which shows the calls of a process, is not on this machine")
    if subprocess.run(["strace", "-o", str(tmp_path / "probe"), "true"], capture_output=True, check=False).returncode:
        pytest.skip("this machine does not allow one process to trace another")


@pytest.mark.usefixtures("can_trace")
def test_every_answer_is_on_the_disk_before_its_201_leaves(
    tmp_path: Path, keys: Keys, sealed_answer: Callable[..., bytes]
) -> None:
    answers = many(sealed_answer(), CLIENTS * EACH)
    assert watched(tmp_path, keys, answers, "FULL") == (set(), len(answers))


@pytest.mark.usefixtures("can_trace")
def test_the_trace_tells_a_store_that_does_not_force_its_writes(
    tmp_path: Path, keys: Keys, sealed_answer: Callable[..., bytes]
) -> None:
    answers = many(sealed_answer(), CLIENTS * EACH)
    found, _ = watched(tmp_path, keys, answers, "NORMAL")
    assert found
    assert found <= {envelope_id(one) for one in answers}


STORE, SOCKET = "9</p/store.db-wal>", "12<TCP:[1]>"
KEPT = "ab" * 32


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ([f'7 pwrite64({STORE}, "{KEPT}", 64, 0) = 64', f"7 fdatasync({STORE}) = 0"], set()),
        ([f'7 pwrite64({STORE}, "\\0013{KEPT}", 64, 0) = 64', f"7 fdatasync({STORE}) = 0"], set()),
        ([f'7 pwrite64({STORE}, "{KEPT}", 64, 0) = 64'], {KEPT}),
        ([f"7 fdatasync({STORE}) = 0", f'7 pwrite64({STORE}, "{KEPT}", 64, 0) = 64'], {KEPT}),
        ([f'7 pwrite64({STORE}, "{KEPT}", 64, 0) = 64', f"7 fdatasync({STORE}) = -1 EIO"], {KEPT}),
        ([f'7 pwrite64({STORE}, "{KEPT}", 64, 0) = 64', f"7 fdatasync({STORE} <unfinished ...>"], {KEPT}),
        ([f"7 fdatasync({STORE} <unfinished ...>", f'8 pwrite64({STORE}, "{KEPT}", 64, 0) = 64',
          "7 <... fdatasync resumed>) = 0"], {KEPT}),
        ([f'7 pwrite64({STORE}, "{KEPT}", 64, 0) = 64', f"7 fdatasync({STORE} <unfinished ...>",
          "7 <... fdatasync resumed>) = 0"], set()),
        ([f'7 pwrite64(5</p/store.db>, "{KEPT}", 64, 0) = 64', "7 fdatasync(5</p/store.db>) = 0"], {KEPT}),
    ],
)  # fmt: skip
def test_what_a_trace_says_is_read_rightly(lines: list[str], found: set[str]) -> None:
    answer = rf'7 sendto({SOCKET}, "{{\"id\":\"{KEPT}\"}}", 75, 0, NULL, 0) = 75'
    assert early([*lines, answer]) == (found, 1)
