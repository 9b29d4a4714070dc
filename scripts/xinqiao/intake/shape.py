"""The outer shape of a sealed answer: what can be told of it without a key.

The receiver turns away with it what nobody could open later. Source: the age format, version 1
(C2SP, age.md): header with one stanza a recipient, MAC line, 16-byte nonce, sealed chunks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from xinqiao.core.problem import refuse
from xinqiao.core.record import AGE_HEADER

SIZE_CLASSES = (1_024, 4_096, 16_384, 65_536)
HEADER_LIMIT = 4_096
# A nonce of 16 bytes before, a tag of 16 bytes after; the largest class is one chunk of age exactly.
SEAL_OVERHEAD = 32
SEALED_LIMIT = HEADER_LIMIT + SIZE_CLASSES[-1] + SEAL_OVERHEAD

STANZA = (
    rb"-> X25519 [A-Za-z0-9+/]{43}\n[A-Za-z0-9+/]{43}\n"
    # Some implementations add a stanza that means nothing, so that readers stay tolerant (RFC 8701).
    rb"|-> [\x21-\x7e]*-grease(?: [\x21-\x7e]+)*\n(?:[A-Za-z0-9+/]{64}\n)*[A-Za-z0-9+/]{0,63}\n"
)
HEADER = re.compile(re.escape(AGE_HEADER) + rb"((?:" + STANZA + rb")+)--- [A-Za-z0-9+/]{43}\n")
HEADER_END = re.compile(rb"\n--- [^\n]*\n")
RECIPIENT = re.compile(rb"^-> X25519 ", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How many keys can open it, and the size class of what is inside, in bytes."""

    recipients: int
    size: int


def shape(sealed: bytes) -> Shape:
    """The shape of a sealed answer.

    Raises XinqiaoError: envelope-unsealed, envelope-truncated (its length fits no size class) or
    envelope-tampered (a header that is none, or another kind of key than X25519).
    """
    if not sealed.startswith(AGE_HEADER):
        raise refuse("envelope-unsealed")
    header = HEADER.match(sealed[:HEADER_LIMIT])
    if header is None:
        ended = HEADER_END.search(sealed[:HEADER_LIMIT])
        raise refuse("envelope-tampered" if ended else "envelope-truncated")
    size = len(sealed) - header.end() - SEAL_OVERHEAD
    if size not in SIZE_CLASSES:
        raise refuse("envelope-truncated")
    recipients = len(RECIPIENT.findall(header[1]))
    if not recipients:
        raise refuse("envelope-tampered")
    return Shape(recipients=recipients, size=size)
