"""One set of table expressions for a form: which rows have nothing to be said of them, their scores, their groups.

The table has a row's number, the code of each answer (known.py) and, where files tell it, the day. The expressions are
Ibis': DuckDB and Spark compute the same whole numbers from them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from functools import reduce
from itertools import pairwise
from operator import add, and_, or_
from typing import TYPE_CHECKING

from xinqiao.core.form import Form
from xinqiao.core.question import Question
from xinqiao.core.scale import Scale
from xinqiao.core.summary import WEEK
from xinqiao.tables.careless import LONG_RUN, lists
from xinqiao.tables.known import FAULTY, NOTHING, Known
from xinqiao.tables.score import mirror
from xinqiao.tables.sure import Deciding, both, either

if TYPE_CHECKING:
    from ibis.expr.types import BooleanValue, IntegerValue, Table

CODES, LEFT, ROW, DAY, STATE, COUNT, FIRST, LAST = "codes", "rest", "row", "day", "state", "n", "first", "last"
# Of a row that has to be judged whatever its answers say: 1, else 0.
ODD = "odd"
# On a cluster: what a row says, and who gave it.
MARK, WHO = "mark", "who"


class State(IntEnum):
    """What becomes of a row: judged word by word, counted, counted and told to be straight, left out by `keep_if`."""

    JUDGE = 0
    COUNT = 1
    STRAIGHT = 2
    LEAVE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What the expressions are made of: the form, what is known of its questions, and what is to be counted.

    counted: names of questions, scales and `week` whose values each group of rows keeps.
    alone: questions whose faults are told by their codes. minded: whether files tell who a row is of, or of which
    version of the form. compared: whether rows that say the same are counted.
    """

    form: Form
    known: Mapping[str, Known] = field(repr=False)
    counted: tuple[str, ...]
    alone: tuple[str, ...] = ()
    minded: bool = False
    compared: bool = False

    @property
    def dated(self) -> bool:
        """Whether the file tells the day of a row."""
        return bool(self.form.file.date_column)

    def column(self, name: str) -> str:
        """The column of a question's codes; names of questions need not be names of columns."""
        return f"q{list(self.known).index(name)}"

    def words(self, name: str) -> str:
        """The column of what people typed."""
        return f"t{list(self.known).index(name)}"

    @property
    def typed(self) -> tuple[str, ...]:
        """The questions whose words are kept, as they are the levels of a dimension."""
        return tuple(name for name in self.counted if name in self.known and self.known[name].typed)

    @property
    def columns(self) -> Mapping[str, str]:
        """Column → type of the table of codes."""
        codes = {self.column(name): known.width for name, known in self.known.items()}
        words = {self.words(name): "string" for name in self.typed}
        more = {DAY: "int32"} if self.dated else {}
        return {ROW: "int64", **codes, **words, **more, **({ODD: "int8"} if self.minded else {})}


def expressions(plan: Plan) -> Table:
    """Groups of rows with the same state and the same counted values: how many, from which day to which.

    A row that something is to be said of is a group of its own, by its number.
    """
    # Slow to start, and needed for large files only.
    import ibis  # noqa: PLC0415

    rows = ibis.table(plan.columns, name=CODES)
    codes: Mapping[str, IntegerValue] = {name: rows[plan.column(name)] for name in plan.known}
    states = rows.mutate(**{STATE: _state(plan, rows, codes)})
    counts = states[STATE].isin([State.COUNT, State.STRAIGHT])
    told = states[STATE].isin([State.JUDGE, State.STRAIGHT, *([State.LEAVE] if plan.compared else [])])
    # A row that is judged is a group of its own whatever its keys are; those left out are one group.
    keep_all = plan.form.file.keep_if is None
    keys = {
        name: value if keep_all else ibis.ifelse(counts, value, ibis.null())
        for name, value in _keys(plan, states).items()
    }
    grouped = states.select(
        **{ROW: ibis.ifelse(told, states[ROW], ibis.null())},
        **{STATE: states[STATE]},
        **keys,
        **({DAY: states[DAY]} if plan.dated else {}),
    )
    ends = {FIRST: grouped[DAY].min(), LAST: grouped[DAY].max()} if plan.dated else {}
    return grouped.group_by([ROW, STATE, *keys]).aggregate(**{COUNT: grouped.count()}, **ends)


