"""The pages of a form: the form itself, and what follows when the receiver took it or did not.

Each is Markdown that MkDocs builds without any plugin: YAML front matter and one HTML element.
Patterns are GOV.UK's: one fieldset a question, no default answers, messages at the field and in a summary.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from markupsafe import Markup

from xinqiao.core.form import Form, Purpose
from xinqiao.core.text import Lang, Text
from xinqiao.forms.field import sections
from xinqiao.forms.instance import facts
from xinqiao.forms.outcome_words import outcome_texts, outcomes
from xinqiao.forms.page_words import OF_ANOTHER, OUTCOME_LINKS, SCRIPT_WORDS, SEND_WORDS, WORDS
from xinqiao.forms.privacy import NOBODY, notice
from xinqiao.templates import environment

# Form pages lie at /<lang>/forms/<form>/, outcome pages one level deeper, assets at /<lang>/assets/.
ASSETS = "../../assets/"
OUTCOME_ASSETS = "../../../assets/"


def form_page(  # noqa: PLR0913 - keyword-only for the most part
    form: Form,
    lang: Lang,
    *,
    receiver_url: str,
    recipients: Sequence[str],
    demonstration: bool,
    help_html: str,
    quick_exit: str,
    readers: Mapping[str, Text] = NOBODY,
    promise: Sequence[str] = (),
) -> str:
    """The page of a form in one language.

    recipients: public halves of the keys of `seal_to`; without any the form is not open and the page
    has no form element. help_html: the bar with help lines, trusted HTML. readers: key → who holds it.
    promise: sentences that say when somebody reads what is sent, and by when it is answered.
    quick_exit: where the button leads that leaves the page at once. Of an event whose registration is over the
    page says so, has no form element, and search does not find it.
    """
    occasion = form.occasion
    closed = occasion is not None and occasion.over
    html = render(
        "page.html",
        help_html,
        form=form,
        lang=lang.value,
        title=form.title[lang],
        intro=paragraphs(in_words(form.intro, lang)),
        consent=paragraphs(form.consent[lang]),
        notice=notice(form, lang, readers),
        promise=promise,
        sections=sections(form, lang),
        action=action(form, receiver_url),
        quick_exit=quick_exit,
        recipients="" if closed else " ".join(recipients),
        closed=closed,
        facts=facts(occasion, lang) if occasion else [],
        closes=occasion.closes.isoformat() if occasion and occasion.closes else "",
        demonstration=demonstration,
        words=spoken({**WORDS, **(OF_ANOTHER if form.purpose is Purpose.REFERRAL else {})}, lang),
        script_words=spoken({**SCRIPT_WORDS, **SEND_WORDS}, lang),
        assets=ASSETS,
    )
    description = paragraphs(in_words(form.intro, lang) or form.title[lang])[0]
    front = {"title": form.title[lang], "description": description, "hide": ["toc"], "page_type": "form"}
    return as_page({**front, **({"search": {"exclude": True}} if closed else {})}, html)


def outcome_pages(form: Form, lang: Lang, *, demonstration: bool, help_html: str = "") -> Mapping[str, str]:
    """The pages `thanks`, `not-accepted`, for an event also `waiting` and `closed`, in one language.

    The site's search skips them.
    """
    pages = {}
    for outcome in outcomes(form):
        texts = outcome_texts(form.purpose, outcome)
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
    return environment("forms").get_template(template).render(**trusted, **values)


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
