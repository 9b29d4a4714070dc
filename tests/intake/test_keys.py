from __future__ import annotations

import stat
from pathlib import Path

import pytest

from xinqiao.core.problem import ExitCode, XinqiaoError
from xinqiao.intake.keys import Keyring
from xinqiao.intake.seal import new_identity, open_sealed, seal

WORDS = "five words 心 桥 apart"


@pytest.fixture
def ring(tmp_path: Path) -> Keyring:
    return Keyring(tmp_path / "keys")


def refused(error: pytest.ExceptionInfo[XinqiaoError]) -> str:
    assert error.value.exit_code is ExitCode.KEY
    return error.value.problems[0].code


def test_a_key_under_a_passphrase_opens_what_its_public_half_seals(ring: Keyring) -> None:
    public = ring.create("recovery", WORDS)
    assert ring.names() == ("recovery",)
    assert ring.public("recovery") == public
    assert open_sealed(seal(b"words", [public]), ring.unlock("recovery", WORDS)) == b"words"
    with pytest.raises(XinqiaoError) as error:
        ring.unlock("recovery", "five words 心 桥 together")
    assert refused(error) == "passphrase-wrong"
    with pytest.raises(XinqiaoError) as error:
        ring.unlock("recovery", None)
    assert refused(error) == "passphrase-needed"
    written = (ring.directory / "recovery.age").read_bytes()
    assert b"AGE-SECRET-KEY" not in written
    assert not (ring.directory / "recovery.key").exists()
    (ring.directory / "recovery.age").write_bytes(written[:40])
    with pytest.raises(XinqiaoError) as error:
        ring.unlock("recovery", WORDS)
    assert refused(error) in {"key-damaged", "passphrase-wrong"}


def test_only_the_owner_can_read_the_keys(ring: Keyring) -> None:
    ring.create("aggregation", None)
    assert stat.S_IMODE(ring.directory.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in ring.directory.iterdir()} == {0o600}


def test_a_folder_that_others_can_read_takes_no_key(ring: Keyring) -> None:
    ring.directory.mkdir(mode=0o755)
    ring.directory.chmod(0o755)
    with pytest.raises(XinqiaoError) as error:
        ring.create("aggregation", None)
    assert refused(error) == "keys-exposed"
    assert list(ring.directory.iterdir()) == []


def test_no_key_is_ever_overwritten(ring: Keyring) -> None:
    public = ring.create("aggregation", None)
    for ending in ("pub", "key"):
        with pytest.raises(XinqiaoError) as error:
            ring.create("aggregation", None)
        assert refused(error) == "key-exists"
        (ring.directory / f"aggregation.{ending}").rename(ring.directory / f"kept.{ending}")
    assert ring.public("kept") == public == ring.unlock("kept", None).public


def test_a_missing_key_is_told(ring: Keyring) -> None:
    for ask in (lambda: ring.public("counsellor"), lambda: ring.unlock("counsellor", None)):
        with pytest.raises(XinqiaoError) as error:
            ask()
        assert refused(error) == "key-missing"
    assert ring.names() == ()


def test_an_empty_passphrase_is_none(ring: Keyring) -> None:
    with pytest.raises(XinqiaoError) as error:
        ring.create("aggregation", " ")
    assert refused(error) == "passphrase-empty"
    assert ring.names() == ()


@pytest.mark.parametrize("name", ["../aggregation", "a/b", "", ".hidden"])
def test_a_name_never_leaves_the_folder(ring: Keyring, name: str) -> None:
    for ask in (lambda: ring.create(name, None), lambda: ring.unlock(name, None), lambda: ring.public(name)):
        with pytest.raises(XinqiaoError, match="name-unusable"):
            ask()


def test_proof_that_the_site_seals_to_this_key(ring: Keyring) -> None:
    public = ring.create("aggregation", None)
    ring.prove("aggregation", None)
    ring.prove("aggregation", None, public)
    with pytest.raises(XinqiaoError) as error:
        ring.prove("aggregation", None, new_identity().public)
    assert refused(error) == "key-mismatch"
    (ring.directory / "aggregation.pub").write_text(new_identity().public)
    with pytest.raises(XinqiaoError) as error:
        ring.prove("aggregation", None)
    assert refused(error) == "key-mismatch"


@pytest.mark.parametrize("written", ["", "AGE-SECRET-KEY-1QQQ", "# only a comment", "\x00\xff"])
def test_a_damaged_key_is_told_without_quoting_it(ring: Keyring, written: str) -> None:
    ring.create("aggregation", None)
    (ring.directory / "aggregation.key").write_text(written)
    with pytest.raises(XinqiaoError) as error:
        ring.unlock("aggregation", None)
    assert refused(error) == "key-damaged"
    assert "QQQ" not in str(error.value)
