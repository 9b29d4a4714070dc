"""Columns that only their number and their sum tell apart, taken together: the same worlds, far fewer columns.

Of the middle scores of a scale nothing is asked but how many people have one and what these add up to. So
columns that lie evenly, each the same step from the one before (c, c + d, … c + j·d), become two: how many
people, and how many steps they have made together. Whoever has these two numbers in whole numbers, and no
more steps than j for each person, can hand the steps out; so nothing is lost and nothing is gained.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from xinqiao.safety.atlas import Atlas
from xinqiao.safety.cells import Task
from xinqiao.safety.rows import Ints, Sparse

SHORTEST = 3  # of two columns nothing would be saved
Vector = dict[int, int]  # row → value


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Columns that lie evenly, and what each has more than the one before."""

    columns: Sequence[int]
    step: Vector


def compact(task: Task) -> Task:
    """The same task with every run of columns as two: the first counts people, the second steps."""
    parts = (task.cells.rows, task.groups.rows, task.fixed)
    whole = _stacked(parts)
    runs = list(_runs(task.where, _vectors(whole, len(task.truth))))
    truth = task.truth.copy()
    rows, columns, values = [], [], []
    count = whole.count
    for run in runs:
        people = task.truth[run.columns]
        truth[run.columns] = 0
        truth[run.columns[0]] = people.sum()
        if run.step:
            steps, most = run.columns[1], len(run.columns) - 1
            truth[steps] = people @ np.arange(len(run.columns))
            rows += [*run.step, count, count]
            columns += [steps] * len(run.step) + [run.columns[0], steps]
            values += [*run.step.values(), most, -1]
            count += 1
    gone = np.zeros(len(truth), dtype=bool)
    gone[[column for run in runs for column in run.columns[1:]]] = True
    kept = ~gone[whole.columns]
    made = [
        np.concatenate([old[kept], np.array(new, dtype=np.int64)]) for old, new in _pairs(whole, rows, columns, values)
    ]
    cells, groups, fixed = _parted(Sparse(count, *made), [part.count for part in parts])
    more = count - whole.count
    return replace(
        task,
        truth=truth,
        fixed=fixed,
        fixed_low=np.concatenate([task.fixed_low, np.zeros(more)]),
        fixed_high=np.concatenate([task.fixed_high, np.full(more, np.inf)]),
        cells=replace(task.cells, rows=cells),
        groups=replace(task.groups, rows=groups),
    )


def _pairs(whole: Sparse, rows: list[int], columns: list[int], values: list[int]) -> Iterator[tuple[Ints, list[int]]]:
    yield from ((whole.rows, rows), (whole.columns, columns), (whole.values, values))


def _stacked(parts: Sequence[Sparse]) -> Sparse:
    """All rows as one matrix."""
    starts = np.cumsum([0, *(part.count for part in parts)])
    return Sparse(
        int(starts[-1]),
        np.concatenate([part.rows + start for part, start in zip(parts, starts, strict=False)]),
        np.concatenate([part.columns for part in parts]),
        np.concatenate([part.values for part in parts]),
    )


def _parted(whole: Sparse, counts: Sequence[int]) -> Iterator[Sparse]:
    """The matrix in parts of so many rows; the last takes what is left."""
    order = np.lexsort((whole.columns, whole.rows))
    rows, columns, values = whole.rows[order], whole.columns[order], whole.values[order]
    ends = [*np.cumsum(counts[:-1]), whole.count]
    for start, end in zip([0, *ends], ends, strict=False):
        inside = slice(*np.searchsorted(rows, [start, end]))
        yield Sparse(int(end - start), rows[inside] - start, columns[inside], values[inside])


def _vectors(whole: Sparse, width: int) -> Sequence[Vector]:
    found: list[Vector] = [{} for _ in range(width)]
    for row, column, value in zip(whole.rows.tolist(), whole.columns.tolist(), whole.values.tolist(), strict=True):
        found[column][row] = found[column].get(row, 0) + value
    return found


def _runs(where: Atlas, vectors: Sequence[Vector]) -> Iterator[Run]:
    """The runs among the answers to each question in each finest group; the longest first where two meet."""
    answers: dict[tuple[str, tuple[str, ...]], list[int]] = {}
    for (variable, part, _), column in where.column.items():
        answers.setdefault((variable, part), []).append(column)
    for span in range(len(where.spans)):
        for columns in answers.values():
            yield from _evenly([column + span * where.size for column in columns], vectors)


def _evenly(columns: Sequence[int], vectors: Sequence[Vector]) -> Iterator[Run]:
    steps = [_less(vectors[after], vectors[before]) for before, after in itertools.pairwise(columns)]
    spans: list[tuple[int, int]] = []
    for at, step in enumerate(steps):
        if at and step == steps[at - 1]:
            spans[-1] = spans[-1][0], at + 1
        else:
            spans.append((at, at + 1))
    taken: set[int] = set()
    for first, last in sorted(spans, key=lambda span: (span[0] - span[1], span)):
        free = [at for at in range(first, last + 1) if at not in taken]
        if len(free) >= SHORTEST:
            taken |= set(free)
            yield Run(columns=[columns[at] for at in free], step=steps[first])


def _less(vector: Mapping[int, int], other: Mapping[int, int]) -> Vector:
    found = {row: vector.get(row, 0) - other.get(row, 0) for row in sorted({*vector, *other})}
    return {row: value for row, value in found.items() if value}
