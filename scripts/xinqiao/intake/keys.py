"""The college's keys: X25519 identities in files that the age tool reads too."""

from __future__ import annotations

import os
from collections.abc import Sequence
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
from xinqiao.intake.store import sync_folder

PRIVATE = ("age", "key")
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
        self._check_free(name)
        identity = new_identity()
        _write(self._file(name, "key" if passphrase is None else "age"), _locked(identity, passphrase))
        _write(self._file(name, "pub"), f"{identity.public}\n".encode())
        return identity.public

    def rotate(self, name: str, passphrase: str | None, new_passphrase: str | None = None) -> str:
        """A new key of the same name, which keeps the old private half and opens with both; gives its public half.

        passphrase: of the key as it is; new_passphrase: of the file from now on, None where it stays. The file is
        swapped whole, so that at no moment a private half is lost. Raises XinqiaoError as `unlock` does, or
        passphrase-empty.
        """
        if new_passphrase is not None and not new_passphrase.strip():
            raise refuse("passphrase-empty", key=name)
        identity = new_identity().after(self.unlock(name, passphrase))
        self._replace(name, identity, passphrase if new_passphrase is None else new_passphrase)
        return identity.public

    def retire(self, name: str, passphrase: str | None) -> None:
        """Takes away the private halves that this key followed; for when nothing sealed to them is left.

        Raises XinqiaoError as `unlock` does.
        """
        self._replace(name, self.unlock(name, passphrase).alone(), passphrase)

    def restore(self, name: str, locked: bytes, identity: Identity) -> None:
        """Puts a locked key that is here no more back into the folder; identity: what it opens to.

        Its public half may have stayed. Raises XinqiaoError: name-unusable, key-exists, keys-exposed, public-unusable.
        """
        check_name(name)
        self._prepare()
        kept = name in self.names() and self.public(name) in identity.publics
        self._check_free(name, PRIVATE if kept else ("pub", *PRIVATE))
        _write(self._file(name, "age"), locked)
        _swap(self._file(name, "pub"), f"{identity.public}\n".encode())

    def locked(self, name: str) -> bytes:
        """The file with the private half as it lies here, under its passphrase.

        Raises XinqiaoError: key-missing, or key-in-clear for one that has no passphrase.
        """
        sealed = self._read(name, "age")
        if sealed is None:
            raise refuse("key-in-clear", key=name) if self._read(name, "key") else self._missing(name)
        return sealed

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
        if self.public(name) not in identity.publics:
            raise refuse("key-mismatch", self._place(name, "pub"), key=name)
        return identity

    def prove(self, name: str, passphrase: str | None, public: str | None = None) -> Identity:
        """Proves that the private half opens what the public half seals, and gives it.

        `public` is the half that the site uses, where that is not the one of this folder.
        Raises XinqiaoError as `unlock` does, or key-mismatch.
        """
        identity = self.unlock(name, passphrase)
        if not opens(identity, [self.public(name) if public is None else public]):
            raise refuse("key-mismatch", self._place(name, "pub"), key=name)
        return identity

    def _prepare(self) -> None:
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        if os.name == "posix" and self.directory.stat().st_mode & 0o077:
            raise refuse("keys-exposed", Place(file=str(self.directory)))

    def _replace(self, name: str, identity: Identity, passphrase: str | None) -> None:
        """Swaps both files of a key that has been unlocked; private half first. One in clear stays in clear."""
        sealed = self._file(name, "age").is_file()
        _swap(self._file(name, "age" if sealed else "key"), _locked(identity, passphrase if sealed else None))
        _swap(self._file(name, "pub"), f"{identity.public}\n".encode())

    def _check_free(self, name: str, endings: Sequence[str] = ("pub", *PRIVATE)) -> None:
        if any(self._file(name, ending).exists() for ending in endings):
            raise refuse("key-exists", Place(file=str(self.directory)), key=name)

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


def opens(identity: Identity, recipients: Sequence[str]) -> bool:
    """Whether a private half opens what is sealed to these recipients together: tried, not compared.

    Raises XinqiaoError (public-unusable) for a recipient that is none.
    """
    sealed = seal(PROBE, recipients)
    try:
        return open_sealed(sealed, identity) == PROBE
    except XinqiaoError:
        return False


def _locked(identity: Identity, passphrase: str | None) -> bytes:
    written = identity.written().encode()
    return written if passphrase is None else seal_with_passphrase(written, passphrase)


def _swap(path: Path, content: bytes) -> None:
    """Puts new content in the place of a file, whole or not at all."""
    beside = path.with_name(f".{path.name}.new")
    beside.unlink(missing_ok=True)
    _write(beside, content)
    beside.replace(path)
    sync_folder(path.parent)


def _write(path: Path, content: bytes) -> None:
    """Durable on return: a public half must not be published whose private half a power cut takes."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    sync_folder(path.parent)
