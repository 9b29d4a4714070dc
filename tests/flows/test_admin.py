"""What the pages around the editor ask for: new content from a form, work that always ends, the page for a Git host."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from xinqiao.config import load_config
from xinqiao.core.problem import Problem, XinqiaoError
from xinqiao.core.text import Lang
from xinqiao.flows import admin
from xinqiao.flows.admin import Bureau, drafts, offered
from xinqiao.flows.hosted import hosted
from xinqiao.flows.made import make
from xinqiao.flows.outcome import Outcome
from xinqiao.flows.serve import Watch
from xinqiao.site.editor.work import Work
from xinqiao.site.events import read_events
from xinqiao.site.newsroom import read_articles
from xinqiao.site.preview import Shown

from ..pages.conftest import copy_project

EVENT = {
    "kind": "event", "title_zh": "春天走走", "title_en": "A walk: in spring!", "date": "2027-04-08", "start": "16:00",
    "end": "17:30", "place_zh": "南门", "place_en": "South gate", "what_zh": "走一圈。再歇一会儿。",
    "what_en": "We walk 1.5 km. Then we rest.", "registration": "event-registration", "ready": "yes",
}  # fmt: skip
SLUG = "a-walk-in-spring"


@pytest.fixture
def project(root: Path, tmp_path: Path) -> Path:
    return copy_project(root, tmp_path)


def text(project: Path, name: str) -> str:
    return (project / name).read_text("utf-8")


def test_an_event_that_is_ready_goes_out_as_it_is(project: Path) -> None:
    made = make(load_config(project), EVENT)
    assert made.entry == f"/collections/events/entries/{SLUG}"
    event = read_events(project)[SLUG]
    assert (event.registration, event.status.value) == ("event-registration", "open")
    english = text(project, f"docs/news/events/{SLUG}.en.md")
    assert "Status: published\n" in english
    assert "Summary: We walk 1.5 km.\n" in english
    assert "\n\n## What we do\n\nWe walk 1.5 km. Then we rest.\n\n## Before" in english
    assert "Summary: 走一圈。\n" in text(project, f"docs/news/events/{SLUG}.zh.md")
    assert SLUG in {article.slug for article in read_articles(project, read_events(project), None)}


def test_what_is_not_ready_stays_a_draft(project: Path) -> None:
    make(load_config(project), {**EVENT, "ready": "", "what_zh": "", "what_en": ""})
    assert "Status: draft\n" in text(project, f"docs/news/events/{SLUG}.zh.md")
    assert read_events(project)[SLUG].status.value == "planned"
    assert drafts(project) == (f"docs/news/events/{SLUG}.en.md", f"docs/news/events/{SLUG}.zh.md")


def test_a_name_that_is_taken_gets_a_number(project: Path) -> None:
    make(load_config(project), EVENT)
    assert make(load_config(project), EVENT).entry.endswith(f"{SLUG}-2")
    assert make(load_config(project), {**EVENT, "title_en": "？"}).entry.endswith("/new")


def test_a_recap_takes_what_it_covered_from_the_form(project: Path) -> None:
    given = {"kind": "recap", "event": "slow-hour", "what_zh": "大家坐了一会儿。", "what_en": "We sat.", "ready": "yes"}
    made = make(load_config(project), given)
    assert made.entry == "/collections/recaps/entries/slow-hour-recap"
    recap = text(project, "docs/news/recaps/slow-hour-recap.zh.md")
    assert "\n## 讲了什么\n\n大家坐了一会儿。\n" in recap
    assert "Summary: 大家坐了一会儿。\nStatus: published\n" in recap


@pytest.mark.parametrize("kind", ["article", "policy"])
def test_articles_and_notes_begin_as_drafts(project: Path, kind: str) -> None:
    given = {"kind": kind, "title_zh": "睡不好", "title_en": "Sleeping badly"}
    made = make(load_config(project), given)
    assert made.entry.endswith("/entries/sleeping-badly")
    assert all("draft" in text(project, name) for name in made.files)


@pytest.mark.parametrize(
    ("lacking", "code"),
    [({"title_zh": ""}, "new-lacks"), ({"date": "soon"}, "new-lacks"), ({"capacity": "many"}, "new-lacks"),
     ({"what_en": ""}, "new-lacks"), ({"end": "15:00"}, "new-event-ends"), ({"slug": "../x"}, "slug-unusable"),
     ({"registration": "nowhere"}, "form-not-found"), ({"kind": "page"}, "new-lacks")],
)  # fmt: skip
def test_what_lacks_or_does_not_fit_is_told_and_nothing_is_written(
    project: Path, lacking: dict[str, str], code: str
) -> None:
    with pytest.raises(XinqiaoError) as refused:
        make(load_config(project), EVENT | lacking)
    assert refused.value.problems[0].code == code
    assert not (project / f"docs/data/events/{SLUG}.yml").exists()


def test_forms_and_tags_are_offered_by_their_purpose(project: Path) -> None:
    found = offered(load_config(project))
    assert list(found.registration) == ["event-registration"]
    assert "training-feedback" in found.feedback
    assert not {"phq9", "referral"} & set(found.feedback)
    assert "peer-support" in found.tags


@pytest.fixture
def bureau(project: Path, monkeypatch: pytest.MonkeyPatch) -> Bureau:
    watch = Watch(
        root=project, port=1, progress=lambda _: None, told=lambda _: None, shown=Shown(folder=project / "build")
    )
    return Bureau(root=project, watch=watch, preview="http://127.0.0.1:1/")


def ended(bureau: Bureau, work: Work, begin: Callable[[], None]) -> Work:
    begin()
    bureau.watch.builder.shutdown(wait=True)
    assert not work.running
    return work


def test_a_check_that_finds_something_ends_with_it(bureau: Bureau) -> None:
    (bureau.root / "docs/news/events/broken.zh.md").write_text("没有元数据\n", "utf-8")
    work = ended(bureau, bureau.check, bureau.begin_check)
    assert work.failed
    assert "docs/news/events/broken.zh.md" in {problem.place.file for problem in work.problems}


def test_work_ends_whatever_happens(
    bureau: Bureau, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(*_: object) -> Outcome:
        raise RuntimeError

    monkeypatch.setattr(admin, "check", fails)
    work = ended(bureau, bureau.check, bureau.begin_check)
    assert [problem.code for problem in work.problems] == ["editor-unfinished"]
    assert "RuntimeError" in capsys.readouterr().err


def test_a_publication_that_is_refused_says_why(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> Outcome:
        raise XinqiaoError([Problem(code="publish-not-put", params={"reason": "no route"})])

    monkeypatch.setattr(admin, "publish", fails)
    work = ended(bureau, bureau.publication, bureau.begin_publication)
    assert work.failed
    assert "no route" in work.problems[0].message(Lang.EN)


def test_settings_that_somebody_breaks_close_nothing(bureau: Bureau) -> None:
    (bureau.root / "portal.toml").write_text("demonstration = yes\n", "utf-8")
    assert bureau.title[Lang.EN] == "Xinqiao"
    assert bureau.waiting()["settings"] is not None
    made = bureau.config(Lang.ZH, "http://127.0.0.1:2/x/api/v1")
    assert "http://127.0.0.1:2/x/api/v1" in json.dumps(made)


@pytest.mark.parametrize(("host", "api"), [("gitea", "api/v1"), ("gitlab", "api/v4")])
def test_the_page_for_a_git_host_asks_that_host_alone(project: Path, host: str, api: str) -> None:
    hosted(load_config(project), host, "https://git.example.edu/", "c/x", "main", "app")
    folder = project / "build" / "admin" / "hosted"
    for lang in Lang:
        page = (folder / lang.value / "index.html").read_text("utf-8")
        assert "connect-src 'self' blob: data: https://git.example.edu;" in page
        given = json.loads(page.partition('id="editor-config">')[2].partition("</script>")[0])
        assert given["config"]["backend"]["api_root"] == f"https://git.example.edu/{api}"
        assert given["token"] == ""
    assert (folder / "static" / "sveltia.js").is_file()
