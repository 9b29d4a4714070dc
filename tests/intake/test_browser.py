"""What Chromium seals, Python opens: the two makers of one format."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from xinqiao.core.problem import XinqiaoError
from xinqiao.core.record import Envelope
from xinqiao.intake.opening import open_envelopes
from xinqiao.intake.receiver import Door
from xinqiao.intake.seal import new_identity, open_sealed
from xinqiao.intake.shape import Shape, shape

from .conftest import ANSWERS, DAY, FORM, MARKER, ORIGIN, Client, Keys

PAYLOAD: Mapping[str, Any] = {"v": 1, "form": FORM, "version": 1, "lang": "zh", "answers": dict(ANSWERS)}
SEAL = """async ([payload, recipients]) => {
  try {
    const sealed = await window.xinqiaoSeal.seal(payload, recipients);
    return {sealed: btoa(Array.from(sealed, (byte) => String.fromCharCode(byte)).join("")), bytes: sealed instanceof Uint8Array};
  } catch (error) {
    return {code: error.code, message: error.message};
  }
}"""  # noqa: E501 - a script
Sealing = Callable[..., dict[str, Any]]


@pytest.fixture
def sealing(page: Page, root: Path) -> Sealing:
    """Loads the script on a page of that address, after a change to the browser, and seals there."""

    def seal(payload: object, recipients: object, address: str = ORIGIN, change: str = "") -> dict[str, Any]:
        page.route(
            "**/*", lambda route: route.fulfill(content_type="text/html", body="<!doctype html><title>x</title>")
        )
        page.add_init_script(change)
        page.goto(address)
        page.add_script_tag(path=root / "overrides" / "assets" / "seal.js")
        told: dict[str, Any] = page.evaluate(SEAL, [payload, recipients])
        return told

    return seal


# A browser whose own cryptography knows no X25519, as most phones from before 2025.
WITHOUT_X25519 = """
for (const name of ["importKey", "generateKey", "deriveBits"]) {
  crypto.subtle[name] = () => Promise.reject(new DOMException("no", "NotSupportedError"));
}
"""


@pytest.mark.parametrize("change", ["", WITHOUT_X25519], ids=["own X25519", "X25519 of the script"])
def test_what_the_browser_seals_each_key_opens(
    change: str, sealing: Sealing, keys: Keys, door: Door, envelope: Callable[..., Envelope]
) -> None:
    told = sealing(PAYLOAD, list(keys.publics), change=change)
    assert told["bytes"]
    sealed = base64.b64decode(told["sealed"])
    assert shape(sealed) == Shape(recipients=2, size=1_024)
    kept = door.envelope(sealed, DAY)
    for identity in (keys.reader, keys.recovery):
        assert json.loads(open_sealed(sealed, identity)) == PAYLOAD
        (found,) = open_envelopes([kept], identity, FORM).submissions
        assert found.answers == {**ANSWERS, "topics": ("listen", "refer")}


TWICE = """async ([payload, addressed, recipients]) => {
  await window.xinqiaoSeal.prepare(addressed);
  await window.xinqiaoSeal.prepare(addressed);
  const both = await Promise.all([0, 1].map(() => window.xinqiaoSeal.seal(payload, recipients)));
  return both.map((sealed) => btoa(Array.from(sealed, (byte) => String.fromCharCode(byte)).join("")));
}"""


@pytest.mark.parametrize("change", ["", WITHOUT_X25519], ids=["own X25519", "X25519 of the script"])
def test_an_envelope_addressed_ahead_is_used_once(change: str, sealing: Sealing, keys: Keys, page: Page) -> None:
    sealing(PAYLOAD, list(keys.publics), change=change)
    both = [base64.b64decode(one) for one in page.evaluate(TWICE, [PAYLOAD, list(keys.publics), list(keys.publics)])]
    assert [json.loads(open_sealed(one, key)) for one in both for key in (keys.reader, keys.recovery)] == [PAYLOAD] * 4
    # Nothing of one file's header comes again in another's: a file key that served twice would undo both.
    lines = [set(one.split(b"\n---")[0].split(b"\n")[1:]) for one in both]
    assert lines[0].isdisjoint(lines[1])


def test_an_envelope_addressed_to_others_is_not_used(sealing: Sealing, keys: Keys, page: Page) -> None:
    sealing(PAYLOAD, list(keys.publics))
    stranger = new_identity()
    for one in page.evaluate(TWICE, [PAYLOAD, [stranger.public], list(keys.publics)]):
        assert json.loads(open_sealed(base64.b64decode(one), keys.reader)) == PAYLOAD
        with pytest.raises(XinqiaoError, match="envelope-foreign"):
            open_sealed(base64.b64decode(one), stranger)


def test_the_fast_way_opens_what_the_browser_seals(sealing: Sealing, keys: Keys) -> None:
    sealed = base64.b64decode(sealing(PAYLOAD, list(keys.publics))["sealed"])
    assert json.loads(keys.reader.fast(sealed) or b"") == json.loads(keys.recovery.fast(sealed) or b"") == PAYLOAD


def test_the_receiver_takes_what_the_browser_seals(sealing: Sealing, keys: Keys, client: Client) -> None:
    sealed = base64.b64decode(sealing(PAYLOAD, list(keys.publics))["sealed"])
    assert client.submit(sealed).status == 201


@pytest.mark.parametrize(("length", "size"), [(300, 1_024), (1_200, 4_096), (20_000, 65_536)])
def test_the_browser_pads_to_the_same_classes(length: int, size: int, sealing: Sealing, keys: Keys) -> None:
    payload = {**PAYLOAD, "answers": {"note": "心" * (length // 3), "more": "x" * (length - length // 3)}}
    sealed = base64.b64decode(sealing(payload, list(keys.publics))["sealed"])
    assert shape(sealed).size == size
    assert json.loads(open_sealed(sealed, keys.reader)) == payload


@pytest.mark.parametrize(
    ("code", "payload", "recipients", "address", "change"),
    [
        ("insecure-context", PAYLOAD, None, "http://portal.example", ""),
        ("too-large", {**PAYLOAD, "answers": {"note": "心" * 30_000}}, None, ORIGIN, ""),
        ("bad-recipient", PAYLOAD, [], ORIGIN, ""),
        ("bad-recipient", PAYLOAD, ["age1nobody"], ORIGIN, ""),
        ("bad-recipient", PAYLOAD, ["age1" + "q" * 58], ORIGIN, ""),
        ("bad-recipient", PAYLOAD, ["age1pq1" + "q" * 58], ORIGIN, ""),
        ("unsupported", PAYLOAD, None, ORIGIN, "delete window.BigInt"),
        ("unsupported", PAYLOAD, None, ORIGIN, "delete window.TransformStream"),
    ],
)
def test_what_cannot_be_sealed_is_refused_with_a_code(
    code: str, payload: object, recipients: object, address: str, change: str, sealing: Sealing, keys: Keys, page: Page
) -> None:
    page.on("pageerror", lambda _: None)
    told = sealing(payload, list(keys.publics) if recipients is None else recipients, address, change)
    assert told == {"code": code, "message": code}
    assert MARKER not in json.dumps(told)
