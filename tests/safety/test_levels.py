"""Levels of dimensions: derived ones as declared, typed ones from the data, small ones merged before counting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import hypothesis.strategies as st
import pytest
from hypothesis import given
from making import bins, choice, form, integer, release, row, text_dimension, words

from xinqiao.core.derived import Derived, DerivedLevel
from xinqiao.core.form import Form
from xinqiao.core.problem import ExitCode, XinqiaoError
from xinqiao.core.question import BadAnswer
from xinqiao.core.record import ScoredRow
from xinqiao.core.safe import SafeTable
from xinqiao.core.text import Lang
from xinqiao.safety.release import Earlier

AGES = form(
    [choice("gender", ["man", "woman"], dimension=True), integer("age", ". >= 0 and . <= 120")],
    [
        ("by-both", ["gender", "age_group"], ["n"]),
        ("all", [], ["n", "distribution(age_group)", "n(age_group)"]),
    ],
    derived=[bins("age_group", "age", [18, 30, 60])],
)
SITES = form([text_dimension("site")], [("by-site", ["site"], ["n"])])


def aged(counts: Mapping[tuple[str, int | None], int]) -> list[ScoredRow]:
    group = AGES.derived[0]
    return [
        row(gender=gender, age=age, age_group=group.level(age))
        for (gender, age), number in counts.items()
        for _ in range(number)
    ]


def sites(**sizes: int) -> list[ScoredRow]:
    return [row(site=None if name == "none" else name) for name, size in sizes.items() for _ in range(size)]


def shown(table: SafeTable) -> dict[str, object]:
    return {"/".join((*cell.levels, cell.category)).strip("/"): cell.value for cell in table.cells}


def levels(table: SafeTable, at: int = 0) -> list[str]:
    return [level.name for level in table.dimensions[at].levels]


def test_a_derived_dimension_lists_its_levels_as_declared_also_those_that_nobody_is_in() -> None:
    table = release(AGES, aged({("man", 40): 12, ("woman", 70): 9, ("woman", 20): 8, ("man", None): 6})).tables[0]
    assert levels(table, 1) == ["below_18", "from_18", "from_30", "from_60", "_none"]
    values = shown(table)
    assert (values["*/below_18"], values["man/from_30"], values["woman/from_60"]) == (0, 12, 9)
    assert table.dimensions[1].label[Lang.EN] == "age_group"


def test_a_derived_dimension_is_measured_like_a_question() -> None:
    table = release(AGES, aged({("man", 40): 12, ("woman", 70): 9, ("woman", None): 8})).tables[1]
    counts = {(cell.measure, cell.category): cell.value for cell in table.cells}
    assert counts["distribution(age_group)", "from_30"] == 12
    assert counts["distribution(age_group)", "_none"] == 8
    assert counts["n(age_group)", ""] == 21


def test_where_the_source_must_be_answered_nobody_is_without_a_level() -> None:
    strict = replace(AGES.questions[1], required=True)
    of = replace(AGES, sections=(replace(AGES.sections[0], questions=(AGES.questions[0], strict)),))
    table = release(of, aged({("man", 40): 12, ("woman", 70): 9})).tables[0]
    assert "_none" not in levels(table, 1)


def test_a_required_answer_that_may_have_been_emptied_counts_as_one_that_may_lack() -> None:
    emptied = replace(AGES.questions[1], required=True, on_bad_answer=BadAnswer.CELL)
    of = replace(AGES, sections=(replace(AGES.sections[0], questions=(AGES.questions[0], emptied)),))
    tables = release(of, aged({("man", 40): 12, ("woman", 70): 9})).tables
    assert levels(tables[0], 1)[-1] == "_none"
    assert shown(tables[1])["_none"] == 0


def test_a_map_makes_coarser_levels_with_their_labels() -> None:
    parts = (("science", ("physics", "chemistry")), ("arts", ("history",)))
    made = tuple(DerivedLevel(name=name, label=words(name.title()), choices=choices) for name, choices in parts)
    of = form(
        [choice("major", ["physics", "chemistry", "history"])],
        [("by-field", ["field"], ["n"])],
        derived=[Derived(name="field", label=words("Field"), source="major", levels=made)],
    )
    given_majors = ["physics"] * 4 + ["chemistry"] * 5 + ["history"] * 8
    people = [row(major=major, field=of.derived[0].level(major)) for major in given_majors]
    table = release(of, people).tables[0]
    assert [(level.name, level.label[Lang.EN]) for level in table.dimensions[0].levels] == [
        ("science", "Science"),
        ("arts", "Arts"),
    ]
    assert shown(table) == {"*": 17, "science": 9, "arts": 8}


def test_small_texts_become_one_level_and_are_not_named() -> None:
    table = release(SITES, sites(big=30, mid=8, four=4, two=2, none=9)).tables[0]
    assert shown(table) == {"*": 53, "big": 30, "mid": 8, "_other": 6, "_none": 9}
    assert table.dimensions[0].levels[2].label[Lang.ZH] == "其他（人数较少）"


def test_where_the_small_ones_together_are_small_the_smallest_large_one_joins_them() -> None:
    table = release(SITES, sites(big=30, mid=8, six=6, one=1)).tables[0]
    assert shown(table) == {"*": 45, "big": 30, "mid": 8, "_other": 7, "_none": 0}


def test_where_no_text_is_large_one_level_stands_alone_whoever_is_in_it() -> None:
    few = release(SITES, sites(one=2, two=1, none=20)).tables[0]
    nobody = release(SITES, sites(none=20)).tables[0]
    assert levels(few) == levels(nobody) == ["_other", "_none"]
    assert shown(few)["_other"] is None


def test_the_strictest_table_that_uses_a_text_decides() -> None:
    of = form(
        [text_dimension("site"), choice("q", "12", sensitive=True)],
        [("by-site", ["site"], ["n"]), ("health", ["site"], ["distribution(q)"])],
    )
    people = [row(site=site, q="1" if at % 2 else "2") for at, site in enumerate(["a"] * 40 + ["b"] * 8 + ["c"] * 7)]
    tables = release(of, people).tables
    assert levels(tables[0]) == levels(tables[1]) == ["a", "_other", "_none"]


def test_a_typed_word_that_means_something_in_tables_is_a_text_like_others() -> None:
    people = [row(site=site) for site in ["_other"] * 6 + ["_none"] * 7 + ["*"] * 8]
    table = release(SITES, people).tables[0]
    assert shown(table) == {"*": 21, "＊": 8, "＿none": 7, "＿other": 6, "_none": 0}


def later(of: Form, before: list[ScoredRow], new: list[ScoredRow]) -> list[SafeTable]:
    first = release(of, before).tables
    past = Earlier(rows=before, tables=first, quarantined={})
    return [first[0], release(of, [*before, *new], [past]).tables[0]]


def test_what_was_merged_once_stays_merged() -> None:
    first, second = later(SITES, sites(big=30, four=4, two=3), sites(four=20, big=5))
    assert levels(first) == levels(second) == ["big", "_other", "_none"]


def test_a_text_that_is_new_and_large_is_listed() -> None:
    first, second = later(SITES, sites(big=30), sites(new=9))
    assert levels(first) == ["big", "_none"]
    assert shown(second)["new"] == 9


def test_new_small_texts_that_nothing_can_hide_are_refused() -> None:
    with pytest.raises(XinqiaoError) as refused:
        later(SITES, sites(big=30, mid=12), sites(big=20, new=2))
    assert refused.value.problems[0].code == "release-new-levels"
    assert refused.value.exit_code is ExitCode.UNSAFE


def test_that_a_text_is_listed_is_known_to_the_attacker() -> None:
    # mid has 5 or more, or it were not listed: hidden beside a shown rest, it would bound who gave no site.
    values = shown(release(SITES, sites(big=30, mid=5, none=3)).tables[0])
    assert values["_none"] is None
    assert values["*"] is None or values["big"] is None


@given(st.lists(st.sampled_from(["a", "a", "a", "b", "b", "c", "d", None]), max_size=40))
def test_every_listed_text_has_enough_people(answers: list[str | None]) -> None:
    table = release(SITES, [row(site=answer) for answer in answers]).tables[0]
    listed = [level for level in levels(table) if level not in ("_other", "_none")]
    assert all(answers.count(level) >= 5 for level in listed)
    others = len([answer for answer in answers if answer and answer not in listed])
    assert ("_other" in levels(table)) is (bool(others) or not listed)
    assert others >= 5 or others == 0 or not listed
