"""Figures quoted in news: filled in wherever they stand, and every wrong one with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from xinqiao.core.text import Lang, Text
from xinqiao.site.events import read_events
from xinqiao.site.newsroom import read_articles
from xinqiao.site.pelican import Fragment, Newsroom
from xinqiao.site.quoted import Figures, quote_problems, with_figures

RECAP = "docs/news/recaps/training-recap.en.md"
HIDDEN = Text.of(zh="（不便公布）", en="(hidden)")
FIGURES: Figures = {
    "feedback": {
        "overall/n": Text.of(zh="240", en="240"),
        "overall/mean(confidence_now)": HIDDEN,
        "overall/share(score >= 10)": Text.of(zh="35%", en="35%"),
    },
    "mood": {"by-week/n": Text.of(zh="9", en="9")},
}


def told(project: Path, sentence: str, figures: Figures = FIGURES, *, event: bool = True) -> list[str]:
    file = project / RECAP
    for one in () if event else file.parent.glob("training-recap.*.md"):
        one.write_text(one.read_text(encoding="utf-8").replace("Event: training\n", ""), encoding="utf-8")
    file.write_text(f"{file.read_text(encoding='utf-8')}\n{sentence}\n", encoding="utf-8")
    events = read_events(project)
    found = quote_problems(project, read_articles(project, events, None), events, figures)
    return [f"{problem.place} {problem.code} {problem.params}" for problem in found]


def test_a_figure_of_the_events_own_form_is_quoted(project: Path) -> None:
    assert told(project, "{{ figure: feedback/overall/n }} and {{figure:feedback/overall/share(score >= 10)}}") == []


def test_a_figure_that_is_not_there_is_named_with_its_place_and_the_nearest(project: Path) -> None:
    (found,) = told(project, "We had {{ figure: feedback/overal/n }} people.")
    line = len((project / RECAP).read_text(encoding="utf-8").splitlines())
    assert found.startswith(f"{RECAP}:{line}:8 figure-unknown")
    assert "'nearest': 'overall/n'" in found


@pytest.mark.parametrize("form", ["mood", "nowhere", ""])
def test_a_figure_of_another_form_is_refused(project: Path, form: str) -> None:
    (found,) = told(project, f"{{{{ figure: {form}/by-week/n }}}}")
    assert "figure-not-of-event" in found
    assert "'known': 'feedback'" in found


def test_an_article_without_an_event_quotes_nothing(project: Path) -> None:
    (found,) = told(project, "{{ figure: feedback/overall/n }}", event=False)
    assert "figure-not-of-event" in found
    assert "'known': '–'" in found


def test_before_the_first_release_every_name_waits(project: Path) -> None:
    assert told(project, "{{ figure: feedback/overall/n }}", {"feedback": {}}) == []
    room = with_figures(news("{{ figure: feedback/overall/n }}"), {"feedback": {}})
    assert room.fragments[Lang.ZH]["p"].body == "（尚未公布）"


def news(body: str) -> Newsroom:
    fragment = Fragment(front={"title": "t", "description": body, "n": 1}, body=body)
    return Newsroom(fragments={lang: {"p": fragment} for lang in Lang}, feeds=dict.fromkeys(Lang, body))


def test_figures_are_filled_in_in_pages_lists_and_feeds() -> None:
    # As Markdown leaves it in a page, and as a feed escapes that again.
    for sign in (">=", "&gt;=", "&amp;gt;="):
        code = f"{{{{ figure: feedback/overall/share(score {sign} 10) }}}}"
        room = with_figures(news(f"<p>{code}, {{{{figure: feedback/overall/mean(confidence_now)}}}}</p>"), FIGURES)
        for lang, hidden in HIDDEN.by_lang.items():
            filled = room.fragments[lang]["p"]
            assert filled.body == f"<p>35%, {hidden}</p>"
            assert filled.front == {"title": "t", "description": filled.body, "n": 1}
            assert room.feeds[lang] == filled.body


def test_other_braces_are_left_alone() -> None:
    assert with_figures(news("{{ name }} {figure: x}"), FIGURES).feeds[Lang.EN] == "{{ name }} {figure: x}"
