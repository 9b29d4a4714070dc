"""The way to Spark: what has to be there for it, and what is said where it fails."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from xinqiao.core.form import Form
from xinqiao.core.problem import Place, refuse

if TYPE_CHECKING:
    from xinqiao.tables.tally import Sifted


def on_spark(master: str, path: Path, form: Form, schema: Mapping[str, object]) -> Sifted:
    """Validates, scores and counts Parquet files on Spark.

    master: as Spark writes it. Raises XinqiaoError: spark-missing, java-missing, spark-failed, and as `read_file` does.
    """
    if importlib.util.find_spec("pyspark") is None:
        raise refuse("spark-missing")
    if not (shutil.which("java") or os.environ.get("JAVA_HOME")):
        raise refuse("java-missing")
    # An optional package, slow to start.
    from xinqiao.tables.spark import FAILURES, session, sift_on_spark  # noqa: PLC0415

    # Workers run the same Python where nothing else is said.
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    try:
        with session(master) as running:
            return sift_on_spark(running, path, form, schema)
    except FAILURES as error:
        # Its message may quote a cell.
        kind = type(error).__name__
    raise refuse("spark-failed", Place(file=str(path)), kind=kind)
