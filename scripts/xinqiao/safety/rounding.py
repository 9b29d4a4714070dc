"""Rounded tables: every count a multiple of a base and near the true one, and the table still adds up.

Controlled rounding (Fischetti and Salazar 1998, doi:10.1287/mnsc.44.7.1008; Langsrud and Heldal 2018 for small
counts): a programme in whole numbers over the finest cells, of which all others are sums. Each count may go up
or down by as much as the base, a zero or a multiple too: else a rounded 5 would say that somebody is there, and
a rounded 0 that fewer than k are. Which way it should go is drawn from a hash of the count and of something that
only the answers tell: the same for the same count in every release, so that nothing can be averaged away.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import highspy
import numpy as np

from xinqiao.core.problem import refuse
from xinqiao.core.record import ScoredRow
from xinqiao.safety.rows import Floats, Ints, Rows, Sparse
from xinqiao.safety.structure import ALL, Figure, Group, Leaves, Plan, Structure
from xinqiao.safety.tally import Tally, wider
from xinqiao.safety.worlds import solve

# One in so many multiples of the base moves up, one down: enough for a rounded count to be any in its reach.
MOVED = 8
# What a finest cell's draw is worth more than a total's: so it hardly depends on what others draw.
INNER = 3.0
NODES = 2_000
NEAR = 0.01  # how far from the best, relatively, the programme may stop


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Counts to be rounded: each a sum of finest cells, and sums of finest cells that must come to nothing."""

    cells: Sparse = field(repr=False)
    truth: Ints = field(repr=False)
    ties: Sparse = field(repr=False)
    width: int

    def round(self, base: int, wish: Ints, weight: Floats) -> Ints | None:
        """The counts rounded as near to `wish` (multiples of the base) as adding up allows; None where nothing is.

        Each is a multiple of the base, not below 0 and at most the base away from the truth.
        """
        solver = _solver()
        solver.passModel(self._model(base, wish, weight))
        solve(solver)
        # What was found by then hangs on the machine, and a release is the same on every one.
        if solver.getModelStatus() == highspy.HighsModelStatus.kTimeLimit:
            return None
        if solver.getInfo().primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
            return None
        finest = np.rint(solver.getSolution().col_value[: self.width]).astype(np.int64)
        rounded = self.cells.of(finest) * base
        sound = bool((finest >= 0).all()) and not bool(self.ties.of(finest).any())
        return rounded if sound and bool((np.abs(rounded - self.truth) <= base).all()) else None

    def _model(self, base: int, wish: Ints, weight: Floats) -> highspy.HighsLp:
        """Columns: the finest cells in units of the base, then how far each count is above and below its wish."""
        count, infinite = self.cells.count, float(highspy.kHighsInf)
        goal = wish // base
        slack = np.arange(count, dtype=np.int64)
        row = np.concatenate([self.cells.rows, slack, slack, count + self.ties.rows])
        column = np.concatenate([self.cells.columns, self.width + slack, self.width + count + slack, self.ties.columns])
        value = np.concatenate([self.cells.values, -np.ones(count), np.ones(count), self.ties.values])
        order = np.argsort(row, kind="stable")
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = self.width + 2 * count, count + self.ties.count
        model.col_cost_ = np.concatenate([np.zeros(self.width), weight, weight])
        model.col_lower_ = np.zeros(model.num_col_)
        highest, lowest = self.truth // base + 1, -(-self.truth // base) - 1
        model.col_upper_ = np.concatenate([np.full(self.width, infinite), highest - goal, goal - np.maximum(lowest, 0)])
        model.row_lower_ = model.row_upper_ = np.concatenate([goal, np.zeros(self.ties.count)]).astype(float)
        model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        model.a_matrix_.start_ = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=model.num_row_))])
        model.a_matrix_.index_, model.a_matrix_.value_ = column[order], value[order].astype(float)
        whole = [highspy.HighsVarType.kInteger] * self.width
        model.integrality_ = whole + [highspy.HighsVarType.kContinuous] * (2 * count)
        return model


