"""A form's summary page: front matter and HTML that MkDocs passes through as it is; no script needed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from xinqiao.core.form import Form
from xinqiao.core.problem import refuse
from xinqiao.core.safe import SafeTable
from xinqiao.core.text import Lang, Text
from xinqiao.dashboard import figures
from xinqiao.dashboard.blocks import Block, blocks, heading
from xinqiao.dashboard.chart import panels
from xinqiao.dashboard.lead import Lead
from xinqiao.dashboard.near import near_words
from xinqiao.dashboard.reading import QUARANTINE, SHARE_FROM, measures, quarantine, summaries
from xinqiao.dashboard.reasons import nothing_listed, quarantine_block
from xinqiao.dashboard.weeks import weeks
from xinqiao.dashboard.words import TEMPLATES, Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """A file beside the page."""

    href: str
    words: str
    size: str


def summary_page(  # noqa: PLR0913 - one argument a thing that lies around the tables
    form: Form,
    tables: Sequence[SafeTable],
    lang: Lang,
    *,
    demonstration: bool,
    files: str,
    sizes: Mapping[str, int] | None = None,
    form_href: str = "",
    assets: str = "../../assets/",
    notes: Sequence[str] = (),
) -> str:
    """The page as Markdown: YAML front matter, then HTML with inline SVG.

    notes: what is to be known of the series of releases, such as corrections.

    files: relative address of the folder with the downloads; sizes: bytes of each file there, by name
    (`package.sizes`); form_href, assets: the form's page and the folder of style sheets, by default
    where the site's layout has them.
    Raises XinqiaoError (summary-other-form) for a table of another form.
    """
    for table in tables:
        if table.form != form.id:
            raise refuse("summary-other-form", table=table.name, found=table.form, form=form.id)
    say, lead = Words(lang), Lead(form, tables, lang)
    sentences = tuple(lead.sentences())
    aside = quarantine(tables)
    html = (
        _environment()
        .get_template("summary.html.jinja")
        .render(
            say=say,
            lang=lang,
            demonstration=demonstration,
            sentences=sentences,
            least=SHARE_FROM,
            cards=tuple(lead.cards()),
            changes=lead.changes,
            pairs_caption=lead.caption(),
            panels=panels(tuple(lead.found.values()), lead.pairs, lang),
            weeks=weeks(tables, lang),
            blocks=tuple(_captioned(form, tables, lang)),
            quarantine=quarantine_block(aside) if aside else None,
            nothing_listed=nothing_listed(aside) if aside else None,
            hidden_words=_hidden_words(tables, say),
            rules=tuple(dict.fromkeys(_rules(tables, say))),
            made=(*((say("made.notes"), note) for note in notes), *_made(tables, say)),
            assets=assets,
            form_href=form_href or f"../../forms/{form.id}/",
            form_words=say("page.form_link", title=form.title[lang], version=form.version),
            downloads=tuple(_downloads(tables, say, files, sizes or {})),
        )
    )
    description = say("page.description", title=form.title[lang], lead=sentences[0] if sentences else "")
    return _markdown(say("page.title", title=form.title[lang]), description, html)


def awaiting_page(form: Form, lang: Lang, *, form_href: str = "", assets: str = "../../assets/") -> str:
    """The page of a form whose summary has not been released yet, so that links to it lead somewhere."""
    say = Words(lang)
    html = (
        _environment()
        .get_template("awaiting.html.jinja")
        .render(
            say=say,
            assets=assets,
            form_href=form_href or f"../../forms/{form.id}/",
            form_words=say("page.form_link", title=form.title[lang], version=form.version),
        )
    )
    return _markdown(say("page.title", title=form.title[lang]), say("awaiting.nothing"), html)


def _markdown(title: str, description: str, html: str) -> str:
    front = {"title": title, "description": description, "page_type": "summary", "hide": ["toc"]}
    # JSON is YAML: titles with colons and quotes need no care.
    lines = ["---", *(f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in front.items()), "---", ""]
    return "\n".join(lines) + _tight(html)


def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _tight(html: str) -> str:
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
    for table in (table for table in tables if table.exact):
        yield say("hidden.why", threshold=table.policy.threshold)
    for table in tables:
        if any(cell.measure.startswith("mean(") for cell in table.cells):
            whole, decimal = table.policy.mean_from, table.policy.mean_decimal_from
            yield say("hidden.means", whole=whole, decimal=decimal)
        if any(cell.measure.startswith("share(") for cell in table.cells):
            yield say("hidden.shares", least=table.policy.share_from, whole=table.policy.share_whole_from)
        yield from figures.rules({measure.kind for measure in measures(table)}, table.policy, say)


def _made(tables: Sequence[SafeTable], say: Words) -> Iterator[tuple[str, str]]:
    for period in dict.fromkeys(table.period for table in summaries(tables)):
        yield say("made.period"), say.period(period)
    for threshold in dict.fromkeys(table.policy.threshold for table in tables if table.exact):
        yield say("made.rule"), say("made.rule_text", threshold=threshold)
    yield say("made.cells"), say("made.cells_text", **_counted(tables))
    yield say("made.shares"), say("made.shares_text", least=SHARE_FROM)
    yield say("made.audit"), say("made.audit_text")
    yield say("made.answers"), say("made.answers_text")


def _downloads(tables: Sequence[SafeTable], say: Words, files: str, sizes: Mapping[str, int]) -> Iterator[Download]:
    folder = f"{files.rstrip('/')}/" if files else ""
    named = {"summary.xlsx": say("file.workbook")}
    for table in tables:
        title = say("file.quarantined") if table.name == QUARANTINE else table.title[say.lang]
        named[f"{table.name}.csv"] = say("file.table", title=title)
    named |= {"datapackage.json": say("file.package"), "audit.json": say("file.audit")}
    for name, words in named.items():
        size = say.size(sizes[name]) if name in sizes else ""
        yield Download(href=folder + name, words=words, size=size)
