"""What a form file says of files of others: missing codes, delimiter, dates, rows to keep, codes turned round."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xinqiao.core.expression import Expression
from xinqiao.core.foreign import ForeignFile
from xinqiao.core.form import Form
from xinqiao.core.problem import ExitCode, XinqiaoError
from xinqiao.core.question import BadAnswer, Choice, Kind, Question
from xinqiao.core.scale import Method, Scale
from xinqiao.core.text import Lang, Text
from xinqiao.forms.schema import table_schema
from xinqiao.tables.finding import counts
from xinqiao.tables.read import RawTable
from xinqiao.tables.score import scorer
from xinqiao.tables.validate import Validated, validate
from xinqiao.tables.written import clean_text, quarantine_text

Read = Callable[[bytes | str], RawTable]
Reader = Callable[[Form], Read]
HEADER = "班级,mood,hours,topics,why,again"


def seen(table: RawTable | Validated) -> Mapping[tuple[str, str], int]:
    return counts(table.findings)


def judged(form: Form, raw: RawTable) -> Validated:
    return validate(form, table_schema(form, Lang.EN), raw)


def values(checked: Validated) -> list[Mapping[str, object]]:
    return [row.values for _, row in checked.rows]


def told(form: Form, **about: object) -> Form:
    return replace(form, file=ForeignFile(**about))  # type: ignore[arg-type]


# ── Missing codes, delimiter, encoding ──


def test_missing_codes_hold_for_all_columns_and_beside_a_questions_own(form: Form, reader: Reader) -> None:
    read = reader(told(form, missing=("-99", "N/A")))
    rows = ["-99,1,-99.0,N/A, N/A ,-99", "A,1, -99 ,sleep,-1,8", "A,1,-1,sleep,x,", "A,99,5,,x,"]
    found = [answers for _, answers in read("\n".join([HEADER, *rows])).rows]
    assert found[0] == {"unit": "", "mood": "1", "hours": "", "topics": "", "why": "", "again": ""}
    assert found[1] == {"unit": "A", "mood": "1", "hours": "", "topics": "sleep", "why": "-1", "again": "8"}
    assert (found[2]["hours"], found[3]["mood"]) == ("", "")


def test_the_named_delimiter_is_used_even_where_another_shows_more_headers(form: Form, reader: Reader) -> None:
    text = "mood|hours|why,again,topics\n2|8|x,y,z\n"
    assert reader(told(form, delimiter="|"))(text).rows[0][1]["hours"] == "8"
    assert "hours" in {field for code, field in seen(reader(form)(text)) if code == "column-absent"}


@pytest.mark.parametrize("delimiter", [",", "\t", "|"])
def test_bytes_that_do_not_fit_the_named_encoding_are_told_by_row(form: Form, reader: Reader, delimiter: str) -> None:
    good = [HEADER.split(","), ["一班", "2", "8", "", "two\r\nlines", ""], ["", "", "", "", "", ""]]
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(good)
    raw = text.getvalue().encode() + "二班".encode("gb18030") + delimiter.encode() + b"2\n"
    with pytest.raises(XinqiaoError) as caught:
        reader(told(form, encoding="utf-8", delimiter=delimiter))(raw)
    assert caught.value.problems[0].code == "file-encoding-other"
    assert caught.value.problems[0].params["row"] == 3
    assert caught.value.exit_code is ExitCode.ANSWERS


def test_an_encoding_that_was_named_is_no_guess(form: Form, reader: Reader) -> None:
    raw = f"{HEADER}\n一班,很低落,8,,x,\n".encode("gb18030")
    assert ("encoding-guessed", "") in seen(reader(form)(raw))
    named = reader(told(form, encoding="gb18030"))(raw)
    assert ("encoding-guessed", "") not in seen(named)
    assert named.rows == reader(form)(raw).rows


def test_rows_of_another_encoding_are_set_aside_and_shown_as_they_are_to_who_asks(form: Form, reader: Reader) -> None:
    lines = [HEADER, "一班,2,8,,很好,", "二班,2,8,,很好,", "三班,3,9,,很好,", '四班,2,8,,"两\n行",', "五班,3,9,,很好,"]
    raw = b"\n".join(line.encode("gb18030" if at in {3, 4} else "utf-8") for at, line in enumerate(lines))
    table = reader(form)(raw)
    checked = judged(form, table)
    assert [number for number, _ in checked.rows] == [1, 2, 5]
    assert checked.reasons == {"row-encoding": 2}
    found = list(csv.DictReader(io.StringIO(quarantine_text(table, checked), newline="")))
    assert [(row["row"], row["codes"], row["班级"], row["why"]) for row in found] == [
        ("3", "row-encoding", "三班", "很好"),
        ("4", "row-encoding", "四班", "两\n行"),
    ]


def test_a_header_of_another_encoding_than_the_rows_is_refused(form: Form, reader: Reader) -> None:
    raw = f"{HEADER}\n".encode("gb18030") + "一班,2,8,,很好,\n".encode() * 3
    with pytest.raises(XinqiaoError, match="file-undecodable"):
        reader(form)(raw)


# ── Days ──

DATED = {"date_column": "when", "date_format": "%d/%m/%Y %H:%M"}


def test_usable_rows_have_their_day_and_an_unreadable_one_is_counted(form: Form, reader: Reader) -> None:
    form = told(form, **DATED)
    rows = ["20/05/2026 08:00,2", "never,2", ",2", "1/5/2026 08:00,bad", "2026-06-08T10:00:00,3"]
    checked = judged(form, reader(form)("\n".join([f"when,{'mood'}", *rows])))
    assert checked.days == {1: date(2026, 5, 20), 5: date(2026, 6, 8)}
    assert [number for number, _ in checked.rows] == [1, 2, 3, 5]
    assert seen(checked)["date-unreadable", ""] == 2
    assert ("columns-extra", "") not in seen(checked)
    assert "2026" not in repr(checked)


def test_a_file_without_the_date_column_is_refused(form: Form, reader: Reader) -> None:
    with pytest.raises(XinqiaoError) as caught:
        reader(told(form, **DATED))("mood,whenever\n2,20/05/2026 08:00\n")
    assert [(each.code, each.params) for each in caught.value.problems] == [("date-column-missing", {"column": "when"})]


def test_a_date_column_may_be_a_question_too(form: Form, reader: Reader) -> None:
    form = told(form, date_column="why", date_format="%Y%m%d")
    table = reader(form)("mood,why\n1,20260504\n")
    assert (table.days, table.rows[0][1]["why"]) == ({1: date(2026, 5, 4)}, "20260504")


def test_clean_rows_keep_their_day(form: Form, reader: Reader) -> None:
    form = told(form, **DATED)
    first = judged(form, reader(form)("when,mood\n20/05/2026 08:00,2\nnever,3\n"))
    text = clean_text(form, first)
    assert text.splitlines()[1].startswith("1,2026-05-20,")
    again = judged(form, reader(form)(text))
    assert (values(again), again.days) == (values(first), first.days)
    without = judged(form, reader(form)("#row,mood\n1,2\n"))
    assert seen(without)["date-unreadable", ""] == 1


# ── Rows to keep ──


def test_rows_that_are_not_to_be_kept_are_left_out_unread_and_counted_once(form: Form, reader: Reader) -> None:
    form = told(form, keep_if=Expression("${unit} = 'yes' and ${hours} > 2"))
    rows = ["no,secret,8,,,", "yes,2,8,,,", "yes,2,2,,,", ",bad,9,,,", "yes,bad,3.0,,,", "Yes,2,8,,,", ",,,,,"]
    raw = reader(form)("\n".join([HEADER, *rows]))
    checked = judged(form, raw)
    assert [number for number, _ in checked.rows] == [2]
    assert {finding.row for finding in checked.findings if finding.sets_aside} == {5}
    assert seen(checked)["row-not-kept", ""] == 4
    document = checked.as_json()
    assert (document["rows"], document["valid"], document["quarantined"]) == (2, 1, 1)
    assert {"code": "row-not-kept", "row": None, "field": "", "count": 4} in document["problems"]  # type: ignore[operator]
    assert "secret" not in quarantine_text(raw, checked)


def test_a_file_in_which_nobody_agreed_holds_no_answers(form: Form, reader: Reader) -> None:
    form = told(form, keep_if=Expression("selected(${topics}, 'sleep')"))
    table = reader(form)(f"{HEADER}\nA,2,8,study,,\n")
    assert set(seen(table)) == {("row-not-kept", ""), ("rows-none", "")}


def test_clean_rows_are_kept_even_without_the_column_that_told(form: Form, reader: Reader) -> None:
    form = told(form, keep_if=Expression("${unit} = 'yes'"))
    assert len(reader(form)("#row,mood\n1,2\n").rows) == 1


# ── Codes of the file ──

SCORES = (0, 1, 2, 3)


def item(name: str, codes: Sequence[str], **changes: object) -> Question:
    """An item scored 0–3 that a file writes with these codes."""
    text = Text.of(zh=name, en=name)
    choices = tuple(
        Choice(name=str(score), label=text, score=score, column_value=(code,) if code else ())
        for score, code in zip(SCORES, codes, strict=True)
    )
    return Question(name=name, kind=Kind.SELECT_ONE, label=text, choices=choices, **changes)  # type: ignore[arg-type]


def scale_of(form: Form, items: Sequence[Question], reversed_items: Sequence[str] = (), **about: object) -> Form:
    names = tuple(question.name for question in items)
    scale = Scale(name="total", title=form.title, items=names, method=Method.SUM, reversed_items=tuple(reversed_items))
    section = replace(form.sections[0], questions=tuple(items))
    return replace(form, sections=(section,), scales=(scale,), file=ForeignFile(**about))  # type: ignore[arg-type]


def totals(form: Form, raw: RawTable) -> list[object]:
    score = scorer(form)
    return [score(row).scores["total"] for _, row in judged(form, raw).rows]


def test_codes_from_1_to_4_score_from_0_to_3_and_0_is_none_of_them(form: Form, reader: Reader) -> None:
    shifted = scale_of(form, [item("a", "1234"), item("b", "1234")])
    raw = reader(shifted)("a,b\n1,1\n4,4\n2, 3.0 \n0,1\n5,1\n")
    assert totals(shifted, raw) == [0, 6, 3]
    assert judged(shifted, raw).counts == {("answer-outside", "a"): 2}


def test_where_0_is_no_answer_in_the_file_the_forms_own_0_is_one(form: Form, reader: Reader) -> None:
    shifted = scale_of(form, [item("a", "1234", missing=("0",))])
    checked = judged(shifted, reader(shifted)("a\n1\n0\n4\n"))
    assert [row.values["a"] for _, row in checked.rows] == ["0", None, "3"]
    again = judged(shifted, reader(shifted)(clean_text(shifted, checked)))
    assert [row.values["a"] for _, row in again.rows] == ["0", None, "3"]


def test_printed_codes_that_run_backwards_are_written_as_such(form: Form, reader: Reader) -> None:
    """As the K6 is printed: 1 is the most, 4 (5 there) the least."""
    printed = scale_of(form, [item("a", "4321"), item("b", "4321")])
    assert totals(printed, reader(printed)("a,b\n1,1\n4,4\n1,3\n")) == [6, 0, 4]


def test_a_choice_without_a_spelling_keeps_its_name_where_two_others_are_swapped(form: Form, reader: Reader) -> None:
    swapped = scale_of(form, [item("a", ["1", "0", "", ""])])
    assert totals(swapped, reader(swapped)("a\n1\n0\n2\n3\n")) == [0, 1, 2, 3]


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.tuples(*[st.sampled_from(SCORES)] * 3), min_size=1, max_size=5),
    st.tuples(
        *[st.sampled_from([*permutations("0123"), *permutations("1234"), *permutations(["a", "0", "b c", "2"])])] * 3
    ),
    st.sets(st.sampled_from("abc")),
)
def test_whatever_codes_a_file_has_the_totals_are_those_of_straight_ones(
    form: Form,
    reader: Reader,
    people: list[tuple[int, ...]],
    codes: tuple[Sequence[str], ...],
    reversed_items: set[str],
) -> None:
    straight = scale_of(form, [item(name, ("",) * 4) for name in "abc"], sorted(reversed_items))
    coded = scale_of(form, [item(name, own) for name, own in zip("abc", codes, strict=True)], sorted(reversed_items))
    plain = "\n".join(["a,b,c", *(",".join(map(str, person)) for person in people)])
    foreign = "\n".join(
        ["a,b,c", *(",".join(own[score] for own, score in zip(codes, person, strict=True)) for person in people)]
    )
    assert totals(coded, reader(coded)(foreign)) == totals(straight, reader(straight)(plain))


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(*[st.sampled_from(SCORES)] * 3), min_size=1, max_size=5), st.sets(st.sampled_from("abc")))
def test_items_turned_round_before_the_file_was_written_are_not_turned_again(
    form: Form, reader: Reader, people: list[tuple[int, ...]], reversed_items: set[str]
) -> None:
    items = [item(name, "1234") for name in "abc"]
    straight = scale_of(form, items, sorted(reversed_items))
    turned = scale_of(form, items, sorted(reversed_items), already_reversed=True)
    as_asked = "\n".join(["a,b,c", *(",".join(str(score + 1) for score in person) for person in people)])
    as_scored = "\n".join(
        [
            "a,b,c",
            *(
                ",".join(
                    str(4 - score if name in reversed_items else score + 1)
                    for name, score in zip("abc", person, strict=True)
                )
                for person in people
            ),
        ]
    )
    found = judged(turned, reader(turned)(as_scored))
    assert [row.values for _, row in found.rows] == [
        row.values for _, row in judged(straight, reader(straight)(as_asked)).rows
    ]
    assert totals(turned, reader(turned)(as_scored)) == totals(straight, reader(straight)(as_asked))
    again = judged(turned, reader(turned)(clean_text(turned, found)))
    assert again.rows == found.rows


def test_whole_numbers_are_turned_back_within_their_bounds(form: Form, reader: Reader) -> None:
    number = Question(name="n", kind=Kind.INTEGER, label=form.title, constraint=Expression(". >= 1 and . <= 5"))
    turned = scale_of(form, [number], ["n"], already_reversed=True)
    checked = judged(turned, reader(turned)("n\n1\n5\n 4.0\n7\nx\n\n"))
    assert [row.values["n"] for _, row in checked.rows] == [5, 1, 2]
    assert totals(turned, reader(turned)("n\n1\n5\n4\n")) == [1, 5, 4]
    assert checked.quarantined == 2


def test_scores_that_do_not_mirror_cannot_be_turned_back(form: Form, reader: Reader) -> None:
    uneven = item("a", ("",) * 4)
    uneven = replace(uneven, choices=(*uneven.choices[:3], replace(uneven.choices[3], score=5)))
    with pytest.raises(XinqiaoError) as caught:
        reader(scale_of(form, [uneven], ["a"], already_reversed=True))("a\n1\n")
    assert [(each.code, each.place.question) for each in caught.value.problems] == [("item-unmirrored", "a")]


# ── on_bad_answer: cell ──


def lenient(form: Form, *names: str) -> Form:
    questions = tuple(
        replace(question, on_bad_answer=BadAnswer.CELL) if question.name in names else question
        for question in form.questions
    )
    return replace(form, sections=(replace(form.sections[0], questions=questions),))


def test_one_bad_answer_is_emptied_counted_and_the_rest_is_used(form: Form, reader: Reader) -> None:
    easy = lenient(form, "hours", "topics")
    rows = [
        "A,2,eight,,,",
        "A,2,25,sleep,,",
        "A,2,8,sleep x,,",
        "A,bad,25,,,",
        f"A,2,8,{'x' * 70_000},,",
        "A,2,8,sleep,,",
    ]
    checked = judged(easy, reader(easy)("\n".join([HEADER, *rows])))
    found = {number: (row.values["hours"], row.values["topics"]) for number, row in checked.rows}
    assert found == {1: (None, None), 2: (None, ("sleep",)), 3: (8, None), 5: (8, None), 6: (8, ("sleep",))}
    assert checked.reasons == {"answer-outside": 1}
    assert checked.counts["answer-emptied", "hours"] == 3
    assert checked.counts["answer-emptied", "topics"] == 2


def test_a_required_answer_that_cannot_be_used_or_lacks_costs_only_itself(form: Form, reader: Reader) -> None:
    easy = lenient(form, "mood")
    checked = judged(easy, reader(easy)(f"{HEADER}\nA,awful,8,,,\nB,,8,,,\nC,2,8,,,\n"))
    assert [row.values["mood"] for _, row in checked.rows] == [None, None, "2"]
    assert dict(checked.counts) == {("answer-emptied", "mood"): 1, ("answer-lacking", "mood"): 1}


def test_what_an_emptied_answer_made_relevant_is_emptied_too(form: Form, reader: Reader) -> None:
    """`again` is asked where there is a `why`, and a `why` of more than 40 characters is none."""
    easy = lenient(form, "why")
    checked = judged(easy, reader(easy)(f"{HEADER}\nA,1,8,,{'x' * 41},more\n"))
    assert [(row.values["why"], row.values["again"]) for _, row in checked.rows] == [(None, None)]
    assert dict(checked.counts) == {("answer-emptied", "why"): 1, ("answer-irrelevant", "again"): 1}


ANSWERS = st.tuples(
    st.sampled_from(["A", ""]),
    st.sampled_from(["1", "2", "bad", ""]),
    st.sampled_from(["8", "25", "x", ""]),
    st.sampled_from(["sleep", "nap", ""]),
    st.sampled_from(["why", "w" * 41, ""]),
    st.sampled_from(["more", ""]),
)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(ANSWERS.filter(any), min_size=1, max_size=6), st.sets(st.sampled_from(["mood", "hours", "topics", "why"]))
)
def test_lenient_or_not_every_row_is_used_or_set_aside_and_used_ones_read_back_the_same(
    form: Form, reader: Reader, rows: list[tuple[str, ...]], names: set[str]
) -> None:
    easy = lenient(form, *names)
    text = "\n".join([HEADER, *map(",".join, rows)])
    first, strict = judged(easy, reader(easy)(text)), judged(form, reader(form)(text))
    assert len(first.rows) + first.quarantined == len(rows)
    assert {number for number, _ in strict.rows} <= {number for number, _ in first.rows}
    assert not any(field in names for code, field in first.counts if code in first.reasons)
    again = judged(easy, reader(easy)(clean_text(easy, first)))
    assert values(again) == values(first)
    assert again.quarantined == 0
