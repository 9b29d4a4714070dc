"""Evergreen pages say the same in both languages and lead where they say."""

from __future__ import annotations

import itertools
import posixpath
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from xinqiao.core.form import Purpose
from xinqiao.core.text import Lang
from xinqiao.forms.outcome_words import outcome_texts

PAGE_FIELDS = {"title", "description", "page_type"}
ARTICLE_FIELDS = PAGE_FIELDS | {"written_on", "review_by", "sources"}
PAGE_TYPES = {"home", "article", "page", "help"}
# Pages that exist only in the build: made from forms, released tables and the newsroom.
FORMS = sorted(path.stem for path in (Path(__file__).parents[2] / "forms").glob("*.yml"))
COMPOSED = {
    *(f"forms/{form}.md" for form in FORMS), "forms/index.md", "forms/phq9/scoring.md",
    *(f"summaries/{form}.md" for form in ("training-feedback", "mood", "website-feedback")),
    "news/index.md", "news/events/index.md",
    "news/recaps/peer-supporter-training-recap/index.md", "news/policy/guizhou-plan-2024/index.md",
    "learn/peer-supporter/index.md",
}  # fmt: skip
FRONT_MATTER = re.compile(r"---\n(?P<inner>.*?)\n---\n", re.DOTALL)
HEADING = re.compile(r"^(?P<level>#{1,6}) (?P<words>.+?)(?: \{ #(?P<anchor>[\w-]+) \})?$", re.MULTILINE)
LINK = re.compile(r"\]\((?!https?:)(?P<target>[^)#\s]*)(?:#(?P<anchor>[^)\s]+))?\)")
BLOCK = re.compile(r"^(?:[-*|>]|\d+\.)", re.MULTILINE)

Pages = dict[str, dict[str, str]]


def matter(text: str) -> dict[str, Any]:
    found = FRONT_MATTER.match(text)
    return yaml.safe_load(found["inner"]) if found else {}


def shape(text: str) -> list[tuple[int, str | None]]:
    """Levels and anchors of all headings, in order."""
    return [(len(heading["level"]), heading["anchor"]) for heading in HEADING.finditer(text)]


def test_there_are_pages(pages: Pages) -> None:
    assert {"index.md", "help.md", "privacy.md"} <= pages["zh"].keys()


def test_every_page_exists_in_both_languages(pages: Pages) -> None:
    assert pages["zh"].keys() == pages["en"].keys()


def test_headings_pair_up_in_level_order_and_anchor(pages: Pages) -> None:
    for name, text in pages["zh"].items():
        assert shape(text) == shape(pages["en"][name]), name


def test_lists_and_tables_pair_up(pages: Pages) -> None:
    for name, text in pages["zh"].items():
        assert len(BLOCK.findall(text)) == len(BLOCK.findall(pages["en"][name])), name


def test_links_lead_to_the_same_places_in_both_languages(pages: Pages) -> None:
    for name, text in pages["zh"].items():
        targets = [sorted(m.groups("") for m in LINK.finditer(words)) for words in (text, pages["en"][name])]
        assert targets[0] == targets[1], name


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_front_matter_is_complete(pages: Pages, lang: str) -> None:
    for name, text in pages[lang].items():
        fields = matter(text)
        assert fields["page_type"] in PAGE_TYPES, name
        wanted = ARTICLE_FIELDS if fields["page_type"] == "article" else PAGE_FIELDS
        assert fields.keys() - {"reviewed_on", "self_checks"} == wanted, name
        assert all(str(fields[key]).strip() for key in ("title", "description")), name


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_page_has_one_first_heading_and_skips_no_level(pages: Pages, lang: str) -> None:
    for name, text in pages[lang].items():
        levels = [level for level, _ in shape(text)]
        assert levels[0] == 1 and levels.count(1) == 1, name
        assert all(after - before <= 1 for before, after in itertools.pairwise(levels)), name


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_links_between_pages_resolve(pages: Pages, lang: str) -> None:
    known = {page: {anchor for _, anchor in shape(text)} for page, text in pages[lang].items()}
    for name, text in pages[lang].items():
        for link in LINK.finditer(text):
            target = (
                posixpath.normpath(posixpath.join(posixpath.dirname(name), link["target"])) if link["target"] else name
            )
            assert target in known or target in COMPOSED, f"{name}: {link['target']}"
            if link["anchor"] and target in known:
                assert link["anchor"] in known[target], f"{name}: {link[0]}"


