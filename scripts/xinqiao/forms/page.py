"""The pages of a form: the form itself, and what follows when the receiver took it or did not.

Each is Markdown that MkDocs builds without any plugin: YAML front matter and one HTML element.
Patterns are GOV.UK's: one fieldset a question, no default answers, messages at the field and in a summary.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from xinqiao.core.bounds import bounds
from xinqiao.core.form import Form
from xinqiao.core.question import Kind, Question, Role
from xinqiao.core.summary import Audience
from xinqiao.core.text import Lang, Text
from xinqiao.forms.condition import condition
from xinqiao.forms.page_words import OUTCOME_LINKS, OUTCOMES, SCRIPT_WORDS, SEND_WORDS, WORDS

# Form pages lie at /<lang>/forms/<form>/, outcome pages one level deeper, assets at /<lang>/assets/.
ASSETS = "../../assets/"
OUTCOME_ASSETS = "../../../assets/"
MOST_RADIOS = 12
MOST_IN_A_ROW = 7


class Control(StrEnum):
    """What a question looks like on the page."""

    RADIOS = "radios"
    NUMBERS = "numbers"
    CHECKBOXES = "checkboxes"
    SELECT = "select"
    NUMBER = "number"
    LINE = "line"
    LINES = "lines"
    NOTE = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A question as the template needs it, in one language; `options` are values with their words.

    danger: which answers show help at once, as JSON; empty where none does.
    """

    id: str
    name: str
    kind: str
    control: Control
    label: str
    hint: str
    required: bool
    native_required: bool
    only_if: str
    relevant: str
    constraint: str
    message: str
    options: tuple[tuple[str, str], ...]
    in_a_row: bool
    danger: str


def form_page(
    form: Form, lang: Lang, *, receiver_url: str, recipients: Sequence[str], demonstration: bool, help_html: str
) -> str:
    """The page of a form in one language.

    recipients: public halves of the keys of `seal_to`; without any the form is not open and the page
    has no form element. help_html: the bar with help lines, trusted HTML.
    """
    html = render(
        "page.html",
        help_html,
        form=form,
        lang=lang.value,
        title=form.title[lang],
        intro=paragraphs(in_words(form.intro, lang)),
        consent=paragraphs(form.consent[lang]),
        notice=notice(form, lang),
        sections=sections(form, lang),
        action=action(form, receiver_url),
        recipients=" ".join(recipients),
        demonstration=demonstration,
        words=spoken(WORDS, lang),
        script_words=spoken({**SCRIPT_WORDS, **SEND_WORDS}, lang),
        assets=ASSETS,
    )
    description = paragraphs(in_words(form.intro, lang) or form.title[lang])[0]
    return as_page({"title": form.title[lang], "description": description, "hide": ["toc"], "page_type": "form"}, html)


def outcome_pages(form: Form, lang: Lang, *, demonstration: bool, help_html: str = "") -> Mapping[str, str]:
    """The pages `thanks` and `not-accepted` of a form in one language; search engines of the site skip them."""
    pages = {}
    for outcome, texts in OUTCOMES.items():
        html = render(
            "outcome.html",
            help_html,
            outcome=outcome,
            title=form.title[lang],
            texts=spoken(texts, lang),
            links=spoken(OUTCOME_LINKS, lang),
            words=spoken(WORDS, lang),
            demonstration=demonstration,
            assets=OUTCOME_ASSETS,
        )
        title = f"{texts['heading'][lang]} · {form.title[lang]}"
        front = {"title": title, "hide": ["toc"], "page_type": "form", "search": {"exclude": True}}
        pages[outcome] = as_page(front, html)
    return pages


def as_page(front: Mapping[str, object], html: str) -> str:
    """Front matter and HTML; without blank or indented lines no Markdown parser takes a part of it for its own."""
    head = "\n".join(f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in front.items())
    body = "\n".join(line.strip() for line in html.splitlines() if line.strip())
    return f"---\n{head}\n---\n\n{body}\n"


def render(template: str, help_html: str, **values: object) -> str:
    """A template of `templates/forms` with its values, all escaped but the site's own bar with help lines.

    The bar is a landmark of the page once, as `help_html`; as `help_inside` it is a group inside of something else.
    """
    inside = help_html.replace("<aside ", '<div role="group" ').replace("</aside>", "</div>")
    trusted = {"help_html": Markup(help_html), "help_inside": Markup(inside)}  # noqa: S704  (made by the site itself)
    return _environment().get_template(template).render(**trusted, **values)


