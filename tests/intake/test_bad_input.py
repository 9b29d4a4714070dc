"""Every kind of bad input, over real sockets: one clear answer in both languages, and nothing acknowledged is lost."""

from __future__ import annotations

import json
import resource
import socket
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from xinqiao.core.limits import IntakeLimits, Limits
from xinqiao.core.record import envelope_id
from xinqiao.core.text import Lang
from xinqiao.intake.receiver import Door, receiver_app, running
from xinqiao.intake.serve import Wire
from xinqiao.intake.shape import SEALED_LIMIT
from xinqiao.intake.store import Store

from .conftest import DAY, FIELDS, FORM, MARKER, ORIGIN, Keys
from .receiving import Line, many, nursery

NOW = datetime(2026, 5, 20, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
BYTES, FILLED_IN = "application/octet-stream", "application/x-www-form-urlencoded"
# Forms that differ in what they take; each has the pages of the first.
LIMITS = {
    FORM: Limits(),
    "early": Limits(opens=NOW + HOUR),
    "over": Limits(closes=NOW),
    "one-a-day": Limits(per_day=1),
}
PER_MINUTE = 5
CROWD = "X-Real-IP: 203.0.113.9\r\n"


@dataclass(frozen=True)
class Told:
    status: int
    location: str
    body: str


@dataclass(frozen=True)
class Target:
    port: int
    path: Path
    good: Callable[..., bytes]

    def raw(self, sent: bytes, *, end: bool = False) -> Told | None:
        """Sends these bytes and reads the first answer; None where there is none. `end`: nothing follows them."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as connection:
            connection.sendall(sent)
            if end:
                # It may have refused and closed already; its answer is read all the same.
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_WR)
            return answer(connection)

    def post(
        self, body: bytes, kind: str = BYTES, form: str = FORM, more: str = "", length: int | None = None
    ) -> bytes:
        said = len(body) if length is None else length
        head = (
            f"POST /submit/{form} HTTP/1.1\r\nHost: x\r\nContent-Type: {kind}\r\nContent-Length: {said}\r\n{more}\r\n"
        )
        return head.encode() + body


def answer(connection: socket.socket) -> Told | None:
    got = b""
    try:
        while b"\r\n\r\n" not in got and (more := connection.recv(4096)):
            got += more
        head, _, body = got.partition(b"\r\n\r\n")
        headers = dict(line.lower().split(": ", 1) for line in head.decode().split("\r\n")[1:])
        while len(body) < int(headers.get("content-length", 0)) and (more := connection.recv(4096)):
            body += more
    except ConnectionResetError:
        return None
    # What follows belongs to the next answer.
    said = body[: int(headers.get("content-length", 0))].decode()
    return Told(int(head.split()[1]), headers.get("location", ""), said) if head else None


@pytest.fixture
def target(
    store_path: Path, door: Door, sealed_answer: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Target]:
    monkeypatch.setattr(Wire, "head_seconds", 0.4)
    doors = {form: replace(door, form=form, limits=limits) for form, limits in LIMITS.items()}
    app = receiver_app(
        store_path,
        doors,
        origin=ORIGIN,
        limits=IntakeLimits(per_minute=PER_MINUTE, address_header="X-Real-IP"),
        body_seconds=0.4,
        store_seconds=0.1,
        today=lambda: DAY,
        now=lambda: NOW,
    )
    with running(app, "127.0.0.1", 0) as address:
        yield Target(int(address.rpartition(":")[2]), store_path, sealed_answer)


def fill_day(target: Target) -> None:
    told = target.raw(target.post(target.good(form="one-a-day"), form="one-a-day"))
    assert told
    assert told.status == 201


def fill_minute(target: Target) -> None:
    for _ in range(PER_MINUTE):
        target.raw(target.post(b"x", more=CROWD))


def nothing(_: Target) -> None:
    pass


# A body whose length is not said beforehand, and its first part.
CHUNK = (
    b"POST /submit/feedback HTTP/1.1\r\nHost: x\r\nContent-Type: application/octet-stream\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n"
)
Before, Bytes = Callable[[Target], None], Callable[[Target], bytes] | bytes
SEALED: dict[str, tuple[Before, Bytes, int, str]] = {
    "oversized": (nothing, lambda to: to.post(b"x" * (SEALED_LIMIT + 1)), 413, "submit-too-large"),
    "chunks without end": (
        nothing,
        b"POST /submit/feedback HTTP/1.1\r\nHost: x\r\nContent-Type: application/octet-stream\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n" + (b"ffff\r\n" + b"x" * 0xFFFF + b"\r\n") * 20,
        413,
        "submit-too-large",
    ),
    "malformed": (nothing, lambda to: to.post(MARKER.encode()), 422, "submit-unsealed"),
    "empty": (nothing, lambda to: to.post(b""), 422, "submit-unsealed"),
    "wrong type": (nothing, lambda to: to.post(to.good(), "text/plain"), 415, "submit-wrong-type"),
    "no type": (nothing, lambda to: to.post(to.good(), ""), 415, "submit-wrong-type"),
    "unknown form": (nothing, lambda to: to.post(to.good(), form="nowhere"), 404, "submit-unknown-form"),
    "unknown address": (nothing, b"GET /x HTTP/1.1\r\nHost: x\r\n\r\n", 404, "submit-unknown-address"),
    "wrong method": (nothing, b"PUT /submit/x HTTP/1.1\r\nHost: x\r\n\r\n", 405, "submit-wrong-method"),
    "not yet open": (nothing, lambda to: to.post(to.good(form="early"), form="early"), 403, "submit-early"),
    "closed": (nothing, lambda to: to.post(to.good(form="over"), form="over"), 410, "submit-over"),
    "the day is full": (
        fill_day, lambda to: to.post(to.good(form="one-a-day"), form="one-a-day"), 429, "submit-day-full"
    ),
    "too many from one address": (fill_minute, lambda to: to.post(to.good(), more=CROWD), 429, "submit-too-many"),
    "slow body": (nothing, lambda to: to.post(to.good()[:200], length=1400), 408, "submit-too-slow"),
    "lying length, too long": (nothing, lambda to: to.post(to.good(), length=5000), 408, "submit-too-slow"),
    "lying length, too short": (nothing, lambda to: to.post(to.good(), length=900), 422, "submit-unsealed"),
    "lengths that differ": (
        nothing, lambda to: to.post(to.good(), more="Content-Length: 5\r\n"), 400, "submit-unreadable"
    ),
    "a length below nothing": (nothing, lambda to: to.post(to.good(), length=-1), 400, "submit-unreadable"),
    "slow head": (nothing, lambda to: to.post(to.good())[:40], 408, "submit-too-slow"),
    "silence": (nothing, b"", 408, "submit-too-slow"),
    "a change of protocol": (
        nothing,
        lambda to: to.post(to.good(), more="Connection: Upgrade\r\nUpgrade: h2c\r\n"),
        400,
        "submit-unreadable",
    ),
    "a head without end": (nothing, b"POST /" + b"x" * 200_000, 400, "submit-unreadable"),
    "a trailer without end": (nothing, CHUNK + b"0\r\nx: " + b"x" * 400_000, 400, "submit-unreadable"),
    "an extension without end": (nothing, CHUNK + b"1;" + b"x" * 400_000, 400, "submit-unreadable"),
    "an unreadable chunk": (nothing, CHUNK + b"never\r\n", 400, "submit-unreadable"),
    "no HTTP": (nothing, MARKER.encode() + b"\r\n\r\n", 400, "submit-unreadable"),
    "another protocol": (nothing, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400, "submit-unreadable"),
}  # fmt: skip


def kept(target: Target) -> int:
    with Store(target.path) as store:
        return sum(store.counts().values())


def still_well(target: Target, before: int) -> None:
    """Nothing came of the bad input, what was there is there, and the next answer is taken."""
    assert kept(target) == before
    sealed = target.good()
    told = target.raw(target.post(sealed))
    assert told == Told(201, "", json.dumps({"id": envelope_id(sealed)}, separators=(",", ":")))
    assert kept(target) == before + 1


@pytest.mark.parametrize("name", SEALED)
def test_a_script_is_told_in_both_languages(name: str, target: Target) -> None:
    prepare, make, status, code = SEALED[name]
    acknowledged = target.raw(target.post(target.good()))
    assert acknowledged
    assert acknowledged.status == 201
    prepare(target)
    before = kept(target)
    told = target.raw(make(target) if callable(make) else make)
    assert told
    words = json.loads(told.body)
    assert (told.status, words["code"], set(words)) == (status, code, {"code", "zh", "en"})
    assert any("\u4e00" <= letter <= "\u9fff" for letter in words["zh"])
    assert words["en"].isascii()
    assert "nobody may see" not in told.body
    still_well(target, before)


PLAIN: dict[str, tuple[Before, Bytes]] = {
    "oversized": (nothing, lambda to: to.post(b"note=" + b"x" * 300_000, FILLED_IN)),
    "malformed": (nothing, lambda to: to.post(b"note=%FF%FE&_lang=zh", FILLED_IN)),
    "more than is sealed": (nothing, lambda to: to.post(b"note=" + b"x" * 70_000, FILLED_IN)),
    "not yet open": (nothing, lambda to: to.post(FIELDS.encode(), FILLED_IN, "early")),
    "closed": (nothing, lambda to: to.post(FIELDS.encode(), FILLED_IN, "over")),
    "the day is full": (fill_day, lambda to: to.post(FIELDS.encode(), FILLED_IN, "one-a-day")),
    "too many from one address": (fill_minute, lambda to: to.post(FIELDS.encode(), FILLED_IN, more=CROWD)),
    "slow body": (nothing, lambda to: to.post(FIELDS.encode(), FILLED_IN, length=5000)),
}


@pytest.mark.parametrize("lang", list(Lang))
@pytest.mark.parametrize("name", PLAIN)
def test_a_form_without_scripts_is_led_to_the_page_that_says_so(name: str, lang: Lang, target: Target) -> None:
    prepare, make = PLAIN[name]
    prepare(target)
    before = kept(target)
    assert callable(make)
    sent = make(target).replace(b"_lang=en", f"_lang={lang.value}".encode())
    told = target.raw(sent.replace(b"Host: x\r\n", f"Host: x\r\nAccept-Language: {lang.value}\r\n".encode()))
    assert told == Told(303, f"{ORIGIN}/{lang.value}/forms/{FORM}/not-accepted/", "")
    still_well(target, before)


def test_who_has_sent_all_may_stop_sending_and_listen(target: Target) -> None:
    told = target.raw(target.post(target.good()), end=True)
    assert told
    assert told.status == 201
    still_well(target, 1)


@pytest.mark.parametrize(
    ("more", "follows"),
    [
        ("", b"\x00\x01 no HTTP at all\r\n\r\n"),
        ("Connection: close\r\n", b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"),
    ],
    ids=["junk", "a request too many"],
)
def test_what_follows_a_whole_answer_does_not_take_its_place(more: str, follows: bytes, target: Target) -> None:
    sealed = target.good()
    with socket.create_connection(("127.0.0.1", target.port), timeout=20) as connection:
        connection.sendall(target.post(sealed, more=more) + follows)
        told = answer(connection)
        assert told
        assert (told.status, json.loads(told.body)["id"]) == (201, envelope_id(sealed))
        assert ended(connection)
    still_well(target, 1)


def ended(connection: socket.socket) -> bool:
    """Whether nothing more comes."""
    try:
        return not connection.recv(4096)
    except ConnectionResetError:
        return True


def test_two_answers_sent_at_once_are_both_taken_in_order(target: Target) -> None:
    first, second = target.good(), target.good()
    with socket.create_connection(("127.0.0.1", target.port), timeout=20) as connection:
        connection.sendall(target.post(first) + target.post(second, more="Connection: close\r\n"))
        with connection.makefile("rb") as said:
            got = said.read().decode()
    assert 0 <= got.find(envelope_id(first)) < got.find(envelope_id(second))
    still_well(target, 2)


@pytest.mark.parametrize("cut", [1, 100, 700])
def test_half_a_body_is_not_kept(cut: int, target: Target) -> None:
    before = kept(target)
    sent = target.post(target.good())
    told = target.raw(sent[: len(sent) - cut], end=True)
    assert told
    assert (told.status, json.loads(told.body)["code"]) == (400, "submit-incomplete")
    with socket.create_connection(("127.0.0.1", target.port)) as connection:
        connection.sendall(sent[: len(sent) - cut])
    still_well(target, before)


def test_a_repeated_answer_gets_its_id_again_even_when_the_day_is_full(target: Target) -> None:
    sealed = target.good(form="one-a-day")
    told = [target.raw(target.post(sealed, form="one-a-day")) for _ in range(3)]
    assert told == [Told(201, "", json.dumps({"id": envelope_id(sealed)}, separators=(",", ":")))] * 3
    assert kept(target) == 1


def test_a_locked_store_loses_nothing(target: Target) -> None:
    sealed = target.good()
    with closing(sqlite3.connect(target.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        told = target.raw(target.post(sealed))
        led = target.raw(target.post(FIELDS.encode(), FILLED_IN))
        other.execute("ROLLBACK")
    assert told
    assert (told.status, json.loads(told.body)["code"]) == (503, "submit-not-stored")
    assert led == Told(303, f"{ORIGIN}/en/forms/{FORM}/not-accepted/", "")
    still_well(target, 0)


@pytest.mark.skipif(sys.platform != "linux", reason="the limit of a running process is set as Linux does it")
def test_a_full_disk_loses_nothing_and_is_got_over(
    store_path: Path, keys: Keys, sealed_answer: Callable[..., bytes]
) -> None:
    answers = many(sealed_answer(), 40)
    with nursery(store_path, keys.publics) as born:
        process = born.receiver()
        acknowledged = [one for one in answers[:10] if Line(process.port).send(one)]
        room = max(path.stat().st_size for path in store_path.parent.iterdir())
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (room + 100_000, resource.RLIM_INFINITY))
        refused = [one for one in answers[10:] if not Line(process.port).send(one)]
        assert len(acknowledged) == 10
        assert 10 < len(refused) < 30
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        acknowledged += [one for one in answers[10:] if one not in refused]
        assert all(Line(process.port).send(one) for one in refused)
        process.kill()
    with Store(store_path) as store:
        assert {one.id for _, one in store.envelopes(FORM)} == {envelope_id(one) for one in answers}
