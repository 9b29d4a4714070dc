"""A self-check: what its pages say and never say, and that it scores in the browser as everywhere else."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import markdown
import pytest
import yaml
from playwright.sync_api import Page

from xinqiao.core.form import Form
from xinqiao.core.problem import XinqiaoError
from xinqiao.core.question import Kind
from xinqiao.core.record import Row
from xinqiao.core.text import Lang, Text
from xinqiao.forms.page import form_page
from xinqiao.forms.read import read_form
from xinqiao.forms.self_check import scoring_data, self_check_pages
from xinqiao.tables.score import score

EXIT = "https://weather.test/"
HELP = '<aside class="xq-help-bar" data-xq-help aria-label="Help lines"><a href="{up}help-now/">110</a></aside>'
# From the rules for safe messaging: what only a doctor may say stands on no page of a self-check.
NEVER = {
    Lang.ZH: ("你患有", "您患有", "确诊", "诊断", "治疗", "治愈", "疗程", "有病", "正常", "抑郁症患者", "绝对保密"),
    Lang.EN: ("you have", "you are diagnosed", "diagnos", "cure", "treat", "suffer from", "normal", "patient"),
}
OTHER = """
settings: {form_id: other, version: 2, purpose: self-check, title: {zh: 另一份自查, en: Another check}}
consent: {zh: 同意, en: Agreed}
survey:
  - {type: select_one five, name: a, label: {zh: 甲, en: A}}
  - {type: select_one five, name: b, label: {zh: 乙, en: B}}
  - {type: integer, name: c, label: {zh: 丙, en: C}, constraint: . >= 0 and . <= 10}
  - {type: integer, name: d, label: {zh: 丁, en: D}, constraint: . >= 2 and . <= 5}
choices:
  five: [{name: x, score: -2, label: {zh: 一, en: One}}, {name: y, score: 0, label: {zh: 二, en: Two}},
         {name: z, score: 7, label: {zh: 三, en: Three}}]
scales:
  - name: mean
    title: {zh: 平均, en: Mean}
    items: [a, b, c, d]
    reversed: [b, d]
    method: mean
    factor: 2.5
    missing_items: 2
    danger: {item: c, at_least: 8}
    source: Own items
    licence: CC BY 4.0
    bands:
      - {name: low, low: 0, label: {zh: 低, en: Low}, advice: {zh: 歇一歇, en: Rest}}
      - {name: high, low: 7.25, label: {zh: 高, en: High}, advice: {zh: 找人说, en: Talk}}
  - {name: sum, title: {zh: 总和, en: Sum}, items: [a, b, d], method: sum, missing_items: 1, factor: 4}
seal_to: [aggregation]
retention: {days: 1}
"""


@pytest.fixture(scope="session")
def phq9(root: Path) -> Form:
    return read_form(root / "forms" / "phq9.yml")


@pytest.fixture(scope="session")
def other(tmp_path_factory: pytest.TempPathFactory) -> Form:
    path = tmp_path_factory.mktemp("forms") / "other.yml"
    path.write_text(OTHER, encoding="utf-8")
    return read_form(path)


def pages(form: Form, lang: Lang = Lang.EN, **parts: Any) -> Mapping[str, str]:
    given: dict[str, Any] = {
        "receiver_url": "https://receiver.test/",
        "recipients": ["age1a", "age1b"],
        "demonstration": False,
        "help_html": lambda up: HELP.replace("{up}", up),
        "articles": [("Low mood", "learn/low-mood/")],
        "quick_exit": EXIT,
    }
    return self_check_pages(form, lang, **(given | parts))


def words_of(page: str) -> str:
    """What a reader reads, scripts' words among it."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.split("---\n", 2)[2]))


@pytest.mark.parametrize("lang", Lang)
def test_the_pages_pass_through_markdown_unchanged_and_say_what_kind_they_are(
    phq9: Form, other: Form, lang: Lang, body: Callable[[str], str]
) -> None:
    for form in (phq9, other):
        made = pages(form, lang)
        fronts = {name: yaml.safe_load(text.split("---\n")[1]) for name, text in made.items()}
        kinds = {name: front["page_type"] for name, front in fronts.items()}
        assert kinds == {"": "self-check", "scoring": "page", "contribute": "contribute"}
        assert fronts["contribute"]["search"] == {"exclude": True}
        for text in made.values():
            assert markdown.markdown(body(text), extensions=["attr_list", "md_in_html", "toc"]) == body(text)