def drawn(truth: Ints, base: int, keys: Sequence[str]) -> tuple[Ints, Floats]:
    """For each count the multiple of the base that it should become, and how much that is worth.

    A count between two multiples goes to the upper one as often as it is near to it, so that it is right on the
    average. keys: what makes each draw its own; the same key and count give the same draw.
    """
    wish, weight = np.empty_like(truth), np.empty(len(truth))
    for at, (count, key) in enumerate(zip(truth.tolist(), keys, strict=True)):
        digest = hashlib.sha256(f"{key}\0{count}".encode()).digest()
        draw = int.from_bytes(digest[:6]) / 256**6
        below, over = divmod(count, base)
        up, down = over / base or 1 / MOVED, 0 if over or not below else 1 / MOVED
        step = int(draw < up) - int(draw >= 1 - down)
        wish[at] = (below + step) * base
        # No two worth the same: so the best is one, and found again on any machine.
        weight[at] = 1 + int.from_bytes(digest[6:10]) / 256**4 / 1_000
    return wish, weight


def secret_of(rows: Iterable[ScoredRow]) -> str:
    """What only who has all answers can know: a hash of them, whatever their order.

    A question that is asked since then changes nothing: nobody had answered it.
    """
    texts = sorted(repr([_given(row.row.values), _given(row.scores)]) for row in rows)
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()


def _given(values: Mapping[str, object]) -> list[tuple[str, object]]:
    return sorted((name, value) for name, value in values.items() if value is not None)


Line = tuple[Group, Figure]


def rounded_lines(structure: Structure, plan: Plan, counted: Tally, secret: str) -> Mapping[Line, int]:
    """Every line of a table with its rounded count. Raises XinqiaoError (release-not-safe) where nothing adds up."""
    lines = [(group, figure) for group in counted.groups for figure in plan.figures]
    cells = list(dict.fromkeys((group, figure.variable, figure.leaves) for group, figure in lines))
    grid = _grid(structure, plan, counted, cells)
    keys = [f"{secret}\0{group}\0{variable}\0{sorted(leaves)}" for group, variable, leaves in cells]
    base = plan.policy.rounding
    wish, weight = drawn(grid.truth, base, keys)
    finest = {*counted.finest}
    inner = np.array([group in finest for group, _, _ in cells])
    rounded = grid.round(base, wish, np.where(inner, INNER * weight, weight))
    if rounded is None:
        raise refuse("release-not-safe")
    value = dict(zip(cells, rounded.tolist(), strict=True))
    return {(group, figure): value[group, figure.variable, figure.leaves] for group, figure in lines}


def _grid(structure: Structure, plan: Plan, counted: Tally, cells: Sequence[tuple[Group, str, Leaves]]) -> Grid:
    """The finest cells: each finest group, and in it everybody and each set of answers that no line parts."""
    parts = {name: list(_parts(structure, plan, name)) for name in {figure.variable for figure in plan.figures} - {ALL}}
    known, within = {*counted.groups}, dict[Group, list[Group]]()
    for finest in counted.finest:
        for group in wider(finest, known):
            within.setdefault(group, []).append(finest)
    column: dict[tuple[Group, str, Leaves], int] = {}
    for finest in counted.finest:
        every = [(ALL, frozenset[str]()), *((name, part) for name in sorted(parts) for part in parts[name])]
        for variable, leaves in every:
            column[finest, variable, leaves] = len(column)
    sums, ties = Rows(), Rows()
    for group, name, leaves in cells:
        sets = [part for part in parts[name] if part <= leaves] if name else [leaves]
        sums.add(
            np.array([column[finest, name, part] for finest in within.get(group, []) for part in sets], dtype=np.int64)
        )
    for finest in counted.finest:
        for name in sorted(parts):
            linked = [part for part in parts[name] if part <= structure.variables[name].linked]
            columns = [column[finest, ALL, frozenset()], *(column[finest, name, part] for part in linked)]
            ties.add(np.array(columns, dtype=np.int64), np.array([-1] + [1] * len(linked), dtype=np.int64))
    truth = np.array([counted.total(*cell) for cell in cells], dtype=np.int64)
    return Grid(cells=sums.frozen(), truth=truth, ties=ties.frozen(), width=len(column))


def _parts(structure: Structure, plan: Plan, name: str) -> Iterator[Leaves]:
    """The answers to a question in sets that every line of the table counts as a whole or not at all."""
    sets = [figure.leaves for figure in plan.figures if figure.variable == name]
    found: dict[tuple[bool, ...], set[str]] = {}
    for leaf in structure.variables[name].leaf_names:
        found.setdefault(tuple(leaf in leaves for leaves in sets), set()).add(leaf)
    yield from (frozenset(leaves) for leaves in found.values())


def _solver() -> highspy.Highs:
    solver: highspy.Highs = highspy.Highs()  # type: ignore[no-untyped-call]
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("random_seed", 0)
    solver.setOptionValue("mip_max_nodes", NODES)
    solver.setOptionValue("mip_rel_gap", NEAR)
    return solver
