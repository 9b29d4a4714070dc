"""What a table says of itself that is told coarser than its summary asks."""

from __future__ import annotations

from collections.abc import Iterator

from xinqiao.core.form import Form
from xinqiao.core.safe import SafeTable
from xinqiao.core.summary import SummarySpec
from xinqiao.core.text import Lang, Text
from xinqiao.dashboard.naming import measure_label
from xinqiao.dashboard.reading import measures
from xinqiao.dashboard.words import Words


def coarser_words(form: Form, table: SafeTable) -> Text | None:
    """By which dimensions and in how many bands a table is told instead of the finer ones; None where it is not."""
    asked = next((known for known in form.summaries if known.name == table.name and known.coarsen), None)
    if asked is None:
        return None
    said = {lang: " ".join(_sentences(form, asked, table, Words(lang))).replace("。 ", "。") for lang in Lang}
    return Text(said) if said[Lang.EN] else None


def _sentences(form: Form, asked: SummarySpec, table: SafeTable, say: Words) -> Iterator[str]:
    by = tuple(dimension.name for dimension in table.dimensions)
    comma = {Lang.ZH: "、", Lang.EN: ", "}[say.lang]
    if by in form.coarser_by(asked):
        fine = [form.question(name).label[say.lang] for name in asked.by if name not in by]
        above = {form.parent(name) for name in asked.by if name not in by}
        told = [
            known.label[say.lang] for known in table.dimensions if known.name not in asked.by or known.name in above
        ]
        yield say("coarser.by", told=comma.join(told), fine=comma.join(fine))
    finest = {measure.of for measure in asked.measures if measure.banded and not measure.into}
    for known in measures(table):
        if known.into and known.of in finest:
            label = measure_label(form, known.of)[say.lang]
            bands = len(form.scale(known.of).bands)
            yield say("coarser.bands", label=label, into=known.into, bands=bands)
