"""What released tables say: distributions, shares, before and now. Numbers come from shown cells only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import takewhile

from xinqiao.core.form import Form
from xinqiao.core.question import NO_ANSWER
from xinqiao.core.safe import Cell, SafeTable
from xinqiao.core.summary import TOTAL, Measure, MeasureKind
from xinqiao.core.text import Lang, Text
from xinqiao.dashboard.naming import category_label, category_order, is_several, measure_label, question_of

QUARANTINE = "_quarantine"
# Below this many answers a percentage says more than is known; counts are given instead.
SHARE_FROM = 20
PAIR_ENDS = (("_before", "_now"), ("_before", "_after"), ("_pre", "_post"))
RECOMMEND = ("recommend", "nps")
LIKERT = range(3, 8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """So many of so many; both numbers are published or sums of published ones."""

    count: int
    base: int

    @property
    def percent(self) -> int | None:
        """Whole per cent, halves up; None where too few answered for a percentage."""
        return (200 * self.count + self.base) // (2 * self.base) if self.base >= SHARE_FROM else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer of a question and how many gave it; `count` is None where that is hidden."""

    name: str
    label: Text
    score: int | None
    count: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """The answers to one question in one group.

    `answers` stand as the form lists them, lowest score first where all are scored, without `_none`.
    `base` is how many answered; None where that is hidden or unknown. banded: its answers are ranges of a score.
    """

    of: str
    label: Text
    answers: tuple[Answer, ...]
    base: int | None
    several: bool = False
    banded: bool = False

    def called(self, label: Text) -> Distribution:
        """The same under another name, as that of a group."""
        return Distribution(
            of=self.of, label=label, answers=self.answers, base=self.base, several=self.several, banded=self.banded
        )

    @property
    def whole(self) -> bool:
        """Whether no answer's count is hidden."""
        return all(answer.count is not None for answer in self.answers)

    def share(self, names: Sequence[str]) -> Share | None:
        """How many gave one of these answers; None where a number that this needs is hidden."""
        counts = [answer.count for answer in self.answers if answer.name in names]
        known = [count for count in counts if count is not None]
        if not self.base or not known or len(known) < len(counts):
            return None
        return Share(count=sum(known), base=self.base)

    @property
    def side(self) -> Mapping[str, int]:
        """Each answer's side: −1 below the middle of the scores, 0 on it, 1 above; empty without scores."""
        scores = [answer.score for answer in self.answers]
        known = [score for score in scores if score is not None]
        if not known or len(known) < len(scores):
            return {}
        middle = min(known) + max(known)
        doubled = {answer.name: 2 * (answer.score or 0) for answer in self.answers}
        return {name: (score > middle) - (score < middle) for name, score in doubled.items()}

    @property
    def positive(self) -> tuple[Answer, ...]:
        """The answers above the middle, best first; without scores the one named `yes`."""
        side = self.side
        if side:
            return tuple(answer for answer in reversed(self.answers) if side[answer.name] > 0)
        return tuple(answer for answer in self.answers if answer.name == "yes")

    @property
    def likert(self) -> bool:
        """Whether its answers are steps from low to high that diverge from a middle."""
        return bool(self.side) and len(self.answers) in LIKERT

    @property
    def stacked(self) -> bool:
        """Whether its answers are steps that one bar can show: a Likert item, or the ranges of a score."""
        return self.likert or (self.banded and len(self.answers) in range(2, 8))


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """The same asked about before and now; each part may lack or be hidden."""

    before: str
    now: str
    label: Text


class Group:
    """The cells of one table that share their levels: the whole form, or one role."""

    def __init__(self, form: Form, table: SafeTable, levels: tuple[str, ...]) -> None:
        self.form, self.table, self.levels = form, table, levels
        self.cells = {(cell.measure, cell.category): cell for cell in table.cells if cell.levels == levels}

    def value(self, measure: str) -> int | Decimal | None:
        """A figure's value; None where it is hidden or not asked for."""
        cell = self.cells.get((measure, ""))
        return cell.value if cell else None

    def count(self, measure: str, category: str = "") -> int | None:
        """A count; None where it is hidden or not asked for."""
        cell = self.cells.get((measure, category))
        return cell.value if cell and isinstance(cell.value, int) else None

    def has(self, measure: str) -> bool:
        """Whether the table has this measure here, shown or hidden."""
        return any(name == measure for name, _ in self.cells)

    def distribution(self, measure: Measure) -> Distribution:
        """The answers to one question here; KeyError where the table lacks them."""
        found = [cell for (name, _), cell in self.cells.items() if name == str(measure)]
        if not found:
            raise KeyError(str(measure))
        answers = [_answer(self.form, measure, cell) for cell in found if cell.category != NO_ANSWER]
        order = category_order(self.form, measure)
        answers.sort(key=lambda answer: order.get(answer.name, len(order)))
        several = is_several(self.form, measure.of)
        return Distribution(
            of=measure.of,
            label=measure_label(self.form, measure.of),
            answers=tuple(answers),
            base=self._base(measure, answers, several),
            several=several,
            banded=measure.banded,
        )

    def _base(self, measure: Measure, answers: Sequence[Answer], several: bool) -> int | None:
        if self.has(f"n({measure.of})"):
            return self.count(f"n({measure.of})")
        counts = [answer.count for answer in answers if answer.count is not None]
        if len(counts) == len(answers) and not several:
            return sum(counts)
        # Where nobody stayed silent, a distribution has no `_none` at all.
        name = str(measure)
        silent = self.count(name, NO_ANSWER) if (name, NO_ANSWER) in self.cells else 0
        everyone = self.count("n")
        return everyone - silent if everyone is not None and silent is not None else None


