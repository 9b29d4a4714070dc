"""Released tables as an Excel workbook: about, one sheet a table, codebook. Same input, same bytes."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from xinqiao.core.form import Form
from xinqiao.core.safe import SafeTable
from xinqiao.core.text import Lang, Text
from xinqiao.dashboard.blocks import Block, blocks
from xinqiao.dashboard.near import near_words
from xinqiao.dashboard.reading import QUARANTINE
from xinqiao.dashboard.reasons import quarantine_block
from xinqiao.dashboard.words import Words, text

# A date of writing would change the bytes without a change of content.
CREATED = datetime(2000, 1, 1)
LONGEST_NAME = 31
FORBIDDEN = re.compile(r"[\[\]:*?/\\']")
WIDE, NARROW = 44, 16


def workbook(form: Form, tables: Sequence[SafeTable], *, demonstration: bool = False) -> bytes:
    """The workbook's bytes; labels stand in both languages, hidden figures as a word."""
    import xlsxwriter  # noqa: PLC0415 - late, for the start-up of commands that write no workbook

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": form.title[Lang.EN], "created": CREATED})
    writer = _Writer(book)
    writer.about(form, tables, demonstration)
    for table in tables:
        found = (quarantine_block(table, whole=True),) if table.name == QUARANTINE else blocks(form, table)
        writer.table(table, found, near_words(form, table))
    writer.codebook(form)
    book.close()
    return out.getvalue()


def both(words: Text) -> str:
    """A text in all languages on one line, once where they agree."""
    return " / ".join(dict.fromkeys(words))


class _Writer:
    """Writes sheets from top to bottom; all texts as texts, never as formulas."""

    def __init__(self, book: Any) -> None:
        self.book = book
        self.names: set[str] = set()
        wrap = {"text_wrap": True, "valign": "top"}
        self.text = book.add_format(wrap)
        self.steps = [book.add_format({**wrap, "indent": depth}) if depth else self.text for depth in range(4)]
        self.head = book.add_format({**wrap, "bold": True, "bottom": 1})
        self.title = book.add_format({"bold": True, "font_size": 14})
        self.notice = book.add_format({**wrap, "bold": True, "bg_color": "#FFE9B8"})
        self.hidden = book.add_format({"italic": True, "font_color": "#5F6672", "align": "right"})
        self.number = book.add_format({"valign": "top"})
        self.percent = book.add_format({"valign": "top", "num_format": '0"%"'})

    def sheet(self, name: str) -> Any:
        """A new sheet; names are cut to Excel's length and kept apart."""
        base = FORBIDDEN.sub("_", name)[:LONGEST_NAME]
        wanted, count = base, 1
        while wanted.lower() in self.names:
            count += 1
            wanted = f"{base[: LONGEST_NAME - len(str(count)) - 1]}~{count}"
        self.names.add(wanted.lower())
        sheet = self.book.add_worksheet(wanted)
        sheet.set_column(0, 0, WIDE)
        sheet.set_column(1, 30, NARROW)
        return sheet

    def about(self, form: Form, tables: Sequence[SafeTable], demonstration: bool) -> None:
        """What this is, the rule, the tables; the notice first where the data are generated."""
        sheet = self.sheet(both(text("book.about")).replace("/", "·"))
        sheet.set_column(0, 0, 90)
        lines = [text("book.demonstration")] if demonstration else []
        for row, words in enumerate(lines):
            sheet.write_string(row, 0, both(words), self.notice)
        row = len(lines)
        sheet.write_string(row, 0, both(form.title), self.title)
        for line in _about_lines(form, tables):
            row += 1
            sheet.write_string(row, 0, line, self.text)

    def table(self, table: SafeTable, found: Sequence[Block], note: Text | None) -> None:
        """One sheet for a table: what its figures are where they are not the true ones, then its blocks."""
        sheet = self.sheet(table.name)
        sheet.write_string(0, 0, both(table.title), self.title)
        if note:
            sheet.write_string(1, 0, both(note), self.text)
        row = 2
        for block in found:
            row = self.block(sheet, row, block) + 2
        sheet.freeze_panes(0, 1)

    def block(self, sheet: Any, row: int, block: Block) -> int:
        """A block from `row` on; returns the row after it."""
        for column, words in enumerate((block.corner, *block.columns)):
            sheet.write_string(row, column, both(words), self.head)
        row += 1
        for part in block.parts:
            if part.head:
                sheet.write_string(row, 0, both(part.head), self.head)
                row += 1
            for line in part.lines:
                sheet.write_string(row, 0, both(line.head), self.steps[min(line.depth, len(self.steps) - 1)])
                for column, entry in enumerate(line.entries, start=1):
                    if entry.hidden:
                        sheet.write_string(row, column, both(text("table.hidden")), self.hidden)
                    elif entry.value is not None:
                        sheet.write_number(row, column, entry.value, self.percent if entry.unit else self.number)
                row += 1
        return row

    def codebook(self, form: Form) -> None:
        """Every question that is counted, with its choices."""
        sheet = self.sheet(both(text("book.codebook")).replace("/", "·"))
        heads = ("book.name", "book.kind", "book.label", "book.category", "book.label", "book.score")
        for column, key in enumerate(heads):
            sheet.write_string(0, column, both(text(key)), self.head)
        sheet.set_column(0, 1, NARROW)
        sheet.set_column(2, 2, 60)
        sheet.set_column(4, 4, WIDE)
        sheet.freeze_panes(1, 0)
        row = 1
        for question in form.questions:
            if not question.countable:
                continue
            start = (question.name, question.kind.value, both(question.label))
            for choice in question.choices or (None,):
                cells = (*start, choice.name, both(choice.label)) if choice else start
                for column, words in enumerate(cells):
                    sheet.write_string(row, column, words, self.text)
                if choice and choice.score is not None:
                    sheet.write_number(row, 5, choice.score, self.number)
                row += 1


def _about_lines(form: Form, tables: Sequence[SafeTable]) -> list[str]:
    lines = [f"{both(text('book.form'))}: {form.id}", f"{both(text('book.version'))}: {form.version}"]
    for lang in Lang:
        say = Words(lang)
        periods = dict.fromkeys(say.period(table.period) for table in tables)
        thresholds = dict.fromkeys(table.policy.threshold for table in tables if table.exact)
        lines += [f"{say('made.period')}: {period}" for period in periods]
        lines += [say("hidden.why", threshold=threshold) for threshold in thresholds]
    lines += [f"{both(text('book.table'))}: {table.name} · {both(table.title)}" for table in tables]
    return lines
