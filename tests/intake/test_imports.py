"""Exports of other systems: cells that come apart, days that are read one way only, headers that are never guessed."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinqiao.intake.imports.moment import AmbiguousDayError, Order, moment_of
from xinqiao.intake.imports.style import Part, cut
from xinqiao.intake.imports.styles import STYLES, style_of
from xinqiao.intake.imports.wenjuanxing import WENJUANXING
from xinqiao.intake.imports.words import same

LABELS = ("讲座", "沙盘, 绘画", "Sand play; drawing", "No", "No but I know; a little", "其他")


@given(st.lists(st.sampled_from(LABELS), min_size=1, max_size=5, unique=True), st.sampled_from([";", "; ", ",", ", "]))
def test_answers_that_hold_a_separator_come_apart_as_they_were_chosen(chosen: list[str], between: str) -> None:
    assert list(cut(between.join(chosen), (";", ","), {same(label) for label in LABELS})) == chosen


WORDS = st.text("读书会┋，; \n(空)", min_size=1, max_size=12).filter(str.strip)


@given(st.lists(st.tuples(st.sampled_from(("讲座", "其他", "团体")), st.none() | WORDS), min_size=1, max_size=4))
def test_words_beside_a_choice_may_hold_the_separator(chosen: list[tuple[str, str | None]]) -> None:
    cell = "┋".join(label if words is None else f"{label}〖{words}〗" for label, words in chosen)
    pieces = WENJUANXING.pieces
    assert pieces is not None
    assert pieces(cell) == tuple(Part(text=label, beside=(words or "").strip()) for label, words in chosen)


def test_words_that_never_end_take_no_other_answer_with_them() -> None:
    pieces = WENJUANXING.pieces
    assert pieces is not None
    assert [part.text for part in pieces("其他〖读书┋讲座")] == ["其他〖读书", "讲座"]


@given(st.dates(date(1000, 1, 1), date(9999, 12, 31)))
def test_a_day_with_its_year_first_needs_no_word(day: date) -> None:
    for text in (day.isoformat(), f"{day.year}/{day.month}/{day.day}", f"{day.year}年{day.month}月{day.day}日"):
        found = moment_of(f"{text} 21:15:00", None)
        assert found is not None and (found.day, found.clock) == (day, "21:15:00")


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)), st.sampled_from(["%d/%m/%Y", "%d.%m.%Y", "%d/%m/%y"]))
def test_a_day_with_its_year_last_is_read_by_word_only(day: date, written: str) -> None:
    found = moment_of(day.strftime(written), Order.DAY_FIRST)
    assert found is not None and found.day == day
    with pytest.raises(AmbiguousDayError):
        moment_of(day.strftime(written), None)
    turned = moment_of(day.strftime(written), Order.MONTH_FIRST)
    assert (turned is None) is (day.day > 12)


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        ("2026/11/20 8:05:09", "08:05:09"),
        ("2026/11/20 上午 8:05:09 [GMT+8]", "08:05:09"),
        ("2026/11/20 下午 8:05:09", "20:05:09"),
        ("2026-11-20T20:05:09.462Z", "20:05:09"),
        ("2026-11-20 12:05 AM", "00:05:00"),
        ("2026-11-20", ""),
    ],
)
def test_the_same_moment_is_the_same_however_it_is_written(text: str, clock: str) -> None:
    found = moment_of(text, None)
    assert found is not None
    assert (found.day, found.clock) == (date(2026, 11, 20), clock)
    assert not clock or clock not in repr(found)


@given(st.text(max_size=80))
def test_no_text_breaks_the_reading_of_days(text: str) -> None:
    for order in Order:
        found = moment_of(text, order)
        assert found is None or isinstance(found.day, date)


@pytest.mark.parametrize("text", ["", "昨天", "2026-02-30", "20261120", "2026/13/01"])
def test_what_is_no_day_is_none(text: str) -> None:
    assert moment_of(text, None) is None


@given(st.lists(st.text(max_size=20), max_size=6))
def test_a_file_is_plain_unless_a_systems_own_columns_stand_in_it(labels: list[str]) -> None:
    found = style_of(labels)
    assert found is STYLES["plain"] or found.fits({same(label) for label in labels})


def test_what_systems_tell_of_people_is_known_for_what_it_is() -> None:
    for name, header in (
        ("wenjuanxing", "来自IP"), ("google", "Email Address"), ("microsoft", "Points - 年级"),
        ("limesurvey", "ipaddr"), ("odk", "DeviceID"),
    ):  # fmt: skip
        assert STYLES[name].is_about(header)
        assert not STYLES[name].is_about("您的年级是？")
