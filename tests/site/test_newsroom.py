"""The newsroom as readers find it: lists, tags, years, what comes next, feeds, calendars; drafts nowhere."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from tests.site.test_share import Scripts

from xinqiao.core.problem import Problem, XinqiaoError
from xinqiao.core.text import Lang
from xinqiao.site.html import Page, read_page
from xinqiao.site.pictures import picture_problems

LANGS = [lang.value for lang in Lang]
ROOT = "https://example.test/portal"


def page(built: Path, name: str) -> Page:
    return read_page(built, built / name / "index.html")


def text(built: Path, name: str) -> str:
    return (built / name).read_text(encoding="utf-8")


def led(built: Path, name: str) -> list[str]:
    """Where the own links of a page lead, in order."""
    return [link.href for link in page(built, name).links if link.own]


@pytest.mark.parametrize("lang", LANGS)
def test_events_to_come_stand_first_and_say_in_words_where_they_stand(built: Path, lang: str) -> None:
    headings = [words for _, words in page(built, f"{lang}/news/events").headings]
    assert headings[1:] == {"zh": ["即将举行", "已经举行"], "en": ["Coming up", "Past events"]}[lang]
    source = text(built, f"{lang}/news/events/index.html")
    order = [source.index(words) for words in ('id="coming"', "../events/evening/", 'id="past"', "../events/training/")]
    assert order == sorted(order)
    for words in {
        "zh": ("报名中", "2026年12月3日（周四） 19:00–20:30（北京时间）", "已结束"),
        "en": ("Open for", "Past"),
    }[lang]:
        assert words in source


@pytest.mark.parametrize("lang", LANGS)
def test_every_tag_has_its_page_and_every_article_leads_to_its_tags(built: Path, lang: str) -> None:
    names = {"zh": {"peers": "同伴", "rest": "休息"}, "en": {"peers": "Peers", "rest": "Rest"}}[lang]
    assert {path.parent.name for path in (built / lang / "news/tags").glob("*/index.html")} == names.keys()
    for slug, name in names.items():
        assert name in page(built, f"{lang}/news/tags/{slug}").title
        assert f"./{slug}/" in led(built, f"{lang}/news/tags")
    assert {"../../tags/peers/", "../../tags/rest/"} <= set(led(built, f"{lang}/news/events/evening"))
    assert "../../recaps/training-recap/" in led(built, f"{lang}/news/tags/peers")


@pytest.mark.parametrize("lang", LANGS)
def test_every_year_has_its_page(built: Path, lang: str) -> None:
    assert "./2026/" in led(built, f"{lang}/news/archive")
    found = set(led(built, f"{lang}/news/archive/2026"))
    assert {"../../events/evening/", "../../events/training/", "../../recaps/training-recap/"} <= found


@pytest.mark.parametrize("lang", LANGS)
def test_each_article_leads_to_the_next_and_back(built: Path, lang: str) -> None:
    found: dict[str, list[str]] = {}
    for path in (built / lang / "news").glob("*/*/index.html"):
        around = re.search(r'<nav class="xq-neighbours".*?</nav>', path.read_text(encoding="utf-8"), re.DOTALL)
        if around:
            found[f"../../{path.parent.parent.name}/{path.parent.name}/"] = re.findall('href="([^"]+)"', around[0])
    # In a row each but the two at its ends has two neighbours, and being one's neighbour goes both ways. What exists
    # in the other language alone is in the row, and its page there has no neighbours of its own.
    links = {(here, there) for here, others in found.items() for there in others}
    assert {(there, here) for here, there in links} >= {(here, there) for here, there in links if there in found}
    assert sorted(len(others) for others in found.values()) == {"zh": [1, 1, 2, 2], "en": [1, 1, 2]}[lang]


def test_what_exists_in_one_language_says_so_in_the_other(built: Path) -> None:
    own, other = text(built, "zh/news/recaps/story/index.html"), text(built, "en/news/recaps/story/index.html")
    assert "仅有中文" in own
    assert "exists in Chinese only" in other
    assert 'href="../../../../zh/news/recaps/story/"' in other
    assert "In Chinese only" in text(built, "en/news/recaps/index.html")
    assert "hreflang" not in re.search(r'<p class="xq-meta">.*?</p>', own, re.DOTALL)[0]  # type: ignore[index]


@pytest.mark.parametrize("lang", LANGS)
def test_both_feeds_tell_the_same_entries(built: Path, lang: str) -> None:
    feed = json.loads(text(built, f"{lang}/news/feed.json"))
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["feed_url"] == f"{ROOT}/{lang}/news/feed.json"
    atom = text(built, f"{lang}/news/atom.xml")
    assert [one["id"] for one in feed["items"]] == re.findall("<id>([^<]+/)</id>", atom)[-len(feed["items"]) :]
    (training,) = [one for one in feed["items"] if one["url"] == f"{ROOT}/{lang}/news/events/training/"]
    assert training["tags"] == [{"zh": "同伴", "en": "Peers"}[lang]]
    assert f'href="{ROOT}/{lang}/forms/feedback/"' in training["content_html"]
    assert training["summary"] == "Words about training."


@pytest.mark.parametrize("lang", LANGS)
def test_pages_of_news_name_their_feeds_in_a_way_that_the_theme_does_not_follow(built: Path, lang: str) -> None:
    links = re.findall(r"<link rel=\"alternate[^>]*>", text(built, f"{lang}/news/events/evening/index.html"))
    assert ["../../atom.xml" in links[0], "../../feed.json" in links[1]] == [True, True]
    # Material's script fetches a sitemap for each link[rel=alternate].
    assert not [link for link in links if 'rel="alternate"' in link]


@pytest.mark.parametrize("lang", LANGS)
def test_an_announcement_gathers_what_belongs_to_its_event(built: Path, lang: str) -> None:
    folder = built / lang / "news/events/evening"
    found = led(built, f"{lang}/news/events/evening")
    assert {"evening.ics", "../../../forms/feedback/"} <= set(found)
    made = {path.name for path in folder.iterdir()}
    if "card.png" in made:
        assert {"poster-a3.pdf", "poster-a4.pdf"} <= made & set(found)
        assert f'content="{ROOT}/{lang}/news/events/evening/card.png"' in (folder / "index.html").read_text("utf-8")
    calendar = (built / lang / "news/calendar.ics").read_text(encoding="utf-8")
    assert re.findall("UID:(.*)\r?\n", calendar) == ["evening@example.test"]
    assert "DTSTAMP:20261121T000000Z" in calendar


@pytest.mark.parametrize("lang", LANGS)
def test_its_recap_stands_in_short_in_the_announcement(built: Path, lang: str) -> None:
    source = text(built, f"{lang}/news/events/training/index.html")
    said = re.search(r'<section class="xq-recap".*?</section>', source, re.DOTALL)
    assert said is not None
    assert "Words about training-recap." in said[0]


@pytest.mark.parametrize("lang", LANGS)
def test_other_programs_can_read_what_a_page_is_about(built: Path, lang: str) -> None:
    kinds = {}
    for slug in ("events/evening", "events/training", "recaps/training-recap"):
        source = text(built, f"{lang}/news/{slug}/index.html")
        (data,) = re.findall(r'<script type="application/ld\+json">.*?</script>', source)
        kinds[slug] = json.loads(Scripts(data).inside)
    # An event of no known year has no start that could be told.
    assert [one["@type"] for one in kinds.values()] == ["Event", "NewsArticle", "NewsArticle"]
    assert kinds["events/evening"]["url"] == f"{ROOT}/{lang}/news/events/evening/"


def broken(project: Path, build: Callable[..., Sequence[Problem]], output: Path) -> Sequence[Problem]:
    with pytest.raises(XinqiaoError) as caught:
        build(project, output)
    return caught.value.problems


def test_a_picture_of_12_mb_is_told_where_it_is_shown(
    project: Path, build: Callable[..., Sequence[Problem]], tmp_path: Path
) -> None:
    article = project / "docs/news/events/evening.zh.md"
    with article.open("a", encoding="utf-8") as file:
        file.write("\n看：![树](../../pictures/tree.jpg)\n")
    picture = project / "docs/news/pictures/tree.jpg"
    with picture.open("wb") as file:
        file.truncate(12_000_000)
    (problem,) = broken(project, build, tmp_path / "site")
    line = len(article.read_text(encoding="utf-8").splitlines())
    assert f"{problem.place} {problem.code}" == f"docs/news/events/evening.zh.md:{line}:14 picture-large"
    assert "12.0 MB" in problem.message(Lang.ZH)


def test_what_a_desktop_or_an_unfinished_saving_leaves_beside_pictures_is_no_picture(project: Path) -> None:
    for name in (".DS_Store", ".tree.jpg.new"):
        (project / "docs/news/pictures" / name).write_bytes(b"")
    assert [*picture_problems(project, [])] == []


def test_a_picture_goes_out_with_the_article_that_shows_it_and_no_other(built: Path) -> None:
    assert sorted(path.name for path in built.rglob("pictures/*")) == ["of-story.svg"] * 2 + ["tree.svg"] * 2
    assert 'src="../../pictures/tree.svg"' in text(built, "zh/news/events/evening/index.html")
