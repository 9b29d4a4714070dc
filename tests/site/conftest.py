"""A small project that every test may copy and break, and one site built from it."""

from __future__ import annotations

import functools
import http.server
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest

from xinqiao.core.problem import Problem
from xinqiao.core.text import Lang, Text
from xinqiao.site.build import Given, PortalNames, build_site
from xinqiao.site.manifest import Stamp

TODAY = date(2026, 11, 21)
NAMES = PortalNames(
    title=Text.of(zh="心桥", en="Xinqiao"),
    college=Text.of(zh="示范学院", en="Demonstration College"),
    demonstration=True,
    site_url="https://example.test/portal",
    receiver_url="https://answers.example.test/submit",
)
EVERGREEN = ("learn", "check-in", "take-part", "about", "privacy", "accessibility", "summaries/index")
EVERGREEN += ("services", "your-data", "corrections")
HELP_LINES = """\
- id: police
  number: "110"
  tel: "110"
  name: {zh: 报警, en: Police}
  place: CN
  hours: {zh: 随时, en: any time}
  round_the_clock: false
  languages: [zh]
  kind: emergency
  source: https://example.org/110
  checked_on: 2026-11-01
  checked_by: source only
- id: national
  number: "12356"
  tel: "12356"
  name: {zh: 心理援助热线, en: Support line}
  place: CN
  hours: {zh: 每天不少于 18 小时, en: at least 18 hours a day}
  round_the_clock: false
  languages: [zh, en]
  kind: crisis
  source: https://example.org/12356
  checked_on: 2026-11-20
  checked_by: source only
"""
EVENT = """\
slug: training
title: {zh: 同伴支持培训, en: Peer-support training}
date: {year: null, month: 11, day: 10, part: {zh: 下午, en: afternoon}}
place: {zh: 报告厅, en: Lecture hall}
speaker: {zh: 主讲人甲, en: Speaker A}
host: {zh: 主持人乙, en: Host B}
roles: [class, dormitory]
capacity: null
registration: null
feedback: feedback
status: past
source_note: {zh: 来源只写了月日。, en: The source gives month and day.}
"""
# One that people can still come to; what the draft says stands in its facts and its tag too.
EVENING = """\
slug: evening
title: {zh: 安静的一晚, en: A quiet evening}
date: {year: 2026, month: 12, day: 3, start: '19:00', end: '20:30'}
place: {zh: 活动室, en: Common room}
roles: [students]
capacity: 30
registration: feedback
registration_closes: 2026-12-02 18:00
feedback: null
status: open
"""
ARTICLE = """---
title: {title}
description: One sentence.
page_type: article
written_on: {written_on}
reviewed_on: null
review_by: 2027-05-01
{more}sources:
  - {{title: A, publisher: B, address: https://one.test/a, read_on: 2026-01-02}}
  - {{title: C, publisher: D, address: https://two.test/c, read_on: 2026-01-02}}
---

# {title}

<!-- help-bar -->

## Sources

<!-- sources -->
"""
SECRET = EVENING.replace("evening", "draft").replace("安静的一晚", "UNPUBLISHED-WORDS")
SERVICES = """\
- id: centre
  kind: counselling
  name: {zh: 中心 <一>, en: Centre *one*}
  about: {zh: 咨询, en: Counselling}
  who: {zh: 学生, en: Students}
  place: {zh: 一楼, en: Ground floor}
  hours: {zh: 工作日, en: Working days}
  cost: {zh: 免费, en: Free}
  booking: {zh: 前台, en: Front desk}
  modes: [in-person, video]
  languages: [zh, en]
  number: 0571-8888 1234
  checked_on: 2026-11-01
  checked_by: counselling office
"""
CORRECTIONS = """\
- date: 2026-11-20
  page: https://example.test/portal/zh/learn/topic/
  was: {zh: 原来, en: Before <b>}
  now: {zh: 现在, en: After}
"""
TAGS = """\
- {slug: peers, name: {zh: 同伴, en: Peers}}
- {slug: rest, name: {zh: 休息, en: Rest}}
- {slug: secret, name: {zh: UNPUBLISHED-WORDS, en: UNPUBLISHED-WORDS}}
"""


