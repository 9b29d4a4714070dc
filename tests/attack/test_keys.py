"""Attacks on key files: whatever is wrong with one, the answer is one clear problem, exit 12, and quotes nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from xinqiao.core.problem import ExitCode, XinqiaoError
from xinqiao.intake.keys import Keyring
from xinqiao.intake.seal import new_identity, open_sealed, seal


@pytest.fixture
def original(tmp_path: Path, locked_key: Any) -> Keyring:
    return locked_key.put(tmp_path / "original", "counsellor")  # type: ignore[no-any-return]


def flipped(content: bytes, at: int) -> bytes:
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


WORDS = "five words apart"
STRANGE = new_identity()
ATTACKS: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "empty": (lambda _: b"", "key-damaged"),
    "cut within the header": (lambda age: age[:60], "key-damaged"),
    "cut at its end": (lambda age: age[:-1], "key-damaged"),
    "something added": (lambda age: age + b"x", "key-damaged"),
    "one bit of the header's seal": (lambda age: flipped(age, age.index(b"--- ") + 9), "key-damaged"),
    "one bit of the body": (lambda age: flipped(age, -20), "key-damaged"),
    "a work factor for years": (lambda age: age.replace(b" 4\n", b" 40\n", 1), "key-damaged"),
    # What is mixed with the passphrase cannot be told from a wrong passphrase.
    "one bit of the salt": (lambda age: flipped(age, 35), "passphrase-wrong"),
    "sealed to a key instead": (lambda _: seal(b"AGE-SECRET-KEY-1", [STRANGE.public]), "key-damaged"),
    "armored": (lambda _: b"-----BEGIN AGE ENCRYPTED FILE-----\n", "key-damaged"),
    "another kind of key": (lambda _: b"-----BEGIN OPENSSH PRIVATE KEY-----\nx\n", "key-damaged"),
    "in clear": (lambda _: STRANGE.written().encode(), "key-damaged"),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_tampered_key_file_has_one_answer(attack: str, original: Keyring, tmp_path: Path) -> None:
    change, expected = ATTACKS[attack]
    ring = Keyring(tmp_path)
    (tmp_path / "counsellor.pub").write_bytes((original.directory / "counsellor.pub").read_bytes())
    (tmp_path / "counsellor.age").write_bytes(change(original.locked("counsellor")))
    with pytest.raises(XinqiaoError) as error:
        ring.unlock("counsellor", WORDS)
    (problem,) = error.value.problems
    assert problem.code == expected
    assert error.value.exit_code is ExitCode.KEY
    assert "AGE-SECRET" not in str(error.value) and WORDS not in str(error.value)


def test_as_it_was_it_opens_with_its_passphrase_alone(original: Keyring, locked_key: Any) -> None:
    assert original.unlock("counsellor", WORDS).public == locked_key.public
    for passphrase, code in (("five words", "passphrase-wrong"), ("", "passphrase-wrong"), (None, "passphrase-needed")):
        with pytest.raises(XinqiaoError, match=code) as error:
            original.unlock("counsellor", passphrase)
        assert error.value.exit_code is ExitCode.KEY
    with pytest.raises(XinqiaoError, match="key-missing"):
        original.unlock("recovery", WORDS)


def test_halves_of_two_keys_are_a_mismatch(original: Keyring) -> None:
    (original.directory / "counsellor.pub").write_text(STRANGE.public)
    with pytest.raises(XinqiaoError, match="key-mismatch") as error:
        original.unlock("counsellor", WORDS)
    assert error.value.exit_code is ExitCode.KEY


def test_nobody_elses_key_opens_an_answer(locked_key: Any) -> None:
    sealed = seal(b"words", [locked_key.public])
    with pytest.raises(XinqiaoError, match="envelope-foreign"):
        open_sealed(sealed, STRANGE)


@pytest.mark.parametrize(
    "written",
    [
        "age1",
        "AGE-SECRET-KEY-1QQQ",
        "age1pq1" + "q" * 58,
        STRANGE.public.upper(),
        STRANGE.public[:-1] + ("q" if STRANGE.public[-1] != "q" else "p"),
        "ssh-ed25519 AAAA",
        f"{STRANGE.public} {STRANGE.public}",
    ],
    ids=["short", "a private half", "post-quantum", "upper case", "checksum", "ssh", "two"],
)
def test_a_public_half_that_was_exchanged_for_something_else_is_never_sealed_to(written: str, tmp_path: Path) -> None:
    (tmp_path / "counsellor.pub").write_text(written)
    for ask in (lambda: Keyring(tmp_path).public("counsellor"), lambda: seal(b"words", [written])):
        with pytest.raises(XinqiaoError, match="public-unusable") as error:
            ask()
        assert error.value.exit_code is ExitCode.KEY
        assert "QQQ" not in str(error.value)
