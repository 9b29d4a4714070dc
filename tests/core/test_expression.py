"""Expressions: what they mean, that an independent reading agrees, and that the browser decides alike.

Random expressions are made together with their meaning as a chain of plain functions, so that parsing,
precedence and evaluation are all checked against something that shares no code with them.
"""

from __future__ import annotations

import json
import math
import random
import re
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import Page

from xinqiao.core.expression import Expression, evaluate, words
from xinqiao.core.problem import XinqiaoError

TODAY = date(2026, 11, 21)
Env = dict[str, Any]
Meaning = Callable[[Env], Any]
Made = tuple[str, int, Meaning]  # source, how loosely it binds (0 loosest, 7 an atom), meaning

TEXTS = ("", "1", "2.50", " 3 ", "-4", "abc", "a b", "low", "true", "0", ".5", "5.", "1e3", "１２", "😀x", "2026-02-28",
         "2026-02-30", "0000-01-01", "1970-01-02", "9" * 400, "a\u3000b", "08:30", " 23:59",
         "24:00", "8:30", "08:30:00")  # fmt: skip
NUMBERS = (0, 1, -3, 2.5, 0.1, 1e20, 1e-7, 123456789012345678901.0, -0.0, 1e16, 7)
LISTS = ((), ("a",), ("a", "b"), ("1", "2", "3"))
PATTERNS = ("[a-z]+", r"\d{1,3}", "a|b", ".*", "(?:ab)?c", r"-?\d+\.\d*")


# --- an independent reading -----------------------------------------------------------------------


def to_text(value: Any) -> str:
    if value is True or value is False:
        return str(value).lower()
    if isinstance(value, float | int):
        if math.isnan(value):
            return "NaN"
        whole = math.isfinite(value) and value == math.trunc(value)
        return f"{value + 0:.0f}" if whole else repr(value)
    return " ".join(value) if isinstance(value, tuple) else (value or "")


def to_number(value: Any) -> float:
    if isinstance(value, float | int):
        return float(value)
    text = to_text(value).strip()
    if len(text) == 10 and text[4] == text[7] == "-" and (text[:4] + text[5:7] + text[8:]).isascii():
        try:
            return float((date.fromisoformat(text) - date(1970, 1, 1)).days)
        except ValueError:
            return math.nan
    hour, colon, minute = text.partition(":")
    if colon and len(hour) == len(minute) == 2 and (hour + minute).isascii() and (hour + minute).isdigit():
        usual = int(hour) < 24 and int(minute) < 60
        return float(Fraction(60 * int(hour) + int(minute), 24 * 60)) if usual else math.nan
    body = text.removeprefix("-")
    digits = body.replace(".", "", 1)
    usable = digits.isascii() and digits.isdigit()
    return float(text) if usable else math.nan


def to_bool(value: Any) -> bool:
    return value != "" if isinstance(value, str) else not math.isnan(value) and value != 0


def equal(left: Any, right: Any) -> bool:
    if any(isinstance(side, float | int) for side in (left, right)):
        return to_number(left) == to_number(right)
    return to_text(left) == to_text(right)


def divide(left: float, right: float) -> float:
    return math.nan if right == 0 else left / right


def remainder(left: float, right: float) -> float:
    if right == 0 or math.isinf(left) or math.isnan(left) or math.isnan(right):
        return math.nan
    if math.isinf(right):
        return left
    exact = Fraction(left) - Fraction(right) * math.trunc(Fraction(left) / Fraction(right))
    return float(exact)


def rounded(value: float, places: float) -> float:
    if math.isnan(places) or abs(places) > 15 or math.isnan(value):
        return math.nan
    step = float(f"1e{math.trunc(places)}")
    moved = value * step + 0.5
    return math.nan if math.isinf(moved) else math.floor(moved) / step


def full_match(value: Any, pattern: str) -> bool:
    return bool(re.compile(f"(?:{pattern})\\Z", re.ASCII).match(to_text(value)))


def towards(value: float, nearest: Callable[[Fraction], int]) -> float:
    return value if math.isnan(value) or math.isinf(value) else float(nearest(Fraction(value)))


def is_day(value: Any) -> bool:
    return isinstance(value, str) and len(value.strip()) == 10 and not math.isnan(to_number(value)) and "-" in value[1:]


def to_day(value: Any) -> date | None:
    days = to_number(value)
    if isinstance(value, str) and not is_day(value):
        return None
    if math.isnan(days) or not -719162 <= math.floor(max(min(days, 1e9), -1e9)) <= 2932896:
        return None
    return date(1970, 1, 1) + timedelta(days=math.floor(days))


def between(text: str, first: float, last: float) -> str:
    if any(math.isnan(end) or math.isinf(end) for end in (first, last)):
        return ""
    low, high = (math.trunc(end) + (len(text) if math.trunc(end) < 0 else 0) for end in (first, last))
    return "".join(letter for at, letter in enumerate(text) if low <= at < high)


