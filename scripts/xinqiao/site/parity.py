"""Both languages of a text say the same: the same figures, the same ways on, and none is older than the other.

Headings and help are compared in the finished pages (`outline.pairs`); here are the sources, before anything is built.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from posixpath import normpath

from xinqiao.core.problem import Place, Problem
from xinqiao.core.text import Lang
from xinqiao.site.newsroom import FOLDER, head_end, unready
from xinqiao.site.numbers import figures, in_words
from xinqiao.site.source import position, shown
from xinqiao.site.wording.plain import prose

LINK = re.compile(r"""(?:(?<!!)\]\(\s*<?|\]:\s*<?|href=["'])(?P<address>[^\s)>"']+)""")
IMAGE = re.compile(r"!\[[^\]]*\]\([^)]*\)")
FOREIGN = re.compile(r"[a-z][a-z0-9+.-]*:|//", re.IGNORECASE)
# In the message of a commit that changed one language for itself alone.
ALONE = re.compile(r"\[(?:一种语言|one language)\]", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A change of some files: the day (ISO), how it is called, its message. Newest last; not yet kept: no name."""

    name: str
    day: str
    message: str
    files: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One language of a text: `body` is its source with all that is no prose made spaces, place for place."""

    lang: Lang
    file: str
    source: str
    body: str

    def place(self, at: int) -> Place:
        """Where a character (from 0) stands."""
        line, column = position(self.source, at)
        return Place(file=self.file, line=line, column=column)


def check_parity(project: Path, history: Sequence[Change] = ()) -> tuple[Problem, ...]:
    """Every difference of the two languages of each published page and article, by place.

    `history`: what changed, oldest first; empty where nobody kept it. It tells which side is out of date.
    """
    problems: list[Problem] = []
    for sides in pairs(project):
        for here, there in (sides, sides[::-1]):
            problems += [*_figures(here, there), *_links(here, there)]
        problems += _behind([side.file for side in sides], history)
    return tuple(sorted(problems, key=lambda one: (one.place.file, one.place.line, one.place.column)))


def pairs(project: Path) -> Iterator[tuple[Side, Side]]:
    """Both sides of everything that exists in both languages; drafts are still being written."""
    first, second = Lang
    evergreen = project / "docs" / first.value
    files = [
        (path, project / "docs" / second.value / path.relative_to(evergreen))
        for path in sorted(evergreen.rglob("*.md"))
    ]
    for path in sorted((project / FOLDER).rglob(f"*.{first.value}.md")):
        files.append((path, path.with_name(path.name.removesuffix(f"{first.value}.md") + f"{second.value}.md")))
    for one, two in files:
        if two.is_file():
            sides = _side(one, first, project), _side(two, second, project)
            if not any(unready(side.source) for side in sides):
                yield sides


def _side(path: Path, lang: Lang, project: Path) -> Side:
    source = path.read_text(encoding="utf-8-sig", errors="replace")
    end = head_end(source)
    head = re.sub(r"[^\n]", " ", source[:end])
    return Side(lang=lang, file=shown(path, project), source=source, body=head + prose(source)[end:])


def _figures(here: Side, there: Side) -> Iterator[Problem]:
    known = {number.value for number in figures(there.body)} | in_words(there.body, there.lang)
    for number in dict.fromkeys(figures(here.body)):
        if number.value not in known:
            known.add(number.value)
            words = " ".join(here.body[number.start : number.end].split())
            yield Problem(
                code="parity-figure", place=here.place(number.start), params={"figure": words, "other": there.file}
            )


def _links(here: Side, there: Side) -> Iterator[Problem]:
    known = {_target(address, there) for address, _ in _addresses(there)}
    for address, at in _addresses(here):
        target = _target(address, here)
        if target not in known:
            known.add(target)
            yield Problem(code="parity-link", place=here.place(at), params={"target": address, "other": there.file})


def _addresses(side: Side) -> Iterator[tuple[str, int]]:
    # Pictures may differ between languages: those with words in them have to.
    source = IMAGE.sub(lambda match: " " * len(match[0]), side.source)
    for match in LINK.finditer(source):
        if not FOREIGN.match(match["address"]):
            yield match["address"], match.start("address")


def _target(address: str, side: Side) -> str:
    """Where an address of ours leads, the same for both languages; an anchor in Chinese letters is of one alone."""
    path, _, anchor = address.partition("#")
    own = re.sub(rf"^docs/(?:{'|'.join(Lang)})(?=/)", "docs", side.file).removesuffix(".md")
    own = own.removesuffix(f".{side.lang.value}")
    for lang in Lang:
        path = path.replace(f"../{lang.value}/", "../*/")
    path = path.removesuffix("index.md").removesuffix(".md")
    joined = normpath(f"{own.rpartition('/')[0]}/{path}") if path else own
    return f"{joined}#{anchor}" if anchor and anchor.isascii() else joined


def _behind(files: Sequence[str], history: Iterable[Change]) -> Iterator[Problem]:
    """Which side is out of date: the other one changed alone, and this one has not followed since."""
    waiting: dict[str, Change] = {}
    for change in history:
        touched = [file for file in files if file in change.files]
        if len(touched) != 1:
            # Both at once are level again; a change of neither says nothing.
            waiting = {} if touched else waiting
        elif touched[0] in waiting:
            del waiting[touched[0]]
        elif not ALONE.search(change.message):
            waiting.setdefault(next(file for file in files if file != touched[0]), change)
    for file, change in waiting.items():
        other = next(one for one in files if one != file)
        params: Mapping[str, str] = {"other": other, "day": change.day, "change": change.name or "–"}
        yield Problem(code="parity-behind", place=Place(file=file, line=1, column=1), params=params)
