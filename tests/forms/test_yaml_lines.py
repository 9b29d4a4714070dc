"""YAML with places: what the slow parser reads, the fast one reads alike, every value in the same place."""

from __future__ import annotations

import string
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from xinqiao.core.problem import Problem, XinqiaoError
from xinqiao.forms import yaml_lines
from xinqiao.forms.yaml_lines import Document, parse_yaml

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted([*(ROOT / "forms").rglob("*.yml"), *(ROOT / "tests" / "real").glob("*.yml")])


def both(text: str) -> Iterator[Document | tuple[Problem, ...]]:
    """What is read of a text, or refused in it, with the parser in C and without.

    Of what is not written the place is left out: one looks for it behind, the other before the end of the line.
    """
    with pytest.MonkeyPatch.context() as patch:
        for fast in (True, False):
            yaml_lines._composed.cache_clear()
            if not fast:
                patch.delattr(yaml, "CSafeLoader", raising=False)
            try:
                read = parse_yaml(text, "form.yml")
                read.values = {path: mark for path, mark in read.values.items() if read.get(path) is not None}
                yield read
            except XinqiaoError as error:
                yield error.problems
    yaml_lines._composed.cache_clear()


@pytest.mark.skipif(not hasattr(yaml, "CSafeLoader"), reason="PyYAML without its parser in C: there is one way only")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_forms_read_alike_by_both_parsers(path: Path) -> None:
    fast, slow = both(path.read_text(encoding="utf-8"))
    assert fast == slow


@settings(max_examples=200)
@given(st.text(alphabet=string.ascii_letters + "\n  :-[]{},'\"#&*!|>%@`\\心０\t", max_size=60))
@example("a: &x 1\nb: *x")
@example("[" * 31 + "]" * 31)
@example("a: {b: 'it''s', c: \"x\\ty\"}\n心: 桥 # 注\n")
@example("a: b\n - c")
def test_whatever_the_slow_parser_reads_the_fast_one_reads_alike(text: str) -> None:
    fast, slow = both(text)
    # After `>` and `|` the one in C takes what the other refuses: a tab, a remark without a space before it.
    assert fast == slow or not isinstance(slow, Document)


def test_aliases_and_deep_nesting_are_refused() -> None:
    for text, what in (("a: &x 1\nb: *x", "&name, *name"), ("[" * 31 + "]" * 31, "> 30 levels")):
        with pytest.raises(XinqiaoError) as refused:
            parse_yaml(text, "form.yml")
        assert [(one.code, one.params["what"]) for one in refused.value.problems] == [("yaml-feature", what)]
