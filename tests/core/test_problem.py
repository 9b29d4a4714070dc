"""The catalogue: both languages say the same, every code is used, every use is in the catalogue."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

from xinqiao.core.problem import Entry, ExitCode, Level, Place, Problem, XinqiaoError, catalogue, refuse
from xinqiao.core.text import Lang

# “please”, “sorry” and “invalid” help nobody; neither do 请勿, 抱歉 and 非法.
UNHELPFUL = re.compile(r"\b(please|sorry|invalid|oops|illegal)\b|抱歉|对不起|非法|无效", re.IGNORECASE)
CODES_IN_SOURCE = re.compile(r"""(?:refuse\(\s*|code=|\bcode: str = )["']([a-z]+(?:-[a-z0-9]+)+)["']""")


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("entry", catalogue().values(), ids=lambda entry: entry.code)
def test_an_entry_speaks_both_languages_of_the_same_things(entry: Entry) -> None:
    # A parameter that is itself in words comes once a language: `wanted_zh`, `wanted_en`.
    zh, en = (
        {f.removesuffix(f"_{lang}") for words in (entry.what, entry.fix) for f in fields(words[lang])} for lang in Lang
    )
    assert zh == en
    for text in (entry.what, entry.fix):
        assert re.search(r"[\u4e00-\u9fff]", text[Lang.ZH])
        assert not re.search(r"[\u4e00-\u9fff]", text[Lang.EN])
        assert not any(UNHELPFUL.search(words) for words in text)


def test_every_code_in_the_sources_is_in_the_catalogue_and_the_other_way_round(root: Path) -> None:
    package = root / "scripts" / "xinqiao"
    sources = "\n".join(path.read_text(encoding="utf-8") for path in package.rglob("*.py"))
    assert set(CODES_IN_SOURCE.findall(sources)) - set(catalogue()) == set()
    unused = [code for code in catalogue() if f'"{code}"' not in sources]
    assert unused == []


def test_a_problem_names_its_place_as_editors_read_it() -> None:
    place = Place(file="forms/a.yml", line=3, column=7, question="mood")
    problem = Problem(code="name-twice", place=place, params={"name": "mood"})
    assert problem.line(Lang.EN).startswith("forms/a.yml:3:7 [mood]: name-twice: The name “mood”")
    assert problem.level is Level.ERROR


def test_a_problem_outside_the_catalogue_or_half_filled_cannot_be_built() -> None:
    with pytest.raises(ValueError, match="unknown problem code"):
        Problem(code="no-such-code")
    with pytest.raises(ValueError, match="lacks parameter"):
        Problem(code="name-twice")


def test_an_error_carries_all_problems_and_the_exit_code_of_its_first_error() -> None:
    warning = Problem(code="form-reader-missing", params={"forms": "a", "key": "b"})
    error = refuse("project-missing", folder="x").problems[0]
    assert XinqiaoError([warning, error]).exit_code is ExitCode.USAGE
    with pytest.raises(ValueError, match="at least one"):
        XinqiaoError([])
