"""Spark and DuckDB give the same whole numbers, row by row; where Java and pyspark are there."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet
import pytest

from xinqiao.core.foreign import ForeignFile
from xinqiao.core.form import Form
from xinqiao.core.problem import XinqiaoError
from xinqiao.core.text import Lang
from xinqiao.forms.schema import table_schema
from xinqiao.tables import repeated
from xinqiao.tables.cluster import on_spark
from xinqiao.tables.sift import sift

pyspark = pytest.importorskip("pyspark.sql", reason="Spark is an optional requirement")
if not shutil.which("java"):
    pytest.skip("Spark needs Java", allow_module_level=True)


@pytest.fixture(scope="module")
def session() -> Iterator[Any]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYSPARK_PYTHON", sys.executable)
        yield from started()


def started() -> Iterator[Any]:
    # Two parts, so that numbering rows over parts is tested too.
    builder = pyspark.SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
    parted = builder.config("spark.sql.shuffle.partitions", "2").config("spark.sql.files.maxPartitionBytes", "20000")
    session = parted.getOrCreate()
    yield session
    session.stop()


def test_spark_tells_of_every_row_what_duckdb_tells(
    session: Any, form: Form, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from xinqiao.tables.spark import sift_on_spark  # noqa: PLC0415 - needs pyspark

    path = tmp_path / "answers.parquet"
    moods, hours = ["1", "2", "3", "awful", None, "Good"], [8, 25, None, 0, 7]
    rows = 3000
    columns = {
        "班级": ["一班", "二班"] * (rows // 2),
        "mood": moods * (rows // 6),
        "hours": hours * (rows // 5),
        "topics": ["study sleep", "", "money"] * (rows // 3),
        "why": ["x", "", "x", "x", "x", "", "x", "x", "x", "x"] * (rows // 10),
    }
    # One respondent in four stands there twice, thirty rows apart, and rows that say the same are counted.
    monkeypatch.setattr(repeated, "LONG_FORM", 1)
    columns["Nr."] = [f"p{at - 30 if at % 4 == 1 else at}" for at in range(rows)]
    columns["Version"] = ["2", "1", "", "1"] * (rows // 4)
    pa.parquet.write_table(pa.table(columns), path, row_group_size=500)
    form = replace(form, file=ForeignFile(id_column="Nr.", version_column="Version"))
    schema = table_schema(form, Lang.EN)
    here, there = sift(path, form, schema), sift_on_spark(session, path, form, schema)
    assert here and there.as_json() == here.as_json()
    assert there.tally.counts == here.tally.counts
    assert 0 < there.usable < rows
    assert {"id-repeated", "row-repeated", "version-other"} <= {code for code, _ in there.counts}


def test_what_spark_cannot_do_is_told_without_its_words(session: Any, form: Form, tmp_path: Path) -> None:
    path = tmp_path / "answers.parquet"
    path.write_bytes(b"PAR1 secret")
    with pytest.raises(XinqiaoError) as raised:
        on_spark("local[1]", path, form, table_schema(form, Lang.EN))
    assert [problem.code for problem in raised.value.problems] == ["spark-failed"]
    assert "secret" not in str(raised.value)
