"""A Word document as a draft of the portal: its text, its pictures, and what could not be taken over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from xinqiao.core.problem import Place, Problem, refuse
from xinqiao.core.text import Lang
from xinqiao.site.new import article_text, check_slug
from xinqiao.site.newsroom import DRAFT, FOLDER
from xinqiao.site.source import find
from xinqiao.site.word.block import Block, Kind, Table
from xinqiao.site.word.opened import open_word
from xinqiao.site.word.parts import Parts
from xinqiao.site.word.pictures import fit_picture
from xinqiao.site.word.reader import Reader
from xinqiao.site.word.styles import Styles, W
from xinqiao.site.word.writer import write

ARTICLE = "article"
# What a draft is, as `xinqiao new` calls it, and the folder of the news that it goes to.
KINDS = {"event": "events", "recap": "recaps", "policy": "policy", ARTICLE: ""}
LONGEST_TITLE = 60
LONGEST_SUMMARY = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a document is to become; `title` and `event` may be empty; `alone`: no other language of it is there."""

    kind: str
    slug: str
    lang: Lang
    title: str = ""
    event: str = ""
    alone: bool = True

    @property
    def file(self) -> str:
        """The file of the project that it becomes."""
        if self.kind == ARTICLE:
            return f"docs/{self.lang.value}/learn/{self.slug}.md"
        return f"{FOLDER}/{KINDS[self.kind]}/{self.slug}.{self.lang.value}.md"

    def picture(self, number: int, ending: str) -> tuple[str, str]:
        """The file of a picture in the project, and its address from the draft."""
        name = f"{self.slug}-{self.lang.value}-{number}{ending}"
        if self.kind == ARTICLE:
            return f"docs/{self.lang.value}/learn/pictures/{name}", f"pictures/{name}"
        return f"{FOLDER}/pictures/{name}", f"../../pictures/{name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    """The draft's text, its pictures by their files in the project, and every fault, each with its place."""

    text: str
    pictures: Mapping[str, bytes]
    problems: tuple[Problem, ...]


def word_draft(path: Path, wanted: Wanted, today: date) -> Drafted:
    """Reads a `.docx` into a draft. Who wrote it and when, as Word notes it, is not taken over.

    Raises XinqiaoError: slug-unusable, word-missing, word-kind, word-large, word-unsafe, word-broken, word-empty.
    """
    check_slug(wanted.slug)
    reader = read_word(path)
    title, blocks = _titled(reader.blocks, wanted.title or path.stem, given=bool(wanted.title))
    pictures, links = _pictures(reader, wanted)
    body = write(blocks, reader.notes, links, wanted.lang)
    if wanted.kind == ARTICLE:
        text = article_text(title, body, wanted.lang, today)
    else:
        text = _news(title, blocks, body, wanted, today)
    nameless = [
        Problem(
            code="word-picture-words", place=_place(text, wanted, links[picture.number][0]), params={"picture": name}
        )
        for picture in reader.pictures
        if picture.number in links and not picture.words
        for name in [links[picture.number][0].rpartition("/")[2]]
    ]
    return Drafted(text=text, pictures=pictures, problems=(*reader.problems, *nameless))


def read_word(path: Path) -> Reader:
    """A document read: its blocks, pictures and notes, and what a page cannot hold. Raises XinqiaoError (word-…)."""
    document = open_word(path)
    body = document.element.find(f"{W}body")
    if body is None:
        raise refuse("word-broken", Place(file=path.name))
    try:
        parts = Parts(document)
        styles = Styles(parts.root("styles"), parts.root("numbering"))
        reader = Reader(parts=parts, styles=styles, file=path.name)
        reader.read(body)
    except (RecursionError, SyntaxError, ValueError):
        # Parts that are no XML, elements within elements without end, signs that are none: no word processor's work.
        raise refuse("word-broken", Place(file=path.name)) from None
    for words in parts.margins():
        reader.told.discard((reader.paragraph, "word-margin"))
        reader.note("word-margin", words)
    if not reader.blocks:
        raise refuse("word-empty", Place(file=path.name))
    return reader


def _titled(blocks: Sequence[Block | Table], known: str, *, given: bool) -> tuple[str, list[Block | Table]]:
    """The page's title, and the blocks below it. What looks like a title but is not the one given stays, as words."""
    rest = [_as_heading(one) for one in blocks]
    first = blocks[0]
    if not isinstance(first, Block) or not _heads(first, rest):
        return known, rest
    words = " ".join(first.words.split())
    if given and words != known:
        return known, [replace(first, kind=Kind.PARAGRAPH), *rest[1:]]
    return words, rest[1:]


def _heads(first: Block, rest: Sequence[Block | Table]) -> bool:
    """Whether a document's first block is its title: by its style, or the one heading above all others, or bold."""
    if not 0 < len(first.words.strip()) <= LONGEST_TITLE or any(span.picture for span in first.spans):
        return False
    highest = [one for one in rest if isinstance(one, Block) and one.kind is Kind.HEADING and one.level == 1]
    bold = first.kind is Kind.PARAGRAPH and all(span.bold for span in first.spans) and "\n" not in first.words
    return first.kind is Kind.TITLE or (first.kind is Kind.HEADING and first.level == len(highest) == 1) or bold


def _as_heading(block: Block | Table) -> Block | Table:
    """A line in the style of titles as a heading above all others."""
    titled = isinstance(block, Block) and block.kind is Kind.TITLE
    return replace(block, kind=Kind.HEADING, level=1) if titled and isinstance(block, Block) else block


def _pictures(reader: Reader, wanted: Wanted) -> tuple[dict[str, bytes], dict[int, tuple[str, str, tuple[int, int]]]]:
    """The pictures that browsers show, by their files; and for each its address, words and size."""
    files: dict[str, bytes] = {}
    links: dict[int, tuple[str, str, tuple[int, int]]] = {}
    for picture in reader.pictures:
        fit = fit_picture(picture.blob, picture.crop)
        if fit is None:
            params: dict[str, str | int] = {
                "paragraph": picture.paragraph,
                "kind": picture.kind,
                "words": picture.words or "–",
            }
            place = Place(file=reader.file)
            reader.problems.append(Problem(code="word-picture-kind", place=place, params=params))
        else:
            file, address = wanted.picture(picture.number, fit.ending)
            files[file] = fit.content
            links[picture.number] = address, picture.words, fit.size
    return files, links


def _news(title: str, blocks: Sequence[Block | Table], body: str, wanted: Wanted, today: date) -> str:
    head = {
        "Title": title,
        "Slug": wanted.slug,
        "Lang": wanted.lang.value,
        "Date": today.isoformat(),
        "Category": KINDS[wanted.kind],
        "Event": wanted.event,
        "Summary": _summary(blocks) or title,
        "Only": wanted.lang.value if wanted.alone else "",
        "Status": DRAFT,
    }
    return "".join(f"{key}: {value}\n" for key, value in head.items() if value) + f"\n{body}\n"


def _summary(blocks: Sequence[Block | Table]) -> str:
    """The first paragraph in short."""
    paragraphs = [one for one in blocks if isinstance(one, Block) and one.kind is Kind.PARAGRAPH and one.words.strip()]
    # Two curly brackets would quote a released figure.
    words = " ".join(paragraphs[0].words.replace("{{", "{ {").split()) if paragraphs else ""
    return words if len(words) <= LONGEST_SUMMARY else f"{words[: LONGEST_SUMMARY - 1]}…"


def _place(text: str, wanted: Wanted, address: str) -> Place:
    line, column = next(find(text, [address]), (1, 1))
    return Place(file=wanted.file, line=line, column=column)
