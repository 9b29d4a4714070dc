"""The table `rows` of portal.toml: what counts the rows of large files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field, StringConstraints

from xinqiao.core.rows import USUAL_ROWS, RowEngine, RowSettings
from xinqiao.duty_settings import Part

# What a setting needs, in words for the message; by the last part of its key.
WANTED = {"engine": "duckdb / spark", "master": "local[*] / spark://HOST:7077 / yarn / k8s://…"}


class RowsTable(Part):
    """`[rows]`."""

    engine: Annotated[RowEngine, Field(strict=False)] = RowEngine.DUCKDB
    master: Annotated[str, StringConstraints(pattern=r"^(local(\[[0-9*,]+\])?|yarn|(spark|k8s)://\S+)$")] = (
        USUAL_ROWS.master
    )

    def settings(self) -> RowSettings:
        """The settings of the table."""
        return RowSettings(engine=self.engine, master=self.master)


SECTIONS: Mapping[tuple[str, ...], type[Part]] = {("rows",): RowsTable}
