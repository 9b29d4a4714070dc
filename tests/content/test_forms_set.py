"""The set of forms as their readers meet it: help before fields, no names where none are needed, the same in pairs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from xinqiao.config import load_config
from xinqiao.core.form import Form, Purpose
from xinqiao.core.question import Role
from xinqiao.core.text import Lang
from xinqiao.flows.project import READ_ONE_BY_ONE, load_forms
from xinqiao.forms.yaml_lines import read_yaml

ROOT = Path(__file__).parents[2]
IDS = sorted(path.stem for path in (ROOT / "forms").glob("*.yml"))
PERSONAL = {Role.CONTACT, Role.FREE_TEXT, Role.MATCH}


@pytest.fixture(scope="module")
def forms() -> Mapping[str, Form]:
    # Registrations for one event are read from their events.
    return {form.id: form for form in load_forms(load_config(ROOT)) if form.occasion is None}


def test_the_set_is_whole(forms: Mapping[str, Form]) -> None:
    assert [*forms] == IDS
    purposes = {purpose: [form.id for form in forms.values() if form.purpose is purpose] for purpose in Purpose}
    assert purposes[Purpose.SELF_CHECK] == ["gad2", "gad7", "k6", "phq2", "phq9", "rses"]
    assert purposes[Purpose.SURVEY] == [
        "mood", "training-after", "training-before", "training-feedback", "website-feedback",
    ]  # fmt: skip
    assert purposes[Purpose.REPORT] == ["barometer"]
    assert purposes[Purpose.REGISTRATION] == ["event-registration"]
    assert purposes[Purpose.QUESTION] == ["question-box"]
    assert purposes[Purpose.REFERRAL] == ["referral"]
    assert purposes[Purpose.QUIZ] == ["course-quiz"]


@pytest.mark.parametrize("form_id", IDS)
def test_a_form_says_what_it_is_and_asks_for_consent_in_both_languages(form_id: str, forms: Mapping[str, Form]) -> None:
    form = forms[form_id]
    assert form.intro is not None
    for lang in Lang:
        assert len(form.consent[lang]) > 60
        assert re.search({Lang.ZH: r"分钟|不是当天", Lang.EN: r"minute|Nobody reads"}[lang], form.intro[lang]), lang
    assert 30 <= form.retention_days <= 365
    assert "recovery" in form.seal_to


@pytest.mark.parametrize("form_id", IDS)
def test_no_form_holds_a_telephone_number(form_id: str) -> None:
    # Numbers come from the register alone, where each has a source and a day.
    text = re.sub(r"doi:\S+|https?://\S+", "", (ROOT / "forms" / f"{form_id}.yml").read_text("utf-8"))
    assert not re.search(r"(?<![\d.–-])(110|119|120|999|12355|12356|400-\d|1[3-9]\d{9})(?![\d–-])", text)


def test_answers_about_one_person_are_read_by_one_person_and_never_counted(forms: Mapping[str, Form]) -> None:
    for form in forms.values():
        if form.purpose in READ_ONE_BY_ONE:
            assert form.summaries == () and "aggregation" not in form.seal_to, form.id
        else:
            # The first of a pair is counted by the second alone.
            halves = {other.earlier.id for other in forms.values() if other.earlier}
            assert "aggregation" in form.seal_to and bool(form.summaries) != (form.id in halves), form.id
            contacts = [question.name for question in form.questions if question.role is Role.CONTACT]
            assert contacts == [], form.id


def test_words_of_ones_own_are_asked_for_only_where_somebody_reads_them(forms: Mapping[str, Form]) -> None:
    asking = {
        form.id: {question.role for question in form.questions} & PERSONAL
        for form in forms.values()
        if any(question.role in PERSONAL for question in form.questions)
    }
    assert asking == {
        "event-registration": {Role.CONTACT, Role.FREE_TEXT},
        "question-box": {Role.CONTACT, Role.FREE_TEXT},
        "referral": {Role.CONTACT, Role.FREE_TEXT},
        "training-before": {Role.MATCH},
        "training-after": {Role.MATCH},
    }


def test_a_referral_sends_to_the_telephone_before_any_field(forms: Mapping[str, Form]) -> None:
    form = forms["referral"]
    assert form.intro is not None
    assert form.intro[Lang.ZH].startswith("此刻有人有生命危险：先打电话")
    assert form.intro[Lang.EN].startswith("If a life is in danger right now: call first")
    first = next(question for question in form.questions if question.answered)
    danger = form.scales[0].danger
    assert danger is not None
    assert first.name == danger.item == "danger_now" and first.required
    scores = {choice.name: choice.score for choice in first.choices}
    assert {name for name, score in scores.items() if (score or 0) >= danger.at_least} == {"yes", "unknown"}


def test_a_referral_asks_for_consent_and_lets_urgency_go_first(forms: Mapping[str, Form]) -> None:
    form = forms["referral"]
    asked = form.question("asked_consent")
    assert asked.required
    assert [choice.name for choice in asked.choices] == ["agreed", "refused", "not_asked", "not_possible"]
    later = form.question("tell_later").relevance
    assert later is not None
    assert later.holds({"asked_consent": "not_possible"}) and not later.holds({"asked_consent": "agreed"})


def test_a_zero_report_takes_four_answers(forms: Mapping[str, Form]) -> None:
    form = forms["barometer"]
    for setting, where in (("class", "unit"), ("dormitory", "building"), ("laboratory", "laboratory")):
        answers = {"setting": setting, "status": "zero"}
        asked = [
            question.name
            for question in form.questions
            if question.answered and (question.relevance is None or question.relevance.holds(answers))
        ]
        assert asked == ["setting", where, "mood", "status"]
        assert all(form.question(name).required for name in asked)


def test_the_barometer_speaks_of_no_person_and_is_told_no_finer_than_the_grade(forms: Mapping[str, Form]) -> None:
    form = forms["barometer"]
    assert not any(question.role in PERSONAL for question in form.questions)
    assert {name for summary in form.summaries for name in summary.by} == {"setting", "grade", "week"}


def test_moods_of_classes_are_for_staff_and_count_as_health(forms: Mapping[str, Form]) -> None:
    form = forms["mood"]
    assert form.question("mood").sensitive
    finest = {summary.name: summary.audience.value for summary in form.summaries if "unit" in summary.by}
    assert finest == {"by-class": "staff"}


def test_the_pair_of_a_training_asks_the_same_in_the_same_words(forms: Mapping[str, Form]) -> None:
    before, after = forms["training-before"], forms["training-after"]
    shared = [question for question in after.questions if question.name != "usefulness"]
    assert list(before.questions) == shared
    assert before.scales == after.scales
    code = before.question("code")
    assert code.role is Role.MATCH and code.constraint is not None
    for answer, fits in (("380711", True), ("38071", False), ("38 0711", False), ("38071a", False)):
        assert code.constraint.holds({"code": answer}, answer) is fits, answer


def test_each_question_of_the_quiz_has_one_right_answer(forms: Mapping[str, Form]) -> None:
    for question in forms["course-quiz"].questions:
        assert sorted(choice.score or 0 for choice in question.choices) == [0, 0, 0, 1], question.name


def test_the_pack_with_a_licence_of_its_own_is_off_and_says_so() -> None:
    config = load_config(ROOT)
    assert config.packs == ()
    assert "who5" not in {path.stem for path in config.form_files}
    licence = (ROOT / "forms" / "packs" / "who5" / "LICENCE.md").read_text("utf-8")
    assert "CC BY-NC-SA 3.0 IGO" in licence
    assert "This adaptation was not created by WHO" in licence
    held = read_yaml(ROOT / "forms" / "packs" / "who5" / "who5.yml").get(("scales", 0, "licence"))
    assert "CC BY-NC-SA 3.0 IGO" in str(held)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_form_is_found_from_a_page(
    lang: str, forms: Mapping[str, Form], pages: dict[str, dict[str, str]]
) -> None:
    texts = "\n".join(pages[lang][name] for name in ("check-in.md", "take-part.md"))
    assert [form for form in forms if f"(forms/{form}.md)" not in texts] == []
    assert "(forms/index.md)" in pages[lang]["privacy.md"]
