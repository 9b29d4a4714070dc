"""What a Word document says, apart from how it looks: blocks of spans, pictures, tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """What a block is."""

    TITLE = "title"
    HEADING = "heading"
    PARAGRAPH = "paragraph"
    QUOTE = "quote"
    ITEM = "item"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Words that look alike; `picture` is the number of a picture (from 1) that stands there instead, 0 for none.

    `tag`: `sup`, `sub` or `del`, or empty; a line break is the text of a line feed.
    """

    text: str = ""
    bold: bool = False
    italic: bool = False
    tag: str = ""
    href: str = ""
    picture: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A heading, paragraph or point of a list. `level`: of a heading from 1, of a point from 0.

    paragraph: the how manieth paragraph with words of the document it is, from 1; 0 where it stands apart from them.
    """

    kind: Kind
    spans: tuple[Span, ...]
    level: int = 0
    ordered: bool = False
    paragraph: int = 0

    @property
    def words(self) -> str:
        """Its words alone."""
        return "".join(span.text for span in self.spans)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell: its paragraphs, and over how many columns and rows it reaches."""

    paragraphs: tuple[tuple[Span, ...], ...]
    columns: int = 1
    rows: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows of cells; a cell that reaches over rows stands in its first row alone."""

    rows: tuple[tuple[Cell, ...], ...]

    @property
    def plain(self) -> bool:
        """Whether it is a grid of one-paragraph cells, as Markdown can write it."""
        cells = [cell for row in self.rows for cell in row]
        even = len({len(row) for row in self.rows}) == 1
        return even and all(cell.columns == cell.rows == 1 and len(cell.paragraphs) <= 1 for cell in cells)


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture of a document; `crop` is what Word cuts off left, top, right and below, in parts of one.

    words: its alternative text, empty where it has none; paragraph: in or after which it stands.
    """

    number: int
    blob: bytes = field(repr=False)
    kind: str
    words: str
    paragraph: int
    crop: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)


def joined(spans: Sequence[Span]) -> tuple[Span, ...]:
    """Neighbours that look alike as one, blanks at both ends away."""
    kept: list[Span] = []
    for span in spans:
        last = kept[-1] if kept else None
        if last and not (last.picture or span.picture) and _look(last) == _look(span):
            kept[-1] = _with(last, last.text + span.text)
        elif span.text or span.picture:
            kept.append(span)
    while kept and not kept[0].picture and not kept[0].text.strip():
        del kept[0]
    while kept and not kept[-1].picture and not kept[-1].text.strip():
        del kept[-1]
    if kept and not kept[0].picture:
        kept[0] = _with(kept[0], kept[0].text.lstrip())
    if kept and not kept[-1].picture:
        kept[-1] = _with(kept[-1], kept[-1].text.rstrip())
    return tuple(kept)


def _look(span: Span) -> tuple[object, ...]:
    return span.bold, span.italic, span.tag, span.href


def _with(span: Span, text: str) -> Span:
    return Span(text=text, bold=span.bold, italic=span.italic, tag=span.tag, href=span.href)
