"""Reads a Word document from top to bottom into blocks; what a page cannot hold is noted where it stands.

Words are never passed over in silence: an element that is not known is read for the words in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from xinqiao.core.problem import Place, Problem
from xinqiao.site.word.block import Block, Cell, Kind, Picture, Span, Table, joined
from xinqiao.site.word.debris import is_debris
from xinqiao.site.word.drawing import MC, M, drawn, picture_of
from xinqiao.site.word.elements import REMOVED, chosen, look_of, owner, texts
from xinqiao.site.word.fields import Fields
from xinqiao.site.word.grid import reaching
from xinqiao.site.word.parts import Parts
from xinqiao.site.word.styles import Element, Point, Styles, W, switched

# How much of a paragraph a message shows, in characters.
SHOWN = 20
# What ends a sentence, not a heading.
STOPS = ("。", "！", ".", "!", "；", ";", "")
BREAKS = frozenset({f"{W}br", f"{W}cr"})
ADDED = frozenset({f"{W}ins", f"{W}moveTo"})
NOTES = {f"{W}footnoteReference": "footnotes", f"{W}endnoteReference": "endnotes"}
# Of no meaning to a reader: properties, and what a field is made from.
SILENT = frozenset({f"{W}{name}" for name in ("pPr", "rPr", "tblPr", "tcPr", "trPr", "sdtPr", "sectPr", "instrText")})


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How the words that are being read look."""

    bold: bool = False
    italic: bool = False
    tag: str = ""
    href: str = ""


