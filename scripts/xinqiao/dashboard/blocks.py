"""A released table laid out for reading: rows, columns and sections with their words, for page and workbook."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from xinqiao.core.form import Form
from xinqiao.core.question import NO_ANSWER
from xinqiao.core.safe import Dimension, SafeTable
from xinqiao.core.summary import FOUR_WEEKS, TOTAL, WEEK, Measure, MeasureKind
from xinqiao.core.text import Lang, Text
from xinqiao.dashboard import figures
from xinqiao.dashboard.naming import category_label, category_order, is_several, measure_label
from xinqiao.dashboard.reading import Distribution, Group, measures, whole
from xinqiao.dashboard.words import Words, text

# On A4 upright, with names of two or three words above them.
MOST_COLUMNS = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What stands in one place of a block: a figure, `hidden`, or nothing where it was not asked for."""

    value: int | Decimal | None = None
    hidden: bool = False
    percent: int | None = None
    unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row: its head and an entry for each column; `depth` steps within a hierarchy."""

    head: Text
    entries: tuple[Entry, ...]
    depth: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Rows that belong together; `head` names what they are about, None where they speak for themselves."""

    head: Text | None
    lines: tuple[Line, ...]
    several: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One table to read: `about` completes its title, `corner` heads the first column."""

    title: Text
    about: Text
    corner: Text
    columns: tuple[Text, ...]
    parts: tuple[Part, ...]

    @property
    def hidden(self) -> int:
        """How many of its figures are hidden."""
        return sum(entry.hidden for part in self.parts for line in part.lines for entry in line.entries)

    @property
    def several(self) -> bool:
        """Whether a question in it takes several answers."""
        return any(part.several for part in self.parts)


def blocks(form: Form, table: SafeTable) -> tuple[Block, ...]:
    """The blocks of a table: items that share their answers as one matrix, all else below each other.

    A table with dimensions has a column for each of their levels, the total first; one with a hierarchy or
    weeks, or with more levels than a sheet of paper has columns for, has a row for each, finer levels below
    their coarser one.
    """
    found = combinations(table)
    nested = any(dimension.name in (WEEK, FOUR_WEEKS) or dimension.parent for dimension in table.dimensions)
    if nested or len(found) > MOST_COLUMNS:
        return tuple(_by_rows(form, table))
    if table.dimensions:
        groups = [Group(form, table, levels) for levels in found]
        about = joined(", ", "、", [dimension.label for dimension in table.dimensions])
        columns = tuple(levels_label(table.dimensions, group.levels) for group in groups)
        return (_listing(form, table, measures(table), groups, columns, about),)
    group = whole(form, table)
    families = [of for of in _families(group, measures(table)) if len(of) > 1]
    taken = {measure.of for family in families for measure in family}
    left = tuple(m for m in measures(table) if m.about not in taken or m.kind is MeasureKind.SHARE)
    matrices = [_matrix(group, family) for family in families]
    if left:
        listing = _listing(form, table, left, [group], (text("table.count"),), text("table.figures_part"))
        matrices.insert(0, listing)
    return tuple(matrices)


def _by_rows(form: Form, table: SafeTable) -> Iterator[Block]:
    """One block for each question or scale: a row for each group, a column for each figure."""
    groups = [Group(form, table, levels) for levels in combinations(table)]
    corner = joined(" · ", " · ", [dimension.label for dimension in table.dimensions])
    asked = measures(table)
    for of in dict.fromkeys(measure.about for measure in asked):
        columns = list(_columns(form, [measure for measure in asked if measure.about == of], groups))
        lines = []
        for group in groups:
            head, depth = _row_head(table.dimensions, group.levels)
            found = {
                m: group.distribution(m) for m in asked if m.kind is MeasureKind.DISTRIBUTION and group.has(str(m))
            }
            entries = (_entry(group, str(measure), category, found.get(measure)) for measure, category, _ in columns)
            lines.append(Line(head=head, entries=tuple(entries), depth=depth))
        yield Block(
            title=table.title,
            about=measure_label(form, of) if of else text("table.respondents"),
            corner=corner,
            columns=tuple(label for _, _, label in columns),
            parts=(Part(head=None, lines=tuple(lines), several=is_several(form, of)),),
        )


def _columns(form: Form, asked: Sequence[Measure], groups: Sequence[Group]) -> Iterator[tuple[Measure, str, Text]]:
    """The figures of a question or scale, its answers last: measure, category and what heads it."""
    for measure in sorted(asked, key=lambda m: m.kind is MeasureKind.DISTRIBUTION):
        if measure.kind is not MeasureKind.DISTRIBUTION:
            yield from ((measure, category, words) for category, words in figures.lines(measure, groups))
            continue
        for name in _category_names(form, measure, groups):
            yield measure, name, category_label(form, measure, name)


def _row_head(dimensions: Sequence[Dimension], levels: Sequence[str]) -> tuple[Text, int]:
    """The finest level that a row fixes of each hierarchy, and how many steps of one stand above it."""
    at = {dimension.name: level for dimension, level in zip(dimensions, levels, strict=True)}
    finer = {dimension.parent for dimension in dimensions if at[dimension.name] != TOTAL}
    shown = [dimension for dimension in dimensions if dimension.name not in finer]
    depth = sum(at[name] != TOTAL for name in finer if name in at)
    return levels_label(shown, [at[dimension.name] for dimension in shown]), depth


def _families(group: Group, asked: Sequence[Measure]) -> list[list[Measure]]:
    """Measures of scored answers, those with the same answers together."""
    families: dict[tuple[tuple[str, Text], ...], list[Measure]] = {}
    for measure in asked:
        if measure.kind is MeasureKind.DISTRIBUTION:
            found = group.distribution(measure)
            if found.likert:
                families.setdefault(tuple((a.name, a.label) for a in found.answers), []).append(measure)
    return list(families.values())


def _matrix(group: Group, family: Sequence[Measure]) -> Block:
    """One row a question, one column an answer; then no answer, base and mean where they were asked for."""
    first = group.distribution(family[0])
    lines, extras = [], _extras(group, family)
    for measure in family:
        found = group.distribution(measure)
        shown = [_entry(group, str(measure), answer.name, found) for answer in found.answers]
        more = [_entry(group, kind.format(x=measure.of, d=measure), category) for kind, category, _ in extras]
        lines.append(Line(head=measure_label(group.form, measure.of), entries=(*shown, *more)))
    return Block(
        title=group.table.title,
        about=text("table.answers_part"),
        corner=text("table.question"),
        columns=(*(answer.label for answer in first.answers), *(label for _, _, label in extras)),
        parts=(Part(head=None, lines=tuple(lines)),),
    )


def _extras(group: Group, family: Sequence[Measure]) -> list[tuple[str, str, Text]]:
    possible = [
        ("{d}", NO_ANSWER, text("table.unanswered")),
        ("n({x})", "", text("table.answered")),
        ("mean({x})", "", text("table.mean")),
        ("sd({x})", "", text("measure.sd")),
    ]
    return [
        (kind, category, label)
        for kind, category, label in possible
        if any((kind.format(x=m.of, d=m), category) in group.cells for m in family)
    ]


def _listing(
    form: Form,
    table: SafeTable,
    asked: Sequence[Measure],
    groups: Sequence[Group],
    columns: tuple[Text, ...],
    about: Text,
) -> Block:
    """One part for each question or scale: mean, base, answers."""
    parts = [
        _part(form, of, [m for m in asked if m.about == of], groups) for of in dict.fromkeys(m.about for m in asked)
    ]
    return Block(title=table.title, about=about, corner=text("table.figure"), columns=columns, parts=tuple(parts))


def _part(form: Form, of: str, asked: Sequence[Measure], groups: Sequence[Group]) -> Part:
    lines = []
    for measure in sorted(asked, key=lambda m: m.kind is MeasureKind.DISTRIBUTION):
        if measure.kind is MeasureKind.DISTRIBUTION:
            lines += list(_answer_lines(form, measure, groups))
            continue
        for category, words in figures.lines(measure, groups):
            entries = tuple(_entry(group, str(measure), category) for group in groups)
            lines.append(Line(head=words, entries=entries))
    head = measure_label(form, of) if of else None
    return Part(head=head, lines=tuple(lines), several=is_several(form, of))


def _category_names(form: Form, measure: Measure, groups: Sequence[Group]) -> list[str]:
    """The categories of a distribution in the order of the form, no answer last."""
    order = category_order(form, measure)
    names = {category for group in groups for name, category in group.cells if name == str(measure)}
    return sorted(names, key=lambda name: (order.get(name, len(order)), name == NO_ANSWER, name))


def _answer_lines(form: Form, measure: Measure, groups: Sequence[Group]) -> Iterator[Line]:
    found = [group.distribution(measure) if group.has(str(measure)) else None for group in groups]
    for name in _category_names(form, measure, groups):
        entries = (_entry(group, str(measure), name, of) for group, of in zip(groups, found, strict=True))
        yield Line(head=category_label(form, measure, name), entries=tuple(entries))


def _entry(group: Group, measure: str, category: str, of: Distribution | None = None) -> Entry:
    cell = group.cells.get((measure, category))
    if cell is None:
        return Entry()
    # A share of counts that are not the true ones would look more certain than they are.
    share = of.share([category]) if of and category != NO_ANSWER and group.table.exact else None
    unit = figures.unit(measure, category)
    return Entry(value=cell.value, hidden=cell.value is None, percent=share.percent if share else None, unit=unit)


def combinations(table: SafeTable) -> list[tuple[str, ...]]:
    """The groups of a table in the order of its levels, everybody first."""
    places = [{TOTAL: -1, **{level.name: n for n, level in enumerate(d.levels)}} for d in table.dimensions]
    found = dict.fromkeys(cell.levels for cell in table.cells)
    return sorted(found, key=lambda levels: [place[level] for place, level in zip(places, levels, strict=True)])


def levels_label(dimensions: Sequence[Dimension], levels: Sequence[str]) -> Text:
    """What a group is called: its levels, without the totals."""
    labels = [
        level.label
        for dimension, name in zip(dimensions, levels, strict=True)
        for level in dimension.levels
        if level.name == name
    ]
    return joined(" · ", " · ", labels) if labels else text("table.all")


def finest_levels(dimensions: Sequence[Dimension], levels: Sequence[str]) -> tuple[str, ...]:
    """A group's levels with the coarser ones of each hierarchy left out: a class without its grade."""
    fixed = {dimension.name for dimension, level in zip(dimensions, levels, strict=True) if level != TOTAL}
    coarser = {dimension.parent for dimension in dimensions if dimension.name in fixed}
    return tuple(TOTAL if d.name in coarser else level for d, level in zip(dimensions, levels, strict=True))


def joined(en: str, zh: str, labels: Sequence[Text]) -> Text:
    """Several texts as one, with a separator for each language."""
    separators = {Lang.ZH: zh, Lang.EN: en}
    return Text({lang: separators[lang].join(label[lang] for label in labels) for lang in Lang})


def heading(block: Block, lang: Lang) -> str:
    """A block's full title in one language."""
    return Words(lang)("table.caption", title=block.title[lang], part=block.about[lang])
