"""Requests made of good ones by chance, for a time: none makes the receiver fail, none puts in what it should not.

`make soak` goes on for two minutes, each time from another beginning.
"""

from __future__ import annotations

import logging
import os
import random
import socket
import time
from pathlib import Path

import pytest

from xinqiao.core.text import Lang
from xinqiao.intake.receiver import Door, receiver_app, running
from xinqiao.intake.seal import new_identity, payload, seal
from xinqiao.intake.serve import Wire
from xinqiao.intake.shape import shape
from xinqiao.intake.store import Store

LONG = "XINQIAO_SOAK" in os.environ
SECONDS = 120.0 if LONG else 3.0
SEED = random.SystemRandom().getrandbits(32) if LONG else 20_260_520
FORM = "feedback"
PAGES = {lang: f"https://portal.example/{lang.value}/" for lang in Lang}
NASTY = (
    b"\r\n", b"\0", b"\xff\xfe", b"%00", b"%ff", b"../", b"Content-Length: -1\r\n", b"Transfer-Encoding: chunked\r\n",
    b"Content-Length: 99999999999999999999\r\n", b"Expect: 100-continue\r\n", b"Upgrade: websocket\r\n",
    b"Connection: Upgrade\r\n", b"Connection: keep-alive\r\n", b"0\r\n\r\n", b"fffffffffffffff\r\n",
    b"application/x-www-form-urlencoded", b"Origin: null\r\n", b"X-Real-IP: \xe4\xb8\xad\r\n", b"OPTIONS ", b"HEAD ",
    b"GET ", b"HTTP/1.0", b"HTTP/2.0", b"&" * 3_000, b"_lang=", b"_version=99999999999999999999",
    b"note=" + b"\xe4\xb8\xad" * 99, b"A" * 70_000,
)  # fmt: skip
Chance = random.Random


def requests(publics: tuple[str, str]) -> list[bytes]:
    """Good ones of each kind."""
    sealed = seal(payload(FORM, 1, Lang.ZH, {"note": "x"}), publics)
    fields = b"_lang=zh&_version=1&_website=&note=%E4%BD%A0%E5%A5%BD"
    kinds = [(sealed, b"application/octet-stream"), (fields, b"application/x-www-form-urlencoded")]
    posts = [
        b"POST /submit/feedback HTTP/1.1\r\nHost: x\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s"
        % (kind, len(body), body)
        for body, kind in kinds
    ]
    chunked = b"POST /submit/feedback HTTP/1.1\r\nHost: x\r\nContent-Type: application/octet-stream\r\n"
    chunked += b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(sealed), sealed)
    asked = b"OPTIONS /submit/feedback HTTP/1.1\r\nHost: x\r\nOrigin: https://portal.example\r\n"
    asked += b"Access-Control-Request-Method: POST\r\n\r\n"
    return [*posts, chunked, asked, b"GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n"]


def changed(request: bytes, chance: Chance) -> bytes:
    """The request with one to four changes."""
    for _ in range(chance.randint(1, 4)):
        request = changed_once(request, chance)[:400_000]
    return request


def changed_once(request: bytes, chance: Chance) -> bytes:
    at, length = chance.randint(0, len(request)), chance.choice((1, 2, 8, 60, 900))
    before, part, after = request[:at], request[at : at + length], request[at + length :]
    made = (
        lambda: before + chance.randbytes(length) + after,
        lambda: before + after,
        lambda: before + chance.choice(NASTY) + part + after,
        lambda: before + part * chance.choice((2, 40)) + after,
        lambda: request + request,
        lambda: before,
    )
    return chance.choice(made)()


def answers(port: int, request: bytes) -> bytes:
    """All that comes back before the receiver closes, or for as long as it needs to say that nothing more came."""
    got = b""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        try:
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
            while more := connection.recv(65_536):
                got += more
        except OSError:
            # It closed first: a reset, or nothing there any more to close.
            pass
    return got


@pytest.mark.filterwarnings("error")
def test_no_request_makes_the_receiver_fail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(Wire, "head_seconds", 0.2)
    chance, publics = Chance(SEED), (new_identity().public, new_identity().public)
    door = Door(form=FORM, version=1, recipients=publics, fields={"note": False}, thanks=PAGES, refused=PAGES)
    store = tmp_path / "store.db"
    app = receiver_app(store, {FORM: door}, origin="https://portal.example", body_seconds=0.2)
    good = requests(publics)
    sent, seen = 0, set[bytes]()
    with running(app, "127.0.0.1", 0) as address, caplog.at_level(logging.DEBUG):
        port = int(address.rpartition(":")[2])
        until = time.monotonic() + SECONDS
        while time.monotonic() < until or sent < 100:
            request = changed(chance.choice(good), chance)
            got = answers(port, request)
            sent += 1
            seen |= {got[9:12]} if got.startswith(b"HTTP/1.1 ") else set()
            assert b"HTTP/1.1 5" not in got, (SEED, sent, request[:300])
        assert answers(port, good[0]).startswith(b"HTTP/1.1 201")
        assert answers(port, b"GET /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").startswith(
            b"HTTP/1.1 200"
        )
    assert "in the receiver" not in caplog.text
    assert seen >= {b"201", b"303", b"400", b"404", b"422"}
    with Store(store) as kept:
        found = [one.sealed for _, one in kept.envelopes(FORM)]
        assert kept.counts() == {FORM: len(found)}
    assert all(shape(one).recipients == len(publics) for one in found)
