"""Writes blocks as the Markdown of a page: headings below the page's own, tables with headers, nothing as markup that
was meant as words."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from xinqiao.core.text import Lang
from xinqiao.site.word.block import Block, Kind, Span, Table

# Number of a picture → its address from the page, its alternative text, width and height in pixels.
Links = Mapping[int, tuple[str, str, tuple[int, int]]]
NONE = ("", "", (0, 0))
# What Markdown may take for markup anywhere, and what only at the beginning of a line.
SIGNS = re.compile(r"[\\`*_{}\[\]]")
FIRST = re.compile(r"^(?:[#+\-=~:>]|!(?=!)|\d+[.)](?=\s|$))")
NOTES = {Lang.ZH: "注释", Lang.EN: "Notes"}
DEEPEST = 6
# From where the headings of a page's parts begin: its title is the only one above.
FIRST_PART = 2


def write(blocks: Sequence[Block | Table], notes: Sequence[tuple[Span, ...]], links: Links, lang: Lang) -> str:
    """The body of a page; a picture that `links` lacks is left out."""
    levels = sorted({block.level for block in blocks if isinstance(block, Block) and block.kind is Kind.HEADING})
    fit = {level: FIRST_PART + place for place, level in enumerate(levels)}
    made: list[str] = []
    before = FIRST_PART - 1
    last: Block | Table | None = None
    for block in blocks:
        if isinstance(block, Table):
            text = _table(block, links)
        elif block.kind is Kind.HEADING:
            before = min(fit[block.level], before + 1, DEEPEST)
            text = f"{'#' * before} {_heading(block.spans, links)}"
        else:
            text = _block(block, links)
        made.append(f"{_gap(last, block) if made else ''}{text}")
        last = block
    if notes:
        said = "\n".join(f"{number}. {markdown(note, links)}" for number, note in enumerate(notes, start=1))
        made.append(f"\n\n## {NOTES[lang]}\n\n{said}")
    return "".join(made)


def markdown(spans: Iterable[Span], links: Links, *, within: bool = False) -> str:
    """Spans as one line of Markdown; `within`: in a table or heading, where no line may begin anew."""
    made = "".join(_marked(span, links, within=within) for span in spans)
    return made if within else FIRST.sub(lambda match: _literal(match[0]), made)


def _gap(last: Block | Table | None, block: Block | Table) -> str:
    """What parts two blocks: points of one list stand together, two lists are kept apart by a comment."""
    both = isinstance(last, Block) and isinstance(block, Block) and last.kind is block.kind is Kind.ITEM
    if not both or not isinstance(last, Block) or not isinstance(block, Block):
        return "\n\n"
    return "\n" if last.ordered == block.ordered or block.level > last.level else "\n\n<!-- -->\n\n"


def _block(block: Block, links: Links) -> str:
    text = markdown(block.spans, links)
    if block.kind is Kind.ITEM:
        return f"{'    ' * block.level}{'1.' if block.ordered else '-'} {text}"
    if block.kind is Kind.QUOTE:
        return f"> {text}"
    return text


def _heading(spans: Iterable[Span], links: Links) -> str:
    # A heading's own signs at its end would be taken for its frame.
    return re.sub(r"#(?=#*$)", "&#35;", markdown(spans, links, within=True))


def _marked(span: Span, links: Links, *, within: bool) -> str:
    if span.picture:
        address, words, (width, height) = links.get(span.picture, NONE)
        return f'![{_escaped(words)}]({address}){{ width="{width}" height="{height}" }}' if address else ""
    before, words, after = _parted(span.text)
    if not words:
        return before.replace("\n", "<br>") if not within else " "
    text = _escaped(words).replace("\n", " " if within else "<br>")
    for sign in (("**",) if span.bold else ()) + (("*",) if span.italic else ()):
        text = f"{sign}{text}{sign}"
    if span.tag:
        text = f"<{span.tag}>{text}</{span.tag}>"
    if span.href:
        text = f"[{text}](<{_address(span.href)}>)"
    edges = [" " if within else edge.replace("\n", "<br>") for edge in (before, after)]
    return f"{edges[0] if before else ''}{text}{edges[1] if after else ''}"


def _parted(text: str) -> tuple[str, str, str]:
    """Blanks before, words, blanks after: marks hold only right beside words."""
    words = text.strip()
    before = text[: len(text) - len(text.lstrip())]
    return (before, words, text[len(text.rstrip()) :] if words else "")


def _escaped(words: str) -> str:
    return SIGNS.sub(lambda sign: f"\\{sign[0]}", html.escape(words, quote=False)).replace("|", "&#124;")


def _literal(first: str) -> str:
    """What begins a line, so that it is words."""
    if first[0].isdigit():
        return f"{first[:-1]}&#{ord(first[-1])};"
    return f"&#{ord(first)};"


def _address(href: str) -> str:
    return re.sub(r"[<>\s\\]", lambda sign: f"%{ord(sign[0]):02X}", href)


def _table(table: Table, links: Links) -> str:
    if not table.plain:
        return "\n".join(_html_table(table, links))
    rows = [
        [markdown(cell.paragraphs[0], links, within=True) if cell.paragraphs else "" for cell in row]
        for row in table.rows
    ]
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([lines[0], f"|{' --- |' * len(rows[0])}", *lines[1:]])


def _html_table(table: Table, links: Links) -> Iterator[str]:
    """A table whose cells reach over others, which Markdown cannot write; no empty line may part it."""
    yield "<table>"
    for number, row in enumerate(table.rows):
        yield "<tr>"
        for cell in row:
            name = "th" if number == 0 else "td"
            reach = "".join(
                f' {key}="{count}"' for key, count in (("colspan", cell.columns), ("rowspan", cell.rows)) if count > 1
            )
            words = "<br>".join(_html(spans, links) for spans in cell.paragraphs)
            yield f"<{name}{' scope=' + chr(34) + 'col' + chr(34) if name == 'th' else ''}{reach}>{words}</{name}>"
        yield "</tr>"
    yield "</table>"


def _html(spans: Iterable[Span], links: Links) -> str:
    made = []
    for span in spans:
        if span.picture:
            address, words, (width, height) = links.get(span.picture, NONE)
            size = f'width="{width}" height="{height}"'
            made.append(f'<img src="{html.escape(address)}" alt="{html.escape(words)}" {size}>' if address else "")
            continue
        text = html.escape(span.text, quote=False).replace("\n", "<br>")
        for tag in [tag for tag, on in (("strong", span.bold), ("em", span.italic), (span.tag, span.tag)) if on]:
            text = f"<{tag}>{text}</{tag}>"
        made.append(f'<a href="{html.escape(span.href)}">{text}</a>' if span.href else text)
    return "".join(made)
