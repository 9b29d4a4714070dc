"""The chain: a line can be added, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from xinqiao.core.problem import ExitCode, XinqiaoError
from xinqiao.safety.ledger import Line, entered, read_ledger

ONE = Line(
    line=0,
    form="feedback",
    release=1,
    form_version=1,
    period="2026-W21/2026-W24",
    policy={"threshold": 5},
    tables=("by-role",),
    files={"by-role.csv": "a" * 64},
    certificate="b" * 64,
    counts="c" * 64,
)


def chain(length: int) -> list[Line]:
    lines: list[Line] = []
    for number in range(1, length + 1):
        lines.append(entered(lines, replace(ONE, release=number)))
    return lines


def text(lines: list[Line]) -> str:
    return "".join(f"{line.written()}\n" for line in lines)


def test_a_chain_comes_back_as_it_was_written() -> None:
    lines = chain(4)
    assert read_ledger(text(lines), "ledger") == tuple(lines)
    assert read_ledger("", "ledger") == ()


@settings(max_examples=60)
@given(st.data())
def test_no_character_of_it_can_be_another(data: st.DataObject) -> None:
    written = text(chain(3))
    at = data.draw(st.integers(0, len(written) - 1))
    other = data.draw(st.characters(codec="utf-8").filter(lambda sign: sign != written[at]))
    with pytest.raises(XinqiaoError) as refused:
        read_ledger(written[:at] + other + written[at + 1 :], "ledger")
    assert refused.value.problems[0].code == "ledger-broken"
    assert refused.value.exit_code is ExitCode.UNSAFE


@given(st.permutations(range(4)), st.integers(0, 4))
def test_only_a_beginning_of_it_is_a_chain(order: list[int], length: int) -> None:
    lines = chain(4)
    picked = [lines[number] for number in order[:length]]
    if picked == lines[:length]:
        assert read_ledger(text(picked), "ledger") == tuple(picked)
    else:
        with pytest.raises(XinqiaoError, match="ledger-broken"):
            read_ledger(text(picked), "ledger")
