"""relevant, constraint and calculate: parsed once, decided here and, from `as_json`, in the browser.

The language is the part of XLSForm's (XPath 1.0 with ODK's functions) that real forms use; anything
else is refused with its column. An unanswered question is the empty string, as XPath has it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from xinqiao.core.problem import refuse

Value = str | int | float | date | tuple[str, ...] | None
Result = str | float | bool
JsonNode = list[object]

TOKEN = re.compile(
    r"\s*(?:(?P<number>[0-9]{1,15}(?:\.[0-9]{1,15})?)|(?P<text>'[^']*'|\"[^\"]*\")|\$\{(?P<name>[A-Za-z_][\w.-]*)\}"
    r"|(?P<word>[A-Za-z_][\w-]*)|(?P<sign><=|>=|!=|[=<>+*(),.]|-))"
)
# Loosest first; operators of one row bind alike and to the left (XPath 1.0, section 3).
PRECEDENCE = (("or",), ("and",), ("=", "!="), ("<", "<=", ">", ">="), ("+", "-"), ("*", "div", "mod"))
ARITY: Mapping[str, tuple[int, int]] = {
    "not": (1, 1), "selected": (2, 2), "if": (3, 3), "coalesce": (2, 2), "count-selected": (1, 1),
    "string-length": (1, 1), "regex": (2, 2), "round": (2, 2), "today": (0, 0),
}  # fmt: skip
MOST_PLACES = 15
MOST_TOKENS, DEEPEST = 300, 20  # far beyond any real form, and what every reader of a parsed expression can follow


@dataclass(frozen=True, slots=True)
class Token:
    """One word of an expression; `column` counts from 1."""

    kind: str
    text: str
    column: int


@dataclass(frozen=True, slots=True)
class Node:
    """A parsed part: `op` is text, number, name, current, an operator or a function."""

    op: str
    parts: tuple[Node, ...] = ()
    value: str | float = ""

    def walk(self) -> Iterator[Node]:
        """This node and all below it."""
        yield self
        for part in self.parts:
            yield from part.walk()

    def as_json(self) -> JsonNode:
        """The node for the browser: `[op, value]` for a leaf, `[op, part…]` else."""
        if self.op in {"text", "number", "name"}:
            return [self.op, self.value]
        return [self.op, *(part.as_json() for part in self.parts)]


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression of a form file. Raises XinqiaoError (expression-*) where it cannot be read."""

    source: str

    def __post_init__(self) -> None:
        self.tree()

    def tree(self) -> Node:
        """The parsed expression."""
        return _Parser(self.source).parse()

    def names(self) -> frozenset[str]:
        """The questions that it speaks of."""
        return frozenset(str(node.value) for node in self.tree().walk() if node.op == "name")

    def holds(self, values: Mapping[str, Value], current: Value = None, today: date | None = None) -> bool:
        """Whether it is true for these answers; `current` is what `.` stands for."""
        return truth(evaluate(self.tree(), values, current, today))


class _Parser:
    def __init__(self, source: str) -> None:
        self.source = source
        self.tokens = list(_tokens(source))
        self.at = self.depth = 0
        if len(self.tokens) > MOST_TOKENS:
            raise refuse("expression-too-large", column=self.tokens[MOST_TOKENS].column)

    def parse(self) -> Node:
        node = self.level(0)
        if self.at < len(self.tokens):
            raise self.unexpected()
        return node

    def unexpected(self) -> Exception:
        if self.at < len(self.tokens):
            token = self.tokens[self.at]
            return refuse("expression-unexpected", found=token.text, column=token.column)
        return refuse("expression-unfinished", column=len(self.source) + 1)

    def peek(self) -> str:
        if self.at == len(self.tokens):
            return ""
        token = self.tokens[self.at]
        return token.text if token.kind in {"sign", "word"} else ""

    def take(self, text: str) -> None:
        if self.peek() != text:
            raise self.unexpected()
        self.at += 1

    def level(self, depth: int) -> Node:
        if depth == len(PRECEDENCE):
            return self.unary()
        node = self.level(depth + 1)
        while (operator := self.peek()) in PRECEDENCE[depth]:
            self.at += 1
            node = Node(operator, (node, self.level(depth + 1)))
        return node

    def unary(self) -> Node:
        if self.peek() == "-":
            self.at += 1
            return Node("negate", (self.inner(self.unary),))
        return self.primary()

    def inner(self, parse: Callable[[], Node]) -> Node:
        """What stands in brackets or behind a sign."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise refuse("expression-too-large", column=self.tokens[self.at - 1].column)
        node, self.depth = parse(), self.depth - 1
        return node

    def primary(self) -> Node:
        if self.at == len(self.tokens):
            raise self.unexpected()
        token = self.tokens[self.at]
        self.at += 1
        match token.kind, token.text:
            case "number", text:
                return Node("number", value=float(text))
            case "text", text:
                return Node("text", value=text[1:-1])
            case "name", text:
                return Node("name", value=text)
            case "sign", ".":
                return Node("current")
            case "sign", "(":
                node = self.inner(lambda: self.level(0))
                self.take(")")
                return node
            case "word", word:
                return self.function(word, token) if self.peek() == "(" else Node("name", value=word)
        self.at -= 1
        raise self.unexpected()

    def function(self, word: str, token: Token) -> Node:
        if word not in ARITY:
            raise refuse("expression-function", found=word, column=token.column)
        self.take("(")
        parts: list[Node] = []
        while self.peek() != ")":
            if parts:
                self.take(",")
            parts.append(self.inner(lambda: self.level(0)))
        self.take(")")
        low, high = ARITY[word]
        if not low <= len(parts) <= high:
            raise refuse("expression-arity", found=word, column=token.column, wanted=low, given=len(parts))
        return Node(word, tuple(parts))


def _tokens(source: str) -> Iterator[Token]:
    at = 0
    while source[at:].strip():
        match = TOKEN.match(source, at)
        if match is None:
            column = at + len(source[at:]) - len(source[at:].lstrip()) + 1
            raise refuse("expression-unexpected", found=source[column - 1], column=column)
        kind = str(match.lastgroup)
        yield Token(kind, match[kind], match.start(kind) + 1)
        at = match.end()


def words(value: Value | Result) -> str:
    """A value as XPath's string: numbers without a trailing `.0`, several choices joined by spaces."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case float():
            return "NaN" if math.isnan(value) else str(int(value)) if value.is_integer() else repr(value)
        case tuple():
            return " ".join(value)
        case date():
            return value.isoformat()
    return str(value)


