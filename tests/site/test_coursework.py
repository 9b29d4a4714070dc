"""Front matter of courses is read as strictly as an article's; help, facts and review stand where their marks were."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date

import pytest

from xinqiao.core.problem import XinqiaoError
from xinqiao.core.text import Lang
from xinqiao.site.coursework import FACTS_MARK, REVIEW_MARK, Written, coursework
from xinqiao.site.tree import Tree

TODAY = date(2026, 11, 21)
COLLEGE = {Lang.ZH: "示范学院", Lang.EN: "Demonstration College"}
OVERVIEW = """\
---
title: Small </script>
description: A small course.
page_type: course
audience: [class, staff]
licence: CC BY 4.0
written_on: 2026-11-01
reviewed_on: null
review_by: 2027-05-01
sources:
  - {title: One, publisher: P, address: 'https://example.org/one', read_on: 2026-11-01}
  - {title: Two, publisher: P, address: 'https://example.org/two', read_on: 2026-11-01}
---

# Small

<!-- help-bar -->

## A

<!-- sources -->
"""
STEP = "---\ntitle: One\ndescription: The first.\npage_type: lesson\n---\n\n# One\n\n<!-- help-bar -->\n"
NAMES = {"index": "learn/small/index.md", "01-one": "learn/small/01-one.md"}


def written(overview: str = OVERVIEW, step: str = STEP) -> dict[str, Written]:
    made = {"index": ("course", overview, FACTS_MARK), "01-one": ("lesson", step, REVIEW_MARK)}
    return {
        NAMES[name]: Written(kind=kind, text=f"{source}\n{mark}\n", source=source, file=f"{name}.md", minutes=7)
        for name, (kind, source, mark) in made.items()
    }


def finished(**changed: dict[str, Written]) -> Tree:
    pages: Mapping[Lang, Mapping[str, Written]] = {lang: changed.get(lang.value, written()) for lang in Lang}
    return coursework(pages, (), TODAY, college=COLLEGE)[0]


def faults(**changed: dict[str, Written]) -> list[str]:
    with pytest.raises(XinqiaoError) as caught:
        finished(**changed)
    return [f"{problem.place} {problem.code}" for problem in caught.value.problems]


def test_a_course_says_for_whom_it_is_and_that_nobody_has_reviewed_it() -> None:
    tree = finished()
    overview, step = (str(tree[Lang.EN][NAMES[name]].content) for name in ("index", "01-one"))
    assert "class peer supporters, staff" in overview
    assert "not yet reviewed by a professional" in overview
    assert "Not yet reviewed by a professional." in step
    assert 'href="../#sources"' in step
    assert not re.search(r"<!-- (?:course|help|sources)", overview + step)
    assert tree[Lang.EN][NAMES["index"]].origin == "index.md"


def test_once_reviewed_both_pages_say_when_and_by_whom() -> None:
    source = OVERVIEW.replace("reviewed_on: null", "reviewed_on: 2026-11-20\nreviewed_by: Lin, counsellor")
    tree = finished(zh=written(source), en=written(source))
    for name in NAMES.values():
        assert "2026-11-20" in str(tree[Lang.EN][name].content)
        assert "Lin, counsellor" in str(tree[Lang.EN][name].content)
        assert "ot yet reviewed" not in str(tree[Lang.EN][name].content)


def test_other_programs_read_what_the_course_is() -> None:
    text = str(finished()[Lang.EN][NAMES["index"]].content)
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', text)
    assert found
    data = json.loads(found[1])
    assert data["@type"] == "Course"
    assert (data["name"], data["timeRequired"]) == ("Small </script>", "PT7M")
    assert data["provider"]["name"] == COLLEGE[Lang.EN]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("licence: CC BY 4.0\n", ""), "index.md:2:1 registry-key-missing"),
        (("audience: [class, staff]", "audience: [everyone]"), "index.md:5:12 registry-choice"),
        (("page_type: course", "page_type: article"), "index.md:4:12 registry-choice"),
        (("written_on: 2026-11-01", "written_on: 2026-12-01"), "index.md:7:13 date-future"),
        (("<!-- sources -->", ""), "index.md:1:1 article-mark"),
        (("<!-- help-bar -->", ""), "index.md:19:1 article-help-late"),
        (("licence:", "license:"), "index.md:6:1 registry-key-unknown"),
    ],
)
def test_what_is_wrong_with_an_overview_is_told_with_its_place(change: tuple[str, str], told: str) -> None:
    assert told in faults(en=written(OVERVIEW.replace(*change)))


def test_a_lesson_has_no_sources_of_its_own() -> None:
    assert faults(zh=written(step=STEP.replace("page_type", "sources: []\npage_type"))) == [
        "01-one.md:4:1 registry-key-unknown"
    ]


def test_a_lesson_has_help_before_its_first_part() -> None:
    step = STEP.replace("<!-- help-bar -->", "## A\n\n<!-- help-bar -->")
    assert faults(en=written(step=step)) == ["01-one.md:9:1 article-help-late"]


def test_both_languages_rest_on_the_same_texts() -> None:
    assert faults(en=written(OVERVIEW.replace("org/two", "org/three"))) == ["index.md:1:1 article-sources-differ"]
    assert faults(zh=written("no front matter"))[0] == "index.md:1:1 page-front-matter"
