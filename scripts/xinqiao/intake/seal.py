"""Sealing and opening with age (X25519): the only place that knows the library."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import pyrage

from xinqiao.core.problem import refuse
from xinqiao.core.record import AGE_HEADER
from xinqiao.core.text import Lang
from xinqiao.intake.shape import SIZE_CLASSES

PAYLOAD_VERSION = 1
PUBLIC = re.compile(r"age1[02-9ac-hj-np-z]{58}")


@dataclass(frozen=True, slots=True)
class Identity:
    """The private half of a key, in memory, with those that it followed, newest first; it never shows itself."""

    key: pyrage.x25519.Identity = field(repr=False)
    earlier: tuple[pyrage.x25519.Identity, ...] = field(default=(), repr=False)
    fast: Callable[[bytes], bytes | None] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        from xinqiao.intake.unseal import opener  # noqa: PLC0415 - start-up time

        object.__setattr__(self, "fast", opener(str(key) for key in (self.key, *self.earlier)))

    @property
    def public(self) -> str:
        """The public half, `age1…`."""
        return str(self.key.to_public())

    @property
    def publics(self) -> tuple[str, ...]:
        """The public half and those of the keys that it followed."""
        return tuple(str(key.to_public()) for key in (self.key, *self.earlier))

    def alone(self) -> Identity:
        """The same key without those that it followed."""
        return Identity(self.key)

    def after(self, earlier: Identity) -> Identity:
        """The same key, following another and all that the other followed."""
        return Identity(self.key, (earlier.key, *earlier.earlier))

    def written(self) -> str:
        """The private halves as an age identity file, for the key file alone."""
        return "".join(f"# public key: {key.to_public()}\n{key}\n" for key in (self.key, *self.earlier))

    def __str__(self) -> str:
        return "Identity()"


def new_identity() -> Identity:
    """A new X25519 identity, from the system's source of randomness."""
    return Identity(pyrage.x25519.Identity.generate())


def read_identity(written: str) -> Identity:
    """The identity of an age identity file: its first, the others are those that it followed.

    Raises XinqiaoError (key-damaged) where it holds none.
    """
    lines = [line.strip() for line in written.splitlines() if line.strip() and not line.startswith("#")]
    if not lines:
        raise refuse("key-damaged")
    try:
        key, *earlier = (pyrage.x25519.Identity.from_str(line) for line in lines)
        return Identity(key, tuple(earlier))
    except pyrage.IdentityError:
        # Its message would quote the key.
        raise refuse("key-damaged") from None


def check_public(public: str) -> str:
    """The public half unchanged. Raises XinqiaoError (public-unusable) for all but an age X25519 recipient."""
    try:
        if PUBLIC.fullmatch(public):
            pyrage.x25519.Recipient.from_str(public)
            return public
    except pyrage.RecipientError:
        pass
    raise refuse("public-unusable")


def payload(form_id: str, version: int, lang: Lang, answers: Mapping[str, str | Sequence[str]]) -> bytes:
    """What the browser would seal for these answers: JSON, padded to the next size class.

    Raises XinqiaoError (answers-too-long) above the largest class.
    """
    plain = {name: answer if isinstance(answer, str) else list(answer) for name, answer in answers.items()}
    content = {"v": PAYLOAD_VERSION, "form": form_id, "version": version, "lang": lang.value, "answers": plain}
    return padded(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode())


def padded(text: bytes) -> bytes:
    """The text with trailing spaces up to its size class, so that the length tells little of it."""
    for size in SIZE_CLASSES:
        if len(text) <= size:
            return text.ljust(size)
    raise refuse("answers-too-long", limit=SIZE_CLASSES[-1])


def widened(text: bytes) -> bytes:
    """A text of any length with trailing spaces up to the next multiple of the largest class."""
    return text.ljust(-(-len(text) // SIZE_CLASSES[-1]) * SIZE_CLASSES[-1])


def seal(content: bytes, recipients: Sequence[str]) -> bytes:
    """An age file that each of the recipients (`age1…`) can open alone. Raises as `check_public` does."""
    if not recipients:
        raise refuse("public-unusable")
    keys = [pyrage.x25519.Recipient.from_str(check_public(public)) for public in recipients]
    sealed: bytes = pyrage.encrypt(content, keys)
    return sealed


def open_sealed(sealed: bytes, identity: Identity) -> bytes:
    """What is inside. Raises XinqiaoError: envelope-unsealed, envelope-foreign or envelope-tampered."""
    if not sealed.startswith(AGE_HEADER):
        raise refuse("envelope-unsealed")
    # It only ever opens what the library would open too; of all else the library says what is wrong.
    if (quickly := identity.fast(sealed)) is not None:
        return quickly
    try:
        opened: bytes = pyrage.decrypt(sealed, [identity.key, *identity.earlier])
    except pyrage.DecryptError as error:
        foreign = "No matching keys" in str(error)
        raise refuse("envelope-foreign" if foreign else "envelope-tampered") from None
    return opened


def seal_with_passphrase(content: bytes, passphrase: str) -> bytes:
    """An age file under a passphrase (scrypt, about a second); `age -d` opens it too."""
    sealed: bytes = pyrage.passphrase.encrypt(content, passphrase)
    return sealed


def open_with_passphrase(sealed: bytes, passphrase: str) -> bytes:
    """What is inside. Raises XinqiaoError: key-damaged or passphrase-wrong."""
    if not sealed.startswith(AGE_HEADER + b"-> scrypt "):
        raise refuse("key-damaged")
    try:
        opened: bytes = pyrage.passphrase.decrypt(sealed, passphrase)
    except pyrage.DecryptError as error:
        # All else it says (a header, a body, a work factor that is not right) is of a file that was changed.
        wrong = "Decryption failed" in str(error)
        raise refuse("passphrase-wrong" if wrong else "key-damaged") from None
    return opened