@cache
def _environment() -> Environment:
    loader = PackageLoader("xinqiao", "templates/forms")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


def in_words(text: Text | None, lang: Lang) -> str:
    """A text in one language; empty where there is none."""
    return text[lang] if text else ""


def spoken(words: Mapping[str, Text], lang: Lang) -> dict[str, str]:
    """All words of a mapping in one language."""
    return {key: text[lang] for key, text in words.items()}


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a text; blank lines part them."""
    return [paragraph.strip() for paragraph in text.split("\n\n") if paragraph.strip()]


def action(form: Form, receiver_url: str) -> str:
    """Where the answers to a form are sent."""
    return f"{receiver_url.rstrip('/')}/submit/{form.id}"


def sections(form: Form, lang: Lang) -> list[dict[str, object]]:
    """The sections of a form with their fields, as the templates need them."""
    return [
        {"id": f"s-{at}", "title": in_words(section.title, lang), "note": in_words(section.note, lang),
         "fields": [_field(form, question, lang) for question in section.questions]}
        for at, section in enumerate(form.sections, 1)
    ]  # fmt: skip


def notice(form: Form, lang: Lang) -> list[str]:
    """The privacy notice, made of the form's own definition: who opens, how long, what is published."""
    words = spoken(WORDS, lang)
    keys = words["and"].join(words.get(f"key_{name}", words["key_other"]).format(name=name) for name in form.seal_to)
    public = [summary.title[lang] for summary in form.summaries if summary.audience is Audience.PUBLIC]
    titles = words["and"].join(f"{words['title_open']}{title}{words['title_close']}" for title in public)
    return [
        words["readers"].format(keys=keys),
        words["kept"].format(days=form.retention_days),
        words["published"].format(titles=titles) if public else words["not_published"],
        words["nothing_stored"],
    ]


def _field(form: Form, question: Question, lang: Lang) -> Field:
    control, options = _control(question, lang)
    return Field(
        id=f"q-{question.name}",
        name=question.name,
        kind=question.kind.value,
        control=control,
        label=question.label[lang],
        hint=in_words(question.hint, lang),
        required=question.required,
        native_required=question.required and question.relevant is None,
        only_if=condition(form, question, lang),
        relevant=json.dumps(question.relevant.tree().as_json()) if question.relevant else "",
        constraint=json.dumps(question.constraint.tree().as_json()) if question.constraint else "",
        message=in_words(question.constraint_message, lang),
        options=options,
        in_a_row=question.scored and 0 < len(question.choices) <= MOST_IN_A_ROW,
        danger=json.dumps(sign) if (sign := alarming(form, question)) else "",
    )


def alarming(form: Form, question: Question) -> dict[str, object]:
    """The answers to a question that are a sign of danger, whatever the scale's total: as they score, unreversed.

    `{"answers": [choice, …]}`, or `{"least": number}` where numbers are answered; empty where none is.
    """
    signs = [scale.danger for scale in form.scales if scale.danger and scale.danger.item == question.name]
    if not signs:
        return {}
    least = min(sign.at_least for sign in signs)
    found = [choice.name for choice in question.choices if choice.score is not None and choice.score >= least]
    return {"answers": found} if question.choices else {"least": least}


def _control(question: Question, lang: Lang) -> tuple[Control, tuple[tuple[str, str], ...]]:
    offered = tuple((choice.name, choice.label[lang]) for choice in question.choices)
    match question.kind:
        case Kind.SELECT_ONE:
            return (Control.RADIOS if len(offered) <= MOST_RADIOS else Control.SELECT), offered
        case Kind.SELECT_MULTIPLE:
            return Control.CHECKBOXES, offered
        case Kind.INTEGER:
            limits = bounds(question.constraint)
            if limits.low is None or not limits.count or limits.count > MOST_RADIOS:
                return Control.NUMBER, ()
            numbers = [str(number) for number in range(limits.low, limits.low + limits.count)]
            return Control.NUMBERS, tuple((number, number) for number in numbers)
        case Kind.TEXT:
            return (Control.LINES if question.role is Role.FREE_TEXT else Control.LINE), ()
        case Kind.NOTE:
            return Control.NOTE, ()
