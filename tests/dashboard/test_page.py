from __future__ import annotations

import gzip
import random
import re
import tomllib
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import markdown
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from xinqiao.core.form import Form
from xinqiao.core.policy import Status
from xinqiao.core.problem import XinqiaoError
from xinqiao.core.safe import SafeTable
from xinqiao.core.text import Lang, Text
from xinqiao.dashboard.page import summary_page
from xinqiao.dashboard.reading import Share
from xinqiao.dashboard.reasons import reason
from xinqiao.dashboard.words import TEMPLATES, Words

Maker = Callable[..., tuple[SafeTable, ...]]
BUDGET = 30 * 1024
BOTH = pytest.mark.parametrize("lang", list(Lang))

# The one share that is no figure: words of the page itself.
MORE_THAN_ALL = "Several answers were possible, so shares can add up to more than 100%."


def page_of(form: Form, tables: tuple[SafeTable, ...], lang: Lang = Lang.EN, **options: Any) -> str:
    return summary_page(form, tables, lang, **{"demonstration": False, "files": "files", **options})


def words_of(html: str) -> str:
    """What a person reads, in order."""
    found: list[str] = []
    parser = HTMLParser()
    parser.handle_data = found.append  # type: ignore[method-assign]
    parser.feed(html.split("---\n", 2)[2])
    return " ".join(" ".join(found).split())


def changed(thing: Any, **fields: object) -> Any:
    kept = {name: getattr(thing, name) for name in type(thing).__slots__}
    return type(thing)(**{**kept, **fields})


def hide(table: SafeTable, *keys: tuple[str, str]) -> SafeTable:
    """The table with more cells hidden; a mean goes with its base."""
    cells = [
        changed(cell, value=None, status=Status.SUPPRESSED) if (cell.measure, cell.category) in keys else cell
        for cell in table.cells
    ]
    return changed(table, cells=tuple(cells))


def shown(table: SafeTable, measure: str, counts: dict[str, int | None]) -> SafeTable:
    """The table with other counts of one distribution over everybody; None hides."""
    cells = [
        changed(
            cell,
            value=counts[cell.category],
            status=Status.SUPPRESSED if counts[cell.category] is None else Status.SHOWN,
        )
        if cell.measure == measure and set(cell.levels) <= {"*"}
        else cell
        for cell in table.cells
    ]
    return changed(table, cells=tuple(cells))


@BOTH
def test_the_page_is_one_that_mkdocs_passes_through(form: Form, make_tables: Maker, lang: Lang) -> None:
    page = page_of(form, make_tables(hidden=0.1), lang)
    _, front, body = page.split("---\n", 2)
    fields = yaml.safe_load(front)
    assert form.title[lang] in fields["title"] != form.title[lang], "not called as the form's own page is"
    assert (fields["page_type"], fields["hide"]) == ("summary", ["toc"])
    assert form.title[lang] in fields["description"]
    rendered = markdown.markdown(body, extensions=["md_in_html", "attr_list", "tables", "toc", "admonition"])
    assert "".join(rendered.split()) == "".join(body.split())


@BOTH
@pytest.mark.parametrize("hidden", [0.0, 0.3])
def test_the_page_keeps_its_budget_and_needs_no_script(
    form: Form, make_tables: Maker, lang: Lang, hidden: float
) -> None:
    page = page_of(form, make_tables(hidden=hidden), lang, demonstration=True)
    assert len(gzip.compress(page.encode())) <= BUDGET
    assert re.findall(r"<script[^>]*>", page) == ['<script src="../../assets/summary.js" defer>']
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", page)


def test_the_answer_stands_at_the_top(form: Form, make_tables: Maker) -> None:
    overall, *rest = make_tables()
    overall = shown(
        overall, "distribution(band(recommendation))", {"detractor": 24, "passive": 66, "promoter": 150, "_none": 0}
    )
    said = words_of(page_of(form, (overall, *rest)))
    top = said[: said.index("Before and now")]
    assert "240 usable answers came in." in top
    assert "5 October to 1 November 2026 (weeks 41–44)" in top
    before, now = (overall.cell((), f"mean(confidence_{when})") for when in ("before", "now"))
    assert before is not None
    assert now is not None
    assert f"the mean rose from {before.value} before to {now.value} now" in top
    assert "150 of 240 (63%) are “Glad to recommend (9–10)”." in top
    # by-role has the same distribution; the first that is whole counts
    assert "63%" in top


