from __future__ import annotations

import json
import tracemalloc
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from xinqiao.core.problem import catalogue
from xinqiao.core.record import Envelope
from xinqiao.core.text import Lang
from xinqiao.intake.opening import REASONS, Opening, open_envelopes
from xinqiao.intake.seal import new_identity, open_sealed, padded, payload, seal

from .conftest import ANSWERS, DAY, FORM, MARKER, Keys

GOOD: Mapping[str, Any] = {"v": 1, "form": FORM, "version": 2, "lang": "en", "answers": {"note": MARKER}}
Sealed = Callable[..., Envelope]


def without(key: str) -> dict[str, Any]:
    return {name: value for name, value in GOOD.items() if name != key}


def test_answers_come_out_as_they_went_in(envelope: Sealed, keys: Keys) -> None:
    sent = envelope()
    opened = open_envelopes([sent], keys.recovery, FORM)
    assert opened.rejected == {}
    (found,) = opened.submissions
    assert (found.id, found.form, found.form_version, found.lang, found.received) == (sent.id, FORM, 1, Lang.ZH, DAY)
    assert found.answers == {**ANSWERS, "topics": ("listen", "refer")}
    assert MARKER not in repr(opened)


@pytest.mark.parametrize(
    ("reason", "content"),
    [
        ("not-json", b"role=class"),
        ("not-json", b'{"v":1,'),
        ("not-json", b"\xff\xfe"),
        ("not-json", b"[" * 60_000),
        ("not-json", b'{"v":1,"v":1}'),
        ("not-json", json.dumps({**GOOD, "answers": {"note": "\ud800"}}).encode()),
        ("not-json", b""),
        ("shape", b"[]"),
        ("shape", b"null"),
        ("shape", {**GOOD, "v": 2}),
        ("shape", {**GOOD, "more": 1}),
        ("shape", without("lang")),
        ("shape", {**GOOD, "lang": "fr"}),
        ("shape", {**GOOD, "version": "2"}),
        ("shape", {**GOOD, "version": 0}),
        ("shape", {**GOOD, "answers": [MARKER]}),
        ("shape", {**GOOD, "answers": {"note": 3}}),
        ("shape", {**GOOD, "answers": {"note": None}}),
        ("shape", {**GOOD, "answers": {"note": [1]}}),
        ("shape", {**GOOD, "answers": {"note": {"a": MARKER}}}),
        ("wrong-form", {**GOOD, "form": "another"}),
    ],
)
def test_what_is_no_set_of_answers_is_counted_by_its_reason(
    reason: str, content: bytes | Mapping[str, Any], envelope: Sealed, keys: Keys
) -> None:
    text = content if isinstance(content, bytes) else json.dumps(content).encode()
    bad = envelope(seal(padded(text), keys.publics))
    opened = open_envelopes([envelope(), bad, envelope()], keys.reader, FORM)
    assert opened.rejected == {f"envelope-{reason}": 1}
    assert len(opened.submissions) == 2


def test_bad_envelopes_are_counted_and_nothing_else_is_lost(envelope: Sealed, keys: Keys) -> None:
    good = [envelope() for _ in range(5)]
    sealed = envelope().sealed
    stranger = new_identity()
    bad = [
        envelope(sealed[:-1] + bytes([sealed[-1] ^ 1])),
        envelope(sealed[:-40]),
        envelope(sealed[:90]),
        envelope(sealed + b"x"),
        envelope(seal(padded(b"{}"), [stranger.public])),
        envelope(seal(padded(b"{}"), [stranger.public, new_identity().public])),
        envelope(seal(json.dumps(GOOD).encode(), keys.publics)),
    ]
    mixed = [one for pair in zip(good, bad, strict=False) for one in pair] + bad[5:]
    opened = open_envelopes(iter(mixed), keys.reader, FORM)
    assert [one.id for one in opened.submissions] == [one.id for one in good]
    assert opened.rejected == {"envelope-foreign": 2, "envelope-tampered": 1, "envelope-truncated": 4}
    assert set(opened.rejected) <= set(catalogue())


def test_an_envelope_under_another_form_is_not_this_forms(envelope: Sealed, keys: Keys) -> None:
    moved = envelope(envelope(form=FORM).sealed, form="another")
    assert open_envelopes([moved], keys.reader, FORM).rejected == {"envelope-wrong-form": 1}
    assert open_envelopes([moved], keys.reader, "another").rejected == {"envelope-wrong-form": 1}


def test_either_key_opens_alone(envelope: Sealed, keys: Keys) -> None:
    sealed = envelope().sealed
    assert open_sealed(sealed, keys.reader) == open_sealed(sealed, keys.recovery)


def test_every_reason_in_the_catalogue_is_listed() -> None:
    """A table of envelopes kept aside lists all reasons: being listed must not say that it happened."""
    assert set(REASONS) == {code for code in catalogue() if code.startswith("envelope-")}


def test_opening_holds_one_envelope_at_a_time(envelope: Sealed, keys: Keys) -> None:
    """Twenty-five megabytes pass through two."""
    text = "很长的话" * 4_000
    large = envelope(seal(payload(FORM, 1, Lang.ZH, {"note": text}), keys.publics))
    bad = envelope(large.sealed[:-1] + bytes([large.sealed[-1] ^ 1]))
    opening = Opening(envelopes=((bad, large)[at % 2] for at in range(400)), identity=keys.reader, form=FORM)
    tracemalloc.start()
    try:
        total = sum(len(one.answers["note"]) for one in opening)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert total == 200 * len(text)
    assert opening.refusals == {bad.id: "envelope-tampered"}
    assert peak < 2_000_000