def faulty(plan: Plan) -> Table:
    """Of rows that are not sound, those whose faults are told by their codes, by number: all else in them is sound.

    It is asked of the few that are left, as DuckDB would else compute it for all.
    """
    import ibis  # noqa: PLC0415

    rows = ibis.table(plan.columns, name=LEFT)
    codes: Mapping[str, IntegerValue] = {name: rows[plan.column(name)] for name in plan.known}
    deciding = Deciding(plan.form, plan.known, codes)
    told = deciding.holds(plan.form.file.keep_if).yes
    for name, known in plan.known.items():
        code, right = codes[name], _sound(known.question, codes[name], deciding)
        if name in plan.alone:
            right = either(right, code <= FAULTY)
            right = either(right, code == NOTHING) if known.question.required else right
        told = both(told, right)
    if plan.dated:
        told = both(told, rows[DAY] > NOTHING)
    if plan.minded:
        told = both(told, rows[ODD] == 0)
    return rows.filter(told).select(ROW)


def merged(plan: Plan, groups: Table) -> Table:
    """Groups of several batches as groups of all their rows, in the same columns."""
    ends = {FIRST: groups[FIRST].min(), LAST: groups[LAST].max()} if plan.dated else {}
    keys = [name for name in groups.columns if name not in {COUNT, FIRST, LAST}]
    return groups.group_by(keys).aggregate(**{COUNT: groups[COUNT].sum().cast("int64")}, **ends)


def keys_of(plan: Plan, name: str) -> tuple[str, ...]:
    """The columns that hold a counted value: of a scale what its items come to, and how many if some may lack."""
    if name == WEEK:
        return (WEEK,) if plan.dated else ()
    if plan.form.is_scale(name):
        at = [scale.name for scale in plan.form.scales].index(name)
        return (f"s{at}", f"p{at}") if plan.form.scale(name).missing_items else (f"s{at}",)
    return (plan.words(name),) if name in plan.typed else (plan.column(name),)


def _keys(plan: Plan, rows: Table) -> Mapping[str, IntegerValue]:
    found: dict[str, IntegerValue] = {}
    for name in plan.counted:
        columns = keys_of(plan, name)
        if name == WEEK and columns:
            # Day 1 of Python's calendar is a Monday.
            found[WEEK] = rows[DAY] - (rows[DAY] + 6) % 7
        elif plan.form.is_scale(name):
            found |= dict(zip(columns, _score(plan, plan.form.scale(name), rows), strict=True))
        elif columns:
            found[columns[0]] = rows[columns[0]]
    return found


def _state(plan: Plan, rows: Table, codes: Mapping[str, IntegerValue]) -> IntegerValue:
    import ibis  # noqa: PLC0415

    deciding = Deciding(plan.form, plan.known, codes)
    sound: BooleanValue | bool = True
    for name, known in plan.known.items():
        sound = both(sound, _sound(known.question, codes[name], deciding))
    if not any(known.question.required and not known.question.relevance for known in plan.known.values()):
        # A row without any answer is no row.
        sound = both(sound, reduce(either, (code > NOTHING for code in codes.values()), False))
    if plan.dated:
        sound = both(sound, rows[DAY] > NOTHING)
    kept = deciding.holds(plan.form.file.keep_if)
    straight = _straight(plan, codes)
    all_known = reduce(both, (code >= NOTHING for code in codes.values()), True)
    leave = both(all_known, kept.no)
    sound = both(sound, kept.yes)
    counted = State.COUNT if isinstance(straight, bool) else ibis.ifelse(straight, State.STRAIGHT, State.COUNT)
    if plan.minded:
        leave, sound = both(leave, rows[ODD] == 0), both(sound, rows[ODD] == 0)
    branches = [(where, state) for where, state in ((sound, counted), (leave, State.LEAVE)) if where is not False]
    state = ibis.cases(*branches, else_=State.JUDGE) if branches else ibis.literal(State.JUDGE)
    return state.cast("int8")


