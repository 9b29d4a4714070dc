"""Cells of a Word table that reach over rows: Word writes each of their rows, a page the first alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from xinqiao.site.word.block import Cell

CONTINUES = "continue"


def reaching(rows: Sequence[Sequence[tuple[Cell, int, str]]]) -> Iterator[tuple[Cell, ...]]:
    """Rows of cells with their first column and how they are merged, as rows in which each cell stands once."""
    heights: dict[tuple[int, int], int] = {}
    owners: dict[int, int] = {}
    for number, row in enumerate(rows):
        for _, column, merged in row:
            if merged == CONTINUES and column in owners:
                heights[owners[column], column] += 1
            else:
                owners[column] = number
                heights[number, column] = 1
    for number, row in enumerate(rows):
        yield tuple(
            replace(cell, rows=heights[number, column]) for cell, column, _ in row if (number, column) in heights
        )
