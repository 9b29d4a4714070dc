from __future__ import annotations

import json
import logging
import socket
import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from xinqiao.core.problem import ExitCode, XinqiaoError
from xinqiao.core.record import envelope_id
from xinqiao.core.text import Lang
from xinqiao.intake.receiver import DRAIN_LIMIT, Door, receiver_app, running, serve
from xinqiao.intake.seal import new_identity, padded, seal
from xinqiao.intake.shape import SEALED_LIMIT

from .conftest import FIELDS, FORM, MARKER, ORIGIN, Answer, Client, Keys, opened, stored

Make = Callable[..., bytes]


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> Callable[[], str]:
    """All that was logged or printed, at the most talkative level."""
    caplog.set_level(logging.DEBUG)
    return lambda: caplog.text + "".join(capfd.readouterr())


def refused(answer: Answer, status: int, code: str) -> None:
    assert (answer.status, answer.json["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/json"
    assert set(answer.json) == {"code", "zh", "en"}
    assert any("\u4e00" <= letter <= "\u9fff" for letter in answer.json["zh"])
    assert answer.json["en"].isascii()
    assert MARKER not in answer.text


def test_a_sealed_answer_is_stored_and_acknowledged(
    client: Client, sealed_answer: Make, store_path: Path, keys: Keys
) -> None:
    sealed = sealed_answer()
    answer = client.submit(sealed)
    assert (answer.status, answer.json) == (201, {"id": envelope_id(sealed)})
    assert stored(store_path)[0].sealed == sealed
    assert opened(store_path, keys)[0].answers["note"] == MARKER


def test_the_same_bytes_again_get_the_same_id_and_are_not_doubled(
    client: Client, sealed_answer: Make, store_path: Path
) -> None:
    sealed = sealed_answer()
    assert [client.submit(sealed).json for _ in range(3)] == [{"id": envelope_id(sealed)}] * 3
    assert len(stored(store_path)) == 1


def test_what_is_not_sealed_as_the_form_asks_is_refused(
    client: Client, sealed_answer: Make, store_path: Path, keys: Keys
) -> None:
    good = sealed_answer()
    bad = {
        "empty": b"",
        "plain": json.dumps({"answers": {"note": MARKER}}).encode(),
        "cut": good[:-200],
        "longer": good + b"x",
        "one key of two": seal(padded(b"{}"), [keys.reader.public]),
        "a key too many": seal(padded(b"{}"), [*keys.publics, new_identity().public]),
        "not padded": seal(b"{}", keys.publics),
        "armored": b"-----BEGIN AGE ENCRYPTED FILE-----\n" + b"YWdl\n" * 400,
        "passphrase": b"age-encryption.org/v1\n-> scrypt AAAA 18\n" + good[60:],
    }
    for content in bad.values():
        refused(client.submit(content), 422, "submit-unsealed")
    assert stored(store_path) == []


def test_each_wrong_request_has_one_answer(client: Client, sealed_answer: Make, store_path: Path) -> None:
    good = sealed_answer()
    refused(client.submit(good, form="nowhere"), 404, "submit-unknown-form")
    refused(client.submit(good, form="../feedback"), 404, "submit-unknown-address")
    refused(client.submit(good, kind="application/json"), 415, "submit-wrong-type")
    refused(client.submit(good, kind="multipart/form-data; boundary=x"), 415, "submit-wrong-type")
    refused(client.submit(good, kind=""), 415, "submit-wrong-type")
    refused(client.send("GET", f"/submit/{FORM}"), 405, "submit-wrong-method")
    refused(client.send("GET", "/nowhere"), 404, "submit-unknown-address")
    assert stored(store_path) == []


@pytest.mark.parametrize("length", [SEALED_LIMIT + 1, DRAIN_LIMIT // 2])
def test_a_body_that_is_too_long_is_refused(length: int, client: Client, sealed_answer: Make) -> None:
    refused(client.submit(sealed_answer().ljust(length, b"x")), 413, "submit-too-large")


def test_the_length_is_counted_and_not_believed(client: Client, sealed_answer: Make, store_path: Path) -> None:
    def chunks() -> object:
        yield sealed_answer()
        for _ in range(40):
            yield b"x" * 4_096

    kind = {"Content-Type": "application/octet-stream"}
    refused(client.send("POST", f"/submit/{FORM}", chunks(), kind), 413, "submit-too-large")
    assert stored(store_path) == []


def raw(client: Client, length: int, body: bytes) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", client.port), timeout=10)
    head = f"POST /submit/{FORM} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/octet-stream\r\n"
    connection.sendall(f"{head}Content-Length: {length}\r\n\r\n".encode() + body)
    return connection


def test_a_slow_body_is_told_so_in_time(client: Client, sealed_answer: Make, store_path: Path) -> None:
    good, began = sealed_answer(), time.monotonic()
    with raw(client, len(good), good[:100]) as connection:
        answer = connection.makefile("rb").read()
    assert answer.startswith(b"HTTP/1.1 408")
    assert b'"submit-too-slow"' in answer
    assert time.monotonic() - began < 4
    assert stored(store_path) == []


def test_half_a_body_is_not_kept_and_harms_nobody(client: Client, sealed_answer: Make, store_path: Path) -> None:
    good = sealed_answer()
    raw(client, len(good), good[:700]).close()
    with raw(client, len(good) - 300, good) as connection:
        assert b'"submit-unsealed"' in connection.makefile("rb").read()
    assert client.submit(good).status == 201
    assert len(stored(store_path)) == 1


def test_only_the_sites_own_pages_may_send_from_a_browser(client: Client, sealed_answer: Make) -> None:
    asks = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    allowed = client.send("OPTIONS", f"/submit/{FORM}", headers={"Origin": ORIGIN, **asks})
    assert (allowed.status, allowed.headers["access-control-allow-origin"]) == (200, ORIGIN)
    assert "access-control-allow-credentials" not in allowed.headers
    for origin in ("https://portal.example.evil", "http://portal.example", "null", f"{ORIGIN}:8443"):
        stranger = client.send("OPTIONS", f"/submit/{FORM}", headers={"Origin": origin, **asks})
        assert "access-control-allow-origin" not in stranger.headers
        assert stranger.status == 400
    kind = {"Content-Type": "application/octet-stream", "Origin": ORIGIN}
    for body in (sealed_answer(), b"plain"):
        answer = client.send("POST", f"/submit/{FORM}", body, kind)
        assert answer.headers["access-control-allow-origin"] == ORIGIN


def test_health_and_readiness(client: Client, store_path: Path) -> None:
    assert client.send("GET", "/healthz").status == 200
    assert client.send("GET", "/readyz").status == 200


def test_nothing_is_acknowledged_while_the_store_is_locked(
    client: Client, sealed_answer: Make, store_path: Path
) -> None:
    sealed = sealed_answer()
    with closing(sqlite3.connect(store_path, isolation_level=None)) as other, ThreadPoolExecutor(3) as pool:
        other.execute("BEGIN IMMEDIATE")
        answers = [
            pool.submit(client.submit, sealed),
            pool.submit(client.send, "GET", "/readyz"),
            pool.submit(client.fill_in, FIELDS),
        ]
        told = [answer.result() for answer in answers]
        other.execute("ROLLBACK")
    refused(told[0], 503, "submit-not-stored")
    refused(told[1], 503, "submit-not-stored")
    assert told[2].headers["location"].endswith("/not-accepted/")
    assert stored(store_path) == []
    assert client.submit(sealed).status == 201
    assert client.send("GET", "/readyz").status == 200


def test_sixty_four_at_once_are_each_acknowledged_and_kept_once(
    client: Client, sealed_answer: Make, store_path: Path
) -> None:
    answers = [sealed_answer({"note": str(number)}) for number in range(192)]
    with ThreadPoolExecutor(64) as pool:
        told = list(pool.map(client.submit, [*answers, *answers[:32]]))
    assert {answer.status for answer in told} == {201}
    assert [answer.json["id"] for answer in told] == [envelope_id(one) for one in [*answers, *answers[:32]]]
    assert sorted(one.id for one in stored(store_path)) == sorted(envelope_id(one) for one in answers)


def test_no_sender_is_kept_or_logged(
    client: Client, sealed_answer: Make, store_path: Path, said: Callable[[], str]
) -> None:
    agent = {"User-Agent": "Marked-Agent/7", "X-Forwarded-For": "203.0.113.9", "Referer": f"{ORIGIN}/marked"}
    kind = {"Content-Type": "application/octet-stream"}
    answers = [
        client.send("POST", f"/submit/{FORM}", sealed_answer(), {**kind, **agent}),
        client.send("POST", f"/submit/{FORM}", MARKER.encode(), {**kind, **agent}),
        client.send("POST", "/submit/nowhere", MARKER.encode(), {**kind, **agent}),
        client.fill_in(FIELDS, **agent),
        client.fill_in("note=%FF", **agent),
    ]
    with socket.create_connection(("127.0.0.1", client.port)) as broken:
        broken.sendall(MARKER.encode() + b"\r\n\r\n")
        broken.recv(100)
    written = b"".join(path.read_bytes() for path in store_path.parent.iterdir())
    log = said()
    for trace in ("Marked-Agent", "203.0.113.9", "127.0.0.1", "marked", "nobody may see", "refer"):
        assert trace.encode() not in written
        assert trace not in log
    assert all("date" not in answer.headers and "server" not in answer.headers for answer in answers)
    assert all("set-cookie" not in answer.headers for answer in answers)


def test_an_error_nobody_thought_of_is_logged_without_its_words(
    store_path: Path, door: Door, sealed_answer: Make, said: Callable[[], str]
) -> None:
    def broken() -> None:
        raise KeyError(MARKER)

    app = receiver_app(store_path, {FORM: door}, origin=ORIGIN, today=broken)  # type: ignore[arg-type]
    with running(app, "127.0.0.1", 0) as address:
        answer = Client(int(address.rpartition(":")[2])).submit(sealed_answer())
    refused(answer, 500, "submit-failed")
    log = said()
    assert not any(word in log + answer.text for word in ("nobody may see", "Traceback", "broken"))
    assert "KeyError in the receiver" in log


def test_stopping_finishes_what_is_under_way(store_path: Path, door: Door, sealed_answer: Make) -> None:
    answers = [sealed_answer() for _ in range(40)]
    app = receiver_app(store_path, {FORM: door}, origin=ORIGIN)
    with ThreadPoolExecutor(8) as pool, running(app, "127.0.0.1", 0) as address:
        client = Client(int(address.rpartition(":")[2]))
        asked = [pool.submit(client.submit, one) for one in answers]
        asked[0].result()
        threading.Event().wait(0.02)
    told = [one.result() for one in asked if one.exception() is None]
    assert told
    assert {answer.json["id"] for answer in told} <= {one.id for one in stored(store_path)}


def test_a_receiver_that_cannot_start_says_why(store_path: Path, door: Door, client: Client, tmp_path: Path) -> None:
    app = receiver_app(tmp_path / "other.db", {FORM: door}, origin=ORIGIN)
    # In a thread of its own: browser tests leave an event loop in this one.
    with ThreadPoolExecutor(1) as pool, pytest.raises(XinqiaoError, match="receiver-not-started"):
        pool.submit(serve, app, "127.0.0.1", client.port).result()
    with pytest.raises(XinqiaoError, match="receiver-not-started"), running(app, "127.0.0.1", client.port):
        pass
    (tmp_path / "text.db").write_text("not a database" * 100)
    with pytest.raises(XinqiaoError, match="store-unusable") as error:
        receiver_app(tmp_path / "text.db", {FORM: door}, origin=ORIGIN)
    assert error.value.exit_code is ExitCode.OUR_FAULT


def test_a_door_without_a_reader_cannot_be_built(door: Door) -> None:
    with pytest.raises(ValueError, match="recipient"):
        replace(door, recipients=())
    with pytest.raises(ValueError, match="every language"):
        replace(door, thanks={Lang.ZH: "x"})
    with pytest.raises(XinqiaoError, match="public-unusable"):
        replace(door, recipients=("age1nobody",))
