"""The fast way opens what the library opens, byte for byte, and nothing that the library would not open."""

from __future__ import annotations

import base64
import hmac
import os
from collections.abc import Iterator, Mapping

import pyrage
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from hypothesis import given, settings
from hypothesis import strategies as st

from xinqiao.core.record import AGE_HEADER
from xinqiao.core.text import Lang
from xinqiao.intake.seal import Identity, new_identity, open_sealed, payload, seal
from xinqiao.intake.unseal import CHUNK

KEYS = tuple(new_identity() for _ in range(3))
READER = KEYS[0]
OWN = X25519PrivateKey.from_private_bytes(READER.fast.args[0][0].private.private_bytes_raw())
TEXT = payload("feedback", 1, Lang.ZH, {"note": "听我说说话"})


def by_library(sealed: bytes, identity: Identity = READER) -> bytes | None:
    try:
        opened: bytes = pyrage.decrypt(sealed, [identity.key, *identity.earlier])
    except pyrage.DecryptError:
        return None
    return opened


def text(content: bytes) -> bytes:
    return base64.b64encode(content).rstrip(b"=")


def derived(secret: bytes, salt: bytes, info: bytes) -> bytes:
    return hmac.digest(hmac.digest(salt or bytes(32), secret, "sha256"), info + b"\x01", "sha256")


def stanza(file_key: bytes, share: bytes | None = None, secret: bytes | None = None) -> bytes:
    """A stanza to the reader, put together by hand; its share and secret can be given."""
    once, public = X25519PrivateKey.generate(), OWN.public_key().public_bytes_raw()
    share = once.public_key().public_bytes_raw() if share is None else share
    secret = once.exchange(OWN.public_key()) if secret is None else secret
    wrap = derived(secret, share + public, b"age-encryption.org/v1/X25519")
    body = ChaCha20Poly1305(wrap).encrypt(bytes(12), file_key, None)
    return b"-> X25519 " + text(share) + b"\n" + text(body) + b"\n"


def chunk(key: bytes, at: int, *, last: bool, content: bytes) -> bytes:
    return ChaCha20Poly1305(key).encrypt(at.to_bytes(11, "big") + bytes([last]), content, None)


FILE_KEY, OTHER_KEY, SALT = bytes(range(16)), bytes(range(16, 32)), os.urandom(16)
BODY = derived(FILE_KEY, SALT, b"payload")
OF_ORDER_EIGHT = bytes.fromhex("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800")
WHOLE = SALT + chunk(BODY, 0, last=True, content=TEXT)


def made(*stanzas: bytes, body: bytes = WHOLE, key: bytes = FILE_KEY, ending: bytes = b"---") -> bytes:
    """A file with a MAC that is right for its header, whatever stands there."""
    head = AGE_HEADER + b"".join(stanzas) + ending
    mac = hmac.digest(derived(key, b"", b"header"), head, "sha256")
    return head + b" " + text(mac) + b"\n" + body


def loose(word: bytes) -> bytes:
    """The same bytes in base64 whose spare bits are not nought."""
    signs = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    return word[:-1] + signs[signs.index(word[-1:]) | 1 :][:1]


def odd_ones() -> Iterator[tuple[str, bytes]]:
    good = stanza(FILE_KEY)
    head, share, body = good.split()[0:2], good.split()[2], good.split()[3]
    line = b" ".join(head) + b" "
    word = b"A" * 43
    yield "as the format has it", made(good)
    yield "no stanza", made()
    yield "twice the same key", made(good, stanza(FILE_KEY))
    yield "two file keys, the first right", made(good, stanza(OTHER_KEY))
    yield "two file keys, the first wrong", made(stanza(OTHER_KEY), good)
    yield "a MAC under another key", made(good, key=OTHER_KEY)
    yield "a share of low order", made(stanza(FILE_KEY, bytes(32), bytes(32)))
    yield "a share of low order, then a good one", made(stanza(FILE_KEY, bytes(32), bytes(32)), good)
    yield "a share of order eight", made(stanza(FILE_KEY, OF_ORDER_EIGHT, bytes(32)))
    yield "a share with its top bit set", made(stanza_with_top_bit())
    yield "a loose share", made(line + loose(share) + b"\n" + body + b"\n")
    yield "a loose body", made(line + share + b"\n" + loose(body) + b"\n")
    yield "a padded share", made(line + share + b"=\n" + body + b"\n")
    yield "one argument more", made(line + share + b" more\n" + body + b"\n")
    yield "no argument", made(b"-> X25519\n" + body + b"\n")
    yield "a small x", made(good.replace(b"X", b"x", 1))
    yield "two blanks", made(good.replace(b"-> X25519 ", b"-> X25519  "))
    yield "a longer file key", made(stanza(FILE_KEY * 2))
    yield "a shorter file key", made(stanza(FILE_KEY[:8]))
    yield "grease before", made(b"-> 7-grease %\n\n", good)
    yield "grease with a body", made(good, b"-> -grease\n" + b"A" * 64 + b"\nAAAA\n")
    yield "grease with a whole last line", made(good, b"-> a-grease\n" + b"A" * 64 + b"\n\n")
    yield "grease without its last line", made(good, b"-> a-grease\n" + b"A" * 64 + b"\n")
    yield "loose grease", made(good, b"-> a-grease\nAB\n")
    yield "grease of a length that is none", made(good, b"-> a-grease\nAAAAA\n")
    yield "a stanza within grease", made(b"-> a-grease " + good)
    yield "grease called X25519", made(good, b"-> X25519-grease " + share + b"\n" + body + b"\n")
    yield "a stranger's kind", made(good, b"-> other " + word + b"\n" + word + b"\n")
    yield "an ending too long", made(good, ending=b"----")
    yield "lines as Windows ends them", made(good.replace(b"\n", b"\r\n"))
    yield "a header without end", made(*[stanza(FILE_KEY) for _ in range(60)])