def test_the_help_page_shows_the_lines_before_anything_else(pages: Pages) -> None:
    for lang in pages:
        text = pages[lang]["help.md"]
        assert text.count("<!-- help-lines -->") == 1
        assert len(HEADING.findall(text.split("<!-- help-lines -->")[0])) == 2, lang


def test_the_crisis_page_is_reached_from_the_right_depth(pages: Pages) -> None:
    for lang in pages:
        for name, text in pages[lang].items():
            depth = name.count("/") + (0 if name.endswith("index.md") else 1)
            for href in re.findall(r'href="([^"]*help-now/)"', text):
                assert href == "../" * (depth + 1) + "help-now/", f"{lang}/{name}"


def test_the_home_page_has_four_doors(pages: Pages) -> None:
    for lang in pages:
        doors = re.search(r'<div class="xq-doors" markdown>\n\n(.*?)\n\n</div>', pages[lang]["index.md"], re.DOTALL)
        assert doors is not None
        assert len(re.findall(r"^- \*\*\[[^\]]+\]\([\w-]+\.md\)\*\* \S.*[.。]$", doors[1], re.MULTILINE)) == 4
        assert doors[1].count("\n") == 3


def test_pages_promise_what_settings_and_forms_hold(pages: Pages, root: Path) -> None:
    policy = tomllib.loads((root / "portal.toml").read_text("utf-8"))["policy"]
    form = yaml.safe_load((root / "forms/training-feedback.yml").read_text("utf-8"))
    few, health, days = policy["threshold"], policy["health_threshold"], form["retention"]["days"]
    assert f"人数不到 {few} 的格子不显示" in pages["zh"]["figures.md"]
    assert f"不到 {health} 就不显示" in pages["zh"]["figures.md"]
    assert f"fewer than {few} people is not shown" in pages["en"]["figures.md"]
    assert f"fewer than {health}" in pages["en"]["figures.md"]
    assert f"{days} 天" in pages["zh"]["privacy.md"] and f"{days} days" in pages["en"]["privacy.md"]


def tables(text: str) -> list[list[list[str]]]:
    """The body rows of each table, without the name of the row."""
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")]
    heads = [at for at, row in enumerate(rows) if at + 1 < len(rows) and set(rows[at + 1][0]) == {"-"}]
    ends = [*heads[1:], len(rows)]
    return [[row[1:] for row in rows[head + 2 : end]] for head, end in zip(heads, ends, strict=True)]


def test_the_small_example_adds_up_and_hides_what_it_says(pages: Pages) -> None:
    for lang, hidden in (("zh", "不显示"), ("en", "hidden")):
        whole, kept = tables(pages[lang]["figures.md"])
        figures = [[int(cell) for cell in row] for row in whole]
        assert all(row[-1] == sum(row[:-1]) for row in figures)
        assert figures[-1] == [sum(column) for column in zip(*figures[:-1], strict=True)]
        small = [(at, by) for at, row in enumerate(figures) for by, count in enumerate(row) if 0 < count < 5]
        assert small == [(0, 1)]
        # Of a small cell's row and column two are hidden each, and what is shown is true.
        gone = {(at, by) for at, row in enumerate(kept) for by, cell in enumerate(row) if cell == hidden}
        assert gone == {(0, 0), (0, 1), (1, 0), (1, 1)}
        shown = {(at, by): int(cell) for at, row in enumerate(kept) for by, cell in enumerate(row) if cell != hidden}
        assert all(figures[at][by] == cell for (at, by), cell in shown.items())
        # What the text says of the small cell: at least 0, at most the lesser of its two totals.
        row, column = figures[0][-1], figures[-1][1]
        assert max(0, row - figures[-1][0]) == 0
        assert re.search(rf"0 (?:到|to) {min(row, column)} ", pages[lang]["figures.md"])


def test_the_page_on_figures_says_what_it_cannot_do_and_who_has_not_looked_at_it(pages: Pages) -> None:
    for lang, words in (
        ("zh", ("还没有请外面的统计专业人员审查过", "xinqiao audit")),
        ("en", ("has reviewed it yet", "xinqiao audit")),
    ):
        assert all(word in pages[lang]["figures.md"] for word in words)
        for name in ("about.md", "summaries/index.md", "privacy.md", "learn.md"):
            assert "figures.md" in pages[lang][name], f"{lang}/{name} does not lead there"


