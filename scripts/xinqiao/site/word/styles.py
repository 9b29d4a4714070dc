"""What the styles and lists of a Word document mean: levels of headings, bold words, numbered or bulleted points."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

# Elements of lxml have no types.
Element = Any
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
BULLET = "bullet"
NO_NUMBER = frozenset({"none", ""})
# So many styles may build on each other; a ring ends there.
DEEPEST = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """One style: `outline` is the level of a heading from 1, 0 for none; `number` the list that it is part of."""

    name: str
    based_on: str
    outline: int
    number: str
    bold: bool
    italic: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A point of a list: which list, its level from 0, and whether it has a number."""

    of: str
    level: int
    ordered: bool


class Styles:
    """The styles and lists of one document, by the ids that its paragraphs name."""

    def __init__(self, styles: Element | None, numbering: Element | None) -> None:
        self.by_id = dict(_styles(styles)) if styles is not None else {}
        self.formats = dict(_formats(numbering)) if numbering is not None else {}

    def chain(self, ident: str) -> Iterator[Style]:
        """A style and those that it builds on, nearest first."""
        for _ in range(DEEPEST):
            style = self.by_id.get(ident)
            if style is None:
                return
            yield style
            ident = style.based_on

    def names(self, paragraph: Element) -> tuple[str, ...]:
        """The names, in lower case, of a paragraph's style and those that it builds on."""
        return tuple(style.name for style in self.chain(value(paragraph, "pPr/pStyle")))

    def outline(self, paragraph: Element) -> int:
        """The level of a heading from 1; 0 for a paragraph that is none."""
        own = value(paragraph, "pPr/outlineLvl")
        if own.isdigit():
            return int(own) + 1 if int(own) < 9 else 0
        levels = [style.outline for style in self.chain(value(paragraph, "pPr/pStyle"))]
        return next((level for level in levels if level), 0)

    def point(self, paragraph: Element) -> Point | None:
        """As what point of which list a paragraph stands; None where it is none."""
        number = value(paragraph, "pPr/numPr/numId")
        if not number:
            of_styles = [style.number for style in self.chain(value(paragraph, "pPr/pStyle"))]
            number = next((one for one in of_styles if one), "")
        level = value(paragraph, "pPr/numPr/ilvl")
        depth = int(level) if level.isdigit() else 0
        kind = self.formats.get((number, depth), self.formats.get((number, 0), ""))
        return None if kind in NO_NUMBER else Point(of=number, level=depth, ordered=kind != BULLET)

    def look(self, run: Element, what: str) -> bool:
        """Whether a run is bold (`b`) or italic (`i`), by itself or by its style."""
        own = run.find(f"{W}rPr/{W}{what}")
        if own is not None:
            return switched(own)
        name = "bold" if what == "b" else "italic"
        return any(getattr(style, name) for style in self.chain(value(run, "rPr/rStyle")))


def value(element: Element, path: str) -> str:
    """The `w:val` of what stands at a path; empty where there is none."""
    found = element.find("/".join(f"{W}{name}" for name in path.split("/")))
    return "" if found is None else str(found.get(f"{W}val") or "")


def switched(element: Element) -> bool:
    """Whether an on-off property is on: it is, unless it says otherwise."""
    return element.get(f"{W}val") not in {"0", "false", "off", "none"}


def _styles(root: Element) -> Iterator[tuple[str, Style]]:
    for style in root.iter(f"{W}style"):
        outline = value(style, "pPr/outlineLvl")
        name = value(style, "name").lower()
        level = int(outline) + 1 if outline.isdigit() and int(outline) < 9 else 0
        named = name.removeprefix("heading ")
        if not level and named != name and named.isdigit():
            level = min(int(named), 9)
        bold, italic = (style.find(f"{W}rPr/{W}{what}") for what in ("b", "i"))
        yield (
            str(style.get(f"{W}styleId")),
            Style(
                name=name,
                based_on=value(style, "basedOn"),
                outline=level,
                number=value(style, "pPr/numPr/numId"),
                bold=bold is not None and switched(bold),
                italic=italic is not None and switched(italic),
            ),
        )


def _formats(root: Element) -> Iterator[tuple[tuple[str, int], str]]:
    """How each level of each list is numbered: `decimal`, `bullet`, `chineseCounting`…"""
    abstract: dict[str, dict[int, str]] = {}
    for one in root.iter(f"{W}abstractNum"):
        levels = {
            int(level.get(f"{W}ilvl")): value(level, "numFmt")
            for level in one.iter(f"{W}lvl")
            if str(level.get(f"{W}ilvl")).isdigit()
        }
        abstract[str(one.get(f"{W}abstractNumId"))] = levels
    for number in root.iter(f"{W}num"):
        for level, kind in abstract.get(value(number, "abstractNumId"), {}).items():
            yield (str(number.get(f"{W}numId")), level), kind
