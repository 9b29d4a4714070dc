"""`new form` writes a form that is sound at once, asks only a person, and never touches what is there."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from xinqiao.cli import main, new
from xinqiao.config import load_config
from xinqiao.core.form import Purpose
from xinqiao.core.problem import ExitCode, XinqiaoError
from xinqiao.core.text import Lang
from xinqiao.flows.courses import courses
from xinqiao.forms.read import read_form
from xinqiao.site.events import read_events
from xinqiao.site.evergreen import evergreen
from xinqiao.site.help_lines import read_help_lines
from xinqiao.site.manifest import build_moment
from xinqiao.site.quoted import CODE

TITLES = ("--title-zh", "睡眠小调查", "--title-en", "Sleep survey")


@pytest.fixture
def project(root: Path, tmp_path: Path) -> Path:
    shutil.copy(root / "portal.toml", tmp_path)
    return tmp_path


def run(project: Path, *args: str, typed: str | None = None) -> Result:
    result = CliRunner().invoke(main, [*args, "--project", str(project)], input=typed)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@pytest.mark.parametrize("purpose", list(Purpose), ids=lambda purpose: purpose.value)
def test_a_new_form_passes_its_check_at_once(project: Path, purpose: Purpose) -> None:
    made = run(project, "new", "form", "sleep", *TITLES, "--purpose", purpose.value, "--json")
    assert made.exit_code == ExitCode.DONE
    assert Path(json.loads(made.stdout)["file"]) == project / "forms" / "sleep.yml"
    assert run(project, "forms", "check", "sleep").exit_code == ExitCode.DONE
    form = read_form(project / "forms" / "sleep.yml")
    assert (form.id, form.purpose, form.title[Lang.ZH]) == ("sleep", purpose, "睡眠小调查")


def test_it_explains_itself_in_both_languages(project: Path) -> None:
    run(project, "new", "form", "sleep", *TITLES)
    notes = [line for line in (project / "forms" / "sleep.yml").read_text("utf-8").splitlines() if "# " in line]
    assert len(notes) > 10
    assert any("docs/dev/forms.md" in line for line in notes)
    assert "$" not in yaml.safe_dump(notes)


@pytest.mark.parametrize(
    "title", ['"quoted": {a, b}', "# no comment", "a\\b", "two\nlines", "$form_id ${x}", "bell\x07", "yes", "'"]
)
def test_any_title_can_stand_in_the_file(project: Path, title: str) -> None:
    made = run(project, "new", "form", "sleep", "--title-zh", title, "--title-en", title)
    assert made.exit_code == ExitCode.DONE
    read = read_form(project / "forms" / "sleep.yml").title[Lang.EN]
    assert read == "".join(char if char.isprintable() else " " for char in title)


def test_a_form_that_is_there_is_left_as_it_is(project: Path) -> None:
    run(project, "new", "form", "sleep", *TITLES)
    path = project / "forms" / "sleep.yml"
    path.write_text("mine", encoding="utf-8")
    result = run(project, "new", "form", "sleep", *TITLES)
    assert result.exit_code == ExitCode.USAGE
    assert "form-exists" in result.stderr
    assert path.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("form_id", ["../sleep", "2nd", "睡眠", "a b", "", "a/b"])
def test_an_id_that_cannot_be_a_name_is_refused(project: Path, form_id: str) -> None:
    result = run(project, "new", "form", form_id, *TITLES)
    assert result.exit_code == ExitCode.CONTENT
    assert "name-unusable" in result.stderr
    assert not list(project.rglob("*.yml"))


def test_without_a_person_to_ask_a_missing_title_is_a_problem_with_a_remedy(project: Path) -> None:
    result = run(project, "new", "form", "sleep", "--title-zh", "睡眠", "--json")
    assert result.exit_code == ExitCode.USAGE
    (problem,) = json.loads(result.stdout)["problems"]
    assert problem["code"] == "new-lacks"
    assert "--title-en" in problem["zh"] and "--title-zh" not in problem["zh"]
    assert not (project / "forms").exists()


def test_a_person_at_the_terminal_is_asked_for_what_lacks(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal:
        stdin = type("Stdin", (), {"isatty": staticmethod(lambda: True)})
        stderr, exit = sys.stderr, staticmethod(sys.exit)

    monkeypatch.setattr(new, "sys", Terminal)
    result = run(project, "new", "form", "sleep", "--title-zh", "睡眠", typed="Sleep\n")
    assert result.exit_code == ExitCode.DONE
    assert "Title (en)" in result.stderr and "Title (zh)" not in result.stderr
    assert read_form(project / "forms" / "sleep.yml").title[Lang.EN] == "Sleep"


def test_a_folder_that_cannot_be_written_to_is_a_problem_and_no_traceback(project: Path) -> None:
    (project / "forms").write_text("a file where the folder should be", encoding="utf-8")
    result = run(project, "new", "form", "sleep", *TITLES)
    assert result.exit_code == ExitCode.USAGE
    assert "output-unwritable" in result.stderr


@pytest.fixture
def portal(root: Path, tmp_path: Path) -> Path:
    """A copy of what a whole portal is read from."""
    for name in ("docs", "forms", "overrides"):
        shutil.copytree(root / name, tmp_path / name)
    for name in ("portal.toml", "mkdocs.yml", "mkdocs.en.yml"):
        shutil.copy(root / name, tmp_path)
    return tmp_path


WHEN = ("--date", "2027-04-08", "--start", "16:00", "--end", "17:30")
WHERE = ("--place-zh", "南门: {a}", "--place-en", "South gate #1")
DRAFTS = {
    "event": ("new", "event", "walk", *TITLES, *WHEN, *WHERE, "--registration", "event-registration"),
    "article": ("new", "article", "early-classes", *TITLES),
    "policy": ("new", "policy", "plan-2027", *TITLES),
    "recap": ("new", "recap", "slow-hour"),
    "course": ("new", "course", "sleep-course", *TITLES),
    "scenario": ("new", "scenario", "library", "--course", "peer-supporter", *TITLES),
}


def test_drafts_in_both_languages_leave_the_portal_without_a_problem_and_are_not_shown(portal: Path) -> None:
    slugs = []
    for command in DRAFTS.values():
        made = run(portal, *command, "--json")
        assert made.exit_code == ExitCode.DONE
        files = json.loads(made.stdout)["files"]
        assert len(files) >= len(Lang) and all((portal / name).is_file() for name in files)
        stem = Path(files[0]).stem.partition(".")[0]
        slugs.append(stem if stem != "index" else Path(files[0]).parent.name)
    assert run(portal, "check").exit_code == ExitCode.DONE
    shown = [path.as_posix() for path in (portal / "build" / "docs").rglob("*.md")]
    assert shown and not [path for path in shown if any(slug in path for slug in slugs)]


def test_an_article_that_is_no_draft_any_more_is_asked_for_its_sources(portal: Path) -> None:
    run(portal, *DRAFTS["article"])
    for lang in Lang:
        page = portal / "docs" / lang / "learn" / "early-classes.md"
        page.write_text(page.read_text("utf-8").replace("draft: true", "draft: false"), encoding="utf-8")
    with pytest.raises(XinqiaoError) as told:
        evergreen(portal, read_help_lines(portal), build_moment().date())
    assert [one.code for one in told.value.problems] == ["article-sources-few"] * 2


def test_an_event_stands_in_the_registry_as_it_was_said(portal: Path) -> None:
    assert run(portal, *DRAFTS["event"], "--capacity", "30").exit_code == ExitCode.DONE
    event = read_events(portal)["walk"]
    assert (event.title[Lang.ZH], event.place[Lang.ZH], event.place[Lang.EN]) == (TITLES[1], WHERE[1], WHERE[3])
    assert event.day.starts is not None and event.day.ends is not None
    assert f"{event.day.starts:%Y-%m-%d %H:%M}/{event.day.ends:%H:%M}" == "2027-04-08 16:00/17:30"
    assert (event.capacity, event.registration, event.feedback) == (30, "event-registration", "")


def test_an_event_that_ends_before_it_begins_is_refused(portal: Path) -> None:
    told = run(
        portal, "new", "event", "walk", *TITLES, *WHERE, "--date", "2027-04-08", "--start", "9:00", "--end", "8:00"
    )
    assert told.exit_code == ExitCode.USAGE and "new-event-ends" in told.stderr
    assert not (portal / "docs" / "data" / "events" / "walk.yml").exists()


def test_an_event_with_a_form_that_is_not_there_names_the_nearest(portal: Path) -> None:
    told = run(portal, *DRAFTS["event"][:-1], "event-registraton")
    assert told.exit_code == ExitCode.USAGE and "event-registration" in told.stderr


def test_an_event_without_a_place_is_asked_for_it(portal: Path) -> None:
    told = run(portal, "new", "event", "walk", *TITLES, *WHEN)
    assert told.exit_code == ExitCode.USAGE and "--place-zh, --place-en" in told.stderr


def test_a_recap_begins_with_its_events_facts_and_the_codes_of_its_figures(portal: Path) -> None:
    (portal / "docs" / "news" / "recaps" / "peer-supporter-training-recap.zh.md").unlink()
    (portal / "docs" / "news" / "recaps" / "peer-supporter-training-recap.en.md").unlink()
    assert run(portal, "new", "recap", "peer-supporter-training").exit_code == ExitCode.DONE
    text = (portal / "docs" / "news" / "recaps" / "peer-supporter-training-recap.en.md").read_text("utf-8")
    event = read_events(portal)["peer-supporter-training"]
    assert event.place[Lang.EN] in text and event.day.words(Lang.EN) in text
    codes = [f"{form}/{rest}" for form, _, rest in (m["path"].partition("/") for m in CODE.finditer(text))]
    assert "training-feedback/overall/n" in codes and len(codes) > 1


def test_the_recap_of_an_unknown_event_names_the_nearest(portal: Path) -> None:
    told = run(portal, "new", "recap", "slow-our", "--json")
    (problem,) = json.loads(told.stdout)["problems"]
    assert told.exit_code == ExitCode.USAGE
    assert problem["code"] == "new-event-unknown" and "slow-hour" in problem["en"]


def test_a_new_course_is_in_order_but_for_what_only_a_person_can_write(portal: Path) -> None:
    run(portal, *DRAFTS["course"])
    run(portal, *DRAFTS["scenario"][:4], "sleep-course", *TITLES)
    for path in (portal / "docs" / "courses" / "sleep-course").glob("*.md"):
        path.write_text(path.read_text("utf-8").replace("draft: true", "draft: false"), encoding="utf-8")
    with pytest.raises(XinqiaoError) as told:
        courses(load_config(portal), build_moment().date())
    assert [one.code for one in told.value.problems] == ["article-sources-few"] * 2


def test_a_scenario_of_an_unknown_course_names_the_nearest(portal: Path) -> None:
    told = run(portal, *DRAFTS["scenario"][:4], "peer-suporter", *TITLES)
    assert told.exit_code == ExitCode.USAGE and "new-course-unknown" in told.stderr and "peer-supporter" in told.stderr


@pytest.mark.parametrize("kind", DRAFTS)
def test_what_is_there_in_one_language_stays_and_nothing_else_is_written(portal: Path, kind: str) -> None:
    files = json.loads(run(portal, *DRAFTS[kind], "--json").stdout)["files"]
    (portal / files[0]).unlink()
    (portal / files[1]).write_text("mine", encoding="utf-8")
    told = run(portal, *DRAFTS[kind])
    assert told.exit_code == ExitCode.USAGE and "file-exists" in told.stderr
    assert not (portal / files[0]).exists()
    assert (portal / files[1]).read_text("utf-8") == "mine"


@pytest.mark.parametrize("slug", ["../x", "Sleep", "睡眠", "a b", "a_b"])
@pytest.mark.parametrize("kind", ["article", "policy", "course"])
def test_a_name_that_cannot_stand_in_an_address_is_refused(portal: Path, kind: str, slug: str) -> None:
    told = run(portal, "new", kind, slug, *TITLES)
    assert told.exit_code == ExitCode.USAGE and "slug-unusable" in told.stderr