def test_the_top_says_so_where_its_figures_are_hidden(form: Form, make_tables: Maker) -> None:
    said = words_of(page_of(form, make_tables(hidden=1.0)))
    top = said[: said.index("All tables")]
    assert "How many usable answers came in cannot be shown." in top
    assert "the change cannot be shown" in top
    assert "The share who would recommend it cannot be shown" in top
    assert not re.search(r"\d+%", top.replace(MORE_THAN_ALL, ""))


@pytest.mark.parametrize(
    ("now", "words"),
    [
        ({"1": 20, "2": 20, "3": 40, "4": 80, "5": 80}, "rose from 33% before to 67% now"),
        ({"1": 80, "2": 60, "3": 60, "4": 20, "5": 20}, "fell from 33% before to 17% now"),
        ({"1": 80, "2": 40, "3": 40, "4": 40, "5": 40}, "were 33% before and are 33% now"),
    ],
)
def test_a_change_is_told_in_words(form: Form, make_tables: Maker, now: dict[str, int], words: str) -> None:
    table = make_tables()[0]
    before = {"1": 80, "2": 40, "3": 40, "4": 40, "5": 40, "_none": 0}
    table = shown(table, "distribution(ask_before)", before)
    table = shown(table, "distribution(ask_now)", {**now, "_none": 0})
    kept = tuple(cell for cell in table.cells if "ask_" in cell.measure or cell.measure == "n")
    said = words_of(page_of(form, (changed(table, cells=kept),)))
    assert (
        "“Asking directly and with care how someone is”: those who say “Fairly confident” or “Very confident”" in said
    )
    assert words in said


def test_no_share_is_given_where_a_count_that_it_needs_is_hidden(form: Form, make_tables: Maker) -> None:
    table = shown(
        make_tables()[0],
        "distribution(usefulness)",
        {"1": None, "2": 31, "3": 53, "4": 61, "5": 73, "_none": None},
    )
    kept = tuple(cell for cell in table.cells if "usefulness" in cell.measure or cell.measure == "n")
    page = page_of(form, (changed(table, cells=kept),))
    assert not re.search(r"\d+%", words_of(page).replace(MORE_THAN_ALL, ""))
    assert words_of(page).count("hidden") >= 3


def test_a_hidden_answer_is_a_gap_whose_width_says_nothing(form: Form, make_tables: Maker) -> None:
    """Two worlds that differ only in what is hidden give the same page; hidden gaps are equally wide."""
    table = shown(
        make_tables()[0],
        "distribution(usefulness)",
        {"1": None, "2": None, "3": 53, "4": 61, "5": 73, "_none": 6},
    )
    kept = tuple(cell for cell in table.cells if "usefulness" in cell.measure or cell.measure == "n")
    page = page_of(form, (changed(table, cells=kept),))
    gaps = re.findall(r'<rect class="xqs-gap"[^>]* width="([\d.]+)%"', page)
    assert len(gaps) == 2
    assert len(set(gaps)) == 1
    # 47 are left over; neither they nor their share may stand anywhere.
    assert not re.search(r"(?<!\d)(47|20%)(?!\d)", words_of(page))


def test_means_of_few_are_shown_as_they_were_released(form: Form, make_tables: Maker) -> None:
    said = words_of(page_of(form, make_tables(size=16)))
    assert "the mean rose from 3 before to 4 now" in said


def test_tables_are_tables(form: Form, make_tables: Maker) -> None:
    page = page_of(form, make_tables(hidden=0.2))
    tables = page.count("<table")
    assert tables == page.count("<caption") == page.count('role="region" tabindex="0"') == 5
    captions = re.findall(r"<caption[^>]*>([^<]+)", page)
    assert len(set(captions)) == len(captions)
    heads = re.findall(r"<th[ >][^>]*>", page)
    assert all('scope="' in head for head in heads)
    assert "<td></td>" not in page


@BOTH
def test_every_cell_of_every_table_is_on_the_page(form: Form, make_tables: Maker, lang: Lang) -> None:
    tables = make_tables(hidden=0.2)
    page = page_of(form, tables, lang)
    start = page.index('<section aria-labelledby="xqs-tables"')
    part = page[start : page.index('<section aria-labelledby="xqs-hidden"')]
    assert part.count("<td") == sum(len(table.cells) for table in tables)
    assert part.count('<td class="xqs-hidden"') == sum(table.suppressed for table in tables)
    counts = [str(cell.value) for table in tables for cell in table.cells if cell.value is not None]
    assert sorted(re.findall(r"<td>([\d.]+)", part)) == sorted(counts)


