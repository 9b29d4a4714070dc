"""Envelopes made to be taken for answers: each is turned away or counted by its reason, none becomes one."""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date

import pyrage
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xinqiao.core.problem import XinqiaoError
from xinqiao.core.record import AGE_HEADER, Envelope, envelope_id
from xinqiao.core.text import Lang
from xinqiao.intake.door import Door
from xinqiao.intake.opening import REASONS, Opening
from xinqiao.intake.seal import new_identity, padded, payload, seal

FORM, DAY = "feedback", date(2026, 5, 20)
READER, RECOVERY, STRANGER = new_identity(), new_identity(), new_identity()
PAGES = {lang: f"https://portal.example/{lang.value}/" for lang in Lang}
DOOR = Door(form=FORM, version=1, recipients=(READER.public, RECOVERY.public), fields={}, thanks=PAGES, refused=PAGES)
PLAIN = payload(FORM, 1, Lang.ZH, {"note": "听我说说话"})
HEADER = re.compile(rb"\A.*?\n--- [^\n]*\n", re.DOTALL)
STANZA = re.compile(rb"-> X25519 [^\n]*\n[A-Za-z0-9+/]{43}\n")


def unpadded(content: bytes) -> bytes:
    return base64.b64encode(content).rstrip(b"=")


GOOD, OTHER = (seal(PLAIN, DOOR.recipients) for _ in range(2))


def parts(content: bytes) -> tuple[bytes, list[bytes], bytes, bytes]:
    """First line, the keys' stanzas, the rest of the header, nonce and sealed bytes."""
    header = HEADER.match(content)
    assert header
    head = header[0]
    stanzas = STANZA.findall(head)
    assert len(stanzas) == 2
    rest = head.removeprefix(AGE_HEADER)
    for stanza in stanzas:
        rest = rest.replace(stanza, b"")
    return AGE_HEADER, stanzas, rest, content[len(head) :]


def put(*pieces: bytes) -> bytes:
    return b"".join(pieces)


def vectors() -> Iterator[tuple[str, bytes]]:
    first, stanzas, mac, body = parts(GOOD)
    _, others, other_mac, other_body = parts(OTHER)
    # What the recipients of ML-KEM-768 with X25519 look like in a header (age's post-quantum kind).
    quantum = b"-> mlkem768x25519 " + unpadded(os.urandom(1_120)) + b"\n" + unpadded(os.urandom(32)) + b"\n"
    armored = b"-----BEGIN AGE ENCRYPTED FILE-----\n" + base64.encodebytes(GOOD) + b"-----END AGE ENCRYPTED FILE-----\n"
    scrypt: bytes = pyrage.passphrase.encrypt(PLAIN, "a passphrase")
    yield "plaintext", PLAIN
    yield "plaintext under the header", put(AGE_HEADER, PLAIN)
    yield "armored", armored
    yield "armored under the header", put(AGE_HEADER, armored)
    yield "under a passphrase", scrypt
    yield "post-quantum alone", put(first, quantum, mac, body)
    yield "post-quantum beside", put(first, *stanzas, quantum, mac, body)
    yield "post-quantum in place of one", put(first, stanzas[0], quantum, mac, body)
    yield "stanzas in another order", put(first, *reversed(stanzas), mac, body)
    yield "a stanza twice", put(first, stanzas[0], stanzas[0], mac, body)
    yield "a stanza of another answer", put(first, stanzas[0], others[1], mac, body)
    yield "the stanzas of another answer", put(first, *others, other_mac, body)
    yield "the body of another answer", put(first, *stanzas, mac, other_body)
    yield "the MAC of another answer", put(first, *stanzas, other_mac, body)
    yield "the nonce of another answer", put(first, *stanzas, mac, other_body[:16], body[16:])
    yield "halves of the body changed about", put(first, *stanzas, mac, body[:16], body[500:], body[16:500])
    yield "one answer behind the other", put(GOOD, OTHER)
    yield "foreign", seal(PLAIN, (STRANGER.public, RECOVERY.public))
    yield "foreign to all", seal(PLAIN, (STRANGER.public, new_identity().public))
    yield "to one key alone", seal(PLAIN, (READER.public,))
    yield "to one key twice", seal(PLAIN, (READER.public, READER.public))
    yield "to a key too many", seal(PLAIN, (*DOOR.recipients, STRANGER.public))
    yield "not padded", seal(PLAIN.rstrip(), DOOR.recipients)
    yield "another version of age", GOOD.replace(b"/v1\n", b"/v2\n", 1)
    yield "lines as Windows ends them", GOOD.replace(b"\n", b"\r\n", 4)
    yield "nothing", b""
    yield "the header alone", AGE_HEADER
    yield "no JSON", seal(padded(b"\x00" * 40), DOOR.recipients)
    yield "another form's answers", seal(payload("another", 1, Lang.ZH, {}), DOOR.recipients)


