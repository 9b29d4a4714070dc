"""The college's keys: X25519 identities in files that the age tool reads too."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from xinqiao.core.name import check_name
from xinqiao.core.problem import Place, XinqiaoError, refuse
from xinqiao.intake.seal import (
    Identity,
    check_public,
    new_identity,
    open_sealed,
    open_with_passphrase,
    read_identity,
    seal,
    seal_with_passphrase,
)

PROBE = b"whoever reads this holds the key"


@dataclass(frozen=True, slots=True)
class Keyring:
    """A folder of keys: `NAME.pub`, and `NAME.age` (under a passphrase) or `NAME.key` (in clear).

    A key in clear is for demonstrations, whose answers are made up.
    """

    directory: Path

    def create(self, name: str, passphrase: str | None) -> str:
        """A new key; gives its public half. Nothing that exists is ever overwritten.

        Raises XinqiaoError: name-unusable, key-exists, keys-exposed, passphrase-empty.
        """
        check_name(name)
        if passphrase is not None and not passphrase.strip():
            raise refuse("passphrase-empty", key=name)
        self._prepare()
        if any(self._file(name, ending).exists() for ending in ("pub", "age", "key")):
            raise refuse("key-exists", Place(file=str(self.directory)), key=name)
        identity = new_identity()
        written = f"# public key: {identity.public}\n{identity.written()}\n".encode()
        if passphrase is None:
            _write(self._file(name, "key"), written)
        else:
            _write(self._file(name, "age"), seal_with_passphrase(written, passphrase))
        _write(self._file(name, "pub"), f"{identity.public}\n".encode())
        return identity.public

    def names(self) -> tuple[str, ...]:
        """The keys whose public half is here, in order."""
        return tuple(sorted(path.stem for path in self.directory.glob("*.pub")))

    def public(self, name: str) -> str:
        """The public half. Raises XinqiaoError: key-missing, public-unusable."""
        written = self._read(name, "pub")
        if written is None:
            raise self._missing(name)
        return check_public(written.decode(errors="replace").strip())

    def unlock(self, name: str, passphrase: str | None) -> Identity:
        """The private half, in memory.

        Raises XinqiaoError: key-missing, passphrase-needed, passphrase-wrong, key-damaged, key-mismatch.
        """
        sealed, clear = self._read(name, "age"), self._read(name, "key")
        if sealed is not None:
            if passphrase is None:
                raise refuse("passphrase-needed", self._place(name, "age"), key=name)
            clear = open_with_passphrase(sealed, passphrase)
        if clear is None:
            raise self._missing(name)
        identity = read_identity(clear.decode(errors="replace"))
        if identity.public != self.public(name):
            raise refuse("key-mismatch", self._place(name, "pub"), key=name)
        return identity

    def prove(self, name: str, passphrase: str | None, public: str | None = None) -> None:
        """Proves that the private half opens what the public half seals.

        `public` is the half that the site uses, where that is not the one of this folder.
        Raises XinqiaoError as `unlock` does, or key-mismatch.
        """
        identity = self.unlock(name, passphrase)
        sealed = seal(PROBE, [self.public(name) if public is None else public])
        try:
            proven = open_sealed(sealed, identity) == PROBE
        except XinqiaoError:
            proven = False
        if not proven:
            raise refuse("key-mismatch", self._place(name, "pub"), key=name)

    def _prepare(self) -> None:
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        if os.name == "posix" and self.directory.stat().st_mode & 0o077:
            raise refuse("keys-exposed", Place(file=str(self.directory)))

    def _file(self, name: str, ending: str) -> Path:
        return self.directory / f"{name}.{ending}"

    def _place(self, name: str, ending: str) -> Place:
        return Place(file=str(self._file(name, ending)))

    def _read(self, name: str, ending: str) -> bytes | None:
        check_name(name)
        try:
            return self._file(name, ending).read_bytes()
        except FileNotFoundError:
            return None

    def _missing(self, name: str) -> XinqiaoError:
        return refuse("key-missing", Place(file=str(self.directory)), key=name)


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