def least(values: Sequence[float], sign: int) -> float:
    return math.nan if any(math.isnan(value) for value in values) else sign * min(sign * value for value in values)


def item(names: list[str], place: float) -> str:
    return next(
        (name for at, name in enumerate(names) if not math.isinf(place) and at == towards(place, math.trunc)), ""
    )


def squeezed(text: str) -> str:
    return " ".join(filter(None, re.split("[ \t\r\n]", text)))


# --- random expressions with their meanings --------------------------------------------------------

BINARY: tuple[tuple[str, int, Callable[[Any, Any], Any]], ...] = (
    ("or", 0, lambda a, b: to_bool(a) or to_bool(b)),
    ("and", 1, lambda a, b: to_bool(a) and to_bool(b)),
    ("=", 2, equal),
    ("!=", 2, lambda a, b: not equal(a, b)),
    ("<", 3, lambda a, b: to_number(a) < to_number(b)),
    ("<=", 3, lambda a, b: to_number(a) <= to_number(b)),
    (">", 3, lambda a, b: to_number(a) > to_number(b)),
    (">=", 3, lambda a, b: to_number(a) >= to_number(b)),
    ("+", 4, lambda a, b: to_number(a) + to_number(b)),
    ("-", 4, lambda a, b: to_number(a) - to_number(b)),
    ("*", 5, lambda a, b: to_number(a) * to_number(b)),
    ("div", 5, lambda a, b: divide(to_number(a), to_number(b))),
    ("mod", 5, lambda a, b: remainder(to_number(a), to_number(b))),
)
CALLS: tuple[tuple[str, int, Callable[..., Any]], ...] = (
    ("not", 1, lambda a: not to_bool(a)),
    ("selected", 2, lambda a, b: to_text(b) in to_text(a).split(" ")),
    ("count-selected", 1, lambda a: float(len(to_text(a).split()))),
    ("coalesce", 2, lambda a, b: b if to_text(a) == "" else a),
    ("string-length", 1, lambda a: float(len(list(to_text(a))))),
    ("if", 3, lambda a, b, c: b if to_bool(a) else c),
    ("round", 2, lambda a, b: rounded(to_number(a), to_number(b))),
    ("round", 1, lambda a: rounded(to_number(a), 0)),
    ("true", 0, lambda: True),
    ("false", 0, lambda: False),
    ("boolean", 1, to_bool),
    ("boolean-from-string", 1, lambda a: to_text(a) == "true" or to_text(a) == "1"),
    ("number", 1, to_number),
    ("string", 1, to_text),
    ("selected-at", 2, lambda a, b: item(to_text(a).split(), to_number(b))),
    ("concat", 3, lambda a, b, c: to_text(a) + to_text(b) + to_text(c)),
    ("join", 3, lambda a, b, c: to_text(b) + to_text(a) + to_text(c)),
    ("substr", 2, lambda a, b: between(to_text(a), to_number(b), 10**9)),
    ("substr", 3, lambda a, b, c: between(to_text(a), to_number(b), to_number(c))),
    (
        "substring-before",
        2,
        lambda a, b: to_text(a).split(to_text(b))[0] if to_text(b) and to_text(b) in to_text(a) else "",
    ),
    (
        "substring-after",
        2,
        lambda a, b: to_text(a)[at + len(to_text(b)) :] if (at := to_text(a).find(to_text(b))) >= 0 else "",
    ),
    ("contains", 2, lambda a, b: to_text(a).find(to_text(b)) >= 0),
    ("starts-with", 2, lambda a, b: to_text(a)[: len(to_text(b))] == to_text(b)),
    ("ends-with", 2, lambda a, b: to_text(a)[::-1][: len(to_text(b))] == to_text(b)[::-1]),
    ("normalize-space", 1, lambda a: squeezed(to_text(a))),
    ("int", 1, lambda a: towards(to_number(a), math.trunc)),
    ("floor", 1, lambda a: towards(to_number(a), math.floor)),
    ("ceiling", 1, lambda a: towards(to_number(a), math.ceil)),
    ("abs", 1, lambda a: math.fabs(to_number(a))),
    ("sqrt", 1, lambda a: math.nan if not to_number(a) >= 0 else math.sqrt(to_number(a))),
    ("min", 3, lambda *of: least([to_number(one) for one in of], 1)),
    ("max", 2, lambda *of: least([to_number(one) for one in of], -1)),
    ("date", 1, lambda a: day.isoformat() if (day := to_day(a)) else ""),
)
# Calls whose second argument is written out.
WRITTEN_OUT: tuple[tuple[str, str, Callable[..., Any]], ...] = (
    ("pow", "2", lambda a: to_number(a) * to_number(a)),
    ("pow", "0", lambda _: 1.0),
    ("format-date", "'%Y-%m (%e. %n.) %d%y'", lambda a: "" if (day := to_day(a)) is None else
     f"{day.year:04}-{day.month:02} ({day.day}. {day.month}.) {day.day:02}{day.year % 100:02}"),
)  # fmt: skip


