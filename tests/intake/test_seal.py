from __future__ import annotations

import json

import pyrage
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xinqiao.core.problem import XinqiaoError
from xinqiao.core.text import Lang
from xinqiao.intake.seal import check_public, new_identity, open_sealed, padded, payload, read_identity, seal
from xinqiao.intake.shape import SIZE_CLASSES, Shape, shape

READER, RECOVERY = new_identity(), new_identity()
PUBLICS = (READER.public, RECOVERY.public)
SEALED = seal(payload("feedback", 1, Lang.ZH, {}), PUBLICS)


def code(error: pytest.ExceptionInfo[XinqiaoError]) -> str:
    return error.value.problems[0].code


@settings(deadline=None, max_examples=40)
@given(st.dictionaries(st.sampled_from(["a", "b", "c"]), st.text(max_size=600) | st.lists(st.text(max_size=9))))
def test_each_recipient_alone_opens_what_was_sealed(answers: dict[str, str | list[str]]) -> None:
    sealed = seal(payload("feedback", 3, Lang.EN, answers), PUBLICS)
    expected = {"v": 1, "form": "feedback", "version": 3, "lang": "en", "answers": answers}
    assert [json.loads(open_sealed(sealed, one)) for one in (READER, RECOVERY)] == [expected, expected]


@settings(deadline=None, max_examples=60)
@given(st.integers(0, SIZE_CLASSES[-1]))
def test_a_payload_is_as_long_as_the_smallest_class_that_holds_it(length: int) -> None:
    assert len(padded(b"x" * length)) == min(size for size in SIZE_CLASSES if size >= length)


@pytest.mark.parametrize("size", SIZE_CLASSES)
def test_two_answers_of_one_class_differ_in_nothing_that_can_be_seen(size: int) -> None:
    short, full = (padded(b"x" * length) for length in (size // 4 + 1, size))
    assert shape(seal(short, PUBLICS)) == shape(seal(full, PUBLICS)) == Shape(recipients=2, size=size)


def test_more_than_the_largest_class_is_refused_without_quoting_it() -> None:
    with pytest.raises(XinqiaoError) as error:
        payload("feedback", 1, Lang.ZH, {"note": "心" * 30_000})
    assert code(error) == "answers-too-long"
    assert "心心" not in str(error.value)


@pytest.mark.parametrize(
    "public",
    ["", "age1", "age1pq1" + "q" * 60, "age1" + "q" * 58, READER.public.upper(), READER.public + "q",
     READER.public[:-1] + ("q" if READER.public[-1] != "q" else "p"), " " + READER.public,
     "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5", READER.written()],
    ids=["empty", "short", "post-quantum", "checksum", "upper case", "long", "changed", "blank", "ssh", "private half"],
)  # fmt: skip
def test_only_x25519_recipients_are_sealed_to(public: str) -> None:
    with pytest.raises(XinqiaoError) as error:
        check_public(public)
    assert code(error) == "public-unusable"
    with pytest.raises(XinqiaoError):
        seal(b"x", [READER.public, public])
    assert READER.written() not in str(error.value)


def test_nothing_is_sealed_to_nobody() -> None:
    with pytest.raises(XinqiaoError, match="public-unusable"):
        seal(b"x", [])


def test_another_key_does_not_open_it() -> None:
    with pytest.raises(XinqiaoError, match="envelope-foreign"):
        open_sealed(seal(b"x", PUBLICS), new_identity())


@settings(deadline=None, max_examples=60)
@given(at=st.integers(0, len(SEALED) - 1), flip=st.integers(1, 255))
def test_a_changed_byte_never_opens(at: int, flip: int) -> None:
    changed = SEALED[:at] + bytes([SEALED[at] ^ flip]) + SEALED[at + 1 :]
    with pytest.raises(XinqiaoError) as error:
        open_sealed(changed, READER)
    assert code(error) in {"envelope-tampered", "envelope-foreign", "envelope-unsealed"}


@settings(deadline=None, max_examples=60)
@given(st.integers(0, len(SEALED) - 1))
def test_a_cut_envelope_has_no_shape(length: int) -> None:
    with pytest.raises(XinqiaoError) as error:
        shape(SEALED[:length])
    assert code(error) in {"envelope-truncated", "envelope-unsealed"}


def test_what_a_passphrase_or_armour_seals_has_no_shape_here() -> None:
    armored = pyrage.encrypt(b"x" * 1024, [pyrage.x25519.Recipient.from_str(READER.public)], armored=True)
    by_passphrase = (
        b"age-encryption.org/v1\n-> scrypt bBjlhJVYZeE4aqUdmtRHfw 18\n"
        b"gYL3OoBAbFPQbSbcEoZPpXKYVMvo2fxdzXQ5XLOyI9I\n--- " + b"A" * 43 + b"\n" + b"x" * 1056
    )
    for sealed, expected in [(armored, "unsealed"), (by_passphrase, "tampered"), (b"{}", "unsealed")]:
        with pytest.raises(XinqiaoError, match=f"envelope-{expected}"):
            shape(sealed)
    with pytest.raises(XinqiaoError, match="envelope-unsealed"):
        open_sealed(armored, READER)


def test_a_private_half_never_shows_itself() -> None:
    secret = READER.written().splitlines()[-1]
    assert secret.startswith("AGE-SECRET-KEY-1")
    assert not any(secret[16:] in shown for shown in (repr(READER), str(READER), f"{READER}", f"{[READER]!r}"))
    with pytest.raises(XinqiaoError, match="key-damaged") as error:
        read_identity(secret[:-1])
    assert secret[:-1] not in str(error.value)
    assert error.value.__cause__ is None
