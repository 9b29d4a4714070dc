"""Safe tables made by hand for the feedback form: what safety/ would release of invented answers."""

from __future__ import annotations

import random
from collections.abc import Callable
from decimal import Decimal
from itertools import product
from pathlib import Path

import pytest

from xinqiao.core.form import Form
from xinqiao.core.policy import Policy, Status
from xinqiao.core.question import NO_ANSWER
from xinqiao.core.safe import Cell, Dimension, Level, SafeTable
from xinqiao.core.summary import TOTAL, MeasureKind, SummarySpec
from xinqiao.core.text import Text
from xinqiao.forms.read import read_form

PERIOD = "2026-W41/2026-W44"
Maker = Callable[..., tuple[SafeTable, ...]]


@pytest.fixture(scope="session")
def form(root: Path) -> Form:
    return read_form(root / "forms" / "training-feedback.yml")


@pytest.fixture(scope="session")
def make_tables(form: Form) -> Maker:
    """A function of seed, size and share of cells hidden on top of the small ones."""

    def make(seed: int = 1, size: int = 240, hidden: float = 0.0, threshold: int = 5) -> tuple[SafeTable, ...]:
        chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
        policy = Policy(threshold=threshold)
        made = [_table(form, spec, chance, size, hidden, policy) for spec in form.summaries]
        return (*made, _quarantine(form, chance, size, policy))

    return make


def counted(value: int, hide: bool, threshold: int, **key: object) -> Cell:
    shown = not hide and (value == 0 or value >= threshold)
    status = Status.SHOWN if shown else Status.SUPPRESSED
    return Cell(value=value if shown else None, status=status, **key)


def _quarantine(form: Form, chance: random.Random, size: int, policy: Policy) -> SafeTable:
    reasons = {NO_ANSWER: size, "answer-required": 9, "envelope-tampered": 6, "answer-outside": 2}
    cells = [counted(size + 17, False, policy.threshold, levels=(), measure="n")]
    cells += [
        counted(count, False, policy.threshold, levels=(), measure="distribution(quarantined)", category=reason)
        for reason, count in reasons.items()
    ]
    title = Text.of(zh="没能使用的答卷", en="Answers that could not be used")
    return SafeTable(
        name="_quarantine", title=title, form=form.id, form_version=form.version, period=PERIOD, policy=policy,
        dimensions=(), cells=tuple(cells),
    )  # fmt: skip


def _table(form: Form, spec: SummarySpec, chance: random.Random, size: int, hidden: float, policy: Policy) -> SafeTable:
    dimensions = tuple(
        Dimension(
            name=name,
            label=form.question(name).label,
            levels=tuple(Level(name=choice.name, label=choice.label) for choice in form.question(name).choices),
        )
        for name in spec.by
    )
    cells: list[Cell] = []
    for levels in product(*([TOTAL, *(level.name for level in dimension.levels)] for dimension in dimensions)):
        part = size if set(levels) <= {TOTAL} else chance.choice([size // 4, size // 3, size // 20])
        cells += _group(form, spec, levels, part, chance, hidden, policy)
    return SafeTable(
        name=spec.name, title=spec.title, form=form.id, form_version=form.version, period=PERIOD, policy=policy,
        dimensions=dimensions, cells=tuple(cells),
    )  # fmt: skip


def _group(
    form: Form,
    spec: SummarySpec,
    levels: tuple[str, ...],
    size: int,
    chance: random.Random,
    hidden: float,
    policy: Policy,
) -> list[Cell]:
    cells: list[Cell] = []
    for measure in spec.measures:
        hide = chance.random() < hidden
        if measure.kind is MeasureKind.N:
            cells.append(counted(size, hide, policy.threshold, levels=levels, measure=str(measure)))
        elif measure.kind is MeasureKind.MEAN:
            base = counted(size, hide, policy.threshold, levels=levels, measure=f"n({measure.of})")
            cells.append(base)
            exact = Decimal(chance.randint(24, 33) + (9 if measure.of.endswith("_now") else 0)) / 10
            shown = base.value is not None and size >= policy.mean_from
            mean = round(exact, 1 if size >= policy.mean_decimal_from else 0)
            status = Status.SHOWN if shown else Status.SUPPRESSED
            cells.append(Cell(levels=levels, measure=str(measure), value=mean if shown else None, status=status))
        else:
            names = _names(form, measure.of, measure.banded)
            several = not measure.banded and form.question(measure.of).kind.value == "select_multiple"
            for name, count in _spread(names, size, measure.of, several, chance).items():
                hide = chance.random() < hidden
                key = {"levels": levels, "measure": str(measure), "category": name}
                cells.append(counted(count, hide, policy.threshold, **key))
    return cells


def _names(form: Form, of: str, banded: bool) -> list[str]:
    if banded:
        return [band.name for band in form.scale(of).bands]
    return [choice.name for choice in form.question(of).choices]


def _spread(names: list[str], size: int, of: str, several: bool, chance: random.Random) -> dict[str, int]:
    tilt = -0.5 if of.endswith("_before") else 1.1 if of.endswith(("_now", "usefulness", "recommendation")) else 0
    silent = chance.randint(0, size // 12)
    if several:
        return {**{name: chance.randint(0, size - silent) for name in names}, NO_ANSWER: silent}
    weights = [2.718 ** (tilt * place * 0.6) * chance.uniform(0.6, 1.4) for place in range(len(names))]
    drawn = chance.choices(names, weights, k=size - silent)
    return {**{name: drawn.count(name) for name in names}, NO_ANSWER: silent}
