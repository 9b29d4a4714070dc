"""One truth: the fields that the editor offers are those that the readers of the content know."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from xinqiao.core.text import Lang, Text
from xinqiao.site import article, contacts, corrections, day, events, evergreen, help_lines, newsroom, services
from xinqiao.site.editor.cms import NEWS_FORMAT, Backend, cms_config
from xinqiao.site.editor.collections import Offered, collections, names, writable
from xinqiao.site.editor.fields import Collection, Kind, Style
from xinqiao.site.editor.words import FIELDS
from xinqiao.site.pictures import LARGEST, PICTURES

EVERY = {one.name: one for one in collections(Offered())}
# Written by hand alone: what the theme leaves out and what the search is told.
BY_HAND = {"hide", "search"}
KNOWN = {
    "facts": set(events.KEYS),
    "events": set(newsroom.ALLOWED),
    "recaps": set(newsroom.ALLOWED),
    "policy": set(newsroom.ALLOWED),
    "learn": {*evergreen.KEYS, *article.KEYS} - BY_HAND,
    "help-lines": set(help_lines.KEYS),
    "tags": {"slug", "name"},
    "services": set(services.KEYS),
    "contacts": set(contacts.KEYS),
    "corrections": set(corrections.KEYS),
}


@pytest.mark.parametrize("name", EVERY)
def test_the_editor_offers_every_field_that_is_read_and_no_other(name: str) -> None:
    assert names(EVERY[name].fields) == KNOWN[name]


def test_so_do_the_parts_of_a_day_and_of_a_source() -> None:
    by_name = {one.name: one for one in (*EVERY["facts"].fields, *EVERY["learn"].fields)}
    assert names(by_name["date"].fields) == set(day.KEYS)
    assert names(by_name["sources"].fields) == set(article.SOURCE_KEYS)


def test_choices_are_the_values_that_are_read() -> None:
    def options(collection: str, field: str) -> set[str]:
        return set(next(one for one in EVERY[collection].fields if one.name == field).options)

    assert options("facts", "status") == {status.value for status in events.WRITTEN}
    assert options("facts", "roles") == {role.value for role in events.Audience}
    assert options("events", "Status") == {newsroom.PUBLISHED, newsroom.DRAFT}
    assert options("help-lines", "kind") == {kind.value for kind in help_lines.Kind}


def test_every_kind_of_news_has_a_collection() -> None:
    assert {one.name for one in EVERY.values() if one.style is Style.NEWS} == set(newsroom.KINDS)


@pytest.mark.parametrize("name", EVERY)
def test_every_label_is_in_both_languages(name: str) -> None:
    seen = [one for one in EVERY[name].fields if one.kind is not Kind.HIDDEN]
    assert [one.name for field in seen for one in (field, *field.fields) if one.name.lower() not in FIELDS] == []


def test_the_files_of_the_portal_are_the_editors(root: Path) -> None:
    allowed = writable(EVERY.values())
    mine = [*(root / "docs/data/events").glob("*.yml"), *(root / "docs/news").rglob("*.md")]
    mine += [*(root / "docs").glob("*/learn/*.md"), root / help_lines.REGISTRY, root / "docs/data/tags.yml"]
    mine += [root / services.FILE, root / contacts.FILE, root / corrections.FILE]
    assert [path for path in mine if not allowed.fullmatch(path.relative_to(root).as_posix())] == []


@pytest.mark.parametrize(
    "path",
    ["portal.toml", "docs/data/events/../../../portal.toml", "docs/news/pelicanconf.py", "forms/mood.yml",
     "docs/data/events/a.yml/../b.yml", "docs/data/summaries/x.yml", "docs/fr/learn/a.md", "docs/zh/help.md",
     f"{PICTURES}/a.svg", f"{PICTURES}/.hidden.png", f"{PICTURES}/a/b.png", "/docs/data/tags.yml",
     "docs/data/tags.yml\n",
     ".git/config", "overrides/main.html", "docs/news/events/A.zh.md"],
)  # fmt: skip
def test_what_is_no_content_is_not(path: str) -> None:
    assert not writable(EVERY.values()).fullmatch(path)


def config(lang: Lang) -> dict[str, Any]:
    backend = Backend(name="gitea", api="http://127.0.0.1:1/api/v1", repo="a/b", branch="main")
    offered = Offered(
        registration={"sign-up": Text.of(zh="报名", en="Sign up")}, tags={"walk": Text.of(zh="走走", en="Walk")}
    )
    made = cms_config(
        collections(offered), backend, lang, site_url="http://127.0.0.1:2/", title=Text.of(zh="心", en="X")
    )
    return json.loads(json.dumps(made))  # type: ignore[no-any-return]


@pytest.mark.parametrize("lang", list(Lang))
def test_the_configuration_has_both_languages_and_the_collections(lang: Lang) -> None:
    made = config(lang)
    assert made["i18n"]["locales"] == ["zh", "en"]
    assert [one["name"] for one in made["collections"]] == list(EVERY)
    news = next(one for one in made["collections"] if one["name"] == "events")
    assert news["format"] == NEWS_FORMAT
    assert next(one for one in news["fields"] if one["name"] == "Tags")["options"] == [
        {"label": {"zh": "走走", "en": "Walk"}[lang.value], "value": "walk"}
    ]
    articles = next(one for one in made["collections"] if one["name"] == "learn")
    assert articles["folder"] == "docs/{{locale}}/learn"
    assert made["media_libraries"]["default"]["config"]["max_file_size"] == LARGEST


def test_the_labels_are_in_the_language_of_the_page() -> None:
    assert "标题" in json.dumps(config(Lang.ZH), ensure_ascii=False)
    assert not re.search("[\u4e00-\u9fff]", json.dumps(config(Lang.EN), ensure_ascii=False).replace("中文", ""))


def test_nothing_in_it_leads_to_a_third_party() -> None:
    hosts = set(re.findall(r"https?://[^/\"]+", json.dumps(config(Lang.EN))))
    assert hosts == {"http://127.0.0.1:1", "http://127.0.0.1:2"}


def test_a_collection_takes_the_files_of_both_languages() -> None:
    articles: Collection = EVERY["learn"]
    assert re.fullmatch(articles.path, "docs/zh/learn/anxiety.md")
    assert not re.fullmatch(articles.path, "docs/zh/learn/deep/anxiety.md")


@pytest.mark.parametrize(("host", "root_"), [("gitea", "/api/v1"), ("gitlab", "/api/v4")])
def test_a_git_host_of_the_college_gets_the_same_with_its_own_address(host: str, root_: str) -> None:
    made = Backend(
        name=host,
        api=f"https://git.example.edu{root_}",
        repo="c/x",
        branch="main",
        host="https://git.example.edu",
        app="id",
    ).config()
    assert made["api_root"] == f"https://git.example.edu{root_}"
    assert made["base_url"] == "https://git.example.edu"
    assert made["app_id"] == "id"
    assert ("auth_type" in made) == (host == "gitlab")