VECTORS: Mapping[str, bytes] = dict(vectors())
# What cannot be told without a key passes the door; opening says what it is.
OPENED: Mapping[str, str] = {
    "stanzas in another order": "envelope-tampered",
    "a stanza twice": "envelope-tampered",
    "a stanza of another answer": "envelope-tampered",
    "the stanzas of another answer": "envelope-tampered",
    "the body of another answer": "envelope-tampered",
    "the MAC of another answer": "envelope-tampered",
    "the nonce of another answer": "envelope-tampered",
    "halves of the body changed about": "envelope-tampered",
    "foreign": "envelope-foreign",
    "foreign to all": "envelope-foreign",
    "no JSON": "envelope-not-json",
    "another form's answers": "envelope-wrong-form",
}
# Good for the reader, though sent by no page of ours.
HARMLESS = {"to one key twice"}


def outcome(content: bytes) -> str:
    """What becomes of sealed bytes: `turned away`, the reason for which they are kept aside, or `an answer`."""
    try:
        envelope = DOOR.envelope(content, DAY)
    except XinqiaoError as error:
        assert error.problems[0].code in {*REASONS, "submit-unsealed"}
        return "turned away"
    return opened(envelope)


def opened(envelope: Envelope) -> str:
    opening = Opening(envelopes=[envelope], identity=READER, form=FORM)
    found = list(opening)
    assert len(found) + len(opening.refusals) == 1
    return "an answer" if found else opening.refusals[envelope.id]


def stored(content: bytes) -> Envelope:
    """As it would come by a backup or a drop box, past the door."""
    return Envelope(id=envelope_id(content), form=FORM, received=DAY, sealed=content)


def test_the_good_one_is_an_answer() -> None:
    assert outcome(GOOD) == "an answer"


@pytest.mark.parametrize("name", VECTORS)
def test_a_made_up_envelope_is_turned_away_or_counted(name: str) -> None:
    expected = "an answer" if name in HARMLESS else OPENED.get(name, "turned away")
    assert outcome(VECTORS[name]) == expected


@pytest.mark.parametrize("name", sorted(set(VECTORS) - HARMLESS - {"to one key alone", "to a key too many"}))
def test_past_the_door_it_is_counted_all_the_same(name: str) -> None:
    content = VECTORS[name]
    if not content.startswith(AGE_HEADER):
        with pytest.raises(ValueError, match="sealed bytes only"):
            stored(content)
    else:
        assert opened(stored(content)) in REASONS


@pytest.mark.parametrize("name", VECTORS)
def test_the_fast_way_opens_nothing_that_the_library_does_not_open(name: str) -> None:
    try:
        expected = pyrage.decrypt(VECTORS[name], [READER.key])
    except pyrage.DecryptError:
        expected = None
    assert READER.fast(VECTORS[name]) in {None, expected}


# How long an envelope is differs by chance, so parts of it are named.
@pytest.mark.parametrize("part", range(25))
def test_a_truncated_one_is_turned_away(part: int) -> None:
    assert outcome(GOOD[: (len(GOOD) - 1) * part // 24]) == "turned away"


Change = Callable[[bytes], bytes]


def flipped(at: int, bit: int) -> Change:
    return lambda content: (
        content[: at % len(content)]
        + bytes([content[at % len(content)] ^ (1 << bit)])
        + content[at % len(content) + 1 :]
    )


def cut(at: int, length: int) -> Change:
    return lambda content: content[: at % len(content)] + content[at % len(content) + length :]


def inserted(at: int, more: bytes) -> Change:
    return lambda content: content[: at % len(content)] + more + content[at % len(content) :]


def spliced(at: int, length: int) -> Change:
    return lambda content: (
        content[: at % len(content)] + OTHER[at % len(content) :][:length] + content[at % len(content) + length :]
    )


ANYWHERE = st.integers(0, 5_000)
CHANGES = st.one_of(
    st.builds(flipped, ANYWHERE, st.integers(0, 7)),
    st.builds(cut, ANYWHERE, st.integers(1, 200)),
    st.builds(inserted, ANYWHERE, st.binary(min_size=1, max_size=40)),
    st.builds(spliced, ANYWHERE, st.integers(1, 400)),
)


@settings(max_examples=150)
@given(st.lists(CHANGES, min_size=1, max_size=3))
def test_no_change_makes_another_answer(changes: list[Change]) -> None:
    content = GOOD
    for change in changes:
        content = change(content) or b"\0"
    if content != GOOD:
        assert outcome(content) != "an answer"
    if content.startswith(AGE_HEADER):
        assert (opened(stored(content)) == "an answer") == (content == GOOD)
