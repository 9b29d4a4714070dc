"""Opens the age files that our forms seal, fast: X25519 stanzas, and the one that means nothing, alone.

It can only accept. What it does not open, for whatever reason, it leaves to the library, whose verdict stands.
Source: the age format, version 1 (C2SP, age.md); RFC 7748, 5869, 8439.
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from hmac import compare_digest, digest

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from xinqiao.core.record import AGE_HEADER
from xinqiao.intake.shape import HEADER_LIMIT

BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
CHUNK, TAG, NONCE = 65_536, 16, 16
NO_NONCE = bytes(12)
# 32 bytes in base64 without padding; the last sign has two bits to spare, which are nought.
WORD = rb"[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]"
STANZA = rb"-> X25519 (" + WORD + rb")\n(" + WORD + rb")\n"
GREASE = (
    rb"-> [\x21-\x7e]*-grease(?: [\x21-\x7e]+)*\n(?:[A-Za-z0-9+/]{64}\n)*"
    rb"(?:[A-Za-z0-9+/]{4}){0,15}(?:[A-Za-z0-9+/][AQgw]|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048])?\n"
)
FOUND = re.compile(rb"^" + STANZA, re.MULTILINE)
HEADER = re.compile(
    rb"(" + re.escape(AGE_HEADER) + rb"(?:" + STANZA + rb"|" + GREASE + rb")+---) (" + WORD + rb")\n",
)


@dataclass(frozen=True, slots=True)
class Half:
    """A private half as the fast way needs it, in memory; it never shows itself."""

    private: X25519PrivateKey = field(repr=False)
    public: bytes = field(repr=False)


def opener(written: Iterable[str]) -> Callable[[bytes], bytes | None]:
    """What opens with these private halves, `AGE-SECRET-KEY-1…` as the library writes them, tried in their order.

    It gives what is inside, or None where this way does not open it, which says nothing of why.
    """
    return partial(_unsealed, tuple(_half(one) for one in written))


def _half(written: str) -> Half:
    number = 0
    for sign in written.rpartition("1")[2][:-6].lower():
        number = number << 5 | BECH32.index(sign)
    # 52 signs of 5 bits are 4 bits more than 32 bytes.
    private = X25519PrivateKey.from_private_bytes((number >> 4).to_bytes(32, "big"))
    return Half(private, private.public_key().public_bytes_raw())


def _unsealed(halves: Sequence[Half], sealed: bytes) -> bytes | None:
    header = HEADER.match(sealed, 0, HEADER_LIMIT)
    if header is None:
        return None
    try:
        key = next(_file_keys(header[1], halves), None)
        if key is None:
            return None
        mac = digest(_derived(key, None, b"header"), header[1], "sha256")
        if not compare_digest(mac, _raw(header[4])):
            return None
        start = header.end() + NONCE
        payload = ChaCha20Poly1305(_derived(key, sealed[header.end() : start], b"payload"))
        return _opened(payload, memoryview(sealed)[start:])
    # ValueError: a share of low order, whose secret is all nought.
    except (InvalidTag, ValueError):
        return None


def _file_keys(stanzas: bytes, halves: Sequence[Half]) -> Iterator[bytes]:
    """The file keys that the halves find, in the order in which the library looks for them."""
    found = [(_raw(share), _raw(body)) for share, body in FOUND.findall(stanzas)]
    for one in halves:
        for share, body in found:
            secret = one.private.exchange(X25519PublicKey.from_public_bytes(share))
            wrapped = ChaCha20Poly1305(_derived(secret, share + one.public, b"age-encryption.org/v1/X25519"))
            try:
                yield wrapped.decrypt(NO_NONCE, body, None)
            except InvalidTag:
                continue


def _opened(payload: ChaCha20Poly1305, body: memoryview) -> bytes | None:
    """The chunks one after another; the last is marked in its nonce and empty only where there is no other."""
    last = max(0, -(-len(body) // (CHUNK + TAG)) - 1)
    parts = []
    for at in range(last + 1):
        nonce = at.to_bytes(11, "big") + bytes([at == last])
        parts.append(payload.decrypt(nonce, body[at * (CHUNK + TAG) : (at + 1) * (CHUNK + TAG)], None))
    return None if last and not parts[-1] else b"".join(parts)


def _derived(secret: bytes, salt: bytes | None, info: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt, info).derive(secret)


def _raw(word: bytes) -> bytes:
    return b64decode(word + b"=")
