"""What comes out of the room: tables, refusals, certificate."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from making import choice, form, integer, release, row, rows_of, scale, text_dimension

from xinqiao.core.policy import Status
from xinqiao.core.problem import ExitCode, XinqiaoError
from xinqiao.core.safe import SafeTable
from xinqiao.safety.release import Earlier

FORM = form(
    [choice("role", ["class", "dorm", "lab"], dimension=True), choice("q", "123", required=False)],
    [("by-role", ["role"], ["n", "n(q)", "distribution(q)", "mean(q)"]), ("all", [], ["n", "distribution(q)"])],
)
ROWS = rows_of(
    {
        ("class", "1"): 20, ("class", "2"): 30, ("class", "3"): 25, ("class", None): 6,
        ("dorm", "1"): 8, ("dorm", "2"): 11, ("dorm", "3"): 2,
        ("lab", "1"): 1, ("lab", "3"): 2,
    },
    ["role", "q"],
)  # fmt: skip


def value(table: SafeTable, level: str, measure: str, category: str = "") -> object:
    cell = table.cell((level,) if level else (), measure, category)
    if cell is None:
        raise KeyError(measure)
    return cell.value


def code(refused: pytest.ExceptionInfo[XinqiaoError]) -> str:
    return refused.value.problems[0].code


def test_large_groups_are_shown_as_they_are() -> None:
    tables = {table.name: table for table in release(FORM, ROWS).tables}
    assert value(tables["by-role"], "*", "n") == 105
    assert value(tables["all"], "", "n") == 105
    assert value(tables["by-role"], "class", "distribution(q)", "2") == 30


def test_nothing_of_a_small_group_is_shown_its_zeros_neither() -> None:
    table = release(FORM, ROWS).tables[0]
    of_lab = [cell for cell in table.cells if cell.levels == ("lab",)]
    assert of_lab
    assert all(cell.status is Status.SUPPRESSED for cell in of_lab)


def test_a_table_lists_every_level_in_the_order_of_the_form() -> None:
    table = release(FORM, ROWS).tables[0]
    assert [level.name for level in table.dimensions[0].levels] == ["class", "dorm", "lab"]


def test_tables_that_share_a_cell_hide_it_alike() -> None:
    by_role, everybody, _ = release(FORM, ROWS).tables
    for cell in everybody.cells:
        twin = by_role.cell(("*",), cell.measure, cell.category)
        assert twin is not None
        assert (twin.value, twin.status) == (cell.value, cell.status)


def test_a_small_remainder_is_hidden_though_no_cell_is_small() -> None:
    # 40 of 43 gave one answer; the other 3 are two cells, and their sum would follow from the total.
    of = form([choice("q", "123")], [("all", [], ["n", "distribution(q)"])])
    table = release(of, rows_of({("1",): 40, ("2",): 3}, ["q"])).tables[0]
    assert value(table, "", "n") is None or value(table, "", "distribution(q)", "1") is None


def test_a_mean_of_few_is_hidden_and_one_of_many_is_rounded() -> None:
    of = form([choice("q", "12345")], [("all", [], ["mean(q)"])])
    few, some, many = (release(of, rows_of({("3",): n, ("4",): n}, ["q"])).tables[0] for n in (4, 10, 40))
    assert value(few, "", "mean(q)") is None
    assert value(some, "", "mean(q)") is None, "whole numbers from 1 to 5 say too little"
    assert str(value(many, "", "mean(q)")) == "3.5"
    wide = form([choice("q", [str(score) for score in range(31)])], [("all", [], ["mean(q)"])])
    table = release(wide, rows_of({("3",): 10, ("20",): 10}, ["q"])).tables[0]
    assert str(value(table, "", "mean(q)")) == "12"  # 11.5, half to even


def test_a_sensitive_measure_makes_its_table_strict() -> None:
    of = form([choice("q", "12", sensitive=True)], [("all", [], ["n", "distribution(q)"])])
    table = release(of, rows_of({("1",): 40, ("2",): 8}, ["q"])).tables[0]
    assert table.policy.threshold == 10
    assert value(table, "", "distribution(q)", "2") is None


def test_a_sensitive_group_that_is_all_alike_does_not_show_it() -> None:
    questions = [choice("g", "ab", dimension=True), choice("q", "12", sensitive=True)]
    of = form(questions, [("by-g", ["g"], ["n", "distribution(q)"])])
    table = release(of, rows_of({("a", "1"): 30, ("a", "2"): 30, ("b", "1"): 25}, ["g", "q"])).tables[0]
    assert value(table, "b", "distribution(q)", "1") is None
    assert value(table, "b", "distribution(q)", "2") is None


def test_text_dimensions_take_their_levels_from_the_rows() -> None:
    of = form([text_dimension("site"), choice("q", "12")], [("by-site", ["site"], ["n"])])
    people = [row(site=site, q="1") for site in ["b"] * 9 + ["a"] * 8 + [None] * 7]  # type: ignore[list-item]
    table = release(of, people).tables[0]
    assert [level.name for level in table.dimensions[0].levels] == ["a", "b", "_none"]
    assert [value(table, level, "n") for level in ("a", "b", "_none", "*")] == [8, 9, 7, 24]


def test_options_of_one_question_are_counted_each() -> None:
    of = form(
        [choice("topics", ["sleep", "exam"], several=True, required=False)], [("all", [], ["distribution(topics)"])]
    )
    given = [("sleep", "exam")] * 20 + [("sleep",)] * 10 + [("exam",)] * 6 + [None] * 9
    table = release(of, [row(topics=topics) for topics in given]).tables[0]
    shown = {cell.category: cell.value for cell in table.cells}
    assert shown == {"sleep": 30, "exam": 26, "_none": 9}


def test_rows_set_aside_are_a_table_with_the_same_rules() -> None:
    table = release(FORM, ROWS, quarantined={"value-not-listed": 12, "cannot-open": 3}).tables[-1]
    assert table.name == "_quarantine"
    assert value(table, "", "distribution(quarantined)", "cannot-open") is None
    shown = release(FORM, ROWS, quarantined={"value-not-listed": 12, "cannot-open": 9}).tables[-1]
    assert value(shown, "", "n") == 105 + 21


def test_the_certificate_tells_no_count_of_people() -> None:
    certificate = release(FORM, ROWS).certificate
    assert json.loads(json.dumps(certificate)) == certificate
    assert certificate["groups_found"] == 0
    assert certificate["rule_a2"] is True
    assert certificate["shown"] + certificate["suppressed"] == certificate["cells"]  # type: ignore[operator]
    assert "primary" not in json.dumps(certificate)


def test_an_empty_form_is_all_zeros() -> None:
    table = release(FORM, []).tables[0]
    assert value(table, "*", "n") == 0


def first() -> Earlier:
    return Earlier(rows=ROWS, tables=release(FORM, ROWS).tables, quarantined={})


def test_nothing_new_is_not_released_again() -> None:
    with pytest.raises(XinqiaoError) as refused:
        release(FORM, ROWS, [first()])
    assert code(refused) == "release-nothing-new"
    assert refused.value.exit_code is ExitCode.UNSAFE


def test_too_few_newcomers_wait() -> None:
    with pytest.raises(XinqiaoError) as refused:
        release(FORM, [*ROWS, *[row(role="class", q="2")] * 4], [first()])
    assert code(refused) == "release-too-few-new"
    assert refused.value.problems[0].params == {"needed": 5}


def test_an_earlier_table_that_was_changed_stops_the_release() -> None:
    past = first()
    table = past.tables[0]
    cells = [replace(c, value=106) if c.key == (("*",), "n", "") else c for c in table.cells]
    forged = replace(past, tables=(replace(table, cells=tuple(cells)), *past.tables[1:]))
    with pytest.raises(XinqiaoError) as refused:
        release(FORM, [*ROWS, *[row(role="class", q="2")] * 9], [forged])
    assert code(refused) == "release-contradiction"


def test_rows_that_vanished_stop_the_release() -> None:
    with pytest.raises(XinqiaoError) as refused:
        release(FORM, [*ROWS[5:], *[row(role="dorm", q="3")] * 30], [first()])
    assert code(refused) == "release-contradiction"


def test_an_earlier_table_of_a_question_that_is_gone_stops_the_release() -> None:
    past = first()
    shorter = form([choice("role", ["class", "dorm", "lab"], dimension=True)], [("by-role", ["role"], ["n"])])
    with pytest.raises(XinqiaoError) as refused:
        release(shorter, [*ROWS, *[row(role="class", q="2")] * 9], [past])
    assert code(refused) == "release-form-changed"


def test_without_the_earlier_rows_set_aside_their_table_is_hidden() -> None:
    past = Earlier(rows=ROWS, tables=release(FORM, ROWS, quarantined={"cannot-open": 9}).tables)
    later = release(FORM, [*ROWS, *[row(role="class", q="2")] * 9], [past], quarantined={"cannot-open": 12})
    assert all(cell.status is Status.SUPPRESSED for cell in later.tables[-1].cells)


def test_a_scale_without_bands_shows_its_mean() -> None:
    of = form([integer("score", ". >= 0 and . <= 10")], [("all", [], ["mean(s)"])], [scale("s", ["score"], {})])
    people = [row({"s": n % 11}, score=n % 11) for n in range(66)]
    assert value(release(of, people).tables[0], "", "mean(s)") == 5


def test_of_a_number_only_whether_it_was_given_is_counted() -> None:
    of = form([integer("hours")], [("all", [], ["n", "n(hours)"])])
    table = release(of, [row(hours=n * 10**8) for n in range(20)] + [row(hours=None)] * 8).tables[0]
    assert (value(table, "", "n"), value(table, "", "n(hours)")) == (28, 20)


def test_nothing_of_the_rows_is_in_a_repr() -> None:
    past = first()
    assert "ScoredRow" not in repr(past)
