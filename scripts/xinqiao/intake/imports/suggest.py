"""A draft of a mapping file: which header is most like which question, which answer like which choice, and how sure.

It is a draft for a person. Nothing of it holds before somebody has read it and named the file.
"""

from __future__ import annotations

import difflib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from xinqiao.core.question import CHOOSING, Kind, Question
from xinqiao.intake.imports.moment import AmbiguousDayError, Order, moment_of
from xinqiao.intake.imports.spelling import headers, option_headers, spellings
from xinqiao.intake.imports.style import Style, cut
from xinqiao.intake.imports.ties import NO_TIE, Mode
from xinqiao.intake.imports.words import same

# Below it, two texts have little more in common than the language.
LEAST = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A question's likely column (None: none is like it), from 0 to 1 how sure, and likely choices of answers.

    unlike: how many ways to answer are like no choice; they may be people's own words and are not written down.
    beside: whether people wrote words beside a choice. options: columns of their own for each choice.
    """

    question: str
    column: int | None
    sure: float
    answers: Mapping[str, tuple[str, float]] = field(default_factory=dict, repr=False)
    unlike: int = 0
    beside: bool = False
    options: tuple[int, ...] = ()


def suggest(
    asked: Sequence[Question], labels: Sequence[str], rows: Sequence[Sequence[str]], style: Style
) -> tuple[Suggestion, ...]:
    """The likeliest column of each question, no column for two; surest first where two want the same."""
    options = {one.name: tuple(_options(one, labels, style)) for one in asked}
    own = {at for places in options.values() for at in places}
    free = [at for at, label in enumerate(labels) if label.strip() and not style.is_about(label) and at not in own]
    likeness = sorted(
        ((_header_like(one, labels[at], style), -at, one.name) for one in asked for at in free), reverse=True
    )
    found: dict[str, tuple[int, float]] = {}
    taken: set[int] = set()
    for sure, place, name in likeness:
        if sure >= LEAST and name not in found and -place not in taken:
            found[name] = (-place, sure)
            taken.add(-place)
    made = [_suggestion(one, found.get(one.name), rows, style) for one in asked]
    return tuple(
        replace(one, options=own_columns, sure=1.0 if one.column is None else one.sure) if own_columns else one
        for one, own_columns in ((one, options[one.question]) for one in made)
    )


def _options(question: Question, labels: Sequence[str], style: Style) -> Iterator[int]:
    """Where a choice has a column of its own, headed exactly so."""
    wanted = {header for header, _ in option_headers(question, NO_TIE)}
    for at, label in enumerate(labels):
        if question.kind is Kind.SELECT_MULTIPLE and wanted & set(map(same, (label, *style.stems(label)))):
            yield at


def _suggestion(
    question: Question, found: tuple[int, float] | None, rows: Sequence[Sequence[str]], style: Style
) -> Suggestion:
    if found is None:
        return Suggestion(question=question.name, column=None, sure=0)
    at, sure = found
    if question.kind not in CHOOSING:
        return Suggestion(question=question.name, column=at, sure=sure)
    known = spellings(question, NO_TIE, Mode.TEXT)
    empty = {same(text) for text in style.empty}
    seen = Counter(
        text for row in rows if at < len(row) for text in _texts(row[at], style, known) if same(text) not in empty
    )
    pieces = style.pieces or (lambda _: ())
    beside = any(part.beside for row in rows if at < len(row) for part in pieces(row[at]))
    if all(same(text) in known for text in seen):
        return Suggestion(question=question.name, column=at, sure=sure, beside=beside)
    near = {text: _choice_like(question, text) for text in sorted(seen)}
    answers = {text: one for text, one in near.items() if one[1] >= LEAST}
    return Suggestion(
        question=question.name, column=at, sure=sure, answers=answers, unlike=len(near) - len(answers), beside=beside
    )


def _texts(cell: str, style: Style, known: Mapping[str, str]) -> Iterable[str]:
    if not cell.strip():
        return ()
    if style.pieces:
        return (part.text for part in style.pieces(cell.strip()))
    return cut(cell, style.separators, known)


def _header_like(question: Question, label: str, style: Style) -> float:
    wanted = {*headers(question, NO_TIE)}
    told = [same(one) for one in (label, *style.stems(label))]
    return max(_like(one, other) for one in told for other in wanted)


def _choice_like(question: Question, text: str) -> tuple[str, float]:
    told = same(text)
    near = [
        (max(_like(told, same(one)) for one in (choice.name, *choice.column_value, *choice.label)), choice.name)
        for choice in question.choices
    ]
    sure, name = max(near)
    return name, sure


def _like(one: str, other: str) -> float:
    return 1.0 if one == other else min(difflib.SequenceMatcher(None, one, other, autojunk=False).ratio(), 0.99)


def draft(
    form: str, style: Style, labels: Sequence[str], rows: Sequence[Sequence[str]], found: Sequence[Suggestion]
) -> str:
    """The mapping file as YAML, each line with how sure it is; what is like nothing stands as a remark."""
    lines = [
        "# 对照表草稿：请逐行核对，百分数是有多像。A draft: check each line; the per cent tell how alike the two are.",
        f"form: {form}",
        f"system: {style.name}",
        *_order(style, labels, rows),
        "questions:",
    ]
    for one in found:
        if one.column is None and one.options:
            lines.append(f"  # {one.question}: 每个选项各有一列 a column for each choice  # 100%")
            continue
        if one.column is None:
            lines.append(f"  # {one.question}: 没有相像的列 no column is like it")
            continue
        header = _short(labels, one.column, style)
        lines += [f"  {one.question}:", f"    column: {_quoted(header)}  # {one.sure:.0%}"]
        lines += [
            '    # other: 选项旁写有文字，请填题目名或 ""  words stand beside choices: a question, or ""'
        ] * one.beside
        lines += ["    answers:"] if one.answers else []
        lines += [f"      {_quoted(text)}: {_quoted(name)}  # {sure:.0%}" for text, (name, sure) in one.answers.items()]
        lines += [f"      # 另有 {one.unlike} 种写法不像任何选项 further ways to answer are like no choice"] * bool(
            one.unlike
        )
    used = {at for one in found for at in (one.column, *one.options)}
    free = [at for at, label in enumerate(labels) if at not in used and label.strip() and not style.is_about(label)]
    if free:
        lines += [
            "# 不属于任何题目的列：不要的，去掉 # 号。Of no question; take away the # for those not wanted.",
            "drop:",
        ]
        lines += [f"  # - {_quoted(labels[at])}" for at in free]
    return "\n".join(lines) + "\n"


def _short(labels: Sequence[str], at: int, style: Style) -> str:
    """The header without what the system puts before it, which changes as questions move, where one is headed so."""
    stems = [style.stems(label) for label in labels]
    first = stems[at][:1]
    return first[0] if first and sum(first[0] in other for other in stems) == 1 else labels[at]


def _order(style: Style, labels: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Which of month and day comes first, where the rows prove it; else a remark that it has to be said."""
    wanted = {same(one) for one in style.day}
    at = next((at for at, label in enumerate(labels) if same(label) in wanted), None)
    cells = [row[at] for row in rows if at is not None and at < len(row)]
    if not any(_ambiguous(cell) for cell in cells):
        return
    fitting = [order for order in Order if all(moment_of(cell, order) for cell in cells if cell.strip())]
    if len(fitting) == 1:
        yield f"order: {fitting[0]}  # 100%"
    else:
        yield "# order: day-first 或 or month-first"


def _ambiguous(cell: str) -> bool:
    try:
        moment_of(cell, None)
    except AmbiguousDayError:
        return True
    return False


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
