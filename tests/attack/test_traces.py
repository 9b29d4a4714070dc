"""What the receiver leaves behind, read byte by byte: no address, no browser, no moment, no answer, in no file."""

from __future__ import annotations

import base64
import http.client
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Literal
from urllib.parse import quote_plus, urlencode

import pytest

from xinqiao.core.text import Lang
from xinqiao.intake.copies import backup
from xinqiao.intake.seal import Identity, new_identity, payload, seal
from xinqiao.intake.store import Store

SENDER, BEHIND = "127.0.0.77", "203.0.113.9"
ANSWER = "夜里总是醒着 awake at night"
AGENT, REFERER = "Marked-Agent/7.1", "https://portal.example/marked-page"
FORM = "feedback"
ORDERS: tuple[Literal["big", "little"], ...] = ("big", "little")
# As a college would run it, but as talkative as it can be.
RECEIVER = """
import logging, sys
from pathlib import Path
from xinqiao.core.limits import IntakeLimits
from xinqiao.core.text import Lang
from xinqiao.intake.receiver import Door, receiver_app, running

logging.basicConfig(level=logging.DEBUG)
pages = {lang: f"https://portal.example/{lang.value}/" for lang in Lang}
door = Door(form="feedback", version=1, recipients=tuple(sys.argv[2:]), fields={"note": False}, thanks=pages,
            refused=pages)
limits = IntakeLimits(address_header="X-Real-IP")
app = receiver_app(Path(sys.argv[1]), {"feedback": door}, origin="https://portal.example", limits=limits)
with running(app, "127.0.0.1", 0) as address:
    print("PORT", address.rpartition(":")[2], flush=True)
    sys.stdin.read()
"""


@pytest.fixture(scope="module")
def keys() -> tuple[Identity, Identity]:
    return new_identity(), new_identity()


def send(port: int, body: bytes, kind: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20, source_address=(SENDER, 0))
    headers = {"User-Agent": AGENT, "X-Real-IP": BEHIND, "X-Forwarded-For": BEHIND, "Referer": REFERER}
    connection.request("POST", f"/submit/{FORM}", body, {**headers, "Content-Type": kind, "Cookie": "marked=1"})
    status = connection.getresponse().status
    connection.close()
    return status


def spelt(text: str) -> Iterator[bytes]:
    """The ways in which a text could stand in a file."""
    yield from (text.encode(code) for code in ("utf-8", "utf-16-le", "utf-16-be", "gb18030"))
    yield quote_plus(text).encode()
    # However it lies among the bytes before it.
    for before in range(3):
        whole = base64.b64encode(b"\0" * before + text.encode())
        yield whole[4 : 4 + len(whole) // 2]


def told(content: bytes, begun: float, ended: float) -> bool:
    """Whether a second of the run stands there as programs write one down: decimal, or in four bytes.

    Four bytes can be so by chance, among checksums and what is left of sealed bytes, but not for each answer.
    """
    seconds = range(int(begun), int(ended) + 1)
    packed = sum(content.count(second.to_bytes(4, order)) for second in seconds for order in ORDERS)
    return packed >= len(ORDERS) + 1 or any(str(second).encode() in content for second in seconds)


def test_no_file_tells_who_sent_what_when(tmp_path: Path, keys: tuple[Identity, Identity]) -> None:
    private, temporary, log = tmp_path / "private", tmp_path / "tmp", tmp_path / "log"
    temporary.mkdir()
    publics = tuple(key.public for key in keys)
    sealed = [seal(payload(FORM, 1, Lang.ZH, {"note": ANSWER}), publics) for _ in range(5)]
    begun = time.time()
    command = [sys.executable, "-c", RECEIVER, str(private / "store.db"), *publics]
    environment = {**os.environ, "TMPDIR": str(temporary), "SQLITE_TMPDIR": str(temporary)}
    with log.open("wb") as file:
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=file, env=environment, cwd=tmp_path
        )
        with process:
            assert process.stdout and process.stdin
            port = int(process.stdout.readline().split()[1])
            fields = urlencode({"_lang": "zh", "note": ANSWER}).encode()
            bytes_, form = "application/octet-stream", "application/x-www-form-urlencoded"
            answers = [send(port, one, bytes_) for one in sealed]
            answers += [send(port, fields, form), send(port, b"note=%FF", form), send(port, ANSWER.encode(), bytes_)]
            answers += [send(port, ANSWER.encode(), "text/plain"), send(port, sealed[0], bytes_)]
            assert answers == [201] * 5 + [303, 303, 422, 415, 201]
            backup(private / "store.db", tmp_path / "copy.db")
            # While the side files are still there.
            written = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
            process.stdin.close()
    ended = time.time()
    written |= {path.with_suffix(".end"): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert {path.name for path in written} >= {"store.db", "store.db-wal", "copy.db", "log"}
    assert not list(temporary.iterdir())
    with Store(private / "store.db") as store:
        kept = [one.sealed for _, one in store.envelopes(FORM)]
    assert len(kept) == 6
    for path, content in written.items():
        for trace in (SENDER, BEHIND, AGENT, "Marked", "marked", ANSWER, "夜里总是醒着", "awake at night"):
            assert not [word for word in spelt(trace) if word in content], (path.name, trace)
        for address in (SENDER, BEHIND):
            packed = bytes(int(part) for part in address.split("."))
            assert _bare(content, kept).find(packed) < 0, (path.name, address)
        assert not told(_bare(content, kept), begun, ended), path.name
        assert not re.search(rb"\d\d:\d\d:\d\d", content), path.name


def _bare(content: bytes, sealed: list[bytes]) -> bytes:
    """Without what is sealed: among random bytes anything stands somewhere."""
    for one in sealed:
        content = content.replace(one, b"")
    return content


def test_a_trace_would_be_found() -> None:
    """The scan itself: each spelling, and a moment."""
    for trace in (SENDER, AGENT, ANSWER):
        words = list(spelt(trace))
        for code in ("utf-8", "utf-16-le", "utf-16-be", "gb18030"):
            assert any(word in b"x" + trace.encode(code) for word in words)
        for before in range(5):
            assert any(word in base64.b64encode(b"y" * before + trace.encode() + b"zz") for word in words), before
    assert told(b"at 1700000005.25", 1_700_000_000, 1_700_000_009)
    rows = b"-".join((1_700_000_000 + at).to_bytes(4, "big") for at in range(5))
    assert told(rows, 1_700_000_000, 1_700_000_009)
    assert not told(rows, 1_800_000_000, 1_800_000_009)
