"""The whole build: what it makes, that it is always the same, and that nothing half-built replaces a good site."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from tests.site.conftest import files_of

from xinqiao.core.problem import ExitCode, XinqiaoError
from xinqiao.core.text import Lang

LANGS = [lang.value for lang in Lang]
EVENT, RECAP = "news/events/training/index.html", "news/recaps/training-recap/index.html"


def text(built: Path, name: str) -> str:
    return (built / name).read_text(encoding="utf-8")


def test_both_languages_have_the_same_pages(built: Path) -> None:
    zh, en = ({path.relative_to(built / lang) for path in (built / lang).rglob("*.html")} for lang in LANGS)
    assert zh == en
    assert {Path("index.html"), Path(EVENT), Path(RECAP), Path("forms/feedback/index.html")} <= zh


def test_pages_and_files_of_other_rooms_are_in_both_languages(built: Path) -> None:
    for lang in LANGS:
        assert text(built, f"{lang}/summaries/feedback/overall.csv") == "role,n\n*,12\n"


def test_two_builds_are_alike_to_the_last_byte(built: Path, built_again: Path) -> None:
    assert files_of(built_again / "site") == files_of(built)


def test_a_build_from_what_is_kept_is_alike_to_the_last_byte(
    build: Callable[..., object], built_again: Path, tmp_path: Path
) -> None:
    stores = sorted(path.name for path in (built_again / "project/build/cache").iterdir())
    languages = [f"{name}-{lang}.sqlite" for name in ("pages", "render", "search") for lang in ("en", "zh")]
    assert stores == [*languages, "search.sqlite"]
    build(built_again / "project", tmp_path / "site")
    assert files_of(tmp_path / "site") == files_of(built_again / "site")


def test_a_draft_is_nowhere(built: Path) -> None:
    assert [
        name for name, content in files_of(built).items() if b"UNPUBLISHED-WORDS" in content or "draft" in name
    ] == []


def test_announcement_and_recap_lead_to_each_other_and_share_their_facts(built: Path) -> None:
    for lang, words in (("zh", "来源未注明年份"), ("en", "year not stated in the source")):
        event, recap = text(built, f"{lang}/{EVENT}"), text(built, f"{lang}/{RECAP}")
        assert 'href="../../recaps/training-recap/"' in event
        assert 'href="../../events/training/"' in recap
        for page in (event, recap):
            assert words in page
            assert 'href="../../../forms/feedback/"' in page


def test_feeds_hold_whole_addresses(built: Path) -> None:
    for lang in LANGS:
        feed = text(built, f"{lang}/news/atom.xml")
        assert f"https://example.test/portal/{lang}/forms/feedback/" in feed
        assert f"<id>tag:example.test,2026-11-20:/portal/{lang}/news/events/training/</id>" in feed
        assert "UNPUBLISHED" not in feed
        assert not re.search(r'(?:href|src)="(?!https://)', feed)


def test_the_root_leads_to_a_language_with_and_without_scripts(built: Path) -> None:
    root = text(built, "index.html")
    assert "navigator.languages" in root
    assert '<noscript><meta http-equiv="refresh"' in root
    for address in ("zh/", "en/", "help-now/"):
        assert f'href="{address}"' in root


def test_every_page_has_its_counterpart_help_and_policy(built: Path) -> None:
    for lang, other in (("zh", "en"), ("en", "zh")):
        for path in (built / lang).rglob("index.html"):
            page, here = path.read_text(encoding="utf-8"), path.relative_to(built / lang).parent
            away = re.search(r'class="xq-language" href="([^"]+)"', page)
            assert away is not None
            assert (path.parent / away[1] / "index.html").resolve() == built / other / here / "index.html"
            help_link = re.search(r'class="xq-help-now" href="([^"]+)"', page)
            assert help_link is not None
            assert (path.parent / help_link[1]).resolve() == built / "help-now"
            assert "connect-src 'self' https://answers.example.test;" in page
            assert 'content="no-referrer"' in page


def test_no_page_fetches_anything_from_elsewhere(built: Path) -> None:
    fetched = re.compile(r'<(?:script|img|iframe|source|video|audio)[^>]*\ssrc="([^"]+)"|<link[^>]*href="([^"]+)"')
    for path in built.rglob("*.html"):
        page = path.read_text(encoding="utf-8")
        for match in fetched.finditer(page):
            address, link = match[1] or match[2], match[0]
            if 'rel="canonical"' not in link:
                assert not urlsplit(address).netloc, f"{path.name}: {address}"


def test_after_a_build_the_generator_runs_by_hand_as_well(built_again: Path, tmp_path: Path) -> None:
    config = str(built_again / "project/mkdocs.en.yml")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--config-file", config]
    done = subprocess.run([*command, "--site-dir", str(tmp_path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / EVENT).is_file()


def test_templates_call_no_methods_of_python_which_zensicals_engine_lacks(root: Path) -> None:
    methods = re.compile(r"\{[{%][^}]*\.(?:startswith|endswith|split|format|items|replace|strip|lower|upper|join)\(")
    own = [path for path in (root / "overrides").rglob("*.html") if "news" not in path.parts]
    assert own
    assert [path.name for path in own if methods.search(path.read_text(encoding="utf-8"))] == []


def test_a_failing_check_leaves_the_site_as_it_was(
    project: Path, build: Callable[..., object], built: Path, tmp_path: Path
) -> None:
    output = tmp_path / "site"
    shutil.copytree(built, output)
    page = project / "docs/zh/learn.md"
    page.write_text(page.read_text(encoding="utf-8") + "\n[x](nowhere.md)\n", encoding="utf-8")
    with pytest.raises(XinqiaoError) as caught:
        build(project, output)
    assert caught.value.exit_code is ExitCode.CONTENT
    assert files_of(output) == files_of(built)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["project", "site"]


def test_a_failing_generator_is_told_in_its_own_words(
    project: Path, build: Callable[..., object], tmp_path: Path
) -> None:
    config = project / "mkdocs.yml"
    config.write_text(config.read_text(encoding="utf-8").replace("learn.md", "lern.md"), encoding="utf-8")
    with pytest.raises(XinqiaoError) as caught:
        build(project, tmp_path / "site")
    assert caught.value.exit_code is ExitCode.SITE
    assert "lern.md" in str(caught.value)
    assert not (tmp_path / "site").exists()


def test_a_folder_that_is_no_site_is_not_overwritten(
    project: Path, build: Callable[..., object], tmp_path: Path
) -> None:
    precious = tmp_path / "documents"
    precious.mkdir()
    (precious / "thesis.txt").write_text("x")
    with pytest.raises(XinqiaoError, match="output-not-ours"):
        build(project, precious)
    assert [path.name for path in precious.iterdir()] == ["thesis.txt"]


def test_an_old_help_line_warns_in_a_demonstration(project: Path, build: Callable[..., object], tmp_path: Path) -> None:
    warnings = build(project, tmp_path / "site", today=date(2027, 6, 1))
    # The small project's one service is as old.
    codes = [problem.code for problem in warnings]  # type: ignore[attr-defined]
    assert codes == ["help-line-old", "help-line-old", "registry-old"]


@pytest.mark.parametrize(
    ("name", "told"),
    [("forms/feedback.md", "forms/feedback.md"), ("about/index.md", "about.md"), ("help/README.md", "help.md")],
)
def test_two_sources_of_one_page_are_told(
    project: Path, build: Callable[..., object], tmp_path: Path, tiny: Mapping[str, str], name: str, told: str
) -> None:
    for lang in Lang:
        page = project / f"docs/{lang.value}/{name}"
        page.parent.mkdir()
        page.write_text(tiny[f"docs/{lang.value}/about.md"], encoding="utf-8")
    with pytest.raises(XinqiaoError) as caught:
        build(project, tmp_path / "site")
    assert [str(problem.place) for problem in caught.value.problems] == [f"docs/{lang.value}/{told}" for lang in Lang]
    assert {problem.code for problem in caught.value.problems} == {"page-twice"}
