"""A form's summary page: front matter and HTML that MkDocs passes through as it is; no script needed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from xinqiao.core.form import Form
from xinqiao.core.problem import refuse
from xinqiao.core.safe import SafeTable
from xinqiao.core.text import Lang, Text
from xinqiao.dashboard import figures
from xinqiao.dashboard.blocks import Block, blocks, heading
from xinqiao.dashboard.chart import panels
from xinqiao.dashboard.choices import choice_lists
from xinqiao.dashboard.groups import comparisons
from xinqiao.dashboard.lead import Lead
from xinqiao.dashboard.near import near_words
from xinqiao.dashboard.rates import rates
from xinqiao.dashboard.reading import QUARANTINE, SHARE_FROM, measures, quarantine, summaries
from xinqiao.dashboard.reasons import nothing_listed, quarantine_block
from xinqiao.dashboard.weeks import small_lines, unusual, weeks
from xinqiao.dashboard.words import Words
from xinqiao.templates import environment


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """A file beside the page."""

    href: str
    words: str
    size: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """Where what a page leads to lies, as relative addresses.

    files: the folder with the downloads; sizes: bytes of each file there, by name (`package.sizes`), what is not
    among them is not offered; form, figures: the pages of the form and on published figures; assets: the folder of
    styles and scripts. notes: what is to be known of the series of releases, such as corrections.
    """

    files: str
    sizes: Mapping[str, int] | None = None
    form: str
    assets: str = "../../assets/"
    figures: str = "../../figures/"
    notes: tuple[str, ...] = ()


def summary_page(
    form: Form,
    tables: Sequence[SafeTable],
    lang: Lang,
    *,
    demonstration: bool,
    files: str,
    sizes: Mapping[str, int] | None = None,
    notes: Sequence[str] = (),
) -> str:
    """The page as Markdown: YAML front matter, then HTML with inline SVG.

    files: relative address of the folder with the downloads; sizes: bytes of each file there, by name
    (`package.sizes`); notes: see `Around`.
    Raises XinqiaoError (summary-other-form) for a table of another form.
    """
    around = Around(files=files, sizes=sizes, form=f"../../forms/{form.id}/", notes=tuple(notes))
    html = summary_html(form, tables, lang, demonstration=demonstration, around=around)
    say = Words(lang)
    lead = next(Lead(form, tables, lang).sentences(), "")
    return markdown_page(
        say("page.title", title=form.title[lang]), say("page.description", title=form.title[lang], lead=lead), html
    )


def summary_html(form: Form, tables: Sequence[SafeTable], lang: Lang, *, demonstration: bool, around: Around) -> str:
    """The page's content: what it says in ten seconds, charts, every table, what is hidden and why.

    Raises XinqiaoError (summary-other-form) for a table of another form.
    """
    for table in tables:
        if table.form != form.id:
            raise refuse("summary-other-form", table=table.name, found=table.form, form=form.id)
    say, aside = Words(lang), quarantine(tables)
    return tight(
        environment("dashboard")
        .get_template("summary.html.jinja")
        .render(
            say=say,
            lang=lang,
            demonstration=demonstration,
            least=SHARE_FROM,
            **_told(form, tables, lang),
            blocks=tuple(_captioned(form, tables, lang)),
            quarantine=quarantine_block(aside) if aside else None,
            nothing_listed=nothing_listed(aside) if aside else None,
            hidden_words=_hidden_words(tables, say),
            rules=tuple(dict.fromkeys(_rules(tables, say))),
            made=(*((say("made.notes"), note) for note in around.notes), *_made(tables, say)),
            around=around,
            form_words=say("page.form_link", title=form.title[lang], version=form.version),
            downloads=tuple(_downloads(tables, say, around)),
        )
    )


def _told(form: Form, tables: Sequence[SafeTable], lang: Lang) -> dict[str, object]:
    """What sentences, cards and charts say, by the names of the template."""
    say, lead = Words(lang), Lead(form, tables, lang)
    bars, lines = panels(tuple(lead.found.values()), lead.pairs, lang), weeks(form, tables, say)
    return {
        "sentences": (*lead.sentences(), *unusual(lines, say)),
        "cards": tuple(lead.cards()),
        "changes": lead.changes,
        "pairs_caption": lead.caption(),
        "panels": bars,
        "bar_words": tuple(row.words for panel in bars for row in panel.rows),
        "lists": tuple(choice_lists(lead.found.values(), say)),
        "rates": tuple(rates(form, tables, say)),
        "comparisons": tuple(comparisons(form, tables, say, first=len(bars) + 1)),
        "weeks": lines,
        "small": tuple(small_lines(form, tables, say, first=len(lines) + 1)),
    }


def awaiting_page(form: Form, lang: Lang) -> str:
    """The page of a form whose summary has not been released yet, so that links to it lead somewhere."""
    say = Words(lang)
    html = (
        environment("dashboard")
        .get_template("awaiting.html.jinja")
        .render(
            say=say,
            assets="../../assets/",
            form_href=f"../../forms/{form.id}/",
            form_words=say("page.form_link", title=form.title[lang], version=form.version),
        )
    )
    return markdown_page(say("page.title", title=form.title[lang]), say("awaiting.nothing"), tight(html))


def markdown_page(title: str, description: str, html: str) -> str:
    """A page for MkDocs: YAML front matter, then HTML that it passes through as it is."""
    front = {"title": title, "description": description, "page_type": "summary", "hide": ["toc"]}
    # JSON is YAML: titles with colons and quotes need no care.
    lines = ["---", *(f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in front.items()), "---", ""]
    return "\n".join(lines) + html


def tight(html: str) -> str:
    """Without blank lines, which would end a raw block of Markdown."""
    return "\n".join(line.strip() for line in html.splitlines() if line.strip()) + "\n"


def _captioned(form: Form, tables: Sequence[SafeTable], lang: Lang) -> Iterator[tuple[Block, str, Text | None]]:
    for table in summaries(tables):
        note = near_words(form, table)
        for block in blocks(form, table):
            yield block, heading(block, lang), note


def _counted(tables: Sequence[SafeTable]) -> dict[str, int]:
    hidden = sum(table.suppressed for table in tables)
    return {"shown": sum(len(table.cells) for table in tables) - hidden, "count": hidden}


def _hidden_words(tables: Sequence[SafeTable], say: Words) -> str:
    counted = _counted(tables)
    return say("hidden.some", **counted) if counted["count"] else say("hidden.none")


def _rules(tables: Sequence[SafeTable], say: Words) -> Iterator[str]:
    for threshold in _thresholds(tables):
        yield say("hidden.why", threshold=threshold)
    for table in tables:
        if any(cell.measure.startswith("mean(") for cell in table.cells):
            whole, decimal = table.policy.mean_from, table.policy.mean_decimal_from
            yield say("hidden.means", whole=whole, decimal=decimal)
        if any(cell.measure.startswith("share(") for cell in table.cells):
            yield say("hidden.shares", least=table.policy.share_from, whole=table.policy.share_whole_from)
        yield from figures.rules({measure.kind for measure in measures(table)}, table.policy, say)


def _thresholds(tables: Sequence[SafeTable]) -> Sequence[int]:
    """The thresholds of the summaries; how much was set aside has one of its own, which is told only alone."""
    asked = [table for table in summaries(tables) if table.exact] or [table for table in tables if table.exact]
    return tuple(dict.fromkeys(table.policy.threshold for table in asked))


def _made(tables: Sequence[SafeTable], say: Words) -> Iterator[tuple[str, str]]:
    for period in dict.fromkeys(table.period for table in summaries(tables)):
        yield say("made.period"), say.period(period)
    for threshold in _thresholds(tables):
        yield say("made.rule"), say("made.rule_text", threshold=threshold)
    yield say("made.cells"), say("made.cells_text", **_counted(tables))
    yield say("made.shares"), say("made.shares_text", least=SHARE_FROM)
    yield say("made.audit"), say("made.audit_text")
    yield say("made.answers"), say("made.answers_text")


def _downloads(tables: Sequence[SafeTable], say: Words, around: Around) -> Iterator[Download]:
    folder, sizes = f"{around.files.rstrip('/')}/" if around.files else "", around.sizes
    named = {"summary.xlsx": say("file.workbook")}
    for table in tables:
        title = say("file.quarantined") if table.name == QUARANTINE else table.title[say.lang]
        named[f"{table.name}.csv"] = say("file.table", title=title)
    named |= {"datapackage.json": say("file.package"), "audit.json": say("file.audit")}
    for name, words in named.items():
        if sizes is not None and name not in sizes:
            continue
        size = say.size(sizes[name]) if sizes else ""
        yield Download(href=folder + name, words=words, size=size)