def _sound(question: Question, code: IntegerValue, deciding: Deciding) -> BooleanValue | bool:
    """Where an answer, or that there is none, is as it should be."""
    relevance = deciding.holds(question.relevance)
    given = both(relevance.yes, both(deciding.allowed(question).yes, deciding.offered(question).yes))
    lacks = relevance.no if question.required else True
    if given is True:
        return (
            code >= NOTHING
            if lacks is True
            else code > NOTHING
            if lacks is False
            else (code > NOTHING) | (code == NOTHING) & lacks
        )
    return either(both(code > NOTHING, given), both(code == NOTHING, lacks))


def _straight(plan: Plan, codes: Mapping[str, IntegerValue]) -> BooleanValue | bool:
    """Where a row has a long run: each answer the same as the next, so many times in a row."""
    found: list[IntegerValue] = []
    for names in lists(plan.form):
        # 1 and 0, as engines join whole numbers faster than truths.
        alike = [(codes[a] == codes[b]).cast("int8") for a, b in pairwise(names)]
        runs = _runs(alike, LONG_RUN - 1)
        found += [run & (codes[name] > NOTHING).cast("int8") for run, name in zip(runs, names, strict=False)]
    return reduce(or_, found) > 0 if found else False


def _runs(alike: Sequence[IntegerValue], length: int) -> Sequence[IntegerValue]:
    """Where so many hold one after the other, each made of two halves that engines compute once."""
    if length == 1:
        return alike
    half = length // 2
    first, second = _runs(alike, half), _runs(alike, length - half)
    return [first[at] & second[at + half] for at in range(len(alike) - length + 1)]


def _score(plan: Plan, scale: Scale, rows: Table) -> tuple[IntegerValue, ...]:
    """What the items that are there come to together and how many there are, exact; of a scale that needs all, one."""
    import ibis  # noqa: PLC0415

    codes = [rows[plan.column(name)] for name in scale.items]
    points = [_points(plan.known[name], reverse=name in scale.reversed_items) for name in scale.items]
    scores = [_scored(given, code) for given, code in zip(points, codes, strict=True)]
    if scale.missing_items:
        return reduce(add, scores), reduce(add, ((code > NOTHING).cast("int32") for code in codes))
    items = [plan.known[name].question for name in scale.items]
    # A row that is counted has an answer to what must be answered.
    optional = [code for item, code in zip(items, codes, strict=True) if not item.required or item.relevance]
    summed = reduce(add, scores)
    if len({(given[0], given[1]) for given in points if _even(given)}) == 1 and all(map(_even, points)):
        # Every item counts alike: the codes are added as they are.
        first, step = points[0][0], points[0][1] - points[0][0]
        summed = reduce(add, (code.cast("int32") for code in codes)).cast("int64") * step + len(codes) * (first - step)
    whole = [code > NOTHING for code in optional]
    return (ibis.ifelse(reduce(and_, whole), summed, ibis.null()),) if whole else (summed,)


def _even(points: Sequence[int]) -> bool:
    """Whether a code's score follows from it by one step."""
    return len(points) > 1 and all(value == points[0] + (points[1] - points[0]) * at for at, value in enumerate(points))


def _points(known: Known, *, reverse: bool) -> Sequence[int]:
    """The scores of an item's codes from 1 on."""
    scored = {choice.name: choice.score for choice in known.question.choices}
    points = [value if isinstance(value, int) else scored.get(str(value)) or 0 for value in known.values]
    return [mirror(known.question) - value for value in points] if reverse else points


def _scored(points: Sequence[int], code: IntegerValue) -> IntegerValue:
    """The score of an item's code, 0 where there is no answer."""
    import ibis  # noqa: PLC0415

    if _even(points):
        step = points[1] - points[0]
        return ibis.ifelse(code > NOTHING, code.cast("int64") * step + (points[0] - step), 0)
    return ibis.cases(*((code == at, value) for at, value in enumerate(points, start=1)), else_=0).cast("int64")