@dataclass(slots=True)
class Reader:
    """One reading; `file` is the document's name in messages, `told` what has been said of a paragraph already.

    lists: the numbered and bulleted lists met so far.
    """

    parts: Parts
    styles: Styles
    file: str
    blocks: list[Block | Table] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    notes: list[tuple[Span, ...]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    paragraph: int = 0
    words: str = ""
    after: list[Element] = field(default_factory=list)
    told: set[tuple[int, str]] = field(default_factory=set)
    lists: set[str] = field(default_factory=set)
    fields: Fields = field(default_factory=Fields)

    def read(self, body: Element) -> None:
        """All blocks below an element, in order."""
        for child in body:
            if child.tag == f"{W}p":
                self._paragraph(child)
            elif child.tag == f"{W}tbl":
                self._table(child)
            elif child.tag == f"{MC}AlternateContent":
                self.read(chosen(child))
            elif child.tag == f"{W}altChunk":
                self.note("word-object")
            elif child.tag not in SILENT:
                self.read(child)

    def note(self, code: str, words: str = "", **params: str | int) -> None:
        """Notes a fault of the paragraph that is being read, each kind once."""
        if (self.paragraph, code) not in self.told:
            self.told.add((self.paragraph, code))
            shown = _shown(words or self.words)
            told: Mapping[str, str | int] = {"paragraph": max(self.paragraph, 1), "words": shown, **params}
            self.problems.append(Problem(code=code, place=Place(file=self.file), params=told))

    def _paragraph(self, element: Element) -> None:
        words = "".join(text.text or "" for text in texts(element)).strip()
        if words:
            self.paragraph += 1
            self.words = words
        names = self.styles.names(element)
        spans = joined(self._spans(element, Look()))
        if any(name.startswith("toc ") for name in names):
            self.note("word-contents")
        elif is_debris(words) and not any(span.picture for span in spans):
            self.note("word-debris")
        elif spans:
            self.blocks.append(self._block(element, names, spans))
        boxes, self.after = self.after, []
        for box in boxes:
            self.read(box)

    def _block(self, element: Element, names: tuple[str, ...], spans: tuple[Span, ...]) -> Block:
        level, point = self.styles.outline(element), self.styles.point(element)
        title = "title" in names
        if title or level:
            if point:
                self.note("word-number")
            kind = Kind.TITLE if title else Kind.HEADING
            plain = tuple(replace(span, bold=False) for span in spans)
            return Block(kind=kind, spans=joined(plain), level=level, paragraph=self.paragraph)
        if point:
            self._again(point)
            return Block(
                kind=Kind.ITEM, spans=spans, level=point.level, ordered=point.ordered, paragraph=self.paragraph
            )
        if (
            self.blocks
            and all(span.bold for span in spans)
            and len(self.words) <= SHOWN * 2
            and self.words[-1:] not in STOPS
        ):
            self.note("word-bold-line")
        kind = Kind.QUOTE if {"quote", "intense quote"} & set(names) else Kind.PARAGRAPH
        return Block(kind=kind, spans=spans, paragraph=self.paragraph)

    def _again(self, point: Point) -> None:
        """Notes a numbered list that goes on after other text: on a page its numbers begin anew."""
        last = self.blocks[-1] if self.blocks else None
        within = isinstance(last, Block) and last.kind is Kind.ITEM
        if point.ordered and not within and point.of in self.lists:
            self.note("word-list-again")
        self.lists.add(point.of)

    def _spans(self, element: Element, look: Look) -> list[Span]:
        return [span for child in element for span in self._inline(child, look)]

    def _inline(self, child: Element, look: Look) -> Iterator[Span]:
        """What one element within a paragraph says."""
        tag = child.tag
        if tag in {f"{W}t", f"{M}t"}:
            if not self.fields.silent:
                yield self._text(child.text or "", look)
        elif tag == f"{W}r":
            yield from self._run(child, look)
        elif tag == f"{W}hyperlink":
            yield from self._spans(child, replace(look, href=self.parts.target(child) or look.href))
        elif tag in REMOVED:
            self.note("word-change-removed")
        elif tag == f"{MC}AlternateContent":
            yield from self._spans(chosen(child), look)
        elif tag in NOTES:
            yield from self._note_reference(child, NOTES[tag], look)
        elif tag in {f"{W}drawing", f"{W}pict", f"{W}object"}:
            yield from self._drawing(child)
        elif tag not in SILENT:
            self._remark(child)
            yield from self._plain(child, look)

    def _plain(self, child: Element, look: Look) -> Iterator[Span]:
        """Signs that stand for characters; of all else, what is within it."""
        signs: Mapping[str, Callable[[], str]] = {
            f"{W}tab": lambda: " ",
            f"{W}noBreakHyphen": lambda: "-",
            f"{W}sym": lambda: chr(int(child.get(f"{W}char") or "20", 16)),
        }
        if child.tag in BREAKS:
            # Where a page of paper ends is nothing to a page of the web.
            if child.get(f"{W}type") not in {"page", "column"}:
                yield self._text("\n", look)
        elif child.tag in signs:
            yield self._text(signs[child.tag](), look)
        else:
            yield from self._spans(child, look)

    def _remark(self, child: Element) -> None:
        if child.tag in ADDED:
            self.note("word-change-added")
        elif child.tag == f"{W}commentReference":
            self.note("word-comment")
        elif child.tag in {f"{M}oMath", f"{M}oMathPara"}:
            self.note("word-formula")
        elif child.tag == f"{W}sym":
            self.note("word-symbol")

    def _run(self, run: Element, look: Look) -> Iterator[Span]:
        properties = run.find(f"{W}rPr")
        hidden = None if properties is None else properties.find(f"{W}vanish")
        if hidden is not None and switched(hidden):
            if any((text.text or "").strip() for text in texts(run)):
                self.note("word-hidden")
            return
        own = replace(
            look,
            bold=self.styles.look(run, "b"),
            italic=self.styles.look(run, "i"),
            tag=look_of(properties) or look.tag,
        )
        for child in run:
            self.fields.take(child)
            yield from self._inline(child, replace(own, href=self.fields.href or own.href))

    def _text(self, text: str, look: Look) -> Span:
        return Span(text=text, bold=look.bold, italic=look.italic, tag=look.tag, href=look.href)

    def _note_reference(self, child: Element, kind: str, look: Look) -> Iterator[Span]:
        note = self.parts.note(kind, str(child.get(f"{W}id")))
        if note is not None:
            self.note("word-footnote")
            spans = [span for paragraph in note.iter(f"{W}p") for span in self._spans(paragraph, Look())]
            self.notes.append(joined(spans))
            yield replace(self._text(f"[{len(self.notes)}]", look), tag="sup")

    def _drawing(self, drawing: Element) -> Iterator[Span]:
        found = drawn(drawing)
        if found.other or (drawing.tag == f"{W}object" and not found.boxes):
            self.note("word-object")
        if found.boxes:
            self.note("word-text-box", "".join(text.text or "" for text in found.boxes[0].iter(f"{W}t")))
        self.after += found.boxes
        for shape in () if drawing.tag == f"{W}object" else found.pictures:
            picture = picture_of(shape, drawing, self.parts, len(self.pictures) + 1, max(self.paragraph, 1))
            if picture is None:
                self.note("word-picture-lacks")
            else:
                self.pictures.append(picture)
                yield Span(picture=picture.number)

    def _table(self, element: Element) -> None:
        rows = [list(self._row(row)) for row in element.iter(f"{W}tr") if owner(row, f"{W}tbl") is element]
        cells = [cell for row in rows for cell, _, _ in row]
        if len(cells) == 1:
            # A frame around words, made of a table.
            self.note("word-frame")
            one = cells[0].paragraphs
            self.blocks += [Block(kind=Kind.PARAGRAPH, spans=spans, paragraph=self.paragraph) for spans in one]
        elif cells:
            self.blocks.append(Table(rows=tuple(reaching(rows))))
        boxes, self.after = self.after, []
        for box in boxes:
            self.read(box)

    def _row(self, row: Element) -> Iterator[tuple[Cell, int, str]]:
        """Each cell, the column where it begins, and whether it begins or continues a cell over rows."""
        column = 0
        for cell in row.iter(f"{W}tc"):
            if owner(cell, f"{W}tr") is not row:
                continue
            span = cell.find(f"{W}tcPr/{W}gridSpan")
            merged = cell.find(f"{W}tcPr/{W}vMerge")
            columns = int(span.get(f"{W}val")) if span is not None and str(span.get(f"{W}val")).isdigit() else 1
            going = "" if merged is None else str(merged.get(f"{W}val") or "continue")
            paragraphs = tuple(spans for part in cell.iter(f"{W}p") if (spans := self._of_cell(part, cell)))
            if cell.find(f".//{W}tbl") is not None:
                self.note("word-table-within")
            yield Cell(paragraphs=paragraphs, columns=max(columns, 1)), column, going
            column += max(columns, 1)

    def _of_cell(self, paragraph: Element, cell: Element) -> tuple[Span, ...]:
        # A text box in a cell follows the table.
        if owner(paragraph, f"{W}txbxContent", within=cell) is not None:
            return ()
        if words := "".join(text.text or "" for text in texts(paragraph)).strip():
            self.paragraph += 1
            self.words = words
        spans = joined(self._spans(paragraph, Look()))
        point = self.styles.point(paragraph)
        return (Span(text="• "), *spans) if point and spans else spans


def _shown(words: str) -> str:
    plain = " ".join(words.split())
    return f"{plain[:SHOWN]}…" if len(plain) > SHOWN else plain or "–"
