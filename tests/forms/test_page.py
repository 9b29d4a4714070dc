"""What the pages of a form say and hold, whoever reads them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import markdown
import pytest
import yaml

from xinqiao.core.expression import Expression
from xinqiao.core.form import Form
from xinqiao.core.text import Lang, Text
from xinqiao.forms.condition import condition
from xinqiao.forms.page import form_page, outcome_pages
from xinqiao.forms.page_words import OF_ANOTHER, OUTCOMES, SCRIPT_WORDS, SEND_WORDS, WORDS
from xinqiao.forms.read import read_form
from xinqiao.forms.self_check_words import CHECK_SCRIPT_WORDS, CONTRIBUTE_SCRIPT_WORDS


def page(form: Form, lang: Lang = Lang.EN, **parts: Any) -> str:
    given: dict[str, Any] = {
        "receiver_url": "https://receiver.test/",
        "recipients": ["age1a", "age1b"],
        "demonstration": False,
        "help_html": "",
        "quick_exit": "https://weather.test/",
    }
    return form_page(form, lang, **(given | parts))


class Ids(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.references: set[str] = set()
        self.addresses: list[str] = []
        self.feed(html)

    def handle_starttag(self, _tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id":
                self.ids.append(str(value))
            elif name in {"for", "aria-describedby", "aria-labelledby"}:
                self.references |= set(str(value).split())
            elif name in {"src", "href", "action"}:
                self.addresses.append(str(value))


@pytest.mark.parametrize("lang", Lang)
def test_front_matter_is_yaml_and_the_body_passes_through_markdown_unchanged(
    feedback: Form, every_kind: Form, lang: Lang, body: Callable[[str], str]
) -> None:
    for form in (feedback, every_kind):
        text = page(form, lang)
        front = yaml.safe_load(text.split("---\n")[1])
        assert front["title"] == form.title[lang]
        assert (front["page_type"], front["hide"]) == ("form", ["toc"])
        assert markdown.markdown(body(text), extensions=["attr_list", "md_in_html", "toc"]) == body(text)


@pytest.mark.parametrize("lang", Lang)
def test_every_id_is_unique_and_every_reference_has_its_id(feedback: Form, every_kind: Form, lang: Lang) -> None:
    for form in (feedback, every_kind):
        found = Ids(page(form, lang))
        assert len(found.ids) == len(set(found.ids))
        assert found.references <= set(found.ids)


def test_only_the_receiver_is_an_address_outside(feedback: Form) -> None:
    outside = [address for address in Ids(page(feedback)).addresses if ":" in address or address.startswith("//")]
    assert outside == ["https://weather.test/", "https://receiver.test/submit/training-feedback"]


@pytest.mark.parametrize("lang", Lang)
def test_consent_and_notice_stand_before_the_first_question_and_come_from_the_form(feedback: Form, lang: Lang) -> None:
    before, _, _ = page(feedback, lang).partition("<fieldset")
    assert feedback.consent[lang] in before
    assert "365" in before
    for name in ("key_aggregation", "key_recovery"):
        assert WORDS[name][lang] in before
    for summary in feedback.summaries:
        assert summary.title[lang] in before
    changed = page(replace(feedback, retention_days=30, summaries=(), seal_to=("mine",)), lang)
    assert "365" not in changed and "30" in changed
    assert WORDS["not_published"][lang] in changed and WORDS["key_other"][lang].format(name="mine") in changed


@pytest.mark.parametrize("lang", Lang)
def test_the_feedback_form_says_that_it_is_not_validated(feedback: Form, lang: Lang) -> None:
    said = {Lang.ZH: "未经信效度检验", Lang.EN: "have not been validated"}[lang]
    assert said in page(feedback, lang)


def test_without_keys_the_form_is_not_open(feedback: Form) -> None:
    closed = page(feedback, recipients=[])
    assert WORDS["not_open"][Lang.EN] in closed
    assert not re.search("<form|<input|<script|<button", closed)


def test_nothing_is_chosen_before_a_person_chooses(feedback: Form, every_kind: Form) -> None:
    for form in (feedback, every_kind):
        controls = re.findall(r"<(?:input|option|textarea)[^>]*>", page(form))
        assert controls
        assert not any(re.search(r"\b(checked|selected|placeholder)\b", control) for control in controls)


def test_a_demonstration_says_so_at_the_top_of_every_page(feedback: Form, body: Callable[[str], str]) -> None:
    words = WORDS["demonstration"][Lang.EN]
    pages = [page(feedback, demonstration=True), *outcome_pages(feedback, Lang.EN, demonstration=True).values()]
    assert all(words in body(text).partition("<h1>")[0] for text in pages)
    assert words not in page(feedback)


@pytest.mark.parametrize("lang", Lang)
def test_outcome_pages_offer_help_stay_out_of_search_and_say_what_happened(feedback: Form, lang: Lang) -> None:
    pages = outcome_pages(feedback, lang, demonstration=False)
    assert list(pages) == ["thanks", "not-accepted"]
    for name, text in pages.items():
        front = yaml.safe_load(text.split("---\n")[1])
        assert front["search"] == {"exclude": True}
        assert front["title"] == f"{OUTCOMES[name]['heading'][lang]} · {feedback.title[lang]}"
        assert 'href="../../../../help-now/"' in text
    assert {Lang.ZH: "没有被保存", Lang.EN: "were not stored"}[lang] in pages["not-accepted"]
    assert 'href="../"' in pages["not-accepted"]


def test_words_of_a_form_never_become_html(feedback: Form, every_kind: Form) -> None:
    evil = Text.of(zh="</script><script>alert(1)</script>", en="</script><script>alert(1)</script>")
    text = page(replace(feedback, title=evil, intro=evil, consent=evil))
    assert "<script>alert" not in text.split("---\n", 2)[2]
    assert "Kinds &#34;of&#34; &lt;questions&gt;" in page(every_kind)


def test_numbers_of_a_small_range_are_chosen_and_those_of_a_large_one_typed(feedback: Form, every_kind: Form) -> None:
    assert len(re.findall(r'type="radio"[^>]*name="recommend"', page(feedback))) == 11
    assert re.search(r'<input type="text"[^>]*name="age"[^>]*inputmode=numeric', page(every_kind))
    assert re.search(r'<select [^>]*name="unit"', page(every_kind))


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (
            "${usefulness} <= 2",
            "Only if your answer to “How useful was the training for what you do?” is: Not useful or Slightly useful.",
        ),
        (
            "selected(${helpful_parts}, 'cases')",
            "Only if your answer to “Which parts helped you most?” is: Common problems and case studies.",
        ),
        (
            "${recommend} > 8",
            "Only if your answer to “How likely are you to recommend this training to a fellow student or colleague?” "
            "is: 9 or 10.",
        ),
        ("${pace} = 'right' and ${usefulness} = 5", "Only if it fits your other answers."),
        ("1 = 1", "Only if it fits your other answers."),
    ],
)
def test_a_condition_is_told_in_words(feedback: Form, source: str, said: str) -> None:
    question = replace(feedback.question("obstacles"), relevant=Expression(source))
    assert condition(feedback, question, Lang.EN) == said


# What form.js says of a kind of question by its name.
KINDS = {"whole", "decimal", "date", "time", "code"}
SCRIPTS = ("exit.js", "expression.js", "form.js", "paged.js", "send.js", "self-check.js", "contribute.js", "palette.js")


def script(root: Path, name: str) -> str:
    """A script without its comments."""
    source = (root / "overrides" / "assets" / name).read_text(encoding="utf-8")
    return re.sub(r"/\*.*?\*/|(?<![:\"])//[^\n]*", "", source, flags=re.S)


def test_the_words_of_the_scripts_are_the_ones_they_ask_for(root: Path) -> None:
    for name, words in (
        ("form.js", set(SCRIPT_WORDS) - {"progress"} - KINDS),
        ("paged.js", {"progress"}),
        ("send.js", set(SEND_WORDS)),
        ("self-check.js", set(CHECK_SCRIPT_WORDS)),
        ("contribute.js", {"skipped"}),
    ):
        source = script(root, name)
        asked = set(re.findall(r"say\.(\w+)", source))
        for call in re.findall(r"(?:fail|tell|Error)\(([^;]*)\);", source):
            asked |= set(re.findall(r'"(\w+)"', call))
        assert asked == words, name
    assert set(CONTRIBUTE_SCRIPT_WORDS) <= {*SCRIPT_WORDS, *SEND_WORDS, "skipped"}


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_stores_nothing_and_asks_nobody_else(root: Path, name: str) -> None:
    code = script(root, name)
    if name == "palette.js":
        assert code.count("localStorage.getItem") == code.count("localStorage") == 1, "it reads, and never writes"
        code = code.replace("localStorage", "")
    for word in (
        "localStorage",
        "sessionStorage",
        "indexedDB",
        "cookie",
        "alert(",
        "confirm(",
        "innerHTML",
        "eval(",
        "http",
    ):
        assert word not in code, word
    assert not re.search(r"\?\.\w|\?\?|\bimport\b|\.\.\.|\basync\b\s*\*", code)  # syntax after ES2017


@pytest.mark.parametrize("name", ["exit.js", "expression.js", "form.js", "self-check.js"])
def test_what_runs_on_a_self_check_holds_no_way_to_send(root: Path, name: str) -> None:
    code = script(root, name)
    for word in ("fetch", "XMLHttpRequest", "sendBeacon", "WebSocket", "EventSource", "new Image", "src =", "submit("):
        assert word not in code, word


@pytest.mark.parametrize("lang", Lang)
def test_a_form_about_somebody_else_says_to_call_first_where_an_answer_is_a_sign_of_danger(
    root: Path, lang: Lang
) -> None:
    text = page(read_form(root / "forms" / "referral.yml"), lang)
    assert OF_ANOTHER["danger_lead"][lang] in text and WORDS["danger_lead"][lang] not in text


def test_when_somebody_looks_is_said_after_the_telephone_and_before_the_first_question(feedback: Form) -> None:
    said = ["Looked at on working days.", "By Friday <at> the latest."]
    text = page(feedback, promise=said, help_html="<aside>Call 120</aside>")
    places = [text.index(words) for words in ("Call 120", said[0], "By Friday &lt;at&gt;", "<fieldset")]
    assert places == sorted(places)
    assert said[0] not in page(feedback, promise=said, recipients=[])
    assert "xq-promise" not in page(feedback)
