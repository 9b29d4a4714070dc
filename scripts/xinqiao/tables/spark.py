"""The same expressions on Spark, for Parquet files that lie on a cluster: only rows that must be judged come here.

Cells become codes where they lie, by the same code as for DuckDB, and the same Ibis expressions run over them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import ibis
import numpy as np
import pyarrow as pa
from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession
from pyspark.sql import functions as sql

from xinqiao.core.form import Form
from xinqiao.core.problem import Place, refuse
from xinqiao.tables.cells import ArrowCells
from xinqiao.tables.expressions import CODES, MARK, ODD, ROW, WHO, expressions
from xinqiao.tables.file import Record
from xinqiao.tables.numbers import numbers_of
from xinqiao.tables.sift import Sieve, Told
from xinqiao.tables.tally import Sifted

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

TYPES = {"int64": "bigint", "int32": "int", "int16": "smallint", "int8": "tinyint", "string": "string"}
# Spark numbers the rows of each part from this many times the part's number.
PART = 2**33
FAILURES = (PySparkException, Py4JError)


@contextmanager
def session(master: str) -> Iterator[SparkSession]:
    """A session of Spark that says nothing of its own and is stopped at the end."""
    builder = SparkSession.builder.appName("xinqiao").master(master).config("spark.ui.enabled", "false")
    running = builder.config("spark.ui.showConsoleProgress", "false").getOrCreate()
    running.sparkContext.setLogLevel("OFF")
    try:
        yield running
    finally:
        running.stop()


def sift_on_spark(session: SparkSession, path: Path, form: Form, schema: Mapping[str, object]) -> Sifted:
    """Validates, scores and counts Parquet files on Spark; the package must be there on every worker.

    Rows are numbered in the order of Spark's parts. Raises XinqiaoError as `read_file` does.
    """
    table = session.read.parquet(str(path))
    if any(kind.startswith(("array", "map", "struct", "binary")) for _, kind in table.dtypes):
        raise refuse("parquet-broken", Place(file=str(path)))
    header = Record(number=0, cells=tuple(table.columns))
    cells = _numbered(table.toDF(*(f"c{at}" for at in range(len(table.columns)))))
    sieve = Sieve(form, schema, header, str(path))
    coder = sieve.coder

    def coded(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            numbers = np.frombuffer(batch.column(0).buffers()[1], dtype=np.int64)[batch.column(0).offset :][
                : len(batch)
            ]
            texts = [column.cast(pa.string()) for column in batch.columns[1:]]
            held = ArrowCells(pa.RecordBatch.from_arrays(texts, batch.schema.names[1:]))
            codes = coder.codes(numbers, held, who := coder.ids(held), np.zeros(len(held), dtype=bool))
            more = [numbers_of(codes.marks.view("int64")), numbers_of(who.view("int64"))]
            yield pa.RecordBatch.from_arrays([*codes.table.columns, *more], [*codes.table.schema.names, MARK, WHO])

    kinds = {**sieve.plan.columns, MARK: "int64", WHO: "int64"}
    made = cells.mapInArrow(coded, ", ".join(f"{name} {TYPES[kind]}" for name, kind in kinds.items()))
    _minded(sieve, made).createOrReplaceTempView(CODES)
    groups = session.sql(ibis.to_sql(expressions(sieve.plan), dialect="pyspark"))
    told = sieve.take(map(tuple, groups.collect()))
    unsure = session.createDataFrame([(row,) for row in told.judge], f"{ROW} bigint")
    sieve.judge(_record(row) for row in cells.join(unsure, ROW).orderBy(ROW).toLocalIterator())
    if sieve.plan.compared:
        sieve.repeats(_repeats(session, made, told, sieve.marks))
    return sieve.told()


def _minded(sieve: Sieve, made: DataFrame) -> DataFrame:
    """Rows of a respondent who stands there several times have to be judged."""
    if not sieve.plan.minded:
        return made
    several = made.where(f"{WHO} <> 0").groupBy(WHO).count().where("count > 1").select(WHO, sql.lit(1).alias("several"))
    odd = sql.greatest(sql.col(ODD), sql.coalesce("several", sql.lit(0))).cast("tinyint")
    return made.join(several, WHO, "left").withColumn(ODD, odd)


def _repeats(session: SparkSession, made: DataFrame, told: Told, judged: Sequence[int]) -> int:
    """How many usable rows say what another one says; judged: marks of those that were judged."""
    gone = session.createDataFrame([(row,) for row in (*told.judge, *told.left_out)], f"{ROW} bigint")
    more = session.createDataFrame([(mark,) for mark in judged], f"{MARK} bigint")
    marks = made.join(gone, ROW, "left_anti").select(MARK).unionAll(more)
    return int(marks.count()) - int(marks.distinct().count())


def _record(row: tuple[object, ...]) -> Record:
    number, *cells = row
    return Record(number=int(str(number)), cells=tuple(map(str, cells)))


def _numbered(table: DataFrame) -> DataFrame:
    """The rows with their numbers from 1 on, each cell as a text."""
    words = [sql.coalesce(_word(table, name, kind), sql.lit("")).alias(name) for name, kind in table.dtypes]
    placed = table.select(sql.monotonically_increasing_id().alias(ROW), *words)
    part = sql.shiftright(ROW, 33)
    sizes = {row[0]: row[1] for row in placed.groupBy(part).count().collect()}
    before = 1
    starts = []
    for number in sorted(sizes):
        starts += [sql.lit(number), sql.lit(before - number * PART)]
        before += sizes[number]
    shift = sql.create_map(*starts)[part] if starts else sql.lit(0)
    return placed.withColumn(ROW, sql.col(ROW) + shift.cast("bigint"))


def _word(table: DataFrame, name: str, kind: str) -> object:
    return sql.upper(table[name].cast("string")) if kind == "boolean" else table[name].cast("string")