def page(title: str, body: str, kind: str = "page") -> str:
    return f"---\ntitle: {title}\ndescription: {title}\npage_type: {kind}\n---\n\n# {title}\n\n{body}\n"


def article(title: str) -> str:
    """An article in order: dates, two sources, help before its first part."""
    sources = "".join(
        f"  - {{title: {title} {name}, publisher: P, address: 'https://example.org/{name}', read_on: 2026-11-01}}\n"
        for name in ("one", "two")
    )
    front = f"written_on: 2026-11-01\nreviewed_on: null\nreview_by: 2028-05-01\nsources:\n{sources}"
    body = "<!-- help-bar -->\n\n## 一\n\ntext\n\n## 二\n\n<!-- sources -->"
    return page(title, body, "article").replace("page_type: article\n", f"page_type: article\n{front}")


def news(
    lang: str, kind: str, slug: str, body: str, *, status: str = "published", event: str = "training", more: str = ""
) -> str:
    named = f"Event: {event}\n{more}" if event else more
    return (
        f"Title: {slug} {lang}\nSlug: {slug}\nLang: {lang}\nDate: 2026-11-20\nCategory: {kind}\n{named}"
        f"Summary: Words about {slug}.\nStatus: {status}\n\n{body}\n"
    )


def tiny_files() -> Mapping[str, str]:
    """Every file of the small project by its path."""
    files = {"docs/data/help-lines.yml": HELP_LINES, "docs/data/events/training.yml": EVENT, "docs/data/tags.yml": TAGS}
    files |= {"docs/data/events/evening.yml": EVENING, "docs/data/events/draft.yml": SECRET}
    files |= {"docs/data/services.yml": SERVICES, "docs/data/corrections.yml": CORRECTIONS}
    words = {"zh": ("首页", "帮助", "说明"), "en": ("Home", "Help", "About")}
    for lang, (home, help_, other) in words.items():
        doors = (
            '<div class="xq-doors" markdown>\n\n- **[A](learn.md)**<br>a\n- **[B](check-in.md)**<br>b\n'
            "- **[C](help.md#lines)**<br>c\n- **[D](forms/feedback.md)**<br>d\n\n</div>"
        )
        files[f"docs/{lang}/index.md"] = page(home, doors, "home")
        files[f"docs/{lang}/help.md"] = page(help_, "## 1 { #lines }\n\n<!-- help-lines -->", "help")
        for name in EVERGREEN:
            files[f"docs/{lang}/{name}.md"] = page(
                f"{other} {name}", "## 一\n\ntext\n\n| a | b |\n|---|---|\n| 1 | 2 |"
            )
        for name in ("services", "corrections"):
            files[f"docs/{lang}/{name}.md"] += f"\n<!-- {name} -->\n"
        files[f"docs/{lang}/learn.md"] += "\n- [topic](learn/topic.md)\n"
        files[f"docs/{lang}/learn/topic.md"] = article(f"{other} topic")
        body = "Words.\n\n## Part *one* & more\n\n- [feedback](../../../forms/feedback/)\n"
        tree = "![A tree by the water](../../pictures/tree.svg)"
        peers, rest = ("Tags: peers\n", "Tags: peers, rest\nModified: 2026-11-21\n")
        files[f"docs/news/events/training.{lang}.md"] = news(lang, "events", "training", body, more=peers)
        files[f"docs/news/recaps/training-recap.{lang}.md"] = news(lang, "recaps", "training-recap", body, more=peers)
        files[f"docs/news/events/evening.{lang}.md"] = news(lang, "events", "evening", tree, event="evening", more=rest)
        hidden = "UNPUBLISHED-WORDS ![Some words](../../pictures/secret.svg)"
        secret = {"status": "draft", "event": "draft", "more": "Tags: secret\n"}
        files[f"docs/news/events/draft.{lang}.md"] = news(lang, "events", "draft", hidden, **secret)
    for name in ("tree", "secret", "of-nobody", "of-story"):
        files[f"docs/news/pictures/{name}.svg"] = f'<svg xmlns="http://www.w3.org/2000/svg"><!-- {name} --></svg>'
    seen = "![A tree by the water](../../pictures/of-story.svg)"
    story = news("zh", "recaps", "story", f"文字。\n\n## 一\n\n文字。\n\n{seen}", event="", more="Only: zh\n")
    files["docs/news/recaps/story.zh.md"] = story
    return files