def stanza_with_top_bit() -> bytes:
    """RFC 7748 masks the bit for the secret, while the salt takes the share as it is written."""
    once = X25519PrivateKey.generate()
    share = bytearray(once.public_key().public_bytes_raw())
    share[31] |= 0x80
    return stanza(FILE_KEY, bytes(share), once.exchange(OWN.public_key()))


def odd_bodies() -> Iterator[tuple[str, bytes]]:
    full, rest = os.urandom(CHUNK), b"rest"
    first = chunk(BODY, 0, last=False, content=full)
    yield "nothing inside", SALT + chunk(BODY, 0, last=True, content=b"")
    yield "no chunk", SALT
    yield "no nonce", SALT[:9]
    yield "a full last chunk", SALT + chunk(BODY, 0, last=True, content=full)
    yield "two chunks", SALT + first + chunk(BODY, 1, last=True, content=rest)
    yield "an empty last chunk", SALT + first + chunk(BODY, 1, last=True, content=b"")
    yield "no last chunk", SALT + first
    yield "a last one before the end", SALT + chunk(BODY, 0, last=True, content=full) + first
    yield "a short one before the end", SALT + chunk(BODY, 0, last=False, content=rest) + chunk(
        BODY, 1, last=True, content=rest)  # fmt: skip
    yield "one chunk twice", SALT + first + first
    yield "counted from one", SALT + chunk(BODY, 1, last=True, content=rest)
    yield "something behind", WHOLE + b"\n"
    yield "a tag cut short", WHOLE[:-1]


ODD: Mapping[str, bytes] = dict(odd_ones()) | {name: made(stanza(FILE_KEY), body=body) for name, body in odd_bodies()}
# What both ways open; the library opens some that the fast one leaves to it.
OPENED = {
    "as the format has it", "twice the same key", "two file keys, the first right", "a share with its top bit set",
    "grease before", "grease with a body", "grease with a whole last line", "grease called X25519",
    "nothing inside", "a full last chunk", "two chunks",
}  # fmt: skip


@settings(deadline=None, max_examples=40)
@given(
    size=st.sampled_from([0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK]) | st.integers(0, 3 * CHUNK),
    recipients=st.permutations(range(3)).flatmap(lambda order: st.sampled_from([order[:1], order[:2], order])),
)
def test_it_opens_what_the_library_seals_and_opens(size: int, recipients: list[int]) -> None:
    content = os.urandom(size)
    sealed = seal(content, [KEYS[at].public for at in recipients])
    for at, key in enumerate(KEYS):
        opened = key.fast(sealed)
        assert opened == by_library(sealed, key) == (content if at in recipients else None)


@pytest.mark.parametrize("place", range(3))
def test_a_key_that_followed_others_opens_with_each(place: int) -> None:
    followed = KEYS[0].after(KEYS[1].after(KEYS[2]))
    sealed = seal(TEXT, [KEYS[place].public, new_identity().public])
    assert followed.fast(sealed) == by_library(sealed, followed) == TEXT
    assert (followed.alone().fast(sealed) == TEXT) == (place == 0)


@pytest.mark.parametrize("name", ODD)
def test_an_odd_file_is_opened_by_both_ways_or_left_to_the_library(name: str) -> None:
    quickly, library = READER.fast(ODD[name]), by_library(ODD[name])
    assert (quickly is not None) == (name in OPENED)
    if quickly is not None:
        assert quickly == library


def test_no_changed_byte_opens() -> None:
    sealed = seal(TEXT, [READER.public, KEYS[1].public])
    for at in range(len(sealed)):
        for bits in (1, 0x80):
            assert READER.fast(sealed[:at] + bytes([sealed[at] ^ bits]) + sealed[at + 1 :]) is None


@settings(deadline=None, max_examples=100)
@given(at=st.integers(0, 2_000), length=st.integers(1, 300), more=st.binary(max_size=60))
def test_no_cut_or_filling_makes_it_open_to_something_else(at: int, length: int, more: bytes) -> None:
    sealed = seal(TEXT, [READER.public, KEYS[1].public])
    changed = sealed[:at] + more + sealed[at + length :]
    assert READER.fast(changed) == (TEXT if changed == sealed else None)


def test_what_it_leaves_gets_the_librarys_verdict() -> None:
    """A header longer than a form's is nothing wrong; it takes the slow way."""
    many = seal(TEXT, [*(new_identity().public for _ in range(50)), READER.public])
    assert READER.fast(many) is None
    assert open_sealed(many, READER) == TEXT


def test_it_never_shows_what_it_opens_with() -> None:
    secret = READER.fast.args[0][0].private.private_bytes_raw()
    shown = f"{READER!r} {READER.fast!r} {READER.fast.args!r}"
    assert secret.hex() not in shown
    assert repr(secret) not in shown
