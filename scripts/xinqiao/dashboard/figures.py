"""Figures that are no answers: what each is called, the rules behind it, and what it says in a sentence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from xinqiao.core.form import Form
from xinqiao.core.policy import Policy
from xinqiao.core.safe import SafeTable
from xinqiao.core.summary import DEVIATION, EFFECT, MEAN, MEMBERS, PAIRS, Measure, MeasureKind
from xinqiao.core.text import Lang, Text
from xinqiao.dashboard.naming import measure_label
from xinqiao.dashboard.reading import Group, measures, summaries, whole
from xinqiao.dashboard.words import Words, text

PARTS = {PAIRS: "pairs", MEAN: "change", DEVIATION: "change_sd", EFFECT: "change_d"}


def lines(measure: Measure, groups: Sequence[Group]) -> Iterator[tuple[str, Text]]:
    """The figures of a measure that is no distribution: category and what heads it; those that the table has."""
    name = str(measure)
    if measure.kind is MeasureKind.RATE:
        yield MEMBERS, text("measure.members")
        yield "", text("measure.rate")
    elif measure.kind is MeasureKind.CHANGE:
        for part, words in PARTS.items():
            if any((name, part) in group.cells for group in groups):
                yield part, text(f"measure.{words}")
    else:
        yield "", _words(measure)


def _words(measure: Measure) -> Text:
    if measure.kind is MeasureKind.SHARE:
        sign = {">=": "≥", "<=": "≤"}.get(measure.sign, measure.sign)
        return Text({lang: Words(lang)("table.share", sign=sign, number=measure.number) for lang in Lang})
    if measure.kind in (MeasureKind.SD, MeasureKind.ALPHA):
        return text(f"measure.{measure.kind.value}")
    key = "mean" if measure.kind is MeasureKind.MEAN else "answered" if measure.of else "respondents"
    return text(f"table.{key}")


def unit(measure: str, category: str) -> str:
    """What stands behind a figure."""
    return "%" if measure.startswith("share(") or (measure == MeasureKind.RATE.value and not category) else ""


def sentences(form: Form, tables: Sequence[SafeTable], say: Words) -> Iterator[str]:
    """What rates and changes of everybody say, each once; honest where a figure is hidden."""
    told: set[str] = set()
    for table in sorted(summaries(tables), key=lambda table: len(table.dimensions)):
        group = whole(form, table)
        for measure in measures(table):
            found = {part: cell.value for (name, part), cell in group.cells.items() if name == str(measure)}
            if str(measure) in told or not found:
                continue
            if measure.kind is MeasureKind.RATE and found.get(MEMBERS) is not None:
                told.add(str(measure))
                kind = "measure.lead_rate" if found[""] is not None else "measure.lead_rate_hidden"
                yield say(kind, members=str(found[MEMBERS]), rate=str(found[""]))
            elif measure.kind is MeasureKind.CHANGE:
                told.add(str(measure))
                named = {"before": measure.of, "after": measure.then}
                labels = {key: measure_label(form, name)[say.lang] for key, name in named.items()}
                hidden = found.get(MEAN) is None
                kind = "_hidden" if hidden else "_d" if found.get(EFFECT) is not None else ""
                shown = {key: _signed(found.get(part)) for key, part in (("mean", MEAN), ("d", EFFECT))}
                yield say(f"measure.lead_change{kind}", **labels, **shown, pairs=str(found.get(PAIRS)))


def _signed(value: object) -> str:
    words = str(value)
    return words.replace("-", "−") if words.startswith("-") else f"+{words}"


def rules(kinds: set[MeasureKind], policy: Policy, say: Words) -> Iterator[str]:
    """Under which rules these figures are shown."""
    if MeasureKind.SD in kinds:
        yield say("measure.rule_sd", least=policy.sd_from)
    if MeasureKind.CHANGE in kinds:
        yield say("measure.rule_change", least=policy.change_from, effect=policy.effect_from)
    if MeasureKind.ALPHA in kinds:
        yield say("measure.rule_alpha", least=policy.alpha_from)
    if MeasureKind.RATE in kinds:
        yield say("measure.rule_rate")
