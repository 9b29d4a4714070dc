"""relevant, constraint and calculate: parsed once, decided here and, from `as_json`, in the browser.

The language is the part of XLSForm's (XPath 1.0 with ODK's functions) that real forms use; anything
else is refused with its column. An unanswered question is the empty string, as XPath has it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from xinqiao.core.functions import APPLY, FUNCTIONS, Function
from xinqiao.core.problem import refuse
from xinqiao.core.value import Result, Value, number, plain, truth, words

__all__ = ["Expression", "Node", "Result", "Value", "evaluate", "joined", "number", "truth", "words"]

JsonNode = list[object]

TOKEN = re.compile(
    r"\s*(?:(?P<number>[0-9]{1,15}(?:\.[0-9]{1,15})?)|(?P<text>'[^']*'|\"[^\"]*\")|\$\{(?P<name>[A-Za-z_][\w.-]*)\}"
    r"|(?P<word>[A-Za-z_][\w-]*(?::[A-Za-z_][\w-]*)?)|(?P<sign><=|>=|!=|[=<>+*(),.]|-))"
)
# Loosest first; operators of one row bind alike and to the left (XPath 1.0, section 3).
PRECEDENCE = (("or",), ("and",), ("=", "!="), ("<", "<=", ">", ">="), ("+", "-"), ("*", "div", "mod"))
MOST_TOKENS, DEEPEST = 300, 20  # far beyond any real form, and what every reader of a parsed expression can follow


@dataclass(frozen=True, slots=True)
class Token:
    """One word of an expression; `column` counts from 1."""

    kind: str
    text: str
    column: int


@dataclass(frozen=True, slots=True)
class Node:
    """A parsed part: `op` is text, figure, name, column, current, an operator or a function.

    A column is a bare name: an attribute of the choice that a choice_filter asks about, else a question.
    """

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
        if self.op in {"text", "figure", "name", "column"}:
            return [self.op, self.value]
        return [self.op, *(part.as_json() for part in self.parts)]

    def filled(self, columns: Mapping[str, str]) -> Node:
        """The node for one choice: what stands in its columns in place of their names."""
        if self.op == "column" and str(self.value) in columns:
            return Node("text", value=columns[str(self.value)])
        return Node(self.op, tuple(part.filled(columns) for part in self.parts), self.value)


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression of a form file. Raises XinqiaoError (expression-*) where it cannot be read."""

    source: str

    def __post_init__(self) -> None:
        self.tree()

    def tree(self) -> Node:
        """The parsed expression."""
        return _parsed(self.source)

    def names(self) -> frozenset[str]:
        """The questions that it speaks of, and in a choice_filter the attributes of choices."""
        return frozenset(str(node.value) for node in self.tree().walk() if node.op in {"name", "column"})

    def columns(self) -> frozenset[str]:
        """The bare names in it."""
        return frozenset(str(node.value) for node in self.tree().walk() if node.op == "column")

    def holds(self, values: Mapping[str, Value], current: Value = None, today: date | None = None) -> bool:
        """Whether it is true for these answers; `current` is what `.` stands for."""
        return truth(evaluate(self.tree(), values, current, today))


def joined(first: Expression | None, second: Expression | None) -> Expression | None:
    """What holds where both do; None is always true. Raises XinqiaoError (expression-too-large)."""
    if first is None or second is None:
        return first or second
    return Expression(f"({first.source}) and ({second.source})")


@lru_cache(maxsize=4096)
def _parsed(source: str) -> Node:
    return _Parser(source).parse()


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
                return Node("figure", value=float(text))
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
                return self.function(word, token) if self.peek() == "(" else Node("column", value=word)
        self.at -= 1
        raise self.unexpected()

    def function(self, word: str, token: Token) -> Node:
        if word not in FUNCTIONS:
            raise refuse("expression-function", found=word, column=token.column)
        self.take("(")
        parts: list[Node] = []
        while self.peek() != ")":
            if parts:
                self.take(",")
            parts.append(self.inner(lambda: self.level(0)))
        self.take(")")
        function = FUNCTIONS[word]
        if not function.least <= len(parts) <= function.most:
            given, wanted = len(parts), function.least
            raise refuse("expression-arity", found=word, column=token.column, wanted=wanted, given=given)
        if not _constant(function, parts):
            raise refuse("expression-constant", found=word, column=token.column)
        return Node(word, tuple(parts))


def _constant(function: Function, parts: list[Node]) -> bool:
    """Whether the second argument is written out as the function needs it, so that it is known before any answer."""
    if function.constant is None:
        return True
    return parts[1].op in {"text", "figure"} and bool(function.constant.fullmatch(words(parts[1].value)))


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


def evaluate(node: Node, values: Mapping[str, Value], current: Value, today: date | None) -> Result:
    """The value of a parsed expression for a set of answers."""
    match node.op:
        case "figure" | "text":
            return node.value
        case "name" | "column":
            return plain(values.get(str(node.value)))
        case "current":
            return plain(current)
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
    return APPLY[node.op](*(evaluate(part, values, current, today) for part in node.parts))
