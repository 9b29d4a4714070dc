"""Codes on slips: every slip of the pen is seen, and browser and program take the same codes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinqiao.core.slip import ALPHABET, BODY, LENGTH, fits, grouped, read, tidy, written

VALUES = st.integers(min_value=0, max_value=len(ALPHABET) ** BODY - 1)


@given(VALUES)
def test_a_code_holds_its_number_and_is_read_as_people_type_it(value: int) -> None:
    code = written(value)
    assert len(code) == LENGTH and read(code) == value
    shown = grouped(code)
    for typed in (
        shown,
        shown.lower(),
        f" {shown.replace('-', ' ')} ",
        "".join(chr(ord(sign) + 0xFEE0) for sign in code),
    ):
        assert read(tidy(typed)) == value


@given(VALUES, st.integers(0, LENGTH - 1), st.sampled_from(ALPHABET))
def test_one_wrong_sign_is_always_seen(value: int, place: int, sign: str) -> None:
    code = written(value)
    wrong = code[:place] + sign + code[place + 1 :]
    assert fits(wrong) == (wrong == code)


@given(VALUES, st.integers(0, LENGTH - 1), st.integers(0, LENGTH - 1))
def test_two_signs_that_changed_places_are_always_seen(value: int, one: int, other: int) -> None:
    code = list(written(value))
    code[one], code[other] = code[other], code[one]
    assert fits("".join(code)) == ("".join(code) == written(value))


@pytest.mark.parametrize("typed", ["", "ABC", "0" * LENGTH, "纸条", "2" * (LENGTH + 1), "O" * LENGTH])
def test_what_is_no_code_holds_nothing(typed: str) -> None:
    assert read(tidy(typed)) is None


def test_a_number_that_no_code_holds_is_refused() -> None:
    with pytest.raises(ValueError, match="too large"):
        written(len(ALPHABET) ** BODY)