ARTICLES = tuple(f"learn/{name}.md" for name in ("anxiety", "listening", "lonely", "low-mood", "sleep", "workload"))


def test_articles_are_what_the_folder_holds(pages: Pages) -> None:
    for lang in pages:
        named = {name for name, text in pages[lang].items() if matter(text)["page_type"] == "article"}
        assert named == set(ARTICLES)
        mark = re.search(r"<!-- articles: (.+) -->", pages[lang]["learn.md"])
        assert mark is not None
        assert {f"learn/{name}.md" for name in mark[1].split()} == set(ARTICLES), "each has a place of its own"


@pytest.mark.parametrize("name", ARTICLES)
def test_an_article_offers_help_before_its_first_part_and_at_its_end(pages: Pages, name: str) -> None:
    for lang in pages:
        first, *_, last_but_one, last = re.split(r"^## .+$", pages[lang][name], flags=re.MULTILINE)
        assert 'href="../../../help-now/"' in first, lang
        assert "../help.md#lines" in first, lang
        assert "<!-- help-bar -->" in first, lang
        assert last_but_one.strip() == "<!-- help-lines -->", lang
        assert last.count("<!-- sources -->") == 1, lang


@pytest.mark.parametrize("name", ARTICLES)
def test_an_article_says_when_it_was_written_and_when_it_is_to_be_reviewed(pages: Pages, name: str) -> None:
    for lang in pages:
        fields = matter(pages[lang][name])
        assert fields["written_on"] < fields["review_by"], lang
        assert fields["reviewed_on"] is None or fields["reviewed_on"] >= fields["written_on"], lang
        assert (fields["review_by"] - (fields["reviewed_on"] or fields["written_on"])).days <= 366, lang


@pytest.mark.parametrize("name", ARTICLES)
def test_an_article_names_the_same_sources_in_both_languages(pages: Pages, name: str) -> None:
    named = [
        [(one["title"], one["address"], one["read_on"]) for one in matter(pages[lang][name])["sources"]]
        for lang in pages
    ]
    assert named[0] == named[1]
    assert len(named[0]) >= 3


@pytest.mark.parametrize("name", ARTICLES)
def test_an_article_says_of_its_sources_what_was_not_read_or_not_taken_from_them(pages: Pages, name: str) -> None:
    for lang, words in (("zh", ("节选", "编辑补写")), ("en", ("excerpts", "added by the editors"))):
        assert all(word in pages[lang][name] for word in words), lang


# What students type into the search when they look for an article, whatever its title says.
SOUGHT = {
    "zh": ("抑郁", "焦虑", "失眠", "拖延", "压力", "孤独", "想家", "室友"),
    "en": ("depression", "panic", "insomnia", "procrastination", "stress", "lonely", "homesick", "roommate"),
}


@pytest.mark.parametrize(("lang", "word"), [(lang, word) for lang, words in SOUGHT.items() for word in words])
def test_what_students_look_for_stands_in_the_words_of_an_article(pages: Pages, lang: str, word: str) -> None:
    assert any(word in FRONT_MATTER.sub("", pages[lang][name]).lower() for name in ARTICLES)


@pytest.mark.parametrize("name", ARTICLES)
def test_an_article_in_chinese_is_short_enough_to_be_read(pages: Pages, name: str) -> None:
    prose = pages["zh"][name].split("<!-- help-lines -->")[0]
    assert 600 <= len(re.findall(r"[\u4e00-\u9fff]", prose)) <= 1000


def test_where_the_words_after_sending_lead_to_is_there(pages: Pages) -> None:
    for lang, asked, article in (
        (Lang.ZH, "“学一点”的“大家问过的”", "《怎样听、怎样陪一个同学》"),
        (Lang.EN, "“Asked before” on “Learn”", "“How to listen to a fellow student and stay with them”"),
    ):
        assert asked in outcome_texts(Purpose.QUESTION, "thanks")["next_2"][lang]
        assert article in outcome_texts(Purpose.QUIZ, "thanks")["next_1"][lang]
        heading = asked.replace("“学一点”的", "").replace(" on “Learn”", "").strip("“”")
        assert f"\n## {heading}\n" in pages[lang.value]["learn.md"]
        assert matter(pages[lang.value]["learn/listening.md"])["title"] == article.strip("《》“”")