@given(seed=st.integers(0, 10_000), size=st.integers(0, 300), hidden=st.sampled_from([0.05, 0.3, 0.8]))
@settings(max_examples=8, deadline=None)
def test_every_number_read_is_published_or_a_share_of_what_is(
    form: Form, make_tables: Maker, seed: int, size: int, hidden: float
) -> None:
    tables = make_tables(seed, size, hidden)
    page = page_of(form, tables, random.Random(seed).choice(list(Lang)))  # noqa: S311 - either will do
    start, end = (page.index(f'<section aria-labelledby="xqs-{name}"') for name in ("answers", "hidden"))
    labels = {text for question in form.questions for text in question.label}
    labels |= {text for question in form.questions for choice in question.choices for text in choice.label}
    labels |= {text for scale in form.scales for text in scale.title}
    labels |= {text for scale in form.scales for band in scale.bands for text in band.label}
    said = re.sub(r"<(?:svg|rect|text|line|pattern|path|title id|desc)[^>]*>", "<i>", page[start:end])
    said = words_of(f"---\n---\n{said}")
    for label in sorted(labels, key=len, reverse=True):
        said = said.replace(label, "")
    allowed = {str(cell.value) for table in tables for cell in table.cells if cell.value is not None}
    # The words' own: fewer than 20, more than 100 %, the year of a source, how many groups there are to judge.
    allowed |= derived(tables) | {"20", "100%", "2005"} | {str(groups) for groups in range(1, 6)}
    allowed |= set(re.findall(r"(?:“hidden”: |数字有 )(\d+)", said))
    assert set(re.findall(r"\d+(?:\.\d+)?%?", said)) <= allowed


def derived(tables: tuple[SafeTable, ...]) -> set[str]:
    """What follows from the shown cells of one question in one group: its base, and sums of neighbouring
    answers with their shares, as they stand in and beside a bar."""
    found: set[str] = set()
    for table in tables:
        groups: dict[tuple[tuple[str, ...], str], dict[str, Any]] = {}
        for cell in table.cells:
            groups.setdefault((cell.levels, cell.measure), {})[cell.category] = cell.value
        for (levels, _), counts in groups.items():
            everyone, silent = groups.get((levels, "n"), {}).get(""), counts.pop("_none", None)
            values = list(counts.values())
            bases = [sum(values)] if None not in values else []
            bases += [everyone - silent] if everyone is not None and silent is not None else []
            runs = [values[i:j] for i in range(len(values)) for j in range(i + 1, len(values) + 1)]
            whole = [sum(run) for run in runs if None not in run]
            found |= {str(number) for number in (*bases, *whole)}
            found |= {f"{Share(count=n, base=base).percent}%" for n in whole for base in bases if base}
    return found


@BOTH
def test_the_chart_is_told_in_words_too(form: Form, make_tables: Maker, lang: Lang) -> None:
    page = page_of(form, make_tables(hidden=0.1), lang)
    # Two sets of answers and the ranges of a score, then the same questions by role where roles show enough.
    assert page.count("<svg") == page.count('role="img"') == page.count("</desc>") == 4
    described = page[page.index("<details") : page.index("</details>")]
    likert = [question for question in form.questions if question.name.endswith(("_before", "_now", "usefulness"))]
    assert all(question.label[lang] in described for question in likert)
    assert described.count("<li>") == len(likert) + 1 == 10


@BOTH
def test_before_and_now_are_neighbours_in_the_chart(form: Form, make_tables: Maker, lang: Lang) -> None:
    page = page_of(form, make_tables(), lang)
    described = page[page.index("<details") : page.index("</details>")]
    for name in ("recognise", "ask", "listen", "refer"):
        before, now = (form.question(f"{name}_{when}").label[lang] for when in ("before", "now"))
        between = described[described.index(before) : described.index(now)]
        assert between.count("<li>") == 1


@BOTH
def test_reasons_are_told_in_the_words_of_the_catalogue(form: Form, make_tables: Maker, lang: Lang) -> None:
    said = words_of(page_of(form, make_tables(), lang))
    assert reason("envelope-tampered")[lang] in said
    assert "answer-required" not in said
    assert "{" not in said


def test_an_unknown_reason_is_another_reason() -> None:
    assert reason("no-such-code")[Lang.EN] == "Another reason"


