"""Spark is asked only where the settings name it, and what it lacks is told."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet
import pytest

from xinqiao.core.form import Form
from xinqiao.core.problem import ExitCode, XinqiaoError
from xinqiao.core.rows import RowEngine, RowSettings
from xinqiao.tables.answers import is_answers, read_answers

SPARK = RowSettings(engine=RowEngine.SPARK, master="local[2]")


@pytest.fixture
def answers(tmp_path: Path) -> Path:
    path = tmp_path / "answers" / "part-0.parquet"
    path.parent.mkdir()
    pa.parquet.write_table(pa.table({"mood": ["2", "3"]}), path)
    return path


@pytest.mark.parametrize(("lacks", "code"), [("pyspark", "spark-missing"), ("java", "java-missing")])
def test_what_spark_needs_is_named(
    form: Form, schema: dict[str, object], answers: Path, monkeypatch: pytest.MonkeyPatch, lacks: str, code: str
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if lacks == "pyspark" else name)
    monkeypatch.setattr(shutil, "which", lambda _: None)
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(XinqiaoError) as raised:
        read_answers(answers, form, schema, SPARK)
    assert [problem.code for problem in raised.value.problems] == [code]
    assert raised.value.exit_code is ExitCode.USAGE


def test_only_parquet_goes_to_spark(form: Form, schema: dict[str, object], tmp_path: Path) -> None:
    path = tmp_path / "answers.csv"
    path.write_text("mood\n2\n3\n", encoding="utf-8")
    assert read_answers(path, form, schema, SPARK).checked.usable == 2


def test_a_folder_of_parquet_is_a_file_of_answers_for_spark_alone(answers: Path, tmp_path: Path) -> None:
    assert is_answers(answers) and is_answers(answers, SPARK)
    assert is_answers(answers.parent, SPARK) and not is_answers(answers.parent)
    (tmp_path / "none").mkdir()
    assert not is_answers(tmp_path / "none", SPARK)