def whole(form: Form, table: SafeTable) -> Group:
    """All respondents of a table together."""
    return Group(form, table, (TOTAL,) * len(table.dimensions))


def measures(table: SafeTable) -> tuple[Measure, ...]:
    """The measures of a table in the order in which they first stand in it."""
    parsed = (Measure.parse(name) for name in dict.fromkeys(cell.measure for cell in table.cells))
    return tuple(measure for measure in parsed if measure is not None)


def summaries(tables: Sequence[SafeTable]) -> tuple[SafeTable, ...]:
    """The tables that the form asks for, without the one that counts what was set aside."""
    return tuple(table for table in tables if table.name != QUARANTINE)


def exact(tables: Sequence[SafeTable]) -> tuple[SafeTable, ...]:
    """The summaries whose figures can stand in a sentence or a chart as they are."""
    return tuple(table for table in summaries(tables) if table.exact)


def quarantine(tables: Sequence[SafeTable]) -> SafeTable | None:
    """The table that counts what was set aside, if there is one."""
    return next((table for table in tables if table.name == QUARANTINE), None)


def distributions(form: Form, tables: Sequence[SafeTable]) -> dict[str, Distribution]:
    """Each measure's distribution over all respondents, from the table that shows most of it."""
    best: dict[str, Distribution] = {}
    for table in exact(tables):
        group = whole(form, table)
        for measure in measures(table):
            if measure.kind is MeasureKind.DISTRIBUTION and group.has(str(measure)):
                found = group.distribution(measure)
                if str(measure) not in best or (found.whole and not best[str(measure)].whole):
                    best[str(measure)] = found
    return best


def figure(form: Form, tables: Sequence[SafeTable], measure: str) -> Cell | None:
    """A count's or mean's cell over all respondents; a shown one before a hidden one."""
    cells = [whole(form, table).cells.get((measure, "")) for table in exact(tables)]
    found = [cell for cell in cells if cell is not None]
    return next((cell for cell in found if cell.value is not None), found[0] if found else None)


def pairs(form: Form, tables: Sequence[SafeTable]) -> tuple[Pair, ...]:
    """Questions and scales of the tables whose names differ only in before and now; scales come first."""
    asked = {measure.about for table in exact(tables) for measure in measures(table) if measure.of}
    names = [*(scale.name for scale in form.scales), *(question.name for question in form.questions)]
    found = [
        Pair(before=name, now=name[: -len(before)] + now, label=pair_label(form, name, name[: -len(before)] + now))
        for name in names
        for before, now in PAIR_ENDS
        if name.endswith(before) and name in asked and name[: -len(before)] + now in asked
    ]
    return tuple(found)


def pair_label(form: Form, before: str, now: str) -> Text:
    """What two labels have in common where that is most of them, else the label of now."""
    first, second = measure_label(form, before), measure_label(form, now)
    common = {lang: _common_start(first[lang], second[lang]) for lang in Lang}
    return Text({lang: words if 2 * len(words) > len(second[lang]) else second[lang] for lang, words in common.items()})


def _common_start(first: str, second: str) -> str:
    same = takewhile(lambda letters: letters[0] == letters[1], zip(first, second, strict=False))
    return "".join(letter for letter, _ in same).rstrip(" ：:—–-（(，,")


def recommending(form: Form, tables: Sequence[SafeTable]) -> tuple[Distribution, tuple[Answer, ...]] | None:
    """The question or band on recommending with its positive answers; a band's best is its last."""
    for name, found in distributions(form, tables).items():
        if found.of.startswith(RECOMMEND):
            banded = (Measure.parse(name) or Measure(kind=MeasureKind.N)).banded
            positive = found.answers[-1:] if banded else found.positive
            if positive:
                return found, positive
    return None


def _answer(form: Form, measure: Measure, cell: Cell) -> Answer:
    question = question_of(form, measure.of)
    choice = next((c for c in question.choices if c.name == cell.category), None) if question else None
    return Answer(
        name=cell.category,
        label=category_label(form, measure, cell.category),
        score=choice.score if choice else None,
        count=cell.value if isinstance(cell.value, int) else None,
    )