@pytest.mark.parametrize("lang", Lang)
def test_no_page_of_a_self_check_says_what_only_a_doctor_may_say(phq9: Form, lang: Lang) -> None:
    for name, page in pages(phq9, lang).items():
        text = words_of(page)
        for words in [question.label[lang] for question in phq9.questions]:
            text = text.replace(words, " ").replace(
                json.dumps(words), " "
            )  # the instrument's own words stand as they are
        start = r"\b" if lang is Lang.EN else ""
        found = [word for word in NEVER[lang] if re.search(start + word, text.lower())]
        assert found == [], name


@pytest.mark.parametrize("lang", Lang)
def test_every_range_has_advice_and_the_higher_ones_lead_to_people(phq9: Form, lang: Lang) -> None:
    centre, clinic = {Lang.ZH: ("心理中心", "门诊"), Lang.EN: ("counselling centre", "clinic")}[lang]
    for band in phq9.scales[0].bands:
        assert band.advice is not None
        assert band.low < 5 or centre in band.advice[lang], band.name
        assert band.low < 15 or clinic in band.advice[lang], band.name


def test_the_check_can_be_read_and_counted_without_a_script(phq9: Form) -> None:
    text = pages(phq9)[""]
    for band in phq9.scales[0].bands:
        assert re.search(rf'<div class="xq-band" data-band="{band.name}">', text)
    assert not re.search(r'class="xq-(by-hand|danger)[^"]*"[^>]*hidden', text), "only the script hides them"
    assert "Questions 1–9" in text
    assert re.search(r"<td>Nearly every day</td><td>3</td>", text)
    assert re.search(r'class="xq-see" hidden', text), "a button that would do nothing does not show"


def test_the_check_has_nothing_that_could_send(phq9: Form) -> None:
    text = pages(phq9)[""]
    assert "<form" not in text
    assert 'type="submit"' not in text
    assert "receiver" not in text
    assert re.findall(r'<script src="[^"]*/(\S+)"', text) == ["exit.js", "expression.js", "form.js", "self-check.js"]


def test_without_keys_there_is_no_page_for_contributing(phq9: Form) -> None:
    made = pages(phq9, recipients=[])
    assert set(made) == {"", "scoring"}
    assert "contribute/" not in made[""]


@pytest.mark.parametrize("lang", Lang)
def test_contributing_asks_for_a_consent_of_its_own(phq9: Form, lang: Lang) -> None:
    text = pages(phq9, lang)["contribute"]
    assert all(paragraph in text for paragraph in phq9.consent[lang].split("\n\n"))
    assert re.search(r'<input type="checkbox"[^>]*name="agree"(?![^>]*checked)', text)
    assert 'action="https://receiver.test/submit/phq9"' in text
    for word in {Lang.ZH: ("敏感", "自愿", "180", "撤回"), Lang.EN: ("sensitive", "voluntary", "180", "taken back")}[
        lang
    ]:
        assert word in text


def test_the_scoring_page_shows_every_case_and_where_the_words_come_from(phq9: Form) -> None:
    text = pages(phq9)["scoring"]
    assert all(case.title[Lang.EN].replace("“", "“") in text for case in phq9.cases)
    assert len(phq9.cases) >= 10
    assert "10.1046/j.1525-1497.2001.016009606.x" in text
    assert "could not open to compare" in text
    assert '<a href="https://pmc.ncbi.nlm.nih.gov/articles/PMC5580087/">PMC5580087</a>' in text


def test_the_help_bar_is_a_landmark_once(phq9: Form) -> None:
    text = pages(phq9)[""]
    assert text.count("<aside ") == 1
    assert text.count("data-xq-help") == 4


def test_words_of_a_form_never_become_html(phq9: Form) -> None:
    evil = Text.of(zh="</script><script>alert(1)</script>", en="</script><script>alert(1)</script>")
    scale = replace(phq9.scales[0], title=evil, about=evil)
    for text in pages(replace(phq9, title=evil, consent=evil, scales=(scale,))).values():
        assert "<script>alert" not in text.split("---\n", 2)[2]