def atom(rng: random.Random) -> Made:
    match rng.randrange(6):
        case 0:
            number = rng.choice(("0", "1", "2", "2.5", "10", "0.1", "100"))
            return number, 7, lambda _: float(number)
        case 1:
            text = rng.choice(TEXTS[:-1])
            return f"'{text}'", 7, lambda _: text
        case 2:
            return ".", 7, lambda env: env["."]
        case 3:
            return "today()", 7, lambda _: TODAY.isoformat()
    name = rng.choice("pqrs")
    return rng.choice((name, f"${{{name}}}")), 7, lambda env: env[name]


def wrapped(made: Made, least: int) -> str:
    source, binding, _ = made
    return source if binding >= least else f"({source})"


def expression(rng: random.Random, depth: int) -> Made:
    if depth == 0 or rng.random() < 0.1:
        return atom(rng)
    part = expression(rng, depth - 1)
    match rng.randrange(11):
        case 10:
            name, second, written = rng.choice(WRITTEN_OUT)
            return f"{name}({part[0]}, {second})", 7, lambda env: written(part[2](env))
        case 0:
            return f"-{wrapped(part, 6)}", 6, lambda env: -to_number(part[2](env))
        case 1:
            pattern = rng.choice(PATTERNS)
            return f"regex({part[0]}, '{pattern}')", 7, lambda env: full_match(part[2](env), pattern)
        case 2 | 3 | 4:
            name, arity, call = rng.choice(CALLS)
            parts = [part, *(expression(rng, depth - 1) for _ in range(arity - 1))][:arity]
            source = f"{name}({', '.join(source for source, *_ in parts)})"
            return source, 7, lambda env: call(*(meaning(env) for *_, meaning in parts))
    other = expression(rng, depth - 1)
    sign, binding, apply = rng.choice(BINARY)
    space = rng.choice((" ", "  "))
    source = f"{wrapped(part, binding)}{space}{sign}{space}{wrapped(other, binding + 1)}"
    return source, binding, lambda env: apply(part[2](env), other[2](env))


def environment(rng: random.Random) -> tuple[Env, Any]:
    pool = (*TEXTS, *NUMBERS, *LISTS, None)  # what answers can be, and what they hardly are
    values = {name: rng.choice(pool) for name in "pqrs"}
    return values, rng.choice(pool)


def flat(value: Any) -> Any:
    """A value as an expression sees it: lists and nothing as text."""
    return value if isinstance(value, int | float) else to_text(value)


def alike(left: Any, right: Any) -> bool:
    if isinstance(left, bool) or isinstance(right, bool) or isinstance(left, str) or isinstance(right, str):
        return type(left) is type(right) and left == right
    return left == right or (math.isnan(left) and math.isnan(right))


