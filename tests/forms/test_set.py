"""The portal's instruments against rules read apart from their files: in the authors' own terms, printed codes and all.

What stands here was written from the sources (Kroenke 2001 and 2003, Spitzer 2006, Kroenke 2007, Kessler 2002 and 2003,
Rosenberg 1965, WHO 2024), not from the YAML. A missing answer means no score in every one of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xinqiao.core.form import Form, Purpose
from xinqiao.core.record import Row
from xinqiao.core.text import Lang
from xinqiao.forms.read import read_form
from xinqiao.forms.self_check import scoring_data, self_check_pages
from xinqiao.tables.score import score

FORMS = Path(__file__).parents[2] / "forms"
# What only a doctor may say, and what makes people into cases, stands on no page of a self-check.
NEVER = {
    Lang.ZH: ("患有", "确诊", "诊断", "治疗", "治愈", "疗程", "有病", "正常", "患者", "绝对保密", "抑郁症", "焦虑症"),
    Lang.EN: ("diagnos", "cure", "treat", "suffer from", "normal", "patient", "disorder", "severe", "you have anxiety"),
}


def added(answers: list[str]) -> int:
    return sum(int(answer) for answer in answers)


def six_times_five_backwards(answers: list[str]) -> int:
    """K6: printed 1 is all of the time, 5 none of the time; none at all is 0 and the most is 24."""
    return 30 - added(answers)


def rosenberg(answers: list[str]) -> int:
    """SA = 3 … SD = 0; with an asterisk, in the order of the University of Maryland, SA = 0 … SD = 3."""
    asterisk = (2, 5, 6, 8, 9)
    worth = ["strongly_disagree", "disagree", "agree", "strongly_agree"]
    return sum(3 - worth.index(a) if at in asterisk else worth.index(a) for at, a in enumerate(answers, 1))


def steps(*ends: tuple[int, str]) -> Callable[[int], str]:
    """The name of the range whose upper end is the first that a score does not pass."""
    return lambda total: next(name for high, name in ends if total <= high)


@dataclass(frozen=True)
class Rule:
    """One instrument as its source tells it: how many items, which answers, what they come to, and its ranges."""

    items: int
    answers: tuple[str, ...]
    total: Callable[[list[str]], int]
    name: Callable[[int], str]
    most: int


OF_A_FORTNIGHT = ("0", "1", "2", "3")
RULES: Mapping[str, Rule] = {
    "phq9": Rule(
        9, OF_A_FORTNIGHT, added,
        steps((4, "minimal"), (9, "mild"), (14, "moderate"), (19, "moderately_severe"), (27, "severe")), 27,
    ),
    "phq2": Rule(2, OF_A_FORTNIGHT, added, steps((2, "below_line"), (6, "at_line")), 6),
    "gad7": Rule(
        7, OF_A_FORTNIGHT, added, steps((4, "minimal"), (9, "mild"), (14, "moderate"), (21, "severe")), 21
    ),
    "gad2": Rule(2, OF_A_FORTNIGHT, added, steps((2, "below_line"), (6, "at_line")), 6),
    "k6": Rule(
        6, ("1", "2", "3", "4", "5"), six_times_five_backwards, steps((12, "below_line"), (24, "at_line")), 24
    ),
    "rses": Rule(
        10, ("strongly_agree", "agree", "disagree", "strongly_disagree"), rosenberg, steps((30, "whole")), 30
    ),
    # "13 of 25 and more" as raw scores; told times four.
    "who5": Rule(
        5, ("0", "1", "2", "3", "4", "5"), lambda answers: 4 * added(answers),
        lambda total: "below_line" if total // 4 < 13 else "from_line", 100,
    ),
}  # fmt: skip


def file_of(name: str) -> Path:
    return FORMS / "packs" / name / f"{name}.yml" if name == "who5" else FORMS / f"{name}.yml"


@pytest.fixture(scope="module")
def instruments() -> Mapping[str, Form]:
    return {name: read_form(file_of(name)) for name in RULES}


def scored(form: Form, answers: Mapping[str, str]) -> int | None:
    found = score(form, Row(values=dict(answers))).scores[form.scales[0].name]
    return None if found is None else int(found)


def in_the_browser(form: Form, answers: Mapping[str, str]) -> int | None:
    """What the data that a page carries come to, added up as anyone would."""
    rule = scoring_data(form)[0]
    worth = [item["scores"].get(answers.get(item["name"], "")) for item in rule["items"]]  # type: ignore[attr-defined]
    numerator, denominator = rule["factor"]  # type: ignore[misc]
    return None if None in worth else sum(worth) * numerator // denominator  # type: ignore[has-type]


def named(name: str, answers: list[str]) -> dict[str, str]:
    return {f"{name}_{at}": answer for at, answer in enumerate(answers, 1)}


@pytest.mark.parametrize("name", list(RULES))
def test_a_score_and_its_range_are_those_of_the_source(name: str, instruments: Mapping[str, Form]) -> None:
    rule, form = RULES[name], instruments[name]

    @settings(max_examples=60)
    @given(answers=st.lists(st.sampled_from(rule.answers), min_size=rule.items, max_size=rule.items))
    def check(answers: list[str]) -> None:
        total = rule.total(answers)
        given_answers = named(name, answers)
        assert 0 <= total <= rule.most
        assert scored(form, given_answers) == in_the_browser(form, given_answers) == total
        band = form.scales[0].band(total)  # type: ignore[arg-type]
        assert band is not None
        assert band.name == rule.name(total)

    check()


@pytest.mark.parametrize("name", list(RULES))
def test_a_missing_answer_means_no_score(name: str, instruments: Mapping[str, Form]) -> None:
    rule, form = RULES[name], instruments[name]
    whole = named(name, [rule.answers[-1]] * rule.items)
    assert scored(form, whole) is not None
    for lacking in whole:
        rest = {item: answer for item, answer in whole.items() if item != lacking}
        assert scored(form, rest) is None and in_the_browser(form, rest) is None, lacking
        assert form.question(lacking).required


@pytest.mark.parametrize("name", list(RULES))
def test_both_ends_of_the_scale_are_reached(name: str, instruments: Mapping[str, Form]) -> None:
    rule, form = RULES[name], instruments[name]
    ends = set()
    for low in (rule.answers[0], rule.answers[-1]):
        answers = [low] * rule.items
        if name == "rses":
            answers = [rule.answers[-1] if (low == rule.answers[0]) is (at in (2, 5, 6, 8, 9)) else rule.answers[0]
                       for at in range(1, 11)]  # fmt: skip
        ends.add(scored(form, named(name, answers)))
    assert ends == {0, rule.most}


def test_only_the_question_about_death_is_a_sign_of_danger(instruments: Mapping[str, Form]) -> None:
    signs = {name: form.scales[0].danger for name, form in instruments.items()}
    assert {name: sign.item for name, sign in signs.items() if sign} == {"phq9": "phq9_9"}


@pytest.mark.parametrize("name", list(RULES))
def test_an_instrument_tells_where_it_comes_from_and_what_was_not_compared(
    name: str, instruments: Mapping[str, Form]
) -> None:
    scale = instruments[name].scales[0]
    assert re.search(r"(19|20)\d\d", scale.source)
    assert scale.licence
    assert scale.about is not None
    unchecked = {
        Lang.ZH: r"没能|没有哪个机构|没有与作者的版本核对",
        Lang.EN: r"could not|nobody is in a position|has not been compared",
    }
    for lang, pattern in unchecked.items():
        assert re.search(pattern, scale.about[lang]), lang
        assert {Lang.ZH: "还没有经过专业人员审阅", Lang.EN: "not yet reviewed by a professional"}[lang] in scale.about[
            lang
        ]
    head = file_of(name).read_text("utf-8").partition("settings:")[0]
    assert "CHINESE WORDING" in head


@pytest.mark.parametrize("lang", Lang)
@pytest.mark.parametrize("name", list(RULES))
def test_pages_say_nothing_that_only_a_doctor_may(name: str, lang: Lang, instruments: Mapping[str, Form]) -> None:
    form = instruments[name]
    pages = self_check_pages(
        form,
        lang,
        receiver_url="https://in.test",
        recipients=["age1a"],
        demonstration=False,
        help_html=lambda up: f'<aside data-xq-help><a href="{up}help-now/">110</a></aside>',
        articles=[],
        quick_exit="https://weather.test/",
    )
    start = r"\b" if lang is Lang.EN else ""
    for page in ("", "contribute"):
        words = re.sub(r"<script.*?</script>|data-band=\"[^\"]*\"", "", pages[page], flags=re.DOTALL).lower()
        assert [word for word in NEVER[lang] if re.search(start + word, words)] == [], page
    assert form.scales[0].source.split(";")[0][:40] in pages["scoring"].replace("&amp;", "&")


@pytest.mark.parametrize("lang", Lang)
@pytest.mark.parametrize("name", list(RULES))
def test_every_range_leads_to_people(name: str, lang: Lang, instruments: Mapping[str, Form]) -> None:
    centre = {Lang.ZH: "心理中心", Lang.EN: "counselling centre"}[lang]
    someone = {Lang.ZH: r"找人|告诉|心理中心|和谈得来", Lang.EN: r"talk|tell|counselling centre|meal with"}[lang]
    bands = instruments[name].scales[0].bands
    for band in bands:
        assert band.advice is not None
        assert re.search(someone, band.advice[lang]), band.name
    # The range with the most trouble: the last, but of what is good the first.
    worst = bands[0] if name == "who5" else bands[-1]
    assert worst.advice is not None
    assert centre in worst.advice[lang]


def test_the_short_forms_ask_the_first_two_items_of_the_long_ones(instruments: Mapping[str, Form]) -> None:
    for short, long in (("phq2", "phq9"), ("gad2", "gad7")):
        for at in (1, 2):
            one, other = (instruments[name].question(f"{name}_{at}") for name in (short, long))
            assert (one.label, one.choices) == (other.label, other.choices)


def test_what_is_scored_is_a_self_check_and_only_for_staff(instruments: Mapping[str, Form]) -> None:
    for form in instruments.values():
        assert form.purpose is Purpose.SELF_CHECK
        assert all(summary.audience == "staff" and not summary.by for summary in form.summaries)
