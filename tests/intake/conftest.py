"""Two keys, a door for a small form, and a receiver over real HTTP."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from xinqiao.core.record import Envelope, Submission, envelope_id
from xinqiao.core.text import Lang
from xinqiao.intake.opening import open_envelopes
from xinqiao.intake.receiver import Door, receiver_app, running
from xinqiao.intake.seal import Identity, new_identity, payload, seal
from xinqiao.intake.store import Store

from .pulling import connect, project

__all__ = ["connect", "project"]

FORM = "feedback"
ORIGIN = "https://portal.example"
DAY = date(2026, 5, 20)
MARKER = "这句话谁也不该看见 nobody may see this"
ANSWERS: Mapping[str, Any] = {"role": "class", "topics": ["listen", "refer"], "note": MARKER}

FIELDS = urlencode([("_lang", "en"), ("_version", "1"), ("_website", ""), ("role", "class"), ("topics", "listen"),
                    ("topics", "refer"), ("note", MARKER)])  # fmt: skip


@dataclass(frozen=True)
class Keys:
    reader: Identity = field(default_factory=new_identity)
    recovery: Identity = field(default_factory=new_identity)

    @property
    def publics(self) -> tuple[str, str]:
        return self.reader.public, self.recovery.public


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)


@dataclass(frozen=True)
class Client:
    port: int

    def send(self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, path, body, dict(headers or {}))
            response = connection.getresponse()
            found = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, found, response.read().decode())
        finally:
            connection.close()

    def submit(self, sealed: bytes, form: str = FORM, kind: str = "application/octet-stream") -> Answer:
        return self.send("POST", f"/submit/{form}", sealed, {"Content-Type": kind})

    def fill_in(self, body: str, **headers: str) -> Answer:
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.send("POST", f"/submit/{FORM}", body.encode(), {**kind, **headers})


@pytest.fixture(scope="session")
def keys() -> Keys:
    return Keys()


@pytest.fixture(scope="session")
def sealed_answer(keys: Keys) -> Callable[..., bytes]:
    def make(answers: Mapping[str, Any] = ANSWERS, form: str = FORM) -> bytes:
        return seal(payload(form, 1, Lang.ZH, answers), keys.publics)

    return make


@pytest.fixture(scope="session")
def envelope(sealed_answer: Callable[..., bytes]) -> Callable[..., Envelope]:
    def make(sealed: bytes | None = None, form: str = FORM) -> Envelope:
        content = sealed_answer(form=form) if sealed is None else sealed
        return Envelope(id=envelope_id(content), form=form, received=DAY, sealed=content)

    return make


@pytest.fixture
def door(keys: Keys) -> Door:
    pages = {lang: f"{ORIGIN}/{lang.value}/forms/{FORM}/" for lang in Lang}
    return Door(
        form=FORM,
        version=1,
        recipients=keys.publics,
        fields={"role": False, "topics": True, "note": False},
        thanks={lang: f"{page}thanks/" for lang, page in pages.items()},
        refused={lang: f"{page}not-accepted/" for lang, page in pages.items()},
    )


@pytest.fixture
def store_path(tmp_path: Path) -> Path:
    return tmp_path / "intake" / "store.db"


@pytest.fixture
def client(store_path: Path, door: Door) -> Iterator[Client]:
    patience = {"body_seconds": 0.5, "store_seconds": 0.2}
    app = receiver_app(store_path, {FORM: door}, origin=ORIGIN, today=lambda: DAY, **patience)
    with running(app, "127.0.0.1", 0) as address:
        yield Client(int(address.rpartition(":")[2]))


def stored(path: Path) -> list[Envelope]:
    with Store(path) as store:
        return [one for _, one in store.envelopes(FORM)]


def opened(path: Path, keys: Keys) -> tuple[Submission, ...]:
    found = open_envelopes(stored(path), keys.reader, FORM)
    assert found.rejected == {}
    return found.submissions