def test_nothing_set_aside_is_said(form: Form, make_tables: Maker) -> None:
    *rest, aside = make_tables()
    cells = tuple(cell for cell in aside.cells if cell.category in {"", "_none"})
    said = words_of(page_of(form, (*rest, changed(aside, cells=cells))))
    assert "No answer had to be set aside." in said
    untold = hide(changed(aside, cells=cells), ("n", ""))
    said = words_of(page_of(form, (*rest, untold)))
    assert "How many could not be used cannot be shown." in said


@BOTH
def test_demonstration_data_are_named_first_and_last(form: Form, make_tables: Maker, lang: Lang) -> None:
    notice = Words(lang)("page.demonstration")
    said = words_of(page_of(form, make_tables(), lang, demonstration=True))
    assert said.startswith(notice)
    assert said.count(notice) == 2
    assert notice not in words_of(page_of(form, make_tables(), lang))


def test_downloads_have_addresses_and_sizes(form: Form, make_tables: Maker) -> None:
    page = page_of(form, make_tables(), files="files/", sizes={"summary.xlsx": 15_400, "overall.csv": 999})
    assert '<a href="files/summary.xlsx" download>' in page
    assert "<small>16 KB</small>" in page
    assert "<small>999 B</small>" in page
    assert "by-role.csv" not in page, "what is not there is not offered"
    page = page_of(form, make_tables(), files="files/")
    for name in ("overall.csv", "by-role.csv", "_quarantine.csv", "datapackage.json", "audit.json"):
        assert f'href="files/{name}"' in page
    assert 'href="../../forms/training-feedback/"' in page
    assert "(version 1)" in page


def test_labels_cannot_become_markup(form: Form, make_tables: Maker) -> None:
    sharp = changed(form, title=Text.of(zh='<b>"题"', en='<script>alert("1")</script>: x'))
    tables = tuple(changed(table, title=Text.of(zh="<i>", en="<i>&")) for table in make_tables())
    page = page_of(sharp, tables)
    body = page.split("---\n", 2)[2]
    assert "alert" not in body.replace("&lt;script&gt;alert", "")
    assert re.findall(r"<script[^>]*>", body) == ['<script src="../../assets/summary.js" defer>']
    assert "<i>" not in page
    assert yaml.safe_load(page.split("---\n", 2)[1])["title"] == f"{sharp.title[Lang.EN]}: summary"


def test_a_table_of_another_form_is_refused(form: Form, make_tables: Maker) -> None:
    tables = tuple(changed(table, form="barometer") for table in make_tables())
    with pytest.raises(XinqiaoError) as caught:
        page_of(form, tables)
    assert caught.value.problems[0].code == "summary-other-form"


def test_tables_of_an_older_version_still_make_a_page(form: Form, make_tables: Maker) -> None:
    fewer = changed(form, summaries=(), scales=(), sections=form.sections[:1])
    assert "usefulness" in words_of(page_of(fewer, make_tables()))


@given(count=st.integers(0, 10**6), more=st.integers(0, 10**6))
def test_a_share_is_a_whole_per_cent_of_at_least_twenty(count: int, more: int) -> None:
    share = Share(count=count, base=max(1, count + more))
    if share.base < 20:
        assert share.percent is None
    else:
        assert share.percent is not None
        assert abs(share.percent - 100 * count / share.base) <= 0.5


@pytest.mark.parametrize(
    ("period", "zh", "en"),
    [
        ("2026-W41", "2026 年 10 月 5 日至 10 月 11 日（第 41 周）", "5 October to 11 October 2026 (week 41)"),
        (
            "2026-W52/2027-W01",
            "2026 年 12 月 21 日至 2027 年 1 月 10 日（2026-W52 – 2027-W01）",
            "21 December 2026 to 10 January 2027 (2026-W52 – 2027-W01)",
        ),
        ("", "答卷不带日期", "the answers carry no date"),
    ],
)
def test_periods_are_days(period: str, zh: str, en: str) -> None:
    assert (Words(Lang.ZH).period(period), Words(Lang.EN).period(period)) == (zh, en)


def test_words_have_the_same_parameters_in_both_languages() -> None:
    files = [tomllib.loads(file.read_text("utf-8")) for file in sorted(TEMPLATES.glob("*.toml"))]
    for group, entries in (pair for groups in files for pair in groups.items()):
        for key, words in entries.items():
            zh, en = (set(re.findall(r"{(\w+)}", words[lang])) for lang in Lang)
            assert zh == en, f"{group}.{key}"
