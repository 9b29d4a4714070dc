"""All released forms at once: what each says in a sentence, how many answered, how much is hidden."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xinqiao.core.form import Form
from xinqiao.core.question import NO_ANSWER
from xinqiao.core.safe import SafeTable
from xinqiao.core.summary import TOTAL
from xinqiao.core.text import Lang, Text
from xinqiao.dashboard.lead import Lead
from xinqiao.dashboard.page import tight
from xinqiao.dashboard.reading import figure, quarantine, summaries
from xinqiao.dashboard.reasons import MEASURE as REASONS
from xinqiao.dashboard.words import Words
from xinqiao.templates import environment


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """The newest release of a form and the address of its page; without tables where there is none yet."""

    form: Form
    tables: tuple[SafeTable, ...]
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """Whose figures these are, and whether they were generated."""

    college: Text
    demonstration: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A form in the overview, in words; `count` and `aside` are empty where they are hidden."""

    title: str
    href: str
    headline: str
    count: str
    aside: str
    shown: int
    hidden: int
    period: str


def rows(releases: Sequence[Released], lang: Lang) -> tuple[Row, ...]:
    """The released forms, those that most people answered first."""
    found = [(_count(one), _row(one, lang)) for one in releases if one.tables]
    return tuple(row for _, row in sorted(found, key=lambda pair: (-pair[0], pair[1].title)))


def overview_html(releases: Sequence[Released], lang: Lang, *, demonstration: bool, assets: str) -> str:
    """The overview as HTML: a card a form with its sentence, then one table; no blank line in it."""
    awaiting = [(one.form.title[lang], one.href) for one in releases if not one.tables]
    return tight(
        environment("dashboard")
        .get_template("overview.html.jinja")
        .render(
            say=Words(lang), rows=rows(releases, lang), awaiting=awaiting, demonstration=demonstration, assets=assets
        )
    )


def _count(one: Released) -> int:
    cell = figure(one.form, one.tables, "n")
    return int(cell.value) if cell and cell.value is not None else 0


def _row(one: Released, lang: Lang) -> Row:
    say, lead = Words(lang), Lead(one.form, one.tables, lang)
    asked = summaries(one.tables)
    hidden = sum(table.suppressed for table in asked)
    return Row(
        title=one.form.title[lang],
        href=one.href,
        headline=lead.headline(),
        count=str(_count(one) or ""),
        aside=_aside(one),
        shown=sum(len(table.cells) for table in asked) - hidden,
        hidden=hidden,
        period=say.period(asked[0].period) if asked else "",
    )


def _aside(one: Released) -> str:
    """How many answers could not be used, where every reason's count is shown."""
    table = quarantine(one.tables)
    if table is None:
        return ""
    everything = (TOTAL,) * len(table.dimensions)
    reasons = [cell for cell in table.cells if cell.measure == REASONS and cell.levels == everything]
    counts = [cell.value for cell in reasons if cell.category != NO_ANSWER]
    known = [int(count) for count in counts if count is not None]
    return str(sum(known)) if len(known) == len(counts) else ""
