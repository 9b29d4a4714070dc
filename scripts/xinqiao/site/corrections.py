"""What was wrong on a page, and what it says now: told on a page of their own, and on the page that was corrected."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from xinqiao.core.name import nearest
from xinqiao.core.problem import Place, Problem
from xinqiao.core.text import Lang, Text
from xinqiao.site import page
from xinqiao.site.all_pages import title_of
from xinqiao.site.article import not_yet
from xinqiao.site.entries import fictional, read_entries
from xinqiao.site.source import FRONT_MATTER, Entry
from xinqiao.site.tree import Piece, Tree, address_of

FILE = "docs/data/corrections.yml"
PAGE, MARK = "corrections.md", "<!-- corrections -->"
KEYS = ("date", "page", "was", "now", "fictional")
# As it stands in a browser's address bar: host and language may come before what names the page.
BEFORE = re.compile(rf"^(?:\S*?/)?(?:{'|'.join(Lang)})/|^/+")
# A page's title, as Markdown or as the HTML of forms and summaries.
FIRST_HEADING = re.compile(r"^# .*$|</h1>", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """One correction: `page` is the address below the language's folder, as `learn/anxiety/`.

    anchor: where the page of corrections tells it: the day, and which of that day it is.
    """

    anchor: str
    day: date
    page: str
    was: Text
    now: Text
    fictional: bool
    at: Place

    @property
    def files(self) -> tuple[str, str]:
        """The files that the page may be made of."""
        name = re.sub(r"(?:^|/)index$", "", self.page.rstrip("/").removesuffix(".md"))
        return f"{name}.md" if name else "index.md", f"{name}/index.md"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A correction as the page of corrections tells it, with the corrected page's title and address."""

    title: str
    href: str
    correction: Correction


def read_corrections(project: Path, today: date) -> tuple[Correction, ...]:
    """All corrections, the newest first; none where there is no registry.

    Raises XinqiaoError with every problem of the file.
    """
    of_day = Counter[date]()
    found = read_entries(project, FILE, lambda entry: _correction(entry, today, of_day))
    return tuple(sorted(found, key=lambda one: one.day, reverse=True))


def _correction(entry: Entry, today: date, of_day: Counter[date]) -> Correction | None:
    before = len(entry.notes.problems)
    entry.only(KEYS)
    day, address = entry.day("date"), entry.text("page")
    not_yet(entry, "date", day, today)
    was, now = entry.words("was"), entry.words("now")
    made_up = fictional(entry)
    if len(entry.notes.problems) > before or day is None or was is None or now is None:
        return None
    of_day[day] += 1
    return Correction(
        anchor=f"c-{day.isoformat()}-{of_day[day]}",
        day=day,
        page=BEFORE.sub("", address),
        was=was,
        now=now,
        fictional=made_up,
        at=entry.place("page"),
    )


def corrected(tree: Tree, corrections: Sequence[Correction]) -> tuple[Tree, tuple[Problem, ...]]:
    """The tree with the page of corrections filled and a line on each corrected page; errors for pages that are not.

    A correction whose page does not exist is shown nowhere.
    """
    problems = [_unknown(one, tree) for one in corrections if not _found(tree, one)]
    known = [one for one in corrections if _found(tree, one)]
    return {lang: _told(pieces, known, lang) for lang, pieces in tree.items()}, tuple(problems)


def _found(tree: Tree, correction: Correction) -> str:
    """The name of the corrected page, which exists in every language; empty where it does not."""
    names = (name for name in correction.files if all(name in pieces for pieces in tree.values()))
    return next(names, "")


def _unknown(correction: Correction, tree: Tree) -> Problem:
    known = [address_of(name) for name in tree[Lang.ZH] if name.endswith(".md")]
    params = {"page": correction.page, "nearest": nearest(correction.page, known)}
    return Problem(code="correction-page-unknown", place=correction.at, params=params)


def _told(pieces: Mapping[str, Piece], corrections: Sequence[Correction], lang: Lang) -> dict[str, Piece]:
    made, shown = dict(pieces), []
    for one in corrections:
        name = next(name for name in one.files if name in pieces)
        shown.append(Shown(title=title_of(pieces[name]), href=f"../{address_of(name)}", correction=one))
    for name in {name for one in corrections for name in one.files if name in pieces}:
        made[name] = replace(made[name], content=with_lines(str(made[name].content), name, corrections, lang))
    if PAGE in made:
        whole = page.render("corrections.html", lang=lang, shown=shown)
        made[PAGE] = replace(made[PAGE], content=str(made[PAGE].content).replace(MARK, whole))
    return made


def with_lines(source: str, name: str, corrections: Sequence[Correction], lang: Lang) -> str:
    """A page, by its name below the language's folder, with a line for each correction of it below its title."""
    found = [one for one in corrections if name in one.files]
    up = "../" * address_of(name).count("/")
    return _below_heading(source, page.render("corrected.html", lang=lang, found=found, up=up)) if found else source


def _below_heading(source: str, line: str) -> str:
    """A page with a line below its title, which is its first heading; at its end where it has none."""
    front = FRONT_MATTER.match(source)
    heading = FIRST_HEADING.search(source, front.end() if front else 0)
    at = heading.end() if heading else len(source)
    # Within HTML a blank line would end the block.
    between = "\n" if heading and heading[0] == "</h1>" else "\n\n"
    return f"{source[:at]}{between}{line.strip()}{source[at:]}"
