"""The pages of a self-check: the check itself, the page that contributes its answers, and how it is scored.

The check is scored on the visitor's device, from data that stand in the page, under a policy that
forbids any connection (overrides/main.html sets it by `page_type`). What leads from a score to words
is all in the page from the start: without a script it can be read and counted by hand.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction

from xinqiao.core.bounds import bounds
from xinqiao.core.form import Form
from xinqiao.core.problem import Place, refuse
from xinqiao.core.question import Kind, Question
from xinqiao.core.scale import Method, Scale
from xinqiao.core.text import Lang
from xinqiao.forms.field import alarming, sections
from xinqiao.forms.page import (
    ASSETS,
    OUTCOME_ASSETS,
    action,
    as_page,
    in_words,
    paragraphs,
    render,
    spoken,
)
from xinqiao.forms.page_words import SCRIPT_WORDS, SEND_WORDS, WORDS
from xinqiao.forms.privacy import notice
from xinqiao.forms.self_check_words import CHECK_SCRIPT_WORDS, CHECK_WORDS, CONTRIBUTE_SCRIPT_WORDS

# To the site's root: the check lies at /<lang>/forms/<form>/, its other pages one level deeper.
UP, DEEPER = "../../../", "../../../../"
TAB = "check-in/"
LINK = re.compile(r"\[(?P<words>[^\]]+)\]\((?P<address>https://[^)\s]+)\)")

Data = dict[str, object]


def self_check_pages(
    form: Form,
    lang: Lang,
    *,
    receiver_url: str,
    recipients: Sequence[str],
    demonstration: bool,
    help_html: Callable[[str], str],
    articles: Sequence[tuple[str, str]],
    quick_exit: str,
) -> Mapping[str, str]:
    """Every page of a self-check in one language, by its name below the form's folder; the check itself is "".

    recipients: public halves of the keys of `seal_to`; without any there is no page for contributing.
    help_html: the bar with help lines for a page that lies so far below the site's root, trusted HTML.
    articles: titles and addresses (below the language's folder) of what can be read on. quick_exit: where the
    button leads that leaves the page at once.
    """
    common: Data = {
        "form": form,
        "lang": lang.value,
        "title": form.title[lang],
        "demonstration": demonstration,
        "quick_exit": quick_exit,
        "words": spoken(WORDS, lang) | spoken(CHECK_WORDS, lang),
        "sections": sections(form, lang),
        "numbers": _numbers(form),
        "scales": [_shown(form, scale, lang) for scale in form.scales],
        "open": bool(recipients),
    }
    pages = {
        "": _check(form, lang, common, help_html(UP), articles),
        "scoring": _scoring(form, lang, common, help_html(DEEPER)),
    }
    if recipients:
        pages["contribute"] = _contribute(form, lang, common, help_html(DEEPER), receiver_url, recipients)
    return pages


def scoring_data(form: Form) -> list[Data]:
    """How each scale is scored, for the browser: the same rules as everywhere else, in whole numbers.

    Fractions are `[numerator, denominator]`. A reversed item's scores are turned round already; a whole
    number is turned round by `mirror`. Raises XinqiaoError (item-unbounded) where its ends are unknown.
    """
    return [_rules(form, scale) for scale in form.scales]


def _rules(form: Form, scale: Scale) -> Data:
    data: Data = {
        "name": scale.name,
        "items": [_item(form.question(name), reverse=name in scale.reversed_items) for name in scale.items],
        "sum": scale.method is Method.SUM,
        "factor": _pair(scale.factor),
        "missing": scale.missing_items,
        "bands": [{"name": band.name, "low": _pair(band.low)} for band in scale.bands],
    }
    if scale.danger:
        data["danger"] = {"item": scale.danger.item, **alarming(form, form.question(scale.danger.item))}
    return data


def _pair(number: Fraction) -> list[int]:
    return [number.numerator, number.denominator]


def _scores(question: Question) -> dict[str, int]:
    return {choice.name: choice.score for choice in question.choices if choice.score is not None}


def _item(question: Question, *, reverse: bool) -> Data:
    scores = _scores(question)
    mirror = None
    if reverse:
        low, high = _ends(question)
        if low is None or high is None:
            raise refuse("item-unbounded", Place(question=question.name), name=question.name)
        mirror = low + high
    if scores:
        return {"name": question.name, "scores": {n: s if mirror is None else mirror - s for n, s in scores.items()}}
    return {"name": question.name, "mirror": mirror}


def _ends(question: Question) -> tuple[int | None, int | None]:
    """The lowest and the highest score of a question; None where they are not known."""
    if scores := _scores(question):
        return min(scores.values()), max(scores.values())
    limits = bounds(question.constraint)
    return limits.low, limits.high


def _extent(form: Form, scale: Scale) -> tuple[str, str] | None:
    """The lowest and the highest score that a scale can have, in figures."""
    totals = [Fraction(0), Fraction(0)]
    for name in scale.items:
        for at, end in enumerate(_ends(form.question(name))):
            if end is None:
                return None
            totals[at] += end
    parts = len(scale.items) if scale.method is Method.MEAN else 1
    low, high = (_figure(total / parts * scale.factor) for total in totals)
    return low, high


def _figure(number: Fraction) -> str:
    return str(number.numerator) if number.denominator == 1 else f"{float(number):.2f}".rstrip("0").rstrip(".")


def _numbers(form: Form) -> dict[str, int]:
    """The number of each question on the page."""
    return {question.name: at for at, question in enumerate((q for q in form.questions if q.answered), 1)}


def _runs(numbers: Sequence[int]) -> str:
    """`1, 2, 3, 5` as `1–3, 5`."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs)


def _points(form: Form, scale: Scale, lang: Lang) -> Iterator[Data]:
    """What each answer counts, once for all questions that are counted alike."""
    numbers, alike = _numbers(form), dict[tuple[tuple[str, int], ...], list[int]]()
    for name in scale.items:
        question = form.question(name)
        scores = _item(question, reverse=name in scale.reversed_items).get("scores")
        labels = {choice.name: choice.label[lang] for choice in question.choices}
        rows = tuple((labels[n], int(s)) for n, s in scores.items()) if isinstance(scores, dict) else ()
        alike.setdefault(rows, []).append(numbers[name])
    for rows, found in alike.items():
        yield {"questions": CHECK_WORDS["questions"][lang].format(numbers=_runs(found)), "rows": rows}


def _shown(form: Form, scale: Scale, lang: Lang) -> Data:
    """A scale as the templates need it, in one language."""
    return {
        "name": scale.name,
        "title": scale.title[lang],
        "extent": _extent(form, scale),
        "points": list(_points(form, scale, lang)),
        "counted": _counted(scale, lang),
        "bands": [
            {"name": band.name, "label": band.label[lang], "advice": paragraphs(in_words(band.advice, lang))}
            for band in scale.bands
        ],
        "danger": _danger_words(form, scale, lang),
        "source": scale.source,
        "licence": scale.licence,
        "about": [_linked(paragraph) for paragraph in paragraphs(in_words(scale.about, lang))],
        "cases": list(_cases(form, scale, lang)),
    }


def _counted(scale: Scale, lang: Lang) -> list[str]:
    """How the score comes from the points, in sentences."""
    words = spoken(CHECK_WORDS, lang)
    said = [words["by_sum" if scale.method is Method.SUM else "by_mean"].format(count=len(scale.items))]
    if scale.factor != 1:
        said.append(words["by_factor"].format(factor=_figure(scale.factor)))
    said.append(words["missing" if scale.missing_items else "missing_none"].format(count=scale.missing_items))
    return said


def _danger_words(form: Form, scale: Scale, lang: Lang) -> str:
    if scale.danger is None:
        return ""
    question = form.question(scale.danger.item)
    labels = [choice.label[lang] for choice in question.choices if (choice.score or 0) >= scale.danger.at_least]
    answers = WORDS["or"][lang].join(f"“{label}”" for label in labels) or f"≥ {scale.danger.at_least}"
    number = _numbers(form)[question.name]
    return CHECK_WORDS["danger_rule"][lang].format(number=number, answers=answers)


def _linked(paragraph: str) -> list[tuple[str, str]]:
    """A paragraph in pieces of words and address; `[words](address)` is a link, all else has no address."""
    pieces: list[tuple[str, str]] = []
    end = 0
    for link in LINK.finditer(paragraph):
        pieces += [(paragraph[end : link.start()], ""), (link["words"], link["address"])]
        end = link.end()
    return [*pieces, (paragraph[end:], "")]


def _cases(form: Form, scale: Scale, lang: Lang) -> Iterator[Data]:
    """The scoring cases of a scale: what was answered, by number, and what must come of it."""
    labels = {band.name: band.label[lang] for band in scale.bands}
    for case in form.cases:
        if case.scale == scale.name:
            yield {
                "title": case.title[lang],
                "answers": " ".join(str(_scored(form, name, case.answers.get(name, ""))) for name in scale.items),
                "score": "–" if case.score is None else _figure(case.score),
                "band": labels.get(case.band, "–"),
                "danger": case.danger,
            }


def _scored(form: Form, name: str, answer: str) -> str | int:
    question = form.question(name)
    return _scores(question).get(answer, "–") if question.kind is Kind.SELECT_ONE else answer or "–"


def _front(title: str, page_type: str, **more: object) -> Data:
    return {"title": title, "hide": ["toc"], "page_type": page_type, "tab": TAB, **more}


def _check(form: Form, lang: Lang, common: Data, help_html: str, articles: Sequence[tuple[str, str]]) -> str:
    html = render(
        "self-check.html",
        help_html,
        **common,
        intro=paragraphs(in_words(form.intro, lang)),
        data={"form": form.id, "version": form.version, "lang": lang.value, "scales": scoring_data(form)},
        script_words=spoken({**SCRIPT_WORDS, **CHECK_SCRIPT_WORDS}, lang),
        articles=[(title, f"../../{address}") for title, address in articles],
        assets=ASSETS,
    )
    description = paragraphs(in_words(form.intro, lang) or form.title[lang])[0]
    return as_page(_front(form.title[lang], "self-check", description=description), html)


def _scoring(form: Form, lang: Lang, common: Data, help_html: str) -> str:
    title = CHECK_WORDS["scoring_title"][lang].format(title=form.title[lang])
    values = common | {"title": title, "assets": OUTCOME_ASSETS}
    front = _front(title, "page", description=CHECK_WORDS["scoring_about"][lang])
    return as_page(front, render("scoring.html", help_html, **values))


def _contribute(
    form: Form, lang: Lang, common: Data, help_html: str, receiver_url: str, recipients: Sequence[str]
) -> str:
    questions = [
        {"name": q.name, "label": q.label[lang], "choices": {c.name: c.label[lang] for c in q.choices}}
        for q in form.questions
        if q.answered
    ]
    title = CHECK_WORDS["contribute_title"][lang].format(title=form.title[lang])
    values = common | {
        "title": title,
        "consent": paragraphs(form.consent[lang]),
        "notice": notice(form, lang),
        "action": action(form, receiver_url),
        "recipients": " ".join(recipients),
        "data": {"form": form.id, "version": form.version, "questions": questions},
        "script_words": spoken({**SCRIPT_WORDS, **SEND_WORDS, **CONTRIBUTE_SCRIPT_WORDS}, lang),
        "assets": OUTCOME_ASSETS,
    }
    html = render("contribute.html", help_html, **values)
    return as_page(_front(title, "contribute", search={"exclude": True}), html)
