"""A file of answers, small or large, to what of it can be used."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from xinqiao.core.form import Form
from xinqiao.core.question import Role
from xinqiao.core.record import ScoredRow
from xinqiao.core.rows import USUAL_ROWS, RowEngine, RowSettings
from xinqiao.tables.cluster import on_spark
from xinqiao.tables.read import read_file
from xinqiao.tables.score import scorer
from xinqiao.tables.source import PARQUET
from xinqiao.tables.validate import Checked, validate

if TYPE_CHECKING:
    from xinqiao.tables.tally import Sifted

# Bytes from which on the engine is worth its start of some seconds; a smaller file is done before it runs.
LARGE = 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What was found in a file, its usable rows scored, and days that span when these were given."""

    checked: Checked
    rows: Iterable[ScoredRow] = field(repr=False)
    days: Sequence[date] = field(repr=False)


def is_answers(path: Path, rows: RowSettings = USUAL_ROWS) -> bool:
    """Whether there is a file of answers; Spark takes a folder of Parquet files for one too."""
    return path.is_file() or (rows.engine is RowEngine.SPARK and path.is_dir() and any(path.rglob("*.parquet")))


def read_answers(path: Path, form: Form, schema: Mapping[str, object], rows: RowSettings = USUAL_ROWS) -> Answers:
    """Reads, validates and scores a file; of a large one, in the memory of its groups.

    The rows of a large file hold what the form's summaries speak of and nothing else, and rows that say the same are
    one object. With Spark as the engine Parquet goes there; any other file is one that lies here. Neither where a code
    tells persons apart: that stands in no group. Raises XinqiaoError as `read_file` does, and spark-missing,
    java-missing, spark-failed.
    """
    by_person = any(question.role is Role.MATCH for question in form.questions)
    if not by_person and rows.engine is RowEngine.SPARK and (path.is_dir() or _parquet(path)):
        return _counted(on_spark(rows.master, path, form, schema))
    if not by_person and path.is_file() and path.stat().st_size >= LARGE:
        from xinqiao.tables.sift import sift  # noqa: PLC0415  the engine takes seconds to start

        if sifted := sift(path, form, schema):
            return _counted(sifted)
    checked = validate(form, schema, read_file(path, form))
    score = scorer(form)
    return Answers(
        checked=checked, rows=tuple(score(row) for _, row in checked.rows), days=tuple(checked.days.values())
    )


def _counted(sifted: Sifted) -> Answers:
    return Answers(checked=sifted, rows=tuple(sifted.tally.rows()), days=sifted.tally.ends)


def _parquet(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(PARQUET)) == PARQUET