def number(value: Value | Result) -> float:
    """A value as XPath's number; a date counts days, as ODK has it; NaN where it is none."""
    if isinstance(value, bool | int | float):
        return float(value)
    text = words(value).strip()
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        try:
            return float(date.fromisoformat(text).toordinal() - date(1970, 1, 1).toordinal())
        except ValueError:
            return math.nan
    return float(text) if re.fullmatch(r"-?[0-9]+(\.[0-9]*)?|-?\.[0-9]+", text) else math.nan


def truth(value: Result) -> bool:
    """A value as XPath's boolean."""
    return value != "" if isinstance(value, str) else bool(value) and not math.isnan(value)


def _plain(value: Value) -> Result:
    return value if isinstance(value, int | float) else words(value)


def evaluate(node: Node, values: Mapping[str, Value], current: Value, today: date | None) -> Result:
    """The value of a parsed expression for a set of answers."""
    match node.op:
        case "number" | "text":
            return node.value
        case "name":
            return _plain(values.get(str(node.value)))
        case "current":
            return _plain(current)
        case "today":
            return (today or date.today()).isoformat()
        case "and" | "or":
            left = truth(evaluate(node.parts[0], values, current, today))
            if left is (node.op == "or"):
                return left
            return truth(evaluate(node.parts[1], values, current, today))
        case "if":
            branch = 1 if truth(evaluate(node.parts[0], values, current, today)) else 2
            return evaluate(node.parts[branch], values, current, today)
    return _apply(node.op, [evaluate(part, values, current, today) for part in node.parts])


def _apply(op: str, args: list[Result]) -> Result:
    if op in {"=", "!="}:
        left, right = args
        numeric = isinstance(left, int | float) or isinstance(right, int | float)
        same = number(left) == number(right) if numeric else left == right
        return same if op == "=" else not same
    if op in NUMERIC:
        return NUMERIC[op](number(args[0]), number(args[1]))
    match op:
        case "not":
            return not truth(args[0])
        case "negate":
            return -number(args[0])
        case "selected":
            return words(args[1]) in words(args[0]).split(" ")
        case "count-selected":
            return float(len(words(args[0]).split()))
        case "coalesce":
            return args[0] if words(args[0]) else args[1]
        case "string-length":
            return float(len(words(args[0])))
        case "regex":
            return re.fullmatch(words(args[1]), words(args[0]), re.ASCII) is not None
        case "round":
            return _round(number(args[0]), number(args[1]))
    raise ValueError(f"operator {op} is parsed but not evaluated")


def _round(value: float, places: float) -> float:
    """Half upwards, as XPath has it; NaN where an answer is too large to be a number."""
    if not abs(places) <= MOST_PLACES:
        return math.nan
    step = 10.0 ** int(places)
    scaled = value * step + 0.5
    return math.floor(scaled) / step if math.isfinite(scaled) else math.nan


NUMERIC: Mapping[str, Callable[[float, float], Result]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "div": lambda a, b: a / b if b else math.nan,
    "mod": lambda a, b: math.fmod(a, b) if b and math.isfinite(a) else math.nan,
}
