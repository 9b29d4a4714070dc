"""The privacy notice and the list of forms say what a form's own definition holds, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from xinqiao.core.form import Form, Purpose
from xinqiao.core.question import Role
from xinqiao.core.text import Lang, Text
from xinqiao.forms.listing import GROUPS, listing_page
from xinqiao.forms.outcome_words import outcome_texts
from xinqiao.forms.privacy import WHY, asked, holders, notice, published
from xinqiao.forms.read import read_form

PLAIN = """
settings: {form_id: plain, version: 1, purpose: survey, title: {zh: 一份调查, en: A survey}}
intro: {zh: "先说这个。\\n\\n再说那个。", en: "First this.\\n\\nThen that."}
consent: {zh: 同意, en: Agreed}
survey:
  - {type: select_one yn, name: a, label: {zh: 甲, en: A}}
  - {type: note, name: n, label: {zh: 说明, en: A note}}
choices:
  yn: [{name: "y", score: 1, label: {zh: 是, en: "Yes"}}, {name: "n", score: 0, label: {zh: 否, en: "No"}}]
seal_to: [counsellor, recovery]
retention: {days: 42}
"""


@pytest.fixture
def form(tmp_path: Path) -> Callable[..., Form]:
    def make(**changes: object) -> Form:
        path = tmp_path / "plain.yml"
        path.write_text(PLAIN, encoding="utf-8")
        made = read_form(path)
        role, sensitive = changes.pop("role", None), changes.pop("sensitive", False)
        section = made.sections[0]
        first = replace(section.questions[0], sensitive=sensitive, **({"role": role} if role else {}))
        section = replace(section, questions=(first, *section.questions[1:]))
        return replace(made, sections=(section,), **changes)  # type: ignore[arg-type]

    return make


def test_it_counts_what_is_answered_and_names_what_weighs_more(form: Callable[..., Form]) -> None:
    assert asked(form(), Lang.EN) == "What is asked: 1 questions, all of them choices or numbers, no text."
    for role, word in ((Role.CONTACT, "a contact"), (Role.FREE_TEXT, "words of your own"), (Role.MATCH, "a code")):
        assert word in asked(form(role=role), Lang.EN)
    assert "敏感个人信息" in asked(form(sensitive=True), Lang.ZH)


def test_a_scale_about_health_makes_its_items_weigh_more(root: Path) -> None:
    assert "matters of health" in asked(read_form(root / "forms" / "gad7.yml"), Lang.EN)


@pytest.mark.parametrize("lang", Lang)
@pytest.mark.parametrize("purpose", list(Purpose))
def test_every_purpose_says_what_for(purpose: Purpose, lang: Lang, form: Callable[..., Form]) -> None:
    made = form(purpose=purpose)
    said = notice(made, lang)
    assert WHY[purpose][lang] in said
    assert any("42" in sentence for sentence in said)


def test_a_reader_is_named_in_the_colleges_words(form: Callable[..., Form]) -> None:
    readers = {"counsellor": Text.of(zh="林老师，每天下午查看", en="Ms Lin, every afternoon")}
    assert holders(form(), Lang.EN, readers) == ["Ms Lin, every afternoon", holders(form(), Lang.EN)[1]]
    assert "林老师，每天下午查看" in " ".join(notice(form(), Lang.ZH, readers))


def test_what_is_published_is_told_by_its_title_or_not_at_all(form: Callable[..., Form], root: Path) -> None:
    assert published(form(), Lang.EN) == "Nothing made from these answers is published."
    assert "staff only" in published(read_form(root / "forms" / "gad7.yml"), Lang.EN)
    assert "“Feedback as a whole”" in published(read_form(root / "forms" / "training-feedback.yml"), Lang.EN)


@pytest.mark.parametrize("lang", Lang)
def test_the_list_holds_every_form_once_with_whether_it_is_open(lang: Lang, form: Callable[..., Form]) -> None:
    forms = [form(id=f"f-{purpose.value}", purpose=purpose) for purpose in Purpose]
    page = listing_page(forms, lang, open_={"f-survey"})
    closed = {Lang.ZH: "（尚未开放）", Lang.EN: "(not open yet)"}[lang]
    for one in forms:
        line = next(line for line in page.splitlines() if f"(f-{one.purpose.value}.md)" in line)
        assert page.count(f"({one.id}.md)") == 1
        # A self-check is scored without anybody's key.
        assert (closed in line) is (one.purpose not in {Purpose.SURVEY, Purpose.SELF_CHECK}), line
    assert {*GROUPS} == {*Purpose}
    anchors = [line.rpartition("{ #")[2] for line in page.splitlines() if line.startswith("#") and "{ #" in line]
    assert len(anchors) == len({*anchors})


@pytest.mark.parametrize("purpose", [Purpose.REFERRAL, Purpose.QUESTION, Purpose.REGISTRATION])
def test_after_sending_nobody_is_told_that_only_a_program_reads_it(purpose: Purpose) -> None:
    usual, said = outcome_texts(Purpose.SURVEY, "thanks"), outcome_texts(purpose, "thanks")
    assert said.keys() == usual.keys()
    for key in ("lead", "next_1", "next_2"):
        assert said[key] != usual[key]
    assert outcome_texts(purpose, "not-accepted") == outcome_texts(Purpose.SURVEY, "not-accepted")
