"""News hangs on an event's facts, says the same in both languages, and repeats no fact."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

FIELDS = {"Title", "Slug", "Lang", "Date", "Category", "Tags", "Summary", "Status"}
LINK = re.compile(r"\]\((?!https?:)([^)]+)\)")
SOURCE = re.compile(r"\]\((https?://[^)]+)\)")
# A news page lies three folders below its language: news/recaps/SLUG/.
UP = "../../../"
HEADING = re.compile(r"^(#{1,6}) ", re.MULTILINE)

News = dict[str, dict[str, str]]


def fields(text: str) -> dict[str, str]:
    head = text.split("\n\n", 1)[0]
    return {key: value for key, _, value in (line.partition(": ") for line in head.splitlines())}


def body(text: str) -> str:
    return text.split("\n\n", 1)[1]


@pytest.fixture(scope="module")
def events(root: Path) -> dict[str, dict[str, Any]]:
    return {path.stem: yaml.safe_load(path.read_text("utf-8")) for path in (root / "docs/data/events").glob("*.yml")}


def hangs_on_an_event(name: str) -> bool:
    return not name.startswith("policy/")


def test_every_item_exists_in_both_languages(news: News) -> None:
    assert news["zh"] and news["zh"].keys() == news["en"].keys()


def test_metadata_is_complete_and_agrees_with_the_file(news: News) -> None:
    for lang, items in news.items():
        for name, text in items.items():
            found = fields(text)
            wanted = FIELDS | {"Event"} if hangs_on_an_event(name) else FIELDS
            assert found.keys() == wanted, f"{lang}/{name}"
            assert found["Lang"] == lang, f"{lang}/{name}"
            assert f"{found['Category']}/{found['Slug']}" == name
            assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", found["Date"])


def test_every_tag_has_a_name_in_the_registry_and_every_name_a_use(news: News, root: Path) -> None:
    known = {tag["slug"] for tag in yaml.safe_load((root / "docs/data/tags.yml").read_text("utf-8"))}
    lines = [fields(text)["Tags"] for items in news.values() for text in items.values()]
    assert {tag.strip() for line in lines for tag in line.split(",")} == known


def test_slugs_are_unique_in_each_language(news: News) -> None:
    for items in news.values():
        slugs = [fields(text)["Slug"] for text in items.values()]
        assert len(slugs) == len(set(slugs))


def test_both_languages_share_all_but_words(news: News) -> None:
    for name, text in news["zh"].items():
        other = news["en"][name]
        for key in (FIELDS | {"Event"}) - {"Title", "Summary", "Lang"}:
            assert fields(text).get(key) == fields(other).get(key), f"{name}: {key}"
        assert HEADING.findall(body(text)) == HEADING.findall(body(other)), name
        assert sorted(LINK.findall(text)) == sorted(LINK.findall(other)), name
        assert SOURCE.findall(text) == SOURCE.findall(other), name


def test_every_announcement_and_recap_belongs_to_an_event(news: News, events: dict[str, dict[str, Any]]) -> None:
    for items in news.values():
        named = {fields(text)["Event"] for name, text in items.items() if hangs_on_an_event(name)}
        assert named and named <= events.keys()


def test_events_name_themselves_after_their_file(events: dict[str, dict[str, Any]]) -> None:
    assert events and all(event["slug"] == stem for stem, event in events.items())


def test_prose_does_not_type_the_day_or_the_place_again(news: News, events: dict[str, dict[str, Any]]) -> None:
    for lang, items in news.items():
        for name, text in items.items():
            if not hangs_on_an_event(name):
                continue
            event = events[fields(text)["Event"]]
            day = event["date"]
            typed = f"{day['month']} 月 {day['day']} 日" if lang == "zh" else f"{day['day']} November"
            for fact in (typed, typed.replace(" ", ""), event["place"][lang]):
                assert fact not in text, f"{lang}/{name}: {fact}"


def test_an_event_without_a_year_says_so_where_readers_see_it(news: News, events: dict[str, dict[str, Any]]) -> None:
    unknown = {slug for slug, event in events.items() if event["date"]["year"] is None}
    for lang, words in (("zh", "没有写年份"), ("en", "no year")):
        for slug in unknown:
            assert words in events[slug]["source_note"][lang], slug
        recaps = [text for name, text in news[lang].items() if name.startswith("recaps/")]
        assert all(words in text for text in recaps if fields(text)["Event"] in unknown)


def test_links_of_news_lead_to_pages_that_exist(news: News, root: Path) -> None:
    composed = {"forms/training-feedback/", "summaries/training-feedback/"}
    for lang, items in news.items():
        for name, text in items.items():
            for target in LINK.findall(text):
                assert target.startswith(UP), f"{lang}/{name}: {target}"
                page, _, anchor = target.removeprefix(UP).partition("#")
                file = root / "docs" / lang / f"{page.rstrip('/')}.md"
                assert page in composed or file.is_file(), f"{lang}/{name}: {target}"
                assert not anchor or f"{{ #{anchor} }}" in file.read_text("utf-8"), f"{lang}/{name}: {target}"


PARTS = {
    "zh": ("文件", "文件里的要点", "没有查到的", "评论：", "出处"),
    "en": ("The document", "What the document says", "What could not be found", "Comment:", "Sources"),
}
# Words of a comment: what a college should do is not what a document says.
ADVICE = {"zh": ("学院", "编辑的看法"), "en": ("a college", "editors' view")}


def parts(text: str) -> list[tuple[str, str]]:
    """Second-level headings of a text, each with the words below it."""
    found = re.split(r"^## (.+)$", body(text), flags=re.MULTILINE)[1:]
    return list(zip(found[::2], found[1::2], strict=True))


def policies(news: News) -> list[tuple[str, str]]:
    return [(lang, text) for lang, items in news.items() for name, text in items.items() if name.startswith("policy/")]


def test_a_policy_note_keeps_document_and_comment_apart(news: News) -> None:
    assert policies(news)
    for lang, text in policies(news):
        named = [heading for heading, _ in parts(text)]
        assert len(named) == len(PARTS[lang])
        assert all(map(str.startswith, named, PARTS[lang]))
        document = "".join(words for _, words in parts(text)[:2])
        assert not [words for words in ADVICE[lang] if words in document]


def test_a_policy_note_names_its_document_and_where_it_was_read(news: News) -> None:
    for lang, text in policies(news):
        facts, sources = parts(text)[0][1], parts(text)[-1][1]
        assert re.search(r"\| [^|]*〔\d{4}〕\d+号 \|", facts), lang
        assert re.search(r"\| \d{4}-\d{2}-\d{2} \|", facts), lang
        assert all(SOURCE.search(line) for line in re.findall(r"^- .*$", sources, re.MULTILINE))
        assert re.search(r"\d{4}-\d{2}-\d{2}", sources.rsplit("\n\n", 1)[-1]), lang


def test_the_guizhou_plan_is_not_given_to_kunming(news: News) -> None:
    for lang, place in (("zh", "昆明"), ("en", "Kunming")):
        found = [heading for heading, words in parts(news[lang]["policy/guizhou-plan-2024"]) if place in words]
        assert found == [PARTS[lang][2]]


def test_a_policy_note_promotes_nobody(news: News) -> None:
    for lang, text in policies(news):
        assert not re.search(r"华医|Huayi|有限公司|Co\., Ltd", text), lang
