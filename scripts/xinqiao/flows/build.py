"""`xinqiao build`: forms, summaries and content become the site."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path

from xinqiao.care.promise import promise
from xinqiao.config import Config
from xinqiao.core.form import Form, Purpose
from xinqiao.core.problem import Place, Problem, XinqiaoError
from xinqiao.core.summary import Audience
from xinqiao.core.text import Lang, Text
from xinqiao.dashboard.overview import Released, overview_html
from xinqiao.dashboard.package import sizes
from xinqiao.dashboard.page import awaiting_page, summary_page
from xinqiao.dashboard.quoting import quotable
from xinqiao.dashboard.released import read_package
from xinqiao.flows.commit import commit_of
from xinqiao.flows.courses import courses
from xinqiao.flows.forms import proven_forms
from xinqiao.flows.ledger import ledger_path
from xinqiao.flows.notes import notes
from xinqiao.flows.outcome import Outcome, Progress
from xinqiao.flows.project import form_path, recipients, told_by_key, with_instances
from xinqiao.flows.staff import build_staff, latest
from xinqiao.forms.listing import listing_page
from xinqiao.forms.page import form_page, outcome_pages
from xinqiao.forms.self_check import self_check_pages
from xinqiao.site.archive import write_archive
from xinqiao.site.build import Given, PortalNames, build_site
from xinqiao.site.further import Shelf, shelf
from xinqiao.site.help_lines import HelpLine, help_html, read_help_lines
from xinqiao.site.manifest import Stamp, build_moment

# In the page of summaries: where the overview stands.
OVERVIEW_MARK = "<!-- summaries -->"
Pages = dict[Lang, dict[str, str]]


def build(config: Config, output: Path, progress: Progress, archive: Path | None = None) -> Outcome:
    """Composes, runs both generators, checks, and swaps the finished site in; `archive`: where it is packed as well."""
    problems: list[Problem] = []
    pages: Pages = {lang: {} for lang in Lang}
    files: dict[str, Path | bytes] = {}
    stamp = Stamp(moment=build_moment(), commit=commit_of(config.root))
    proven = proven_forms(config)
    forms = _with_instances(config, [form for form in proven if not form.untranslated], stamp.moment)
    problems += [_unpublished(config, form) for form in proven if form.untranslated]
    for lang in Lang:
        opened = [form.id for form in forms if recipients(config, form)[0]]
        # A page whose registration is over stays and says so, but is listed no more.
        listed = [form for form in forms if not (form.occasion and form.occasion.over)]
        pages[lang]["forms/index.md"] = listing_page(listed, lang, open_=opened, readers=config.readers)
    lacking: list[Problem] = []
    released: list[Released] = []
    shelves = {lang: shelf(config.root, lang) for lang in Lang}
    for form in forms:
        progress(f"{form.id}: pages")
        lacking += _form_pages(config, form, shelves, pages)
        released += _released(config, form, pages, files)
    if (ledger := ledger_path(config, Audience.PUBLIC)).is_file():
        files[f"summaries/{ledger.name}"] = ledger
    problems += told_by_key(lacking)
    taught = courses(config, stamp.day)
    problems += taught.problems
    fills = {lang: {**_overview(config, released)[lang], **taught.fills[lang]} for lang in Lang}
    problems += build_site(
        config.root,
        others=Given(pages=pages, files=files, fills=fills, figures=_quotable(released), courses=taught.pages),
        names=portal_names(config),
        stamp=stamp,
        output=output,
        production=not config.demonstration,
        progress=progress,
    )
    if archive:
        progress("archive")
        write_archive(output, archive, title=config.title, stamp=stamp)
    return _outcome(output, archive, problems, *build_staff(config, forms, output))


def portal_names(config: Config) -> PortalNames:
    """What pages say of the portal, from its settings."""
    return PortalNames(
        title=config.title,
        college=config.college,
        demonstration=config.demonstration,
        site_url=config.site_url,
        receiver_url=config.receiver_url,
    )


def _released(config: Config, form: Form, pages: Pages, files: dict[str, Path | bytes]) -> Iterator[Released]:
    """What of a form is public, if it has summaries for everybody: its page and its downloads, put in their places."""
    folder = latest(config.released_dir(form.id, Audience.PUBLIC))
    if folder:
        files |= {f"summaries/{form.id}/{file.name}": file for file in sorted(folder.iterdir())}
    if any(summary.audience is Audience.PUBLIC for summary in form.summaries):
        released = Released(form=form.joined, tables=read_package(folder) if folder else (), href=f"{form.id}/")
        _summary_pages(config, released, folder, pages)
        yield released


def _outcome(
    output: Path, archive: Path | None, problems: Sequence[Problem], staff: Path | None, found: Sequence[Problem]
) -> Outcome:
    said = Text.of(
        zh=f"网站已建好：{output}"
        + (f"；打包：{archive}" if archive else "")
        + (f"；教职工汇总：{staff}（不要放到公开网站上）" if staff else ""),
        en=f"The site is ready: {output}"
        + (f"; packed: {archive}" if archive else "")
        + (f"; staff's summaries: {staff} (keep them off the public web)" if staff else ""),
    )
    others = {"archive": archive, "staff": staff}
    document = {"output": str(output), **{name: str(path) for name, path in others.items() if path}}
    return Outcome(said=said, document=document, problems=(*problems, *found))


def _with_instances(config: Config, forms: Sequence[Form], now: datetime) -> Sequence[Form]:
    """The forms with their instances as they stand now; without, where the registry of events cannot be read.

    That is told with all that is wrong in the site's own files.
    """
    try:
        made = with_instances(config, forms)
    except XinqiaoError:
        return forms
    return [replace(form, occasion=form.occasion.at(now)) if form.occasion else form for form in made]


def _unpublished(config: Config, form: Form) -> Problem:
    """That a form stays unpublished until its texts are there in every language."""
    place = Place(file=str(form_path(config, form.id)))
    params = {"form": form.id, "langs": ", ".join(form.untranslated)}
    return Problem(code="form-untranslated", place=place, params=params)


def _form_pages(config: Config, form: Form, shelves: Mapping[Lang, Shelf], pages: Pages) -> Sequence[Problem]:
    sealed_to, lacking = recipients(config, form)
    lines = read_help_lines(config.root)
    for lang in Lang:
        made = pages[lang]
        if form.purpose is Purpose.SELF_CHECK:
            checks = self_check_pages(
                form,
                lang,
                receiver_url=config.receiver_url,
                recipients=sealed_to,
                demonstration=config.demonstration,
                help_html=partial(_help_html, lines, lang),
                articles=shelves[lang].fitting(form.id),
                quick_exit=config.quick_exit,
            )
            made.update({f"forms/{form.id}{f'/{name}' if name else ''}.md": page for name, page in checks.items()})
        else:
            made[f"forms/{form.id}.md"] = form_page(
                form,
                lang,
                receiver_url=config.receiver_url,
                recipients=sealed_to,
                demonstration=config.demonstration,
                help_html=help_html(lines, lang),
                readers=config.readers,
                quick_exit=config.quick_exit,
                promise=promise(config.duty, form.purpose, lang) if config.duty else (),
            )
        below = help_html(lines, lang, up="../../../../")
        outcomes = outcome_pages(form, lang, demonstration=config.demonstration, help_html=below)
        made.update({f"forms/{form.id}/{name}.md": page for name, page in outcomes.items()})
    # What an instance lacks, its form lacks too.
    return () if form.occasion else lacking


def _help_html(lines: Sequence[HelpLine], lang: Lang, up: str) -> str:
    return help_html(lines, lang, up=up)


def _overview(config: Config, released: Sequence[Released]) -> dict[Lang, dict[str, str]]:
    """What stands in the page of summaries in the place of its mark."""
    return {
        lang: {OVERVIEW_MARK: overview_html(released, lang, demonstration=config.demonstration, assets="../assets/")}
        for lang in Lang
    }


def _quotable(released: Sequence[Released]) -> dict[str, Mapping[str, Text]]:
    """The figures that news may quote, form by form."""
    return {one.form.id: quotable(one.form, one.tables) for one in released}


def _summary_pages(config: Config, released: Released, folder: Path | None, pages: Pages) -> None:
    form, tables = released.form, released.tables
    for lang in Lang:
        pages[lang][f"summaries/{form.id}.md"] = (
            summary_page(
                form,
                tables,
                lang,
                demonstration=config.demonstration,
                files=".",
                sizes=sizes(folder),
                notes=tuple(notes(config, form.id, lang)),
            )
            if folder
            else awaiting_page(form, lang)
        )
