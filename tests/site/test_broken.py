"""One wrong file for each rule, in `tests/broken/site`; each case's expected.txt says what is told, and where.

`sources` lie over the small project and are told before anything is built; `pages` bring pages of their own
and are built together, once; `built` are pages that only a fault of the theme or of a generator can make;
`wording` are files with words that may harm, or a page that lacks help; `parity` are texts whose languages differ.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import pytest

from xinqiao.core.problem import ExitCode, Problem, XinqiaoError
from xinqiao.core.text import Lang
from xinqiao.site.check import check_site
from xinqiao.site.parity import check_parity
from xinqiao.site.sources import read_sources
from xinqiao.site.tree import Piece
from xinqiao.site.wording.pages import check_wording

TESTS = Path(__file__).resolve().parents[1]
BROKEN = TESTS / "broken" / "site"
CATALOGUE = TESTS.parent / "scripts/xinqiao/core/problems/site.toml"
KINDS = ("sources", "pages", "built", "wording", "parity")
ROOT = "https://example.test/portal/"
# Told elsewhere than at a file that can lie in a folder of broken ones; the tests that show them.
ELSEWHERE = {
    "help-lines-missing": "test_a_project_without_a_registry_is_told_so",
    "generator-failed": "test_a_failing_generator_is_told_in_its_own_words",
    "generator-killed": "test_a_program_that_could_not_say_why_it_ended_is_told_as_killed",
    "output-not-ours": "test_a_folder_that_is_no_site_is_not_overwritten",
    # Which figures there are is no file's: other rooms hand them over.
    "figure-unknown": "test_a_figure_that_is_not_there_is_named_with_its_place_and_the_nearest",
    "figure-not-of-event": "test_a_figure_of_another_form_is_refused",
    # What a machine lacks, and a file of 12 MB, lie in no folder of broken ones.
    "poster-font-missing": "test_without_a_font_everything_else_is_made_and_the_font_is_named",
    "picture-large": "test_a_picture_of_12_mb_is_told_where_it_is_shown",
    # Posts of other sites are imported by a command.
    "posts-missing": "test_a_folder_without_posts_is_told",
    "post-lacks": "test_what_a_post_lacks_is_told_and_nothing_is_made_up",
    "post-exists": "test_a_file_that_is_there_is_left_as_it_is",
    "post-left-out": "test_tags_are_registered_once_and_what_is_left_out_is_told",
    "post-tags": "test_tags_are_registered_once_and_what_is_left_out_is_told",
    "page-twice": "test_two_sources_of_one_page_are_told",
    "page-policy-missing": "test_a_page_without_a_policy_is_told",
    "live-other-build": "test_another_build_is_told_as_such",
    "live-header-missing": "test_headers_that_harm_or_lack_are_told_once",
    "live-header-harmful": "test_headers_that_harm_or_lack_are_told_once",
    "live-type": "test_a_wrong_type_is_told",
    "live-changed": "test_each_change_is_told_with_its_file",
    "live-missing": "test_each_change_is_told_with_its_file",
    "live-plain": "test_plain_http_is_told_before_anything_is_asked",
    "live-unreachable": "test_a_host_that_does_not_answer_is_another_systems_failure",
    "manifest-unreadable": "test_what_is_no_manifest_is_told",
    "manifest-missing": "test_what_is_no_manifest_is_told",
    # Files of half a megabyte, and a page that no front matter describes.
    "image-large": "test_a_picture_that_is_too_large_is_told",
    "page-heavy": "test_a_page_that_is_too_heavy_is_told_with_what_weighs_most",
    "page-deep": "test_a_page_of_too_many_layers_is_told_and_not_waited_for",
    "page-description-missing": "test_a_page_without_a_description_of_its_own_is_told",
    "build-moment": "test_the_moment_of_a_build_can_be_given",
    "live-receiver-ill": "test_what_is_wrong_with_a_receiver_is_told",
    "live-receiver-shut": "test_what_is_wrong_with_a_receiver_is_told",
    "live-receiver-open": "test_what_is_wrong_with_a_receiver_is_told",
    # What `xinqiao new` is asked for: tests/flows/test_new.py.
    "new-lacks": "test_without_a_person_to_ask_a_missing_title_is_a_problem_with_a_remedy",
    "slug-unusable": "test_a_name_that_cannot_stand_in_an_address_is_refused",
    "file-exists": "test_what_is_there_in_one_language_stays_and_nothing_else_is_written",
    "new-event-ends": "test_an_event_that_ends_before_it_begins_is_refused",
    "new-event-unknown": "test_the_recap_of_an_unknown_event_names_the_nearest",
    # What git remembers, and what a year of days makes.
    "parity-behind": "test_the_side_that_has_not_followed_is_named",
    "article-review-old": "test_an_article_that_nobody_has_read_for_a_year_is_listed",
}


def cases(kind: str) -> list[str]:
    return sorted(path.name for path in (BROKEN / kind).iterdir())


def expected(kind: str, case: str) -> list[str]:
    return (BROKEN / kind / case / "expected.txt").read_text(encoding="utf-8").splitlines()


def lay(kind: str, case: str, folder: Path) -> None:
    shutil.copytree(BROKEN / kind / case, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("expected.txt"))


def told(problems: Sequence[Problem]) -> list[str]:
    for problem in problems:
        assert problem.message(Lang.ZH) != problem.message(Lang.EN)
        assert problem.entry.exit_code is ExitCode.CONTENT
    return sorted(f"{problem.place} {problem.code}" for problem in problems)


def problems_of(read: Callable[[], Sequence[Problem]]) -> Sequence[Problem]:
    """What is told of a project: errors, or the warnings of one that has no error."""
    try:
        return read()
    except XinqiaoError as error:
        return error.problems


@pytest.mark.parametrize("case", cases("sources"))
def test_one_wrong_source_gives_its_problem_with_its_place(case: str, project: Path, today: date) -> None:
    lay("sources", case, project)
    problems = problems_of(lambda: read_sources(project, today, production=True).warnings)
    assert told(problems) == expected("sources", case)


@pytest.fixture(scope="module")
def built_together(
    new_project: Callable[[Path], Path],
    build: Callable[..., Sequence[Problem]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Sequence[Problem]:
    """The small project with the pages of all cases, built once; the one that nobody finds is not linked to."""
    folder = tmp_path_factory.mktemp("broken")
    project = new_project(folder / "project")
    for case in cases("pages"):
        lay("pages", case, project)
    for lang in Lang:
        pages = [case for case in cases("pages") if (project / f"docs/{lang.value}/{case}.md").is_file()]
        links = "".join(f"- [{case}]({case}.md)\n" for case in pages if case != "page-that-nobody-finds")
        with (project / f"docs/{lang.value}/about.md").open("a", encoding="utf-8") as about:
            about.write(f"\n{links}")
    return problems_of(lambda: build(project, folder / "site"))


def test_every_wrong_page_gives_its_problem_at_the_line_that_made_it(built_together: Sequence[Problem]) -> None:
    wanted = [line for case in cases("pages") for line in expected("pages", case)]
    assert told(built_together) == sorted(wanted)


@pytest.mark.parametrize("case", cases("built"))
def test_a_wrong_built_page_is_told_by_its_own_place(case: str, tmp_path: Path) -> None:
    for lang in Lang:
        page = f"<html lang={lang.value}><title>{lang.value}</title><article><h1>x</h1></article></html>"
        (tmp_path / lang.value).mkdir()
        (tmp_path / lang.value / "index.html").write_text(page, encoding="utf-8")
    lay("built", case, tmp_path)
    tree: dict[Lang, dict[str, Piece]] = {lang: {} for lang in Lang}
    assert told(check_site(tmp_path, tree, tmp_path, root=ROOT)) == expected("built", case)


@pytest.mark.parametrize("case", cases("wording"))
def test_a_wrong_wording_is_told_where_it_stands(case: str) -> None:
    folder = BROKEN / "wording" / case
    assert told(check_wording(folder, folder.glob("forms/*.yml"))) == sorted(expected("wording", case))


@pytest.mark.parametrize("case", cases("parity"))
def test_a_difference_of_languages_is_told_where_it_stands(case: str) -> None:
    assert told(check_parity(BROKEN / "parity" / case)) == expected("parity", case)


def test_every_rule_has_a_broken_case() -> None:
    lines = [line for kind in KINDS for case in cases(kind) for line in expected(kind, case)]
    codes = set(re.findall(r"^\[(.+)\]", CATALOGUE.read_text(encoding="utf-8"), re.MULTILINE))
    assert codes - {line.rpartition(" ")[2] for line in lines} == ELSEWHERE.keys()
    here = Path(__file__).parent
    files = [*here.glob("test_*.py"), here.parent / "flows" / "test_new.py"]
    tests = "".join(path.read_text(encoding="utf-8") for path in files)
    assert [name for name in ELSEWHERE.values() if f"def {name}(" not in tests] == []


def test_the_small_project_itself_has_no_fault(project: Path, today: date) -> None:
    assert read_sources(project, today, production=True).warnings == ()


def test_faults_of_several_files_come_together(project: Path, today: date) -> None:
    for case in ("help-line-without-a-date", "event-month-13", "news-date", "page-without-translation"):
        lay("sources", case, project)
    with pytest.raises(XinqiaoError) as caught:
        read_sources(project, today, production=True)
    assert len(caught.value.problems) == 4
