"""The glossary knows every public type of core, and each word once."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROW = re.compile(r"^\| (?P<name>[^|]+) \| (?P<zh>[^|]+) \| (?P<meaning>[^|]+) \|$", re.MULTILINE)


@pytest.fixture(scope="module")
def rows(root: Path) -> list[re.Match[str]]:
    text = (root / "docs/dev/glossary.md").read_text("utf-8")
    return [row for row in ROW.finditer(text) if row["name"] not in {"Name", "---"}]


def test_every_public_type_of_core_has_an_entry(root: Path, rows: list[re.Match[str]]) -> None:
    coded = set(re.findall(r"`(\w+)`", " ".join(row[0] for row in rows)))
    for module in (root / "scripts/xinqiao/core").glob("*.py"):
        tree = ast.parse(module.read_text("utf-8"))
        types = {node.name for node in tree.body if isinstance(node, ast.ClassDef) and not node.name.startswith("_")}
        assert types <= coded, f"{module.name}: {sorted(types - coded)}"


def test_no_word_stands_twice(rows: list[re.Match[str]]) -> None:
    names = [name.strip("` ").lower() for row in rows for name in row["name"].split(",")]
    assert sorted(names) == sorted(set(names))


def test_every_word_has_a_chinese_term_and_one_sentence(rows: list[re.Match[str]]) -> None:
    for row in rows:
        assert re.search(r"[\u4e00-\u9fff]", row["zh"]), row["name"]
        assert row["meaning"].endswith(".") and ". " not in row["meaning"], row["name"]
