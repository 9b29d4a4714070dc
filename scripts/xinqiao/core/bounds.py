"""The least and greatest answer that a constraint such as `. >= 0 and . <= 10` allows."""

from __future__ import annotations

import math
from dataclasses import dataclass

from xinqiao.core.expression import Expression, Node

MIRRORED = {">=": "<=", "<=": ">=", ">": "<", "<": ">", "=": "="}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Whole numbers, both included; None where an answer is not bounded on that side."""

    low: int | None = None
    high: int | None = None

    @property
    def count(self) -> int | None:
        """How many whole numbers lie between the bounds; None where a bound lacks."""
        return None if self.low is None or self.high is None else max(0, self.high - self.low + 1)


def bounds(constraint: Expression | None) -> Bounds:
    """The bounds that every whole number has for which the constraint holds.

    Only comparisons of `.` with a number that are joined by `and` are read; whatever else the
    constraint asks can only narrow them.
    """
    lows: list[int] = []
    highs: list[int] = []
    todo = [constraint.tree()] if constraint else []
    while todo:
        node = todo.pop()
        if node.op == "and":
            todo += node.parts
        elif (found := _comparison(node)) is not None:
            operator, limit = found
            if operator in {">=", ">", "="}:
                lows.append(math.floor(limit) + 1 if operator == ">" else math.ceil(limit))
            if operator in {"<=", "<", "="}:
                highs.append(math.ceil(limit) - 1 if operator == "<" else math.floor(limit))
    return Bounds(low=max(lows, default=None), high=min(highs, default=None))


def _comparison(node: Node) -> tuple[str, float] | None:
    if node.op not in MIRRORED:
        return None
    left, right = node.parts
    if left.op == "current" and (limit := _constant(right)) is not None:
        return node.op, limit
    if right.op == "current" and (limit := _constant(left)) is not None:
        return MIRRORED[node.op], limit
    return None


def _constant(node: Node) -> float | None:
    if node.op == "figure":
        return float(node.value)
    if node.op == "negate" and (inner := _constant(node.parts[0])) is not None:
        return -inner
    return None