def write_article(project: Path, slug: str, written_on: str = "2026-01-02", more: str = "") -> None:
    """An article in both languages, called as its file is."""
    for lang in Lang:
        path = project / "docs" / lang.value / "learn" / f"{slug}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(ARTICLE.format(title=slug.title(), written_on=written_on, more=more), "utf-8")


@pytest.fixture(scope="session")
def theme(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The repository's settings and theme as they are when the tests begin."""
    folder = tmp_path_factory.mktemp("theme")
    (folder / "docs/news").mkdir(parents=True)
    for name in ("mkdocs.yml", "mkdocs.en.yml", "docs/news/pelicanconf.py"):
        shutil.copy(root / name, folder / name)
    shutil.copytree(root / "overrides", folder / "overrides")
    return folder


@pytest.fixture(scope="session")
def new_project(theme: Path) -> Callable[[Path], Path]:
    """Lays a small project, with the repository's own theme and settings, into a folder."""

    def lay(folder: Path) -> Path:
        for name, text in tiny_files().items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        shutil.copytree(theme, folder, dirs_exist_ok=True)
        return folder

    return lay


@pytest.fixture
def project(new_project: Callable[[Path], Path], tmp_path: Path) -> Path:
    return new_project(tmp_path / "project")


@pytest.fixture(scope="session")
def today() -> date:
    return TODAY


@pytest.fixture(scope="session")
def tiny() -> Mapping[str, str]:
    return tiny_files()


@pytest.fixture(scope="session")
def build() -> Callable[..., tuple[Problem, ...]]:
    return build_tiny


def build_tiny(project: Path, output: Path, *, production: bool = False, today: date = TODAY) -> tuple[Problem, ...]:
    """Builds the small project with a form's page and one file of another room."""
    form = {
        Lang.ZH: "---\ntitle: 反馈\ndescription: 反馈\n---\n\n# 反馈\n\n表单\n",
        Lang.EN: "---\ntitle: Feedback\ndescription: Feedback\n---\n\n# Feedback\n\nform\n",
    }
    return build_site(
        project,
        others=Given(
            pages={lang: {"forms/feedback.md": form[lang]} for lang in Lang},
            files={"summaries/feedback/overall.csv": b"role,n\n*,12\n"},
        ),
        names=NAMES,
        stamp=Stamp(moment=datetime.combine(today, time(), UTC)),
        output=output,
        production=production,
        progress=lambda _: None,
    )


@pytest.fixture(scope="session")
def built(new_project: Callable[[Path], Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small project's site."""
    folder = tmp_path_factory.mktemp("portal")
    warnings = build_tiny(new_project(folder / "project"), folder / "site")
    # Posters are tested where there is a font for them.
    assert [problem for problem in warnings if problem.code != "poster-font-missing"] == []
    return folder / "site"


@pytest.fixture(scope="session")
def built_again(new_project: Callable[[Path], Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the same project and its site once more: `project` and `site`."""
    folder = tmp_path_factory.mktemp("again")
    build_tiny(new_project(folder / "project"), folder / "site")
    return folder


def files_of(folder: Path) -> dict[str, bytes]:
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="session")
def served(built: Path) -> Iterator[str]:
    """The site in a sub-folder of a host, as many colleges will have it."""
    handler = functools.partial(Quiet, directory=str(built.parent))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/site"
        server.shutdown()