@settings(max_examples=400, deadline=None)
@given(st.integers(0, 2**32))
def test_any_expression_means_what_an_independent_reading_says(seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311
    source, _, meaning = expression(rng, 4)
    values, current = environment(rng)
    env = {name: flat(value) for name, value in (*values.items(), (".", current))}
    found = evaluate(Expression(source).tree(), values, current, TODAY)
    assert alike(found, meaning(env)), source
    assert Expression(source).holds(values, current, TODAY) == to_bool(meaning(env))


def cases(count: int) -> list[dict[str, Any]]:
    rng = random.Random(20261121)  # noqa: S311
    made = []
    for at in range(count):
        source = expression(rng, 1 + at % 5)[0]
        values, current = environment(rng)
        result = evaluate(Expression(source).tree(), values, current, TODAY)
        made.append({"source": source, "node": Expression(source).tree().as_json(), "values": values,
                     "current": current, "result": result})  # fmt: skip
    return made


def test_the_browser_decides_as_python_does(page: Page, root: Path) -> None:
    page.add_script_tag(path=root / "overrides" / "assets" / "expression.js")
    made = cases(5000)
    # As one text: value by value it would take most of a minute to hand them over.
    sent = json.dumps([{key: case[key] for key in ("node", "values", "current")} for case in made], allow_nan=False)
    found = page.evaluate(
        """cases => JSON.parse(cases).map(({node, values, current}) => {
            const value = window.xinqiaoExpression.evaluate(node, values, current, "2026-11-21");
            return [typeof value, String(value), window.xinqiaoExpression.truth(value)];
        })""",
        sent,
    )
    kinds = set()
    for case, (kind, text, truth) in zip(made, found, strict=True):
        result = case["result"]
        kinds.add(kind)
        value = {"number": lambda t: float(t.replace("Infinity", "inf")), "boolean": lambda t: t == "true"}.get(
            kind, str
        )(text)
        assert alike(result, value), case["source"]
        assert truth == to_bool(result), case["source"]
    assert kinds == {"number", "string", "boolean"}


def test_numbers_are_written_alike_in_python_and_in_the_browser(page: Page, root: Path) -> None:
    page.add_script_tag(path=root / "overrides" / "assets" / "expression.js")
    numbers = [float(number) for number in NUMBERS]
    numbers += [0.1 + 0.2, 2.0**70, -1e-5, 1.5e-300, 1e15 + 0.5, math.inf, -math.inf, math.nan]
    for number in numbers:
        node = ["selected", ["name", "x"], ["text", words(number)]]
        assert page.evaluate("([node, x]) => window.xinqiaoExpression.evaluate(node, {x: x}, '')", [node, number]), (
            number
        )


@pytest.mark.parametrize(
    ("source", "values", "holds"),
    [
        ("${mood} <= 2", {"mood": "2"}, True),
        ("${mood} <= 2", {}, False),  # an unanswered question is no number
        ("${mood} = ''", {}, True),
        ("selected(${topics}, 'b')", {"topics": ("a", "b")}, True),
        ("selected(${topics}, 'a b')", {"topics": ("a", "b")}, False),
        ("${a} = 1 or ${b} = 1 and ${c} = 1", {"a": "1"}, True),
        ("(${a} = 1 or ${b} = 1) and ${c} = 1", {"a": "1"}, False),
        ("10 - 2 - 3 = 5", {}, True),
        ("2 + 3 * 4 = 14", {}, True),
        ("round(2.5, 0) = 3 and round(-2.5, 0) = -2", {}, True),
        ("7 mod 3 = 1 and -7 mod 3 = -1", {}, True),
        ("1 div 0 = 1", {}, False),
        ("today() > '2026-11-20'", {}, True),
        ("if(${a} = 1, 'x', 'y') = 'y'", {}, True),
        ("count-selected(${topics}) = 2", {"topics": ("a", "b")}, True),
        ("string-length(${a}) = 2", {"a": "心桥"}, True),
        ("regex(${a}, '[0-9]{3}')", {"a": "1234"}, False),
        ("int((today() - ${born}) div 365.25) = 20", {"born": "2006-05-01"}, True),
        ("format-date(today() + 7, '%e/%n') = '28/11'", {}, True),
        ("${a} < ${b} and ${b} >= '22:00'", {"a": "07:05", "b": "22:00"}, True),
        ("${a} * 24 = 6", {"a": "06:00"}, True),
        ("${a} < '07:00'", {"a": "24:00"}, False),
        ("substr('abcd', 1, 3) = 'bc' and substr('心桥', -1) = '桥'", {}, True),
        ("not(true()) or ${seen} = true()", {"seen": "1"}, True),
    ],
)  # fmt: skip
def test_what_forms_ask(source: str, values: Env, holds: bool) -> None:
    assert Expression(source).holds(values, today=TODAY) is holds


@pytest.mark.parametrize("source", ["round(${x}, 2) > 1", "${x} mod 3 = 1", "round(1, ${x}) = 1", "${x} * ${x} > 1"])
def test_no_answer_is_too_large_for_an_expression(source: str) -> None:
    for digits in (300, 308, 309, 400):
        Expression(source).holds({"x": "9" * digits})


@pytest.mark.parametrize(
    ("source", "code", "column"),
    [
        ("", "expression-unfinished", 1),
        ("1 +", "expression-unfinished", 4),
        ("(1", "expression-unfinished", 3),
        ("1 2", "expression-unexpected", 3),
        ("${a} == 1", "expression-unexpected", 7),
        ("a | b", "expression-unexpected", 3),
        ("a and pulldata('x')", "expression-function", 7),
        ("selected(a)", "expression-arity", 1),
        ("jr:choice-name(a, 'a')", "expression-function", 1),
        ("1 + pow(2, x)", "expression-constant", 5),
        ("pow(2, 2.5)", "expression-constant", 1),
        ("format-date(a, '%H')", "expression-constant", 1),
        ("'open", "expression-unexpected", 1),
    ],
)
def test_what_cannot_be_read_is_refused_at_its_column(source: str, code: str, column: int) -> None:
    with pytest.raises(XinqiaoError) as caught:
        Expression(source)
    (problem,) = caught.value.problems
    assert (problem.code, problem.params["column"]) == (code, column)


def test_an_expression_knows_the_questions_it_speaks_of() -> None:
    assert Expression("${a} = 1 and not(selected(b, 'c'))").names() == {"a", "b"}
