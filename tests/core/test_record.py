"""Envelopes hold sealed bytes only, and no answer stands in a repr."""

from __future__ import annotations

from datetime import date

import pytest

from xinqiao.core.record import AGE_HEADER, Envelope, Row, ScoredRow, Submission, envelope_id
from xinqiao.core.text import Lang

SEALED = AGE_HEADER + b"-> X25519 x\n"
DAY = date(2026, 11, 2)


def test_an_envelope_refuses_plaintext_and_a_foreign_id() -> None:
    with pytest.raises(ValueError, match="sealed bytes only"):
        Envelope(id=envelope_id(b"{}"), form="f", received=DAY, sealed=b"{}")
    with pytest.raises(ValueError, match="hash"):
        Envelope(id="0" * 64, form="f", received=DAY, sealed=SEALED)
    assert Envelope(id=envelope_id(SEALED), form="f", received=DAY, sealed=SEALED).form == "f"


def test_no_repr_shows_an_answer() -> None:
    row = Row(values={"q": "MARKER"})
    things = [
        row,
        ScoredRow(row=row, scores={"s": 4711}),
        Submission(id="i", form="f", form_version=1, lang=Lang.ZH, received=DAY, answers={"q": "MARKER"}),
        Envelope(id=envelope_id(SEALED), form="f", received=DAY, sealed=SEALED),
    ]
    assert not any(secret in repr(thing) for thing in things for secret in ("MARKER", "4711", "X25519"))
