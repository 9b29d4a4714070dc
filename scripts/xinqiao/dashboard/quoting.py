"""Released figures by their names, for prose that quotes them: TABLE/MEASURE[/CATEGORY][@LEVELS][ %]."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from xinqiao.core.form import Form
from xinqiao.core.safe import SafeTable
from xinqiao.core.summary import TOTAL, Measure, MeasureKind
from xinqiao.core.text import Text
from xinqiao.dashboard import figures
from xinqiao.dashboard.naming import plain
from xinqiao.dashboard.reading import Group, summaries
from xinqiao.dashboard.words import text


def quotable(form: Form, tables: Sequence[SafeTable]) -> Mapping[str, Text]:
    """Every figure of a form's summaries as it reads in a sentence; a hidden one says that it is.

    The levels of a group are joined by commas, totals left out; the share of an answer stands under its count's
    name with ` %`, where the page gives one.
    """
    found: dict[str, Text] = {}
    for table in summaries(tables):
        for levels in dict.fromkeys(cell.levels for cell in table.cells):
            group = Group(form, table, levels)
            at = ",".join(level for level in levels if level != TOTAL)
            for (measure, category), cell in group.cells.items():
                name = "/".join(part for part in (table.name, measure, category) if part) + (f"@{at}" if at else "")
                unit = figures.unit(measure, category)
                hidden = cell.value is None
                found[name] = text("quote.hidden") if hidden else plain(f"{cell.value}{unit}".replace("-", "−"))
                if share := _share(group, measure, category):
                    found[f"{name} %"] = share
    return found


def _share(group: Group, measure: str, category: str) -> Text | None:
    parsed = Measure.parse(measure)
    if parsed is None or parsed.kind is not MeasureKind.DISTRIBUTION or not group.table.exact:
        return None
    distribution = group.distribution(parsed)
    if category not in {answer.name for answer in distribution.answers}:
        return None
    share = distribution.share([category])
    return text("quote.hidden") if share is None or share.percent is None else plain(f"{share.percent}%")
