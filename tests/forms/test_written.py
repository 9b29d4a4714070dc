"""Writing form files: what is read again is what was written."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinqiao.forms.read import read_form
from xinqiao.forms.written import form_text, one_line
from xinqiao.forms.yaml_lines import Plain, parse_yaml, read_yaml

LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(10**15), 10**15)
    | st.decimals(-(10**6), 10**6, places=3)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
    | st.sampled_from(
        ["no", "010", "1.5", "~", "null", "True", "a: b", "- a", "#x", "'", '"', "\ta\n b \n", "{", "1e5"]
    )
)
KEYS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)
VALUES: st.SearchStrategy[Plain] = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=12
)


@given(VALUES)
def test_what_is_written_reads_as_the_same(value: Plain) -> None:
    assert parse_yaml(form_text({"survey": value}), "x").value == {"survey": value}
    assert "\n" not in one_line(value)
    assert parse_yaml(one_line(value), "x").value == value


@pytest.mark.parametrize("name", ["tests/forms/full.yml", "forms/phq9.yml", "forms/training-feedback.yml"])
def test_a_form_file_written_anew_is_the_same_form(root: Path, tmp_path: Path, name: str) -> None:
    document = read_yaml(root / name)
    assert isinstance(document.value, dict)
    path = tmp_path / "form.yml"
    path.write_text(form_text(document.value, "one\ntwo"), encoding="utf-8")
    assert read_yaml(path).value == document.value
    lists = {} if "units" in str(document.get(("choices",))) else None
    if lists is not None:
        assert read_form(path) == read_form(root / name)


def test_numbers_keep_their_digits() -> None:
    assert one_line({"low": Decimal("5.625"), "high": Decimal("3")}) == "{low: 5.625, high: 3.0}"