def test_a_reversed_number_without_ends_is_refused(other: Form) -> None:
    sections = tuple(
        replace(section, questions=tuple(replace(question, constraint=None) for question in section.questions))
        for section in other.sections
    )
    with pytest.raises(XinqiaoError) as refused:
        scoring_data(replace(other, sections=sections))
    assert refused.value.problems[0].code == "item-unbounded"


def test_any_form_with_a_sign_of_danger_holds_help_at_the_question(phq9: Form) -> None:
    text = form_page(
        phq9,
        Lang.EN,
        receiver_url="https://r.test",
        recipients=["age1a"],
        demonstration=False,
        help_html=HELP,
        quick_exit=EXIT,
    )
    (data,) = re.findall(r'data-danger="([^"]+)"', text)
    assert json.loads(data.replace("&#34;", '"')) == {"answers": ["1", "2", "3"]}


# The same score in the browser and in Python.


def in_python(form: Form, answers: Mapping[str, str]) -> dict[str, tuple[Fraction | None, str]]:
    values = {name: int(a) if form.question(name).kind is Kind.INTEGER else a for name, a in answers.items()}
    scores = score(form, Row(values=values)).scores
    found: dict[str, tuple[Fraction | None, str]] = {}
    for scale in form.scales:
        value = scores[scale.name]
        band = None if value is None else scale.band(Fraction(value))
        found[scale.name] = (None if value is None else Fraction(value), band.name if band else "")
    return found


@pytest.fixture
def in_browser(page: Page, root: Path) -> Callable[[Form, list[Mapping[str, str]]], list[dict[str, Any]]]:
    for name in ("expression.js", "form.js", "self-check.js"):
        page.add_script_tag(path=root / "overrides" / "assets" / name)

    def verdicts(form: Form, sets: list[Mapping[str, str]]) -> list[dict[str, Any]]:
        told: list[dict[str, Any]] = page.evaluate(
            "([scales, sets]) => sets.map((answers) => Object.fromEntries("
            "scales.map((scale) => [scale.name, window.xinqiaoForm.verdict(scale, answers)])))",
            [scoring_data(form), [dict(answers) for answers in sets]],
        )
        return told

    return verdicts


def generated(form: Form, count: int) -> list[Mapping[str, str]]:
    chance = random.Random(9)  # noqa: S311 - repeatable, no secret
    sets: list[Mapping[str, str]] = []
    for _ in range(count):
        lacking = chance.choice([0, 0, 0.15, 0.5])
        answers = {}
        for question in form.questions:
            if question.answered and chance.random() >= lacking:
                names = [choice.name for choice in question.choices] or [str(number) for number in range(11)]
                answers[question.name] = chance.choice(names)
        sets.append(answers)
    return sets


def test_every_case_gives_its_score_band_and_danger_in_both(phq9: Form, in_browser: Any) -> None:
    told = in_browser(phq9, [case.answers for case in phq9.cases])
    for case, found in zip(phq9.cases, told, strict=True):
        expected = (case.score, case.band)
        assert in_python(phq9, case.answers)[case.scale] == expected, case.title[Lang.EN]
        verdict = found[case.scale]
        assert (verdict["score"] and Fraction(*verdict["score"]), verdict["band"]) == expected, case.title[Lang.EN]
        assert verdict["danger"] is case.danger, case.title[Lang.EN]


def test_generated_answers_score_alike_in_both(phq9: Form, other: Form, in_browser: Any) -> None:
    for form in (phq9, other):
        sets = generated(form, 400)
        for answers, found in zip(sets, in_browser(form, sets), strict=True):
            shown = {n: (v["score"] and Fraction(*v["score"]), v["band"]) for n, v in found.items()}
            assert shown == in_python(form, answers), answers
            for scale in form.scales:
                if scale.danger:
                    asked = form.question(scale.danger.item)
                    given = answers.get(asked.name)
                    points = {choice.name: choice.score or 0 for choice in asked.choices}
                    value = None if given is None else points[given] if points else int(given)
                    assert found[scale.name]["danger"] is (value is not None and value >= scale.danger.at_least)
